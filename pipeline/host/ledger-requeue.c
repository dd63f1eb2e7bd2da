#include "ledger-requeue.h"

#include "ledger-private.h"
#include "pipeline/core/clock.h"

#include <string.h>

/* ---- choosing ---- */

/* Reasons are a JSON array of "word: sentence". */
static gboolean has_reason(const LedgerDocument *document, const char *word)
{
    if (g_strcmp0(document->error, word) == 0)
        return TRUE;
    g_autoptr(cJSON) reasons = json_parse(document->reasons, strlen(document->reasons), NULL);
    gsize length = strlen(word);
    for (const cJSON *reason = reasons ? reasons->child : NULL; reason; reason = reason->next)
        if (cJSON_IsString(reason) && strncmp(reason->valuestring, word, length) == 0 &&
            reason->valuestring[length] == ':')
            return TRUE;
    return FALSE;
}

/* Rows and members are documents; what holds them is one only where it could not be opened. */
static gboolean counts(const LedgerDocument *document)
{
    gboolean holds = document->kind == JOB_BATCH || document->kind == JOB_CONTAINER;
    return document->verdict != VERDICT_HELD && (!holds || document->verdict == VERDICT_FAILED);
}

static gboolean is_current(const LedgerDocument *document, const LedgerSelection *s)
{
    return s->not_version && g_strcmp0(document->pack_version, s->not_version) == 0 &&
           (!s->not_settings || g_strcmp0(document->settings, s->not_settings) == 0);
}

static gboolean is_selected(const LedgerDocument *document, const LedgerSelection *s)
{
    return counts(document) && (!s->verdicts || s->verdicts & 1u << document->verdict) &&
           document->decided_us >= s->since_us && !is_current(document, s) &&
           (!s->name || g_pattern_match_simple(s->name, document->name)) &&
           (!s->reason || has_reason(document, s->reason));
}

typedef struct {
    const LedgerSelection *selection;
    LedgerVisit visit;
    gpointer data;
} Selecting;

static gboolean visit_selected(const LedgerDocument *document, gpointer data)
{
    const Selecting *selecting = data;
    return !is_selected(document, selecting->selection) ||
           selecting->visit(document, selecting->data);
}

gboolean ledger_each_selected(Ledger *ledger, const LedgerSelection *selection, LedgerVisit visit,
                              gpointer data, GError **error)
{
    Selecting selecting = {selection, visit, data};
    return ledger_each(ledger, -1, selection->pack, 0, visit_selected, &selecting, error);
}

gboolean ledger_is_reviewed(Ledger *ledger, gint64 document, gboolean *reviewed, GError **error)
{
    g_autoptr(Statement) query =
        ledger_reading(ledger, "SELECT 1 FROM reviews WHERE document = ?1 LIMIT 1", error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, document);
    return ledger_step(ledger, query, reviewed, error);
}

gboolean ledger_version_since(Ledger *ledger, const char *pack, const char *version,
                              gint64 *since_us, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT coalesce(min(at), 0) FROM ("
        "  SELECT min(decided_us) AS at FROM documents"
        "    WHERE pack = ?1 AND substr(pack_version, 1, length(?2)) = ?2"
        "  UNION ALL SELECT min(c.began_us) FROM calls c JOIN documents d ON d.id = c.document"
        "    WHERE d.pack = ?1 AND c.prompt_version = ?2)",
        error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, pack);
    ledger_bind_text(query, 2, version);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    *since_us = row ? ledger_column_int(query, 0) : 0;
    return TRUE;
}

/* ---- putting back ---- */

static gboolean keep_revision(Ledger *ledger, gint64 document, const char *why, GError **error)
{
    g_autoptr(Statement) insert = ledger_writing(
        ledger,
        "INSERT INTO revisions (document, replaced_us, why, verdict, error, pack_version, method,"
        "  confidence, record, meta)"
        " SELECT id, ?2, ?3, verdict, error, pack_version, method, confidence, record, meta"
        "  FROM documents WHERE id = ?1",
        error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, document);
    ledger_bind_int(insert, 2, clock_now_us());
    ledger_bind_text(insert, 3, why);
    return ledger_finish(ledger, insert, NULL, error);
}

