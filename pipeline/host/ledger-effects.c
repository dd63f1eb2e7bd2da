/* Verdicts and what they owe to the outbox: decided in one transaction, performed after it, marked
 * when they are done. */
#include "ledger-private.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"

#include <string.h>

static const char *const effect_names[] = {"file", "move", "remove", "keep"};

/* ---- deciding ---- */

static char *reasons_to_json(GPtrArray *reasons)
{
    g_autoptr(cJSON) array = cJSON_CreateArray();
    for (guint i = 0; reasons && i < reasons->len; i++) {
        g_autofree char *sentence = bytes_to_utf8(reasons->pdata[i], -1);
        cJSON_AddItemToArray(array, cJSON_CreateString(sentence));
    }
    return json_print(array, FALSE);
}

static void ledger_bind_verdict(Statement *update, const Job *job)
{
    ledger_bind_int(update, 1, job->id);
    ledger_bind_text(update, 2, verdict_name(job->verdict));
    ledger_bind_text(update, 4, job->media_type);
    if (job->pack) {
        ledger_bind_text(update, 5, job->pack->name);
        ledger_bind_text(update, 6, job->pack->version);
    }
    ledger_bind_text(update, 7, job->settings);
    if (job->record) {
        ledger_bind_text(update, 8, method_name(job->record->method));
        ledger_bind_double(update, 11, job->record->confidence);
    }
    ledger_bind_int(update, 9, job->reading ? job->reading->page_count : 0);
    if (job->error_code >= 0)
        ledger_bind_text(update, 10, docket_error_reason(job->error_code));
    ledger_bind_bytes(update, 12, job->duplicate_of);
    if (job->verdict != VERDICT_HELD)
        ledger_bind_int(update, 13, clock_now_us());
    /* A batch is known by its bytes, a mail that only carries by what was found in it. */
    ledger_bind_text(update, 16, job_kind_name(job->kind));
}

gboolean ledger_decide(Ledger *ledger, Job *job, const char *record, const char *meta,
                       GPtrArray *effects, GError **error)
{
    g_autofree char *reasons = reasons_to_json(job->reasons);
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE documents SET verdict = ?2, reasons = ?3, media_type = ?4, pack = ?5,"
        "  pack_version = ?6, settings = ?7, method = ?8, pages = ?9, error = ?10,"
        "  confidence = ?11, duplicate_of = ?12, decided_us = ?13, record = ?14, meta = ?15,"
        "  kind = ?16, requeued_us = CASE ?2 WHEN 'held' THEN requeued_us END"
        " WHERE id = ?1 AND verdict = 'held'",
        error);
    if (!update)
        return FALSE;
    ledger_bind_verdict(update, job);
    ledger_bind_text(update, 3, reasons);
    ledger_bind_text(update, 14, record);
    ledger_bind_text(update, 15, meta);
    int changes = 0;
    if (!ledger_finish(ledger, update, &changes, error))
        return FALSE;
    if (changes != 1) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "document %" G_GINT64_FORMAT " has a verdict already and cannot get another",
                    job->id);
        return FALSE;
    }
    return !effects || ledger_effects_add(ledger, job->id, effects, error);
}

/* ---- effects ---- */

void ledger_effect_free(LedgerEffect *effect)
{
    if (!effect)
        return;
    g_free(effect->target);
    g_free(effect->source);
    g_free(effect->sha256);
    g_free(effect->content);
    g_free(effect->note);
    g_free(effect);
}

