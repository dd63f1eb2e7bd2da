/* Performing what is owed to the outbox. Everything here may be done again after a crash. */
#include "outbox.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/log.h"
#include "publish.h"

#include <string.h>

/* ---- files of a batch, made from its rows ---- */

typedef enum { BATCH_RECORDS, BATCH_META, BATCH_REVIEW, BATCH_FAILED } BatchFile;

typedef struct {
    BatchFile file;
    const char *pack; /* NULL: rows of no pack; not looked at for BATCH_FAILED */
    Publish *publish;
    guint64 lines;
    GError *error;
} BatchWriter;

static gboolean is_wanted(const BatchWriter *writer, const LedgerDocument *row)
{
    if (writer->file != BATCH_FAILED && g_strcmp0(writer->pack, row->pack) != 0)
        return FALSE;
    switch (writer->file) {
    case BATCH_RECORDS:
        return (row->verdict == VERDICT_ACCEPTED || row->verdict == VERDICT_FALLBACK) &&
               row->record;
    case BATCH_META:
        return row->meta != NULL;
    case BATCH_REVIEW:
        return row->verdict == VERDICT_REVIEW && row->meta;
    case BATCH_FAILED:
        return row->verdict == VERDICT_FAILED;
    }
    return FALSE;
}

static cJSON *parsed(const char *text)
{
    return text ? json_parse(text, strlen(text), NULL) : NULL;
}

static char *failed_line(const LedgerDocument *row)
{
    int code = row->error ? docket_error_from_reason(row->error) : -1;
    g_autoptr(cJSON) object = cJSON_CreateObject();
    cJSON *reasons = parsed(row->reasons);
    cJSON_AddNumberToObject(object, "row", (double)row->row);
    cJSON_AddStringToObject(object, "reason", row->error ? row->error : "rejected");
    if (code >= 0)
        cJSON_AddStringToObject(object, "advice", docket_error_advice(code));
    cJSON_AddItemToObject(object, "reasons", reasons ? reasons : cJSON_CreateArray());
    return json_print(object, FALSE);
}

static char *review_line(const LedgerDocument *row)
{
    g_autoptr(cJSON) meta = parsed(row->meta);
    g_autoptr(cJSON) record = parsed(row->record);
    g_autoptr(cJSON) object = outbox_review_object(meta, record);
    return json_print(object, FALSE);
}

static char *batch_line(BatchFile file, const LedgerDocument *row)
{
    switch (file) {
    case BATCH_RECORDS:
        return g_strdup(row->record);
    case BATCH_META:
        return g_strdup(row->meta);
    case BATCH_REVIEW:
        return review_line(row);
    case BATCH_FAILED:
        break;
    }
    return failed_line(row);
}

static gboolean write_row(const LedgerDocument *row, gpointer data)
{
    BatchWriter *writer = data;
    if (!is_wanted(writer, row))
        return TRUE;
    g_autofree char *line = batch_line(writer->file, row);
    writer->lines++;
    return publish_write(writer->publish, line, strlen(line), &writer->error) &&
           publish_write(writer->publish, "\n", 1, &writer->error);
}

/* What file of a batch a target is: the other way round of outbox.c's target_in. *pack is NULL for
 * those of no pack. */
static BatchFile batch_file_of(const char *target, char **pack)
{
    g_auto(GStrv) parts = g_strsplit(target, "/", 3);
    *pack = NULL;
    if (!g_str_equal(parts[0], "records") && !g_str_equal(parts[0], "review"))
        return BATCH_FAILED;
    if (!g_str_equal(parts[1], OUTBOX_NO_PACK))
        *pack = g_strdup(parts[1]);
    if (g_str_equal(parts[0], "review"))
        return BATCH_REVIEW;
    return g_str_has_suffix(target, ".meta.jsonl") ? BATCH_META : BATCH_RECORDS;
}

/* What came of one effect. */
typedef struct {
    gboolean done;
    gboolean kept; /* the original could not be moved and stays */
    char *sha256;  /* of what was published, else NULL */
    guint64 size;  /* bytes published */
    char *note;    /* what was different from what was owed, else NULL */
} Outcome;

