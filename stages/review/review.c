#include "stages/review/review.h"

#include <errno.h>
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/host/event.h"
#include "pipeline/host/outbox.h"

const char *review_action_name(ReviewAction action)
{
    static const char *const names[] = {"accept", "correct", "reject"};
    return names[action];
}

static gboolean take_first(const LedgerDocument *document, gpointer data)
{
    *(gint64 *)data = document->id;
    return FALSE;
}

LedgerDocument *review_next(Ledger *ledger, GError **error)
{
    gint64 id = 0;
    if (!ledger_each(ledger, VERDICT_REVIEW, NULL, 0, take_first, &id, error) || id == 0)
        return NULL;
    return ledger_document(ledger, id, error);
}

static cJSON *parse(const char *text)
{
    return text ? json_parse(text, strlen(text), NULL) : NULL;
}

/* ---- meta ---- */

typedef struct {
    const cJSON *before;
    const cJSON *fields_before; /* lent; may be NULL */
    cJSON *fields;              /* being made */
    cJSON *changed;             /* array of pointers */
} Comparison;

/* A value that a person left as it was keeps its evidence; one that they gave is theirs. */
static void compare_leaf(const char *pointer, cJSON *value, gpointer data)
{
    Comparison *comparison = data;
    const cJSON *old = json_at(comparison->before, pointer);
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(comparison->fields_before, pointer);
    if (old && json_equal(old, value)) {
        if (known)
            cJSON_AddItemToObject(comparison->fields, pointer, cJSON_Duplicate(known, TRUE));
        return;
    }
    cJSON *field = cJSON_AddObjectToObject(comparison->fields, pointer);
    cJSON_AddNumberToObject(field, "confidence", 1);
    cJSON_AddStringToObject(field, "grounded", grounded_name(GROUNDED_NONE));
    cJSON_AddArrayToObject(field, "evidence");
    cJSON_AddStringToObject(field, "by", "human");
    cJSON_AddItemToArray(comparison->changed, cJSON_CreateString(pointer));
}

/* In its place, so that equal decisions give equal files. */
static void replace(cJSON *object, const char *key, cJSON *value)
{
    if (cJSON_HasObjectItem(object, key))
        cJSON_ReplaceItemInObjectCaseSensitive(object, key, value);
    else
        cJSON_AddItemToObject(object, key, value);
}

static void add_act(cJSON *meta, ReviewAction action, const char *who, const char *reason,
                    cJSON *changed)
{
    cJSON *review = cJSON_CreateObject();
    g_autofree char *now = clock_format(clock_now_us());
    cJSON_AddStringToObject(review, "action", review_action_name(action));
    cJSON_AddStringToObject(review, "who", who);
    cJSON_AddStringToObject(review, "at", now);
    if (reason)
        cJSON_AddStringToObject(review, "reason", reason);
    if (changed)
        cJSON_AddItemToObject(review, "changed", changed);
    replace(meta, "review", review);
}

cJSON *review_meta(const LedgerDocument *document, ReviewAction action, const cJSON *record,
                   const char *who, const char *reason)
{
    static const char *const done[] = {"accepted", "corrected", "rejected"};
    cJSON *meta = parse(document->meta);
    if (!cJSON_IsObject(meta)) {
        cJSON_Delete(meta);
        meta = cJSON_CreateObject();
    }
    Verdict verdict = action == REVIEW_REJECT ? VERDICT_FAILED : VERDICT_ACCEPTED;
    replace(meta, "verdict", cJSON_CreateString(verdict_name(verdict)));
    cJSON *reasons = cJSON_GetObjectItemCaseSensitive(meta, "reasons");
    if (!cJSON_IsArray(reasons)) {
        replace(meta, "reasons", cJSON_CreateArray());
        reasons = cJSON_GetObjectItemCaseSensitive(meta, "reasons");
    }
    g_autofree char *sentence = g_strdup_printf("reviewed: %s by %s%s%s", done[action], who,
                                                reason ? ": " : "", reason ? reason : "");
    cJSON_AddItemToArray(reasons, cJSON_CreateString(sentence));
    cJSON *changed = NULL;
    if (action == REVIEW_CORRECT) {
        g_autoptr(cJSON) before = parse(document->record);
        Comparison comparison = {.before = before,
                                 .fields_before = cJSON_GetObjectItemCaseSensitive(meta, "fields"),
                                 .fields = cJSON_CreateObject(),
                                 .changed = cJSON_CreateArray()};
        record_each_leaf(record, compare_leaf, &comparison);
        replace(meta, "fields", comparison.fields);
        replace(meta, "method", cJSON_CreateString(method_name(METHOD_HUMAN)));
        changed = comparison.changed;
    }
    add_act(meta, action, who, reason, changed);
    if (action != REVIEW_REJECT) {
        cJSON_DeleteItemFromObjectCaseSensitive(meta, "problems");
        cJSON_DeleteItemFromObjectCaseSensitive(meta, "schema_valid");
    }
    return meta;
}

