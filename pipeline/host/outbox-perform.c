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

/* Streams the rows, so that a batch of any length passes through little memory. */
static gboolean perform_batch_file(Ledger *ledger, const char *path, const LedgerEffect *effect,
                                   GError **error)
{
    g_autofree char *pack = NULL, *hash = NULL;
    guint64 size = 0;
    g_autoptr(LedgerDocument) owner = ledger_document(ledger, effect->document, error);
    if (!owner)
        return FALSE;
    BatchWriter writer = {.file = batch_file_of(effect->target, &pack)};
    g_autoptr(Publish) publish = publish_begin(path, error);
    if (!publish)
        return FALSE;
    writer.pack = pack;
    writer.publish = publish;
    if (!ledger_each(ledger, -1, NULL, owner->parent ? owner->parent : owner->id, write_row,
                     &writer, error))
        return FALSE;
    if (writer.error) {
        g_propagate_error(error, writer.error);
        return FALSE;
    }
    /* The last row of this kind was reviewed away: then there is no such file any more. */
    if (writer.lines == 0)
        return publish_remove(path, error) &&
               ledger_effect_done_as(ledger, effect->id, NULL, 0, "no rows, so no file", error);
    return publish_end(g_steal_pointer(&publish), &hash, &size, error) &&
           ledger_effect_done_as(ledger, effect->id, hash, (gsize)size, NULL, error);
}

/* ---- single effects ---- */

static gboolean perform_file(Ledger *ledger, const char *path, const LedgerEffect *effect,
                             GError **error)
{
    if (!effect->content)
        return perform_batch_file(ledger, path, effect, error);
    g_autofree char *hash = bytes_sha256(effect->content, effect->length);
    return publish_file(path, effect->content, effect->length, error) &&
           ledger_effect_done_as(ledger, effect->id, hash, effect->length, NULL, error);
}

/* The original is not where it was: taken away, or replaced by what is another document by now. The
 * verdict and its outputs stand all the same. */
static gboolean miss_original(Ledger *ledger, const LedgerEffect *effect, const GError *problem,
                              GError **error)
{
    log_info("an original could not be put away: %s", problem->message);
    return ledger_effect_done_as(ledger, effect->id, NULL, 0, problem->message, error);
}

/* The original cannot be taken from where it is. That it stayed is known when it comes up again. */
static gboolean leave_original(Ledger *ledger, const LedgerEffect *effect, const GError *problem,
                               GError **error)
{
    log_info("an original stays where it is: %s", problem->message);
    return ledger_effect_kept(ledger, effect->id, problem->message, error);
}

/* Whether it is the folder of `path` that cannot be written; then *error says so. */
static gboolean is_folder_at_fault(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return !publish_folder(folder, error);
}

static gboolean perform_move(Ledger *ledger, const char *path, const LedgerEffect *effect,
                             GError **error)
{
    g_autoptr(GError) problem = NULL;
    const char *sha256 = effect->sha256 && *effect->sha256 ? effect->sha256 : NULL;
    if (publish_move(effect->source, path, sha256, &problem))
        return ledger_effect_done(ledger, effect->id, error);
    if (g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND))
        return miss_original(ledger, effect, problem, error);
    gboolean refused = g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_IO);
    if (refused && g_file_test(effect->source, G_FILE_TEST_EXISTS) &&
        !g_file_test(path, G_FILE_TEST_EXISTS)) {
        /* Whose side refuses? With a writable outbox it is the inbox: read-only, or not ours. */
        if (is_folder_at_fault(path, error))
            return FALSE;
        return leave_original(ledger, effect, problem, error);
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

static gboolean perform_remove(Ledger *ledger, const char *path, const LedgerEffect *effect,
                               GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (!effect->source)
        return publish_remove(path, error) && ledger_effect_done(ledger, effect->id, error);
    if (publish_remove_original(effect->source, effect->sha256, &problem))
        return ledger_effect_done(ledger, effect->id, error);
    /* Gone already is what was wanted. */
    if (!g_file_test(effect->source, G_FILE_TEST_EXISTS))
        return ledger_effect_done(ledger, effect->id, error);
    if (g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND))
        return miss_original(ledger, effect, problem, error);
    return leave_original(ledger, effect, problem, error);
}

static gboolean perform_one(Ledger *ledger, const char *outbox, const LedgerEffect *effect,
                            GError **error)
{
    g_autofree char *path = g_build_filename(outbox, effect->target, NULL);
    switch (effect->kind) {
    case EFFECT_FILE:
        return perform_file(ledger, path, effect, error);
    case EFFECT_MOVE:
        return perform_move(ledger, path, effect, error);
    case EFFECT_REMOVE:
        return perform_remove(ledger, path, effect, error);
    case EFFECT_KEEP:
        break;
    }
    return ledger_effect_done(ledger, effect->id, error);
}

gboolean outbox_perform(Ledger *ledger, const char *outbox, gint64 document, GError **error)
{
    g_autoptr(GPtrArray) effects = ledger_effects_owed(ledger, document, error);
    if (!effects)
        return FALSE;
    for (guint i = 0; i < effects->len; i++)
        if (!perform_one(ledger, outbox, effects->pdata[i], error))
            return FALSE;
    return TRUE;
}

/* ---- recovery ---- */

/* A temp file is only ever left where something is still owed. */
static gboolean clean_folders(const char *outbox, GPtrArray *effects, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!publish_clean(outbox, error))
        return FALSE;
    for (guint i = 0; i < effects->len; i++) {
        const LedgerEffect *effect = effects->pdata[i];
        g_autofree char *path = g_build_filename(outbox, effect->target, NULL);
        char *folder = g_path_get_dirname(path);
        if (g_hash_table_add(seen, folder) && !publish_clean(folder, error))
            return FALSE;
    }
    return TRUE;
}

gboolean outbox_recover(Ledger *ledger, const char *outbox, GError **error)
{
    g_autoptr(GPtrArray) effects = ledger_effects_owed(ledger, 0, error);
    if (!effects || !clean_folders(outbox, effects, error))
        return FALSE;
    for (guint i = 0; i < effects->len; i++)
        if (!perform_one(ledger, outbox, effects->pdata[i], error))
            return FALSE;
    return ledger_commit(ledger, error);
}
