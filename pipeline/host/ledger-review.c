/* A person's decision about a document that waited for one. */
#include "ledger-private.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/json.h"

#include <string.h>

/* The document's reasons with one more. */
static char *reasons_with(const LedgerDocument *document, const char *action, const char *who,
                          const char *reason)
{
    g_autoptr(cJSON) array = json_parse(document->reasons, strlen(document->reasons), NULL);
    if (!cJSON_IsArray(array)) {
        g_clear_pointer(&array, cJSON_Delete);
        array = cJSON_CreateArray();
    }
    const char *done = g_str_equal(action, "accept")    ? "accepted"
                       : g_str_equal(action, "correct") ? "corrected"
                                                        : "rejected";
    g_autofree char *sentence = g_strdup_printf("reviewed: %s by %s%s%s", done, who,
                                                reason ? ": " : "", reason ? reason : "");
    g_autofree char *clean = bytes_to_utf8(sentence, -1);
    cJSON_AddItemToArray(array, cJSON_CreateString(clean));
    return json_print(array, FALSE);
}

static gboolean ledger_review_enter(Ledger *ledger, const LedgerDocument *document,
                                    const char *action, const char *who, const char *record,
                                    const char *reason, GError **error)
{
    g_autoptr(Statement) insert =
        ledger_writing(ledger,
                       "INSERT INTO reviews (document, action, who, at_us, before, after, reason)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                       error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, document->id);
    ledger_bind_text(insert, 2, action);
    ledger_bind_text(insert, 3, who);
    ledger_bind_int(insert, 4, clock_now_us());
    ledger_bind_text(insert, 5, document->record);
    ledger_bind_text(insert, 6, record);
    ledger_bind_text(insert, 7, reason);
    return ledger_finish(ledger, insert, NULL, error);
}

static gboolean ledger_review_apply(Ledger *ledger, const LedgerDocument *document,
                                    const char *action, const char *record, const char *meta,
                                    const char *reasons, GError **error)
{
    /* A rejected document keeps its draft in the ledger: the record is what nobody delivers. */
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE documents SET verdict = ?2, reasons = ?3, record = coalesce(?4, record),"
        "  meta = coalesce(?5, meta), method = coalesce(?6, method), decided_us = ?7"
        " WHERE id = ?1 AND verdict = 'review'",
        error);
    if (!update)
        return FALSE;
    gboolean rejected = g_str_equal(action, "reject");
    ledger_bind_int(update, 1, document->id);
    ledger_bind_text(update, 2, verdict_name(rejected ? VERDICT_FAILED : VERDICT_ACCEPTED));
    ledger_bind_text(update, 3, reasons);
    ledger_bind_text(update, 4, record);
    ledger_bind_text(update, 5, meta);
    ledger_bind_text(update, 6, g_str_equal(action, "correct") ? "human" : NULL);
    ledger_bind_int(update, 7, clock_now_us());
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_review(Ledger *ledger, gint64 document, const char *action, const char *who,
                       const char *record, const char *meta, const char *reason, GPtrArray *effects,
                       GError **error)
{
    g_autoptr(LedgerDocument) known = ledger_document(ledger, document, error);
    if (!known)
        return FALSE;
    if (known->verdict != VERDICT_REVIEW) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "document %" G_GINT64_FORMAT " does not wait for review: its verdict is %s",
                    document, verdict_name(known->verdict));
        return FALSE;
    }
    if (!record && !g_str_equal(action, "reject")) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "a review that does not reject needs a record");
        return FALSE;
    }
    g_autofree char *reasons = reasons_with(known, action, who, reason);
    return ledger_review_enter(ledger, known, action, who, record, reason, error) &&
           ledger_review_apply(ledger, known, action, record, meta, reasons, error) &&
           ledger_example_decide(ledger, document, record, error) &&
           (!effects || ledger_effects_add(ledger, document, effects, error));
}
