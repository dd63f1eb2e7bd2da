/* Which files a verdict owes to the outbox. Nothing here touches a file, but for outbox_is_taken.
 */
#include "outbox.h"

#include "pipeline/core/bytes.h"

#include <string.h>
#include <sys/stat.h>

Originals originals_from_name(const char *name)
{
    if (g_strcmp0(name, "keep") == 0)
        return ORIGINALS_KEEP;
    return g_strcmp0(name, "delete") == 0 ? ORIGINALS_DELETE : ORIGINALS_ARCHIVE;
}

/* ---- names ---- */

char *outbox_name(const char *document_name)
{
    /* "a" owns a.meta.json and failed/a.reason.json, so no document may be called a.meta; a percent
     * sign in a name is encoded itself, so that nothing else can give "a%2Emeta". */
    static const char *const reserved[] = {".meta", ".reason.json", ".rows.jsonl"};
    const char *slash = strrchr(document_name, '/');
    g_autofree char *name = bytes_for_file_name(slash ? slash + 1 : document_name);
    for (gsize i = 0; i < G_N_ELEMENTS(reserved); i++)
        if (g_str_has_suffix(name, reserved[i]))
            return g_strdup_printf("%.*s%%2E%s", (int)(strlen(name) - strlen(reserved[i])), name,
                                   reserved[i] + 1);
    return g_steal_pointer(&name);
}

char *outbox_child_name(const char *document_name)
{
    g_auto(GStrv) parts = g_strsplit(document_name, "/", -1);
    g_autofree char *flat = g_strjoinv("--", parts);
    return outbox_name(flat);
}

static char *pack_folder(const char *pack)
{
    return pack ? bytes_for_file_name(pack) : g_strdup(OUTBOX_NO_PACK);
}

static char *target_in(const char *folder, const char *pack, const char *name, const char *suffix)
{
    g_autofree char *below = pack_folder(pack);
    return g_strdup_printf("%s/%s/%s%s", folder, below, name, suffix);
}

static char *archive_target(const char *name, gint64 now_us)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autofree char *day = g_date_time_format(now, "%Y/%m/%d");
    return g_strdup_printf("archive/%s/%s", day, name);
}

/* ---- effects ---- */

static LedgerEffect *add_effect(GPtrArray *effects, EffectKind kind, char *target)
{
    LedgerEffect *effect = g_new0(LedgerEffect, 1);
    effect->kind = kind;
    effect->target = target;
    g_ptr_array_add(effects, effect);
    return effect;
}

static void add_json(GPtrArray *effects, char *target, const cJSON *value)
{
    g_autofree char *text = json_print(value, TRUE);
    LedgerEffect *effect = add_effect(effects, EFFECT_FILE, target);
    effect->content = g_strconcat(text, "\n", NULL);
    effect->length = strlen(effect->content);
}

/* It has no file of its own that could be moved. */
static void add_content(GPtrArray *effects, char *target, GBytes *bytes)
{
    LedgerEffect *effect = add_effect(effects, EFFECT_FILE, target);
    gconstpointer data = g_bytes_get_data(bytes, &effect->length);
    effect->content = g_memdup2(data, effect->length);
}

static void add_move(GPtrArray *effects, const OutboxItem *item, char *target)
{
    if (g_strcmp0(item->place, target) == 0) {
        g_free(target);
        return;
    }
    LedgerEffect *effect = add_effect(effects, EFFECT_MOVE, target);
    effect->source = g_strdup(item->path);
    effect->sha256 = g_strdup(item->sha256);
}

static void add_original(GPtrArray *effects, const OutboxItem *item, gint64 now_us)
{
    gboolean has_record = item->verdict == VERDICT_ACCEPTED || item->verdict == VERDICT_FALLBACK;
    if (!item->path)
        return;
    if (item->originals == ORIGINALS_KEEP && !item->place) {
        LedgerEffect *effect = add_effect(effects, EFFECT_KEEP, g_strdup(""));
        effect->source = g_strdup(item->path);
        effect->sha256 = g_strdup(item->sha256);
    } else if (item->verdict == VERDICT_FAILED) {
        add_move(effects, item, g_strdup_printf("failed/%s", item->name));
    } else if (item->originals == ORIGINALS_DELETE && has_record && !item->needed) {
        LedgerEffect *effect = add_effect(effects, EFFECT_REMOVE, g_strdup(""));
        effect->source = g_strdup(item->path);
        effect->sha256 = g_strdup(item->sha256);
    } else if (!item->place || !g_str_has_prefix(item->place, "archive/")) {
        add_move(effects, item, archive_target(item->name, now_us));
    }
}

static void copy_member(cJSON *to, const cJSON *from, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(from, key);
    cJSON_AddItemToObject(to, key, member ? cJSON_Duplicate(member, TRUE) : cJSON_CreateNull());
}

