/* Posts what is owed (ledger-deliveries.h): a thread of its own with its own connection to the ledger, so
 * that a slow receiver never holds up a document. */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/ledger-deliveries.h"

typedef struct Sender Sender;

/* The header that says who posted: "t=<seconds since the epoch>,v1=<hex>", the HMAC-SHA256 of "<t>.<body>"
 * under the secret (RFC 2104; the form that Stripe uses). Caller frees. */
char *sender_signature(const char *secret, gint64 time_s, const char *body);

/* Begins; NULL without an error: nobody is to be told anything. DOCKET_ERROR_CONFIG when a secret is not
 * there. */
Sender *sender_start(const Config *config, GError **error);

/* What came of it since it was last taken. */
typedef struct {
    guint sent, dead, put_off; /* deliveries; attempts that are to be made again */
    char *trouble;             /* why the last one failed, or NULL; caller frees */
} SenderSummary;
SenderSummary sender_take(Sender *sender);

/* Ends it, and frees it: `at_once` the attempts that are under way are broken off (they are made again by
 * the next run), else it ends when nothing is due any more, or the receiver has trouble. */
SenderSummary sender_stop(Sender *sender, gboolean at_once);
