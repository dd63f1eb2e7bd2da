/* What is owed to others over the network: entered in the turn that decides it, sent after that is
 * durable, at least once, each time with the same key. */
#pragma once

#include "ledger.h"

typedef enum { DELIVERY_OWED, DELIVERY_SENT, DELIVERY_DEAD, DELIVERY_LAST } DeliveryState;
const char *ledger_delivery_state_name(DeliveryState state); /* "owed", "sent", "dead" */
int ledger_delivery_state_from_name(const char *name);       /* -1: none of them */

typedef struct {
    gint64 id, document;  /* document 0: a notice about the run */
    char *receiver, *key; /* webhook, notify; idempotency key */
    char *body;           /* JSON text */
    DeliveryState state;
    guint attempts;
    gint64 next_us;              /* epoch: not before */
    int status;                  /* HTTP, of the last attempt; 0: no answer */
    char *note;                  /* why the last attempt failed, or NULL */
    gint64 created_us, ended_us; /* epoch; ended 0 while owed */
} LedgerDelivery;
void ledger_delivery_free(LedgerDelivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerDelivery, ledger_delivery_free)

/* In the open turn. What has this key already is owed once only. */
gboolean ledger_delivery_owe(Ledger *ledger, gint64 document, const char *receiver, const char *key,
                             const char *body, GError **error);

/* Those that are due at now_us (epoch), the longest due first, at most so many, for these receivers
 * (NULL-terminated). GPtrArray of LedgerDelivery; caller unrefs. */
GPtrArray *ledger_deliveries_due(Ledger *ledger, gint64 now_us, const char *const *receivers,
                                 guint most, GError **error);

/* What came of an attempt: sent or dead; or owed still, not before next_us. In the open turn. */
gboolean ledger_delivery_tried(Ledger *ledger, gint64 id, DeliveryState state, gint64 next_us,
                               int status, const char *note, GError **error);

/* A dead one is owed again, at once, with attempts from the beginning. *found: it was dead. In the open
 * turn. */
gboolean ledger_delivery_resend(Ledger *ledger, gint64 id, gboolean *found, GError **error);

/* By id. `state` DELIVERY_LAST: any; document 0: any. Returning FALSE ends the visit. */
typedef gboolean (*LedgerDeliveryVisit)(const LedgerDelivery *delivery, gpointer data);
gboolean ledger_each_delivery(Ledger *ledger, DeliveryState state, gint64 document,
                              LedgerDeliveryVisit visit, gpointer data, GError **error);

/* counts[DELIVERY_LAST] by state. */
gboolean ledger_count_deliveries(Ledger *ledger, guint64 *counts, GError **error);