cJSON *outbox_review_object(const cJSON *meta, const cJSON *record)
{
    cJSON *object = cJSON_CreateObject();
    static const char *const before[] = {"document", "pack", "verdict", "reasons", "problems"};
    static const char *const after[] = {"schema_valid", "confidence", "fields"};
    for (gsize i = 0; i < G_N_ELEMENTS(before); i++)
        copy_member(object, meta, before[i]);
    cJSON_AddItemToObject(object, "record",
                          record ? cJSON_Duplicate(record, TRUE) : cJSON_CreateNull());
    for (gsize i = 0; i < G_N_ELEMENTS(after); i++)
        copy_member(object, meta, after[i]);
    return object;
}

/* The reason with the error's word, else the last. */
static const char *deciding_reason(const cJSON *reasons, const char *error)
{
    const cJSON *last = cJSON_GetArrayItem(reasons, cJSON_GetArraySize(reasons) - 1);
    gsize n = error ? strlen(error) : 0;
    for (const cJSON *reason = reasons ? reasons->child : NULL; n && reason; reason = reason->next)
        if (cJSON_IsString(reason) && strncmp(reason->valuestring, error, n) == 0 &&
            reason->valuestring[n] == ':')
            return reason->valuestring;
    return cJSON_IsString(last) ? last->valuestring : "";
}

/* Why a document failed, for a person who finds it in failed/. */
static cJSON *reason_object(const OutboxItem *item)
{
    cJSON *object = cJSON_CreateObject();
    const cJSON *reasons = cJSON_GetObjectItemCaseSensitive(item->meta, "reasons");
    const char *text = deciding_reason(reasons, item->error);
    const char *colon = strstr(text, ": ");
    int code = item->error ? docket_error_from_reason(item->error) : -1;
    g_autofree char *word = g_strndup(text, colon ? (gsize)(colon - text) : strlen(text));
    copy_member(object, item->meta, "document");
    cJSON_AddStringToObject(object, "verdict", verdict_name(item->verdict));
    cJSON_AddStringToObject(object, "reason", item->error ? item->error : word);
    cJSON_AddStringToObject(object, "sentence", colon ? colon + 2 : text);
    cJSON_AddStringToObject(object, "advice",
                            code >= 0 ? docket_error_advice(code)
                                      : "See the reasons; put the file into the inbox again to "
                                        "have it processed once more.");
    cJSON_AddNumberToObject(object, "attempts", item->attempts);
    cJSON_AddItemToObject(object, "reasons",
                          reasons ? cJSON_Duplicate(reasons, TRUE) : cJSON_CreateArray());
    return object;
}

static GPtrArray *effects_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ledger_effect_free);
}

/* The outputs of one document, without what becomes of the original. */
static void add_outputs(GPtrArray *effects, const OutboxItem *item)
{
    if (item->carries && item->verdict != VERDICT_FAILED)
        return;
    if (item->verdict == VERDICT_ACCEPTED || item->verdict == VERDICT_FALLBACK) {
        add_json(effects, target_in("records", item->pack, item->name, ".json"), item->record);
        add_json(effects, target_in("records", item->pack, item->name, ".meta.json"), item->meta);
    } else if (item->verdict == VERDICT_REVIEW) {
        g_autoptr(cJSON) review = outbox_review_object(item->meta, item->record);
        add_json(effects, target_in("review", item->pack, item->name, ".json"), review);
    } else if (item->verdict == VERDICT_FAILED) {
        g_autoptr(cJSON) reason = reason_object(item);
        add_json(effects, g_strdup_printf("failed/%s.reason.json", item->name), reason);
        if (item->content)
            add_content(effects, g_strdup_printf("failed/%s", item->name), item->content);
    }
}

GPtrArray *outbox_effects(const OutboxItem *item, gint64 now_us)
{
    GPtrArray *effects = effects_new();
    if (item->verdict == VERDICT_HELD)
        return effects;
    add_outputs(effects, item);
    add_original(effects, item, now_us);
    return effects;
}

GPtrArray *outbox_batch_effects(const OutboxItem *item, GPtrArray *packs, gint64 now_us)
{
    GPtrArray *effects = effects_new();
    guint64 failed = 0;
    if (item->verdict == VERDICT_HELD)
        return effects;
    for (guint i = 0; i < packs->len; i++) {
        const LedgerBatchPack *pack = packs->pdata[i];
        const guint64 *n = pack->verdicts;
        failed += n[VERDICT_FAILED];
        if (n[VERDICT_ACCEPTED] + n[VERDICT_FALLBACK])
            add_effect(effects, EFFECT_FILE,
                       target_in("records", pack->pack, item->name, ".jsonl"));
        if (pack->pack)
            add_effect(effects, EFFECT_FILE,
                       target_in("records", pack->pack, item->name, ".meta.jsonl"));
        if (n[VERDICT_REVIEW])
            add_effect(effects, EFFECT_FILE, target_in("review", pack->pack, item->name, ".jsonl"));
    }
    if (failed)
        add_effect(effects, EFFECT_FILE, g_strdup_printf("failed/%s.rows.jsonl", item->name));
    if (item->verdict == VERDICT_FAILED)
        add_outputs(effects, item);
    add_original(effects, item, now_us);
    return effects;
}

/* ---- processed again ---- */