/* Whatever made earlier attempts fail: a person wants another one. */
static gboolean forget_attempts(Ledger *ledger, gint64 document, const char *why, GError **error)
{
    g_autoptr(Statement) insert =
        ledger_writing(ledger,
                       "INSERT INTO attempts (document, stage, began_us, ended_us, outcome)"
                       " VALUES (?1, ?2, ?3, ?3, 'ok')",
                       error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, document);
    ledger_bind_text(insert, 2, why);
    ledger_bind_int(insert, 3, clock_now_us());
    return ledger_finish(ledger, insert, NULL, error);
}

/* The record goes into the revision: what is held has none. */
static gboolean hold(Ledger *ledger, gint64 document, const char *path, const char *why,
                     GError **error)
{
    g_autofree char *reasons = g_strdup_printf("[\"queued: %s was asked for\"]", why);
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE documents SET verdict = 'held', decided_us = NULL, error = NULL, record = NULL,"
        "  meta = NULL, confidence = NULL, duplicate_of = NULL, method = NULL, reasons = ?2,"
        "  requeued_us = ?3, path = coalesce(?4, path) WHERE id = ?1",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, document);
    ledger_bind_text(update, 2, reasons);
    ledger_bind_int(update, 3, clock_now_us());
    ledger_bind_bytes(update, 4, path);
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_requeue(Ledger *ledger, gint64 document, const char *path, const char *why,
                        GError **error)
{
    for (gint64 id = document; id;) {
        g_autoptr(LedgerDocument) d = ledger_document(ledger, id, error);
        if (!d)
            return FALSE;
        if (id == document && d->verdict == VERDICT_HELD) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                        "document %" G_GINT64_FORMAT " has no verdict yet: the next run takes it",
                        id);
            return FALSE;
        }
        if (!forget_attempts(ledger, id, why, error) ||
            (d->verdict != VERDICT_HELD && !keep_revision(ledger, id, why, error)) ||
            !hold(ledger, id, d->parent ? NULL : path, why, error))
            return FALSE;
        id = d->parent;
    }
    return TRUE;
}

/* ---- what was put back ---- */

static gboolean next_requeued(Ledger *ledger, gint64 after, gint64 *id, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT id FROM documents WHERE requeued_us IS NOT NULL AND verdict = 'held'"
                       "  AND parent IS NULL AND path IS NOT NULL AND id > ?1 ORDER BY id LIMIT 1",
                       error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, after);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    *id = row ? ledger_column_int(query, 0) : 0;
    return TRUE;
}

LedgerDocument *ledger_next_requeued(Ledger *ledger, gint64 after, GError **error)
{
    gint64 id = 0;
    return next_requeued(ledger, after, &id, error) && id ? ledger_document(ledger, id, error)
                                                          : NULL;
}

gboolean ledger_child(Ledger *ledger, gint64 parent, gint64 row, gint64 *id, GError **error)
{
    gboolean found = FALSE;
    g_autoptr(Statement) query =
        ledger_reading(ledger, "SELECT id FROM documents WHERE parent = ?1 AND row = ?2", error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, parent);
    ledger_bind_int(query, 2, row);
    if (!ledger_step(ledger, query, &found, error))
        return FALSE;
    *id = found ? ledger_column_int(query, 0) : 0;
    return TRUE;
}

void ledger_revision_free(LedgerRevision *revision)
{
    if (!revision)
        return;
    g_free(revision->why);
    g_free(revision->pack_version);
    g_free(revision->record);
    g_free(revision->meta);
    g_free(revision);
}

LedgerRevision *ledger_last_revision(Ledger *ledger, gint64 document, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT replaced_us, why, verdict, pack_version, record, meta FROM revisions"
                       " WHERE document = ?1 ORDER BY id DESC LIMIT 1",
                       error);
    if (!query)
        return NULL;
    ledger_bind_int(query, 1, document);
    if (!ledger_step(ledger, query, &row, error) || !row)
        return NULL;
    LedgerRevision *revision = g_new0(LedgerRevision, 1);
    g_autofree char *verdict = ledger_column_text(query, 2);
    revision->replaced_us = ledger_column_int(query, 0);
    revision->why = ledger_column_text(query, 1);
    revision->verdict = (Verdict)verdict_from_name(verdict);
    revision->pack_version = ledger_column_text(query, 3);
    revision->record = ledger_column_text(query, 4);
    revision->meta = ledger_column_text(query, 5);
    return revision;
}