/* ---- deciding ---- */

static gboolean check_waits(const LedgerDocument *document, GError **error)
{
    if (document->verdict == VERDICT_REVIEW)
        return TRUE;
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                "document %" G_GINT64_FORMAT " does not wait for review: its verdict is %s",
                document->id, verdict_name(document->verdict));
    return FALSE;
}

static gboolean check_record(const Review *review, const LedgerDocument *document,
                             const cJSON *record, GPtrArray *problems, GError **error)
{
    Pack *pack = document->pack ? packs_find(review->packs, document->pack) : NULL;
    if (!pack) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK,
                    "the pack %s of this document is not in the folder of packs, so its record "
                    "cannot be validated",
                    document->pack ? document->pack : "(none)");
        return FALSE;
    }
    if (!record) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INVALID,
                    "there is no draft to accept: correct it (--set, a file, or the editor)");
        return FALSE;
    }
    g_autoptr(GError) fault = NULL;
    if (review->validate(pack, record, problems, &fault))
        return TRUE;
    if (fault)
        g_propagate_error(error, g_steal_pointer(&fault));
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INVALID,
                    "the record does not validate, so it is not delivered (%u problem%s)",
                    problems->len, problems->len == 1 ? "" : "s");
    return FALSE;
}

static gboolean check_outbox(const Review *review, GError **error)
{
    if (g_file_test(review->outbox, G_FILE_TEST_IS_DIR))
        return TRUE;
    docket_error_set_errno(
        error, ENOENT,
        "the outbox of this ledger is needed (--outbox, paths.outbox):", review->outbox);
    return FALSE;
}

static gboolean tell(const Review *review, const LedgerDocument *document, Verdict verdict,
                     const char *record, const char *meta, GError **error)
{
    Event event = {.id = document->id,
                   .kind = document->kind,
                   .name = document->name,
                   .sha256 = document->sha256,
                   .media_type = document->media_type,
                   .pack = document->pack,
                   .pack_version = document->pack_version,
                   .verdict = verdict,
                   .record = record,
                   .meta = meta,
                   .decided_us = clock_now_us()};
    return event_owe(review->config, review->ledger, &event, error);
}

gboolean review_decide(const Review *review, const LedgerDocument *document, ReviewAction action,
                       const cJSON *record, const char *reason, GPtrArray *problems, GError **error)
{
    g_autoptr(cJSON) draft = parse(document->record);
    const cJSON *final = action == REVIEW_CORRECT ? record : draft;
    if (!check_waits(document, error) || !check_outbox(review, error) ||
        (action != REVIEW_REJECT && !check_record(review, document, final, problems, error)))
        return FALSE;
    /* What an earlier decision or run still owes comes first, or it would undo this one. */
    if (!outbox_perform(review->ledger, review->outbox, document->id, error) ||
        !ledger_commit(review->ledger, error))
        return FALSE;
    Verdict verdict = action == REVIEW_REJECT ? VERDICT_FAILED : VERDICT_ACCEPTED;
    g_autoptr(cJSON) meta = review_meta(document, action, final, review->who, reason);
    g_autoptr(GPtrArray) effects =
        outbox_review_effects(review->ledger, review->outbox, document, verdict,
                              action == REVIEW_REJECT ? NULL : final, meta, error);
    if (!effects)
        return FALSE;
    g_autofree char *record_text = action == REVIEW_REJECT ? NULL : json_print(final, FALSE);
    g_autofree char *meta_text = json_print(meta, FALSE);
    return ledger_review(review->ledger, document->id, review_action_name(action), review->who,
                         record_text, meta_text, reason, effects, error) &&
           tell(review, document, verdict, record_text, meta_text, error) &&
           ledger_commit(review->ledger, error) &&
           outbox_perform(review->ledger, review->outbox, document->id, error) &&
           ledger_commit(review->ledger, error);
}