struct OutboxWork {
    char *outbox;
    GPtrArray *effects; /* of LedgerEffect, in order */
    Outcome *outcomes;  /* one for each */
};

/* Streams the rows, so that a batch of any length passes through little memory. */
static gboolean do_batch_file(Ledger *ledger, const char *path, const LedgerEffect *effect,
                              Outcome *outcome, GError **error)
{
    g_autofree char *pack = NULL;
    g_autoptr(LedgerDocument) owner = ledger_document(ledger, effect->document, error);
    if (!owner)
        return FALSE;
    BatchWriter writer = {.file = batch_file_of(effect->target, &pack)};
    g_autoptr(Publish) publish = publish_begin(path, error);
    if (!publish)
        return FALSE;
    writer.pack = pack;
    writer.publish = publish;
    if (!ledger_each(ledger, -1, NULL, owner->kind == JOB_ROW ? owner->parent : owner->id,
                     write_row, &writer, error))
        return FALSE;
    if (writer.error) {
        g_propagate_error(error, writer.error);
        return FALSE;
    }
    if (writer.lines > 0)
        return publish_end(g_steal_pointer(&publish), &outcome->sha256, &outcome->size, error);
    /* The last row of this kind was reviewed away: then there is no such file any more. */
    outcome->note = g_strdup("no rows, so no file");
    return publish_remove(path, error);
}

static gboolean do_file(Ledger *ledger, const char *path, const LedgerEffect *effect,
                        Outcome *outcome, GError **error)
{
    if (!effect->content)
        return do_batch_file(ledger, path, effect, outcome, error);
    outcome->sha256 = bytes_sha256(effect->content, effect->length);
    outcome->size = effect->length;
    return publish_file(path, effect->content, effect->length, error);
}

/* Whether it is the folder of `path` that cannot be written; then *error says so. */
static gboolean is_folder_at_fault(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return !publish_folder(folder, error);
}

