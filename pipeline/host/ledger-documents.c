/* Documents: how they enter, what is asked about them, how they are counted. */
#include "ledger-private.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"

#include <string.h>

/* ---- entering ---- */

typedef struct {
    gint64 id;
    char sha256[65];
    Verdict verdict;
    gint64 mtime_us;
    gboolean owed;  /* effects are still to be performed */
    gboolean kept;  /* the original stays in the inbox after its verdict */
    gboolean again; /* it was put back */
} Known;

static gboolean ledger_enter(Ledger *ledger, Job *job, gboolean *entered, GError **error)
{
    g_autoptr(Statement) insert = ledger_writing(
        ledger,
        "INSERT INTO documents (parent, row, kind, name, path, sha256, size, mtime_us, media_type,"
        "  settings, verdict, reasons, created_us)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'held',"
        "  '[\"queued: waits for its turn\"]', ?11)"
        " ON CONFLICT (parent, row) WHERE parent IS NOT NULL DO NOTHING",
        error);
    if (!insert)
        return FALSE;
    if (job->parent) {
        ledger_bind_int(insert, 1, job->parent->id);
        ledger_bind_int(insert, 2, job->row);
    }
    ledger_bind_text(insert, 3, job_kind_name(job->kind));
    ledger_bind_bytes(insert, 4, job->name);
    ledger_bind_bytes(insert, 5, job->path);
    ledger_bind_text(insert, 6, job->sha256);
    ledger_bind_int(insert, 7, (gint64)job->size);
    ledger_bind_int(insert, 8, job->mtime_us);
    ledger_bind_text(insert, 9, job->media_type);
    ledger_bind_text(insert, 10, job->settings);
    ledger_bind_int(insert, 11, clock_now_us());
    int changes = 0;
    if (!ledger_finish(ledger, insert, &changes, error))
        return FALSE;
    *entered = changes == 1;
    if (*entered) {
        job->id = sqlite3_last_insert_rowid(ledger->db);
        job->attempts = 0;
    }
    return TRUE;
}

#define KNOWN_COLUMNS                                                                              \
    "SELECT id, sha256, verdict, mtime_us,"                                                        \
    "  EXISTS (SELECT 1 FROM effects e WHERE e.document = d.id AND e.done_us IS NULL),"            \
    "  EXISTS (SELECT 1 FROM effects e WHERE e.document = d.id AND e.kind = 'keep'),"              \
    "  requeued_us IS NOT NULL"                                                                    \
    " FROM documents d"

static gboolean ledger_known(Ledger *ledger, const Job *job, Known *known, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = NULL;
    if (job->parent) {
        query = ledger_reading(ledger, KNOWN_COLUMNS " WHERE parent = ?1 AND row = ?2", error);
        if (!query)
            return FALSE;
        ledger_bind_int(query, 1, job->parent->id);
        ledger_bind_int(query, 2, job->row);
    } else {
        query = ledger_reading(ledger,
                               KNOWN_COLUMNS " WHERE sha256 = ?1 AND path = ?2 AND parent IS NULL"
                                             " ORDER BY id DESC LIMIT 1",
                               error);
        if (!query)
            return FALSE;
        ledger_bind_text(query, 1, job->sha256);
        ledger_bind_bytes(query, 2, job->path);
    }
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    if (!row)
        return TRUE;
    known->id = ledger_column_int(query, 0);
    g_autofree char *sha256 = ledger_column_text(query, 1);
    g_strlcpy(known->sha256, sha256, sizeof known->sha256);
    g_autofree char *verdict = ledger_column_text(query, 2);
    known->verdict = (Verdict)verdict_from_name(verdict);
    known->mtime_us = ledger_column_int(query, 3);
    known->owed = ledger_column_int(query, 4) != 0;
    known->kept = ledger_column_int(query, 5) != 0;
    known->again = ledger_column_int(query, 6) != 0;
    return TRUE;
}

/* Readings begun since the last one that ended well: what may be the document's own fault. */
static gboolean ledger_count_attempts(Ledger *ledger, Job *job, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT count(*) FROM attempts WHERE document = ?1 AND id >"
        " coalesce((SELECT max(id) FROM attempts WHERE document = ?1 AND outcome = 'ok'), 0)",
        error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, job->id);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    job->attempts = (guint)ledger_column_int(query, 0);
    return TRUE;
}

/* Whether the file in front of us is the arrival that the ledger knows. One that was decided and
 * moved away is not: who puts the same file in again asks again. */