static gboolean ledger_effect_add(Ledger *ledger, gint64 document, LedgerEffect *effect,
                                  GError **error)
{
    g_autoptr(Statement) insert = ledger_writing(
        ledger,
        "INSERT INTO effects (document, kind, target, source, sha256, content, created_us, done_us)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        error);
    if (!insert)
        return FALSE;
    gint64 now = clock_now_us();
    ledger_bind_int(insert, 1, document);
    ledger_bind_text(insert, 2, effect_names[effect->kind]);
    ledger_bind_bytes(insert, 3, effect->target ? effect->target : "");
    ledger_bind_bytes(insert, 4, effect->source);
    ledger_bind_text(insert, 5, effect->sha256);
    if (effect->content)
        ledger_bind_blob(insert, 6, effect->content, effect->length);
    ledger_bind_int(insert, 7, now);
    if (effect->kind == EFFECT_KEEP)
        ledger_bind_int(insert, 8, now);
    if (!ledger_finish(ledger, insert, NULL, error))
        return FALSE;
    effect->id = sqlite3_last_insert_rowid(ledger->db);
    effect->document = document;
    return TRUE;
}

gboolean ledger_effects_add(Ledger *ledger, gint64 document, GPtrArray *effects, GError **error)
{
    for (guint i = 0; i < effects->len; i++)
        if (!ledger_effect_add(ledger, document, effects->pdata[i], error))
            return FALSE;
    return TRUE;
}

/* In the order of ledger_effect_from. */
#define EFFECT_COLUMNS                                                                             \
    "SELECT id, document, kind, target, source, sha256, coalesce(size, 0), coalesce(done_us, 0),"  \
    "  note"

static LedgerEffect *ledger_effect_from(Statement *query)
{
    LedgerEffect *effect = g_new0(LedgerEffect, 1);
    effect->id = ledger_column_int(query, 0);
    effect->document = ledger_column_int(query, 1);
    g_autofree char *kind = ledger_column_text(query, 2);
    for (guint i = 0; i < G_N_ELEMENTS(effect_names); i++)
        if (g_str_equal(effect_names[i], kind))
            effect->kind = (EffectKind)i;
    effect->target = ledger_column_text(query, 3);
    effect->source = ledger_column_text(query, 4);
    effect->sha256 = ledger_column_text(query, 5);
    effect->length = (gsize)ledger_column_int(query, 6);
    effect->done_us = ledger_column_int(query, 7);
    effect->note = ledger_column_text(query, 8);
    return effect;
}

/* The rows of a bound effect query; with_content: column 9 is the content. */
static GPtrArray *ledger_effects_from(Ledger *ledger, Statement *query, gboolean with_content,
                                      GError **error)
{
    g_autoptr(GPtrArray) effects =
        g_ptr_array_new_with_free_func((GDestroyNotify)ledger_effect_free);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (!row)
            break;
        LedgerEffect *effect = ledger_effect_from(query);
        if (with_content && sqlite3_column_type(query, 9) != SQLITE_NULL) {
            effect->length = (gsize)sqlite3_column_bytes(query, 9);
            effect->content = ledger_column_bytes(query, 9);
        }
        g_ptr_array_add(effects, effect);
    }
    return g_steal_pointer(&effects);
}

GPtrArray *ledger_effects_owed(Ledger *ledger, gint64 document, GError **error)
{
    const char *sql = document ? EFFECT_COLUMNS
                          ", content FROM effects"
                          " WHERE done_us IS NULL AND document = ?1 ORDER BY id"
                               : EFFECT_COLUMNS ", content FROM effects"
                                                " WHERE done_us IS NULL ORDER BY id";
    g_autoptr(Statement) query = ledger_reading(ledger, sql, error);
    if (!query)
        return NULL;
    if (document)
        ledger_bind_int(query, 1, document);
    return ledger_effects_from(ledger, query, TRUE, error);
}

gboolean ledger_effect_done_as(Ledger *ledger, gint64 effect, const char *sha256, gsize length,
                               const char *note, GError **error)
{
    /* The content has served: the file holds it, and its hash is what audit compares. */
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE effects SET done_us = ?2, sha256 = coalesce(?3, sha256), size = coalesce(?4, size),"
        "  note = ?5, content = NULL WHERE id = ?1 AND done_us IS NULL",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, effect);
    ledger_bind_int(update, 2, clock_now_us());
    ledger_bind_text(update, 3, sha256);
    if (sha256)
        ledger_bind_int(update, 4, (gint64)length);
    ledger_bind_text(update, 5, note);
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_effect_done(Ledger *ledger, gint64 effect, GError **error)
{
    return ledger_effect_done_as(ledger, effect, NULL, 0, NULL, error);
}

gboolean ledger_effect_kept(Ledger *ledger, gint64 effect, const char *note, GError **error)
{
    g_autofree char *clean = bytes_to_utf8(note, -1);
    g_autoptr(Statement) update =
        ledger_writing(ledger,
                       "UPDATE effects SET kind = 'keep', done_us = ?2, note = ?3"
                       " WHERE id = ?1 AND done_us IS NULL",
                       error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, effect);
    ledger_bind_int(update, 2, clock_now_us());
    ledger_bind_text(update, 3, clean);
    return ledger_finish(ledger, update, NULL, error);
}

