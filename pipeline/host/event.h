/* What others are told: of documents by the webhook, of the run by a notice. Entered in the ledger's open
 * turn (ledger-deliveries.h); nothing is sent from here. */
#pragma once

#include "config.h"
#include "ledger.h"
#include "pipeline/core/json.h"

/* One document whose verdict is entered in this turn. Everything lent. */
typedef struct {
    gint64 id;
    JobKind kind;
    const char *name, *sha256, *media_type; /* bytes; hex; NULL where not known */
    const char *pack, *pack_version;        /* NULL: not recognised */
    Verdict verdict;
    const char *record; /* JSON text; NULL: none */
    const char *meta;   /* JSON text; NULL: none */
    gint64 decided_us;
} Event;

/* Owes the webhook a word about it when `config` (may be NULL) has one and it wants this verdict; rows only where
 * webhook.rows says so: their batch is told of as a whole. */
gboolean event_owe(const Config *config, Ledger *ledger, const Event *event, GError **error);

/* Notices are configured, and about this, too: review, budget, failures. */
gboolean event_wanted(const Config *config, const char *subject);
/* Owes one (in Slack's form, {"text": …}) where it is wanted; told once for each `occasion`. */
gboolean event_notice(const Config *config, Ledger *ledger, const char *subject,
                      const char *occasion, const char *text, GError **error);