/* What stands in the outbox of a document by now, by its effects in their order. */
static gboolean note_published(const LedgerEffect *effect, gpointer data)
{
    GHashTable *published = data;
    if (effect->kind == EFFECT_FILE)
        g_hash_table_add(published, g_strdup(effect->target));
    else if (effect->kind == EFFECT_REMOVE && *effect->target)
        g_hash_table_remove(published, effect->target);
    return TRUE;
}

gboolean outbox_add_stale(Ledger *ledger, gint64 document, GPtrArray *effects, GError **error)
{
    g_autoptr(GHashTable) published = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!ledger_each_effect(ledger, document, note_published, published, error))
        return FALSE;
    for (guint i = 0; i < effects->len; i++) {
        const LedgerEffect *effect = effects->pdata[i];
        g_hash_table_remove(published, effect->target);
    }
    GHashTableIter iter;
    gpointer target;
    g_hash_table_iter_init(&iter, published);
    while (g_hash_table_iter_next(&iter, &target, NULL))
        add_effect(effects, EFFECT_REMOVE, g_strdup(target));
    return TRUE;
}

/* ---- after a review ---- */

/* The files of a batch that a row's new verdict changes; they are made again from the ledger. */
static GPtrArray *row_review_effects(Ledger *ledger, const LedgerDocument *row, Verdict verdict,
                                     GError **error)
{
    g_autoptr(LedgerDocument) batch = ledger_document(ledger, row->parent, error);
    if (!batch)
        return NULL;
    GPtrArray *effects = effects_new();
    /* A batch under way is published with all its rows when it ends. */
    if (!batch->output || batch->verdict == VERDICT_HELD)
        return effects;
    if (verdict == VERDICT_FAILED)
        add_effect(effects, EFFECT_FILE, g_strdup_printf("failed/%s.rows.jsonl", batch->output));
    else
        add_effect(effects, EFFECT_FILE, target_in("records", row->pack, batch->output, ".jsonl"));
    if (row->pack)
        add_effect(effects, EFFECT_FILE,
                   target_in("records", row->pack, batch->output, ".meta.jsonl"));
    add_effect(effects, EFFECT_FILE, target_in("review", row->pack, batch->output, ".jsonl"));
    return effects;
}

GPtrArray *outbox_review_effects(Ledger *ledger, const char *outbox, const LedgerDocument *document,
                                 Verdict verdict, const cJSON *record, const cJSON *meta,
                                 GError **error)
{
    if (document->kind == JOB_ROW)
        return row_review_effects(ledger, document, verdict, error);
    g_autoptr(GPtrArray) effects = effects_new();
    if (!document->output)
        return g_steal_pointer(&effects);
    g_autofree char *original = outbox_original(ledger, outbox, document, error);
    if (!original && document->path)
        return NULL;
    OutboxItem item = {.name = document->output,
                       .pack = document->pack,
                       .path = original,
                       .sha256 = document->sha256,
                       .verdict = verdict,
                       .error = document->error,
                       .attempts = document->attempts,
                       .record = record,
                       .meta = meta};
    add_outputs(effects, &item);
    add_effect(effects, EFFECT_REMOVE,
               target_in("review", document->pack, document->output, ".json"));
    /* Only what docket has put into its own archive is moved on; a kept original stays. */
    if (verdict == VERDICT_FAILED && original && g_str_has_prefix(original, outbox) &&
        g_strcmp0(original, document->path) != 0)
        add_move(effects, &item, g_strdup_printf("failed/%s", document->output));
    return g_steal_pointer(&effects);
}

/* ---- asking ---- */

static gboolean exists(const char *outbox, char *target)
{
    g_autofree char *owned = target;
    g_autofree char *path = g_build_filename(outbox, owned, NULL);
    struct stat info;
    return lstat(path, &info) == 0;
}

gboolean outbox_is_taken(const char *outbox, const char *pack, const char *name, gint64 now_us)
{
    return exists(outbox, target_in("records", pack, name, ".json")) ||
           exists(outbox, target_in("records", pack, name, ".jsonl")) ||
           exists(outbox, target_in("review", pack, name, ".json")) ||
           exists(outbox, target_in("review", pack, name, ".jsonl")) ||
           exists(outbox, g_strdup_printf("failed/%s", name)) ||
           exists(outbox, g_strdup_printf("failed/%s.reason.json", name)) ||
           exists(outbox, archive_target(name, now_us));
}

typedef struct {
    const char *outbox;
    char *path;
} Place;

static gboolean follow(const LedgerEffect *effect, gpointer data)
{
    Place *place = data;
    gboolean moved = effect->kind == EFFECT_MOVE && effect->done_us && !effect->note;
    if (moved && g_strcmp0(effect->source, place->path) == 0) {
        g_free(place->path);
        place->path = g_build_filename(place->outbox, effect->target, NULL);
    }
    return TRUE;
}

char *outbox_original(Ledger *ledger, const char *outbox, const LedgerDocument *document,
                      GError **error)
{
    Place place = {outbox, g_strdup(document->path)};
    if (ledger_each_effect(ledger, document->id, follow, &place, error))
        return place.path;
    g_free(place.path);
    return NULL;
}