static GPtrArray *ledger_effect_page(Ledger *ledger, gint64 document, gint64 after, GError **error)
{
    const char *sql = document ? EFFECT_COLUMNS
                          " FROM effects WHERE document = ?2 AND id > ?1 ORDER BY id LIMIT 512"
                               : EFFECT_COLUMNS " FROM effects WHERE id > ?1 ORDER BY id LIMIT 512";
    g_autoptr(Statement) query = ledger_reading(ledger, sql, error);
    if (!query)
        return NULL;
    ledger_bind_int(query, 1, after);
    if (document)
        ledger_bind_int(query, 2, document);
    return ledger_effects_from(ledger, query, FALSE, error);
}

gboolean ledger_each_effect(Ledger *ledger, gint64 document, LedgerEffectVisit visit, gpointer data,
                            GError **error)
{
    gint64 after = 0;
    for (;;) {
        g_autoptr(GPtrArray) page = ledger_effect_page(ledger, document, after, error);
        if (!page)
            return FALSE;
        if (page->len == 0)
            return TRUE;
        for (guint i = 0; i < page->len; i++) {
            const LedgerEffect *effect = page->pdata[i];
            if (!visit(effect, data))
                return TRUE;
            after = effect->id;
        }
    }
}

/* ---- names in the outbox ---- */

/* Documents of one name and one content; more means that something is wrong with the question. */
#define LEDGER_MAX_NAMESAKES 1000000u

/* What the document has in `output`, or NULL when it has no name yet. */
static gboolean ledger_output_of(Ledger *ledger, gint64 document, char **output, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query =
        ledger_reading(ledger, "SELECT output FROM documents WHERE id = ?1", error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, document);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    if (!row) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                    "the ledger has no document %" G_GINT64_FORMAT, document);
        return FALSE;
    }
    *output = ledger_column_text(query, 0);
    return TRUE;
}

static gboolean ledger_output_reserve(Ledger *ledger, gint64 document, const char *name,
                                      gboolean *reserved, GError **error)
{
    int changes = 0;
    g_autoptr(Statement) update =
        ledger_writing(ledger,
                       "UPDATE documents SET output = ?2 WHERE id = ?1"
                       " AND NOT EXISTS (SELECT 1 FROM documents WHERE output = ?2)",
                       error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, document);
    ledger_bind_bytes(update, 2, name);
    if (!ledger_finish(ledger, update, &changes, error))
        return FALSE;
    *reserved = changes == 1;
    return TRUE;
}

/* "a.pdf" -> "a-0123abcd.pdf", "a-0123abcd-2.pdf", …: the suffix stays, so that an original keeps
 * opening with its program. */
static char *output_variant(const char *wanted, const char *sha256, guint number)
{
    if (number == 0)
        return g_strdup(wanted);
    const char *dot = strrchr(wanted, '.');
    gsize stem = dot && dot != wanted ? (gsize)(dot - wanted) : strlen(wanted);
    g_autofree char *count = number > 1 ? g_strdup_printf("-%u", number) : g_strdup("");
    return g_strdup_printf("%.*s-%.8s%s%s", (int)stem, wanted, sha256, count, wanted + stem);
}

char *ledger_output_name_where(Ledger *ledger, const Job *job, const char *wanted,
                               LedgerNameTaken is_taken, gpointer data, GError **error)
{
    char *existing = NULL;
    if (!ledger_output_of(ledger, job->id, &existing, error))
        return NULL;
    if (existing)
        return existing;
    for (guint number = 0; number < LEDGER_MAX_NAMESAKES; number++) {
        g_autofree char *name = output_variant(wanted, job->sha256, number);
        if (is_taken && is_taken(name, data))
            continue;
        gboolean reserved = FALSE;
        if (!ledger_output_reserve(ledger, job->id, name, &reserved, error))
            return NULL;
        if (reserved)
            return g_steal_pointer(&name);
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                "no free name in the outbox for document %" G_GINT64_FORMAT, job->id);
    return NULL;
}

char *ledger_output_name(Ledger *ledger, const Job *job, const char *wanted, GError **error)
{
    return ledger_output_name_where(ledger, job, wanted, NULL, NULL, error);
}
