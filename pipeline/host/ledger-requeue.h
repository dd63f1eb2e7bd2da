/* Documents that are to be processed again: a person's wish (docket retry, docket rerun), durable
 * before anything acts on it. What a document had stays in the ledger as a revision. Supervisor's
 * thread. */
#pragma once

#include "ledger.h"

/* Which documents are meant; what is unset chooses nothing away. Strings lent. */
typedef struct {
    guint verdicts;     /* bits 1 << Verdict; 0: any */
    const char *pack;   /* name */
    const char *reason; /* word that one of their reasons begins with, or error behind failed */
    const char *name;   /* pattern with * and ?, of the name as the source gave it */
    const char *not_version;  /* of the pack: records that it made already are left out */
    const char *not_settings; /* with not_version: only where these made them, too (Job.settings) */
    gint64 since_us;          /* decided since, epoch; 0: ever */
} LedgerSelection;

/* Visits those of them that have a verdict, by id; batches, and what only carries others, only where they
 * failed themselves. The visitor may use the ledger. */
gboolean ledger_each_selected(Ledger *ledger, const LedgerSelection *selection, LedgerVisit visit,
                              gpointer data, GError **error);

/* A person decided on it: its verdict is not to be replaced. */
gboolean ledger_is_reviewed(Ledger *ledger, gint64 document, gboolean *reviewed, GError **error);

/* The document, and what it stands in, are held again from the open turn on; earlier attempts count
 * no more. `path` is where the original of the outermost one lies (may be NULL: it has none), `why`
 * "retry" or "rerun". FALSE and NOT_FOUND when it has no verdict that could be replaced. */
gboolean ledger_requeue(Ledger *ledger, gint64 document, const char *path, const char *why,
                        GError **error);

/* The next document behind `after` that was put back, came in by itself, and is held; NULL: none (an
 * error is set on a fault only). Caller frees. */
LedgerDocument *ledger_next_requeued(Ledger *ledger, gint64 after, GError **error);

/* The document at a place (from 0) in another; *id is 0 when there is none. */
gboolean ledger_child(Ledger *ledger, gint64 parent, gint64 row, gint64 *id, GError **error);

/* What a document had before it was put back the last time. */
typedef struct {
    gint64 replaced_us; /* epoch */
    char *why;          /* retry, rerun */
    Verdict verdict;
    char *pack_version, *record, *meta; /* each may be NULL */
} LedgerRevision;
void ledger_revision_free(LedgerRevision *revision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerRevision, ledger_revision_free)
/* NULL without an error: it was never put back. Caller frees. */
LedgerRevision *ledger_last_revision(Ledger *ledger, gint64 document, GError **error);

/* When records of this version of a pack, or of its prompt ("v3"), were first made: epoch
 * microseconds; 0: never. A version may be given by its first digits. */
gboolean ledger_version_since(Ledger *ledger, const char *pack, const char *version,
                              gint64 *since_us, GError **error);