static gboolean is_same_arrival(const Job *job, const Known *known)
{
    if (known->id == 0)
        return FALSE;
    if (job->parent || known->verdict == VERDICT_HELD || known->owed)
        return TRUE;
    return known->kept && known->mtime_us == job->mtime_us;
}

/* What stands at a place in its parent is what today's reader finds there: another version may have
 * found something else before it was decided. */
static gboolean ledger_enter_again(Ledger *ledger, const Job *job, GError **error)
{
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE documents SET kind = ?2, name = ?3, sha256 = ?4, size = ?5, media_type = ?6"
        " WHERE id = ?1 AND verdict = 'held'",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, job->id);
    ledger_bind_text(update, 2, job_kind_name(job->kind));
    ledger_bind_bytes(update, 3, job->name);
    ledger_bind_text(update, 4, job->sha256);
    ledger_bind_int(update, 5, (gint64)job->size);
    ledger_bind_text(update, 6, job->media_type);
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_claim(Ledger *ledger, Job *job, gboolean *finished, GError **error)
{
    Known known = {0};
    gboolean entered = FALSE;
    *finished = FALSE;
    /* Rows and children are new nearly always: enter first, ask only when it was there. */
    if (job->parent && !ledger_enter(ledger, job, &entered, error))
        return FALSE;
    if (entered)
        return TRUE;
    if ((job->parent || job->path) && !ledger_known(ledger, job, &known, error))
        return FALSE;
    if (!is_same_arrival(job, &known))
        return ledger_enter(ledger, job, &entered, error);
    job->id = known.id;
    job->again = known.again;
    *finished = known.verdict != VERDICT_HELD;
    /* One that is not finished keeps what the caller knows: a bad row has failed already. */
    if (*finished)
        job->verdict = known.verdict;
    if (job->parent && !*finished && strcmp(known.sha256, job->sha256) != 0 &&
        !ledger_enter_again(ledger, job, error))
        return FALSE;
    return ledger_count_attempts(ledger, job, error);
}

/* ---- attempts ---- */

gboolean ledger_begin_attempt(Ledger *ledger, Job *job, const char *stage, GError **error)
{
    g_autoptr(Statement) insert = ledger_writing(
        ledger, "INSERT INTO attempts (document, stage, began_us) VALUES (?1, ?2, ?3)", error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, job->id);
    ledger_bind_text(insert, 2, stage);
    ledger_bind_int(insert, 3, clock_now_us());
    if (!ledger_finish(ledger, insert, NULL, error))
        return FALSE;
    g_autoptr(Statement) update =
        ledger_writing(ledger, "UPDATE documents SET attempts = attempts + 1 WHERE id = ?1", error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, job->id);
    if (!ledger_finish(ledger, update, NULL, error))
        return FALSE;
    job->attempts++;
    return TRUE;
}

gboolean ledger_end_attempt(Ledger *ledger, Job *job, const char *outcome, GError **error)
{
    g_autoptr(Statement) update =
        ledger_writing(ledger,
                       "UPDATE attempts SET ended_us = ?2, outcome = ?3 WHERE id ="
                       " (SELECT max(id) FROM attempts WHERE document = ?1 AND ended_us IS NULL)",
                       error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, job->id);
    ledger_bind_int(update, 2, clock_now_us());
    ledger_bind_text(update, 3, outcome);
    return ledger_finish(ledger, update, NULL, error);
}

/* ---- asking ---- */

void ledger_document_free(LedgerDocument *document)
{
    if (!document)
        return;
    char *strings[] = {document->name,    document->path,         document->sha256,
                       document->pack,    document->pack_version, document->settings,
                       document->method,  document->duplicate_of, document->media_type,
                       document->reasons, document->record,       document->meta,
                       document->output,  document->error};
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_free(document);
}

/* In the order of ledger_document_from. */
#define DOCUMENT_COLUMNS                                                                           \
    "SELECT id, coalesce(parent, 0), coalesce(row, -1), kind, name, path, sha256, size, mtime_us," \
    "  media_type, pack, pack_version, settings, method, pages, attempts, verdict, error,"         \
    "  coalesce(confidence, 0), output, duplicate_of, created_us, coalesce(decided_us, 0),"        \
    "  decided_us IS NOT NULL AND NOT EXISTS (SELECT 1 FROM effects e"                             \
    "    WHERE e.document = d.id AND e.done_us IS NULL),"                                          \
    "  reasons, record, meta FROM documents d"