static gboolean do_move(const char *path, const LedgerEffect *effect, Outcome *outcome,
                        GError **error)
{
    g_autoptr(GError) problem = NULL;
    const char *sha256 = effect->sha256 && *effect->sha256 ? effect->sha256 : NULL;
    if (publish_move(effect->source, path, sha256, &problem))
        return TRUE;
    /* Taken away, or replaced by what is another document by now: the verdict stands all the same. */
    outcome->note = g_strdup(problem->message);
    if (g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND))
        return TRUE;
    gboolean refused = g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_IO);
    if (refused && g_file_test(effect->source, G_FILE_TEST_EXISTS) &&
        !g_file_test(path, G_FILE_TEST_EXISTS)) {
        /* Whose side refuses? With a writable outbox it is the inbox: read-only, or not ours. */
        outcome->kept = !is_folder_at_fault(path, error);
        return outcome->kept;
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

static gboolean do_remove(const char *path, const LedgerEffect *effect, Outcome *outcome,
                          GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (!effect->source)
        return publish_remove(path, error);
    /* Gone already is what was wanted. */
    if (publish_remove_original(effect->source, effect->sha256, &problem) ||
        !g_file_test(effect->source, G_FILE_TEST_EXISTS))
        return TRUE;
    outcome->note = g_strdup(problem->message);
    outcome->kept = !g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    return TRUE;
}

static gboolean do_effect(OutboxWork *work, guint i, Ledger *ledger, GError **error)
{
    const LedgerEffect *effect = work->effects->pdata[i];
    Outcome *outcome = &work->outcomes[i];
    g_autofree char *path = g_build_filename(work->outbox, effect->target, NULL);
    switch (effect->kind) {
    case EFFECT_FILE:
        outcome->done = do_file(ledger, path, effect, outcome, error);
        break;
    case EFFECT_MOVE:
        outcome->done = do_move(path, effect, outcome, error);
        break;
    case EFFECT_REMOVE:
        outcome->done = do_remove(path, effect, outcome, error);
        break;
    case EFFECT_KEEP:
        outcome->done = TRUE;
        break;
    }
    return outcome->done;
}

/* ---- work ---- */

OutboxWork *outbox_work_new(Ledger *ledger, const char *outbox, gint64 document, GError **error)
{
    g_autoptr(GPtrArray) effects = ledger_effects_owed(ledger, document, error);
    if (!effects)
        return NULL;
    OutboxWork *work = g_new0(OutboxWork, 1);
    work->outbox = g_strdup(outbox);
    work->outcomes = g_new0(Outcome, effects->len);
    work->effects = g_steal_pointer(&effects);
    return work;
}

void outbox_work_free(OutboxWork *work)
{
    if (!work)
        return;
    for (guint i = 0; i < work->effects->len; i++) {
        g_free(work->outcomes[i].sha256);
        g_free(work->outcomes[i].note);
    }
    g_ptr_array_unref(work->effects);
    g_free(work->outcomes);
    g_free(work->outbox);
    g_free(work);
}

gboolean outbox_work_needs_ledger(const OutboxWork *work)
{
    for (guint i = 0; i < work->effects->len; i++) {
        const LedgerEffect *effect = work->effects->pdata[i];
        if (effect->kind == EFFECT_FILE && !effect->content)
            return TRUE;
    }
    return FALSE;
}

gboolean outbox_work_do(OutboxWork *work, Ledger *ledger, GError **error)
{
    for (guint i = 0; i < work->effects->len; i++)
        if (!do_effect(work, i, ledger, error))
            return FALSE;
    return TRUE;
}

static gboolean mark_done(Ledger *ledger, const LedgerEffect *effect, const Outcome *outcome,
                          GError **error)
{
    gboolean original = effect->kind != EFFECT_FILE && outcome->note;
    if (original)
        log_info("an original %s: %s", outcome->kept ? "stays where it is" : "was not put away",
                 outcome->note);
    /* That it stayed is known when it comes up again. */
    if (outcome->kept)
        return ledger_effect_kept(ledger, effect->id, outcome->note, error);
    return ledger_effect_done_as(ledger, effect->id, outcome->sha256, (gsize)outcome->size,
                                 outcome->note, error);
}

gboolean outbox_work_mark(const OutboxWork *work, Ledger *ledger, GError **error)
{
    for (guint i = 0; i < work->effects->len; i++)
        if (work->outcomes[i].done &&
            !mark_done(ledger, work->effects->pdata[i], &work->outcomes[i], error))
            return FALSE;
    return TRUE;
}

static gboolean do_and_mark(OutboxWork *work, Ledger *ledger, GError **error)
{
    if (outbox_work_do(work, ledger, error))
        return outbox_work_mark(work, ledger, error);
    outbox_work_mark(work, ledger, NULL); /* what was done before the fault is done */
    return FALSE;
}

gboolean outbox_perform(Ledger *ledger, const char *outbox, gint64 document, GError **error)
{
    g_autoptr(OutboxWork) work = outbox_work_new(ledger, outbox, document, error);
    return work && do_and_mark(work, ledger, error);
}

/* ---- recovery ---- */

/* A temp file is only ever left where something is still owed. */
static gboolean clean_folders(const OutboxWork *work, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!publish_clean(work->outbox, error))
        return FALSE;
    for (guint i = 0; i < work->effects->len; i++) {
        const LedgerEffect *effect = work->effects->pdata[i];
        g_autofree char *path = g_build_filename(work->outbox, effect->target, NULL);
        char *folder = g_path_get_dirname(path);
        if (g_hash_table_add(seen, folder) && !publish_clean(folder, error))
            return FALSE;
    }
    return TRUE;
}

gboolean outbox_recover(Ledger *ledger, const char *outbox, GError **error)
{
    g_autoptr(OutboxWork) work = outbox_work_new(ledger, outbox, 0, error);
    if (!work || !clean_folders(work, error))
        return FALSE;
    if (do_and_mark(work, ledger, error))
        return ledger_commit(ledger, error);
    ledger_commit(ledger, NULL);
    return FALSE;
}
