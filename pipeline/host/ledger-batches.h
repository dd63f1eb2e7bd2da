/* Calls that go to a provider's batch API instead of being sent at once. They are entered like any
 * other, with their request and their money, and wait; a batch takes some of them and has a key of its
 * own, which goes to the provider with it: so a run that was killed while submitting finds out whether
 * the provider has it, and nothing is submitted twice. */
#pragma once

#include "ledger-calls.h"

typedef enum {
    LEDGER_BATCH_SUBMITTING, /* it may or may not be at the provider */
    LEDGER_BATCH_SUBMITTED,
    LEDGER_BATCH_ENDED
} LedgerBatchState;
const char *ledger_batch_state_name(LedgerBatchState state); /* "submitting"; static */

typedef struct {
    char *key, *endpoint;
    char *remote; /* what the provider calls it; NULL while SUBMITTING */
    char *note;   /* what was different from plain success; NULL: nothing */
    LedgerBatchState state;
    guint calls, answered, open;               /* of `calls` with an answer, without an end */
    gint64 created_us, submitted_us, ended_us; /* epoch; 0: not yet */
    double cost;
} LedgerBatch;
void ledger_batch_free(gpointer batch);

/* Whether a call with this request waits for a batch or is in one, and in how many it was without an
 * answer. */
gboolean ledger_batch_asked(Ledger *ledger, const char *request_sha256, gboolean *waits,
                            guint *failures, GError **error);

/* Whether any call waits for a batch or is in one that has not ended. */
gboolean ledger_batch_any(Ledger *ledger, gboolean *any, GError **error);
/* Calls that wait to be put into a batch of this endpoint. */
gboolean ledger_batch_waiting(Ledger *ledger, const char *endpoint, guint *calls, GError **error);
/* Begins a batch: the oldest of them, at most so many calls and bytes of requests (one always fits).
 * `key` is its own. */
gboolean ledger_batch_begin(Ledger *ledger, const char *endpoint, const char *key, guint most_calls,
                            guint64 most_bytes, GError **error);
gboolean ledger_batch_submitted(Ledger *ledger, const char *key, const char *remote,
                                GError **error);
/* It did not get to the provider: its calls wait again, as if it had not begun. */
gboolean ledger_batch_undo(Ledger *ledger, const char *key, GError **error);
/* Its open calls end with `outcome` and cost nothing; requests that were kept for it go unless
 * `keep`. `note` may be NULL. */
gboolean ledger_batch_end(Ledger *ledger, const char *key, const char *outcome, const char *note,
                          gboolean keep, GError **error);

/* Batches, oldest first (GPtrArray of LedgerBatch). `open`: only those that have not ended. Caller
 * frees. */
GPtrArray *ledger_batches(Ledger *ledger, gboolean open, GError **error);

/* Open calls of a batch, by id. The request is lent; it may hold any bytes but NUL. FALSE stops. */
typedef gboolean (*LedgerBatchVisit)(gint64 call, const char *request, gpointer data);
gboolean ledger_batch_each(Ledger *ledger, const char *key, LedgerBatchVisit visit, gpointer data,
                           GError **error);
/* Whether this call is one of the batch and open; *bytes of its request. */
gboolean ledger_batch_holds(Ledger *ledger, const char *key, gint64 call, gboolean *holds,
                            gsize *bytes, GError **error);
