/* One attempt at a delivery: an HTTP POST, behind walls. Sender's thread. */
#pragma once

#include <curl/curl.h>

#include "pipeline/host/ledger-deliveries.h"

/* Where to, and how. */
typedef struct {
    char *url;
    char *secret; /* NULL: unsigned */
    gboolean allow_private;
    guint timeout_s;
} Receiver;
void receiver_clear(Receiver *receiver);

typedef struct {
    LedgerDelivery *delivery; /* owned */
    const Receiver *receiver; /* lent */
    CURL *easy;
    struct curl_slist *headers;
    GString *answer;  /* its first bytes */
    gboolean refused; /* the address is none that may be posted to */
    char failure[CURL_ERROR_SIZE];
} Post;

/* Takes the delivery. */
Post *post_new(LedgerDelivery *delivery, const Receiver *receiver);
void post_free(Post *post);

/* What came of it: sent; owed still, `wait_us` from now at the earliest (0: as the sender likes); or dead,
 * because it could never succeed. *note says why it was not sent. Caller frees. */
DeliveryState post_outcome(const Post *post, CURLcode code, gint64 *wait_us, int *status,
                           char **note);