static JobKind kind_from_name(const char *name)
{
    for (JobKind kind = JOB_DOCUMENT; kind <= JOB_CONTAINER; kind++)
        if (g_str_equal(job_kind_name(kind), name))
            return kind;
    return JOB_DOCUMENT;
}

static LedgerDocument *ledger_document_from(Statement *query)
{
    LedgerDocument *d = g_new0(LedgerDocument, 1);
    int i = 0;
    d->id = ledger_column_int(query, i++);
    d->parent = ledger_column_int(query, i++);
    d->row = ledger_column_int(query, i++);
    g_autofree char *kind = ledger_column_text(query, i++);
    d->kind = kind_from_name(kind);
    d->name = ledger_column_text(query, i++);
    d->path = ledger_column_text(query, i++);
    d->sha256 = ledger_column_text(query, i++);
    d->size = (guint64)ledger_column_int(query, i++);
    d->mtime_us = ledger_column_int(query, i++);
    d->media_type = ledger_column_text(query, i++);
    d->pack = ledger_column_text(query, i++);
    d->pack_version = ledger_column_text(query, i++);
    d->settings = ledger_column_text(query, i++);
    d->method = ledger_column_text(query, i++);
    d->pages = (guint)ledger_column_int(query, i++);
    d->attempts = (guint)ledger_column_int(query, i++);
    g_autofree char *verdict = ledger_column_text(query, i++);
    d->verdict = (Verdict)verdict_from_name(verdict);
    d->error = ledger_column_text(query, i++);
    d->confidence = sqlite3_column_double(query, i++);
    d->output = ledger_column_text(query, i++);
    d->duplicate_of = ledger_column_text(query, i++);
    d->created_us = ledger_column_int(query, i++);
    d->decided_us = ledger_column_int(query, i++);
    d->delivered = ledger_column_int(query, i++) != 0;
    d->reasons = ledger_column_text(query, i++);
    d->record = ledger_column_text(query, i++);
    d->meta = ledger_column_text(query, i++);
    return d;
}

/* The first row of a bound query, or NULL; NOT an error when there is none. */
static LedgerDocument *ledger_first(Ledger *ledger, Statement *query, GError **error)
{
    gboolean row = FALSE;
    if (!ledger_step(ledger, query, &row, error) || !row)
        return NULL;
    return ledger_document_from(query);
}

LedgerDocument *ledger_find_same(Ledger *ledger, const char *sha256, const char *pack,
                                 const char *pack_version, const char *settings, GError **error)
{
    /* The surest verdict first, then the earliest: the one that others are duplicates of. */
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        DOCUMENT_COLUMNS
        " WHERE sha256 = ?1 AND pack = ?2 AND pack_version = ?3 AND settings IS ?4"
        "  AND kind != 'batch' AND verdict IN ('accepted', 'fallback', 'review')"
        "  AND record IS NOT NULL"
        " ORDER BY CASE verdict WHEN 'accepted' THEN 0 WHEN 'fallback' THEN 1 ELSE 2 END, id"
        " LIMIT 1",
        error);
    if (!query)
        return NULL;
    ledger_bind_text(query, 1, sha256);
    ledger_bind_text(query, 2, pack);
    ledger_bind_text(query, 3, pack_version);
    ledger_bind_text(query, 4, settings);
    return ledger_first(ledger, query, error);
}

static LedgerDocument *ledger_by_id(Ledger *ledger, gint64 id, GError **error)
{
    g_autoptr(Statement) query = ledger_reading(ledger, DOCUMENT_COLUMNS " WHERE id = ?1", error);
    if (!query)
        return NULL;
    ledger_bind_int(query, 1, id);
    return ledger_first(ledger, query, error);
}

static LedgerDocument *ledger_by_name(Ledger *ledger, const char *name, GError **error)
{
    g_autoptr(Statement) query = ledger_reading(
        ledger, DOCUMENT_COLUMNS " WHERE name = ?1 AND kind != 'row' ORDER BY id DESC LIMIT 1",
        error);
    if (!query)
        return NULL;
    ledger_bind_bytes(query, 1, name);
    return ledger_first(ledger, query, error);
}

static LedgerDocument *ledger_by_hash(Ledger *ledger, const char *prefix, GError **error)
{
    g_autofree char *low = g_ascii_strdown(prefix, -1);
    g_autofree char *high = g_strconcat(low, "g", NULL); /* above every hexadecimal digit */
    g_autoptr(Statement) query = ledger_reading(
        ledger, DOCUMENT_COLUMNS " WHERE sha256 >= ?1 AND sha256 < ?2 ORDER BY id DESC LIMIT 1",
        error);
    if (!query)
        return NULL;
    ledger_bind_text(query, 1, low);
    ledger_bind_text(query, 2, high);
    return ledger_first(ledger, query, error);
}

static LedgerDocument *ledger_not_found(const char *text, GError **error)
{
    g_autofree char *shown = bytes_for_terminal(text);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                "the ledger knows no document \"%s\" (by number, by name, or by the first 6 or "
                "more digits of its SHA-256)",
                shown);
    return NULL;
}

LedgerDocument *ledger_document(Ledger *ledger, gint64 id, GError **error)
{
    g_autoptr(GError) problem = NULL;
    LedgerDocument *found = ledger_by_id(ledger, id, &problem);
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    if (found)
        return found;
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, id);
    return ledger_not_found(text, error);
}

LedgerDocument *ledger_document_by_text(Ledger *ledger, const char *text, GError **error)
{
    g_autoptr(GError) problem = NULL;
    LedgerDocument *found = NULL;
    gsize digits = strspn(text, "0123456789"), length = strlen(text);
    if (length > 0 && length < 19 && digits == length)
        found = ledger_by_id(ledger, g_ascii_strtoll(text, NULL, 10), &problem);
    if (!found && !problem)
        found = ledger_by_name(ledger, text, &problem);
    if (!found && !problem && length >= 6 && strspn(text, "0123456789abcdefABCDEF") == length)
        found = ledger_by_hash(ledger, text, &problem);
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    return found ? found : ledger_not_found(text, error);
}

/* ---- visiting ---- */

/* A page at a time, so that no statement is open while the visitor works: it may ask and write, and
 * a long listing does not keep the log of a running supervisor from being folded in. */
#define LEDGER_PAGE "256"

static GPtrArray *ledger_page(Ledger *ledger, int verdict, const char *pack, gint64 parent,
                              gint64 after, GError **error)
{
    /* Three questions, because each has an index of its own to walk in order. */
    const char *sql =
        parent ? DOCUMENT_COLUMNS " WHERE parent = ?4 AND row > ?3 AND (?1 IS NULL OR verdict = ?1)"
                                  " AND (?2 IS NULL OR pack = ?2) ORDER BY row LIMIT " LEDGER_PAGE
        : verdict >= 0
            ? DOCUMENT_COLUMNS " WHERE verdict = ?1 AND id > ?3"
                               " AND (?2 IS NULL OR pack = ?2) ORDER BY id LIMIT " LEDGER_PAGE
            : DOCUMENT_COLUMNS " WHERE id > ?3"
                               " AND (?2 IS NULL OR pack = ?2) ORDER BY id LIMIT " LEDGER_PAGE;
    g_autoptr(Statement) query = ledger_reading(ledger, sql, error);
    if (!query)
        return NULL;
    if (verdict >= 0)
        ledger_bind_text(query, 1, verdict_name((Verdict)verdict));
    ledger_bind_text(query, 2, pack);
    ledger_bind_int(query, 3, after);
    if (parent)
        ledger_bind_int(query, 4, parent);
    g_autoptr(GPtrArray) page =
        g_ptr_array_new_with_free_func((GDestroyNotify)ledger_document_free);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (row)
            g_ptr_array_add(page, ledger_document_from(query));
    }
    return g_steal_pointer(&page);
}

gboolean ledger_each(Ledger *ledger, int verdict, const char *pack, gint64 parent,
                     LedgerVisit visit, gpointer data, GError **error)
{
    gint64 after = parent ? -1 : 0;
    for (;;) {
        g_autoptr(GPtrArray) page = ledger_page(ledger, verdict, pack, parent, after, error);
        if (!page)
            return FALSE;
        if (page->len == 0)
            return TRUE;
        for (guint i = 0; i < page->len; i++) {
            const LedgerDocument *document = page->pdata[i];
            if (!visit(document, data))
                return TRUE;
            after = parent ? document->row : document->id;
        }
    }
}

gint64 ledger_last_document(Ledger *ledger)
{
    gint64 last = 0;
    return ledger_integer(ledger, "SELECT max(id) FROM documents", &last, NULL) ? last : 0;
}
