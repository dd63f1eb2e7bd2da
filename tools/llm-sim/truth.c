#include "tools/llm-sim/truth.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "tools/llm-sim/question.h"

#define MARKER_DIGITS 16 /* of the SHA-256, as the document's marker has them */

typedef struct {
    cJSON *record;
    char *key;        /* folded, NULL if none */
    GPtrArray *match; /* char*, folded */
} Entry;

struct Truth {
    GPtrArray *entries;    /* of Entry */
    GHashTable *by_sha256; /* first digits of it -> Entry */
    GHashTable *by_name;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    cJSON_Delete(entry->record);
    g_free(entry->key);
    g_ptr_array_unref(entry->match);
    g_free(entry);
}

void truth_free(Truth *truth)
{
    if (!truth)
        return;
    g_hash_table_unref(truth->by_sha256);
    g_hash_table_unref(truth->by_name);
    g_ptr_array_unref(truth->entries);
    g_free(truth);
}

static void add_match(Entry *entry, const cJSON *text)
{
    if (!cJSON_IsString(text))
        return;
    char *folded = bytes_fold_letters(text->valuestring);
    if (*folded)
        g_ptr_array_add(entry->match, folded);
    else
        g_free(folded);
}

static void add_entry(Truth *truth, const cJSON *line, cJSON *record)
{
    Entry *entry = g_new0(Entry, 1);
    entry->record = record;
    entry->match = g_ptr_array_new_with_free_func(g_free);
    const cJSON *match = cJSON_GetObjectItemCaseSensitive(line, "match"), *each = NULL;
    add_match(entry, match);
    if (cJSON_IsArray(match))
        cJSON_ArrayForEach(each, match) add_match(entry, each);
    const char *key = json_string(line, "key", NULL);
    if (key)
        entry->key = bytes_fold_letters(key);
    const char *sha256 = json_string(line, "sha256", "");
    if (strlen(sha256) >= MARKER_DIGITS)
        g_hash_table_insert(truth->by_sha256, g_strndup(sha256, MARKER_DIGITS), entry);
    const char *name = json_string(line, "name", NULL);
    if (name)
        g_hash_table_insert(truth->by_name, g_strdup(name), entry);
    g_ptr_array_add(truth->entries, entry);
}

Truth *truth_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_autoptr(Truth) truth = g_new0(Truth, 1);
    truth->entries = g_ptr_array_new_with_free_func(entry_free);
    truth->by_sha256 = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    truth->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (!*g_strstrip(lines[i]))
            continue;
        g_autoptr(cJSON) line = json_parse(lines[i], strlen(lines[i]), error);
        cJSON *record = cJSON_DetachItemFromObjectCaseSensitive(line, "record");
        if (!line || !record) {
            if (line)
                g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON, "there is no \"record\"");
            g_prefix_error(error, "%s:%u: ", path, i + 1);
            return NULL;
        }
        add_entry(truth, line, record);
    }
    return g_steal_pointer(&truth);
}

/* What stands between two texts on one line of the prompt, or NULL. */
static char *between(const char *prompt, const char *before, const char *after)
{
    const char *start = strstr(prompt, before);
    if (!start)
        return NULL;
    start += strlen(before);
    const char *end = strstr(start, after);
    const char *line = strchr(start, '\n');
    return end && (!line || end <= line) ? g_strndup(start, (gsize)(end - start)) : NULL;
}

/* A document known by its marker. Documents and examples may hold lines that look like markers, and
 * the document comes last: the last one that is known counts. */
static const Entry *find_marked(const Truth *truth, const char *prompt)
{
    const Entry *found = NULL;
    for (const char *at = prompt; (at = strstr(at, QUESTION_BEGIN)); at += strlen(QUESTION_BEGIN)) {
        g_autofree char *marker = between(at, QUESTION_BEGIN, " ===");
        const Entry *entry = marker ? g_hash_table_lookup(truth->by_sha256, marker) : NULL;
        if (entry)
            found = entry;
    }
    return found;
}

static const Entry *find_declared(const Truth *truth, const char *prompt)
{
    const Entry *entry = find_marked(truth, prompt);
    if (entry)
        return entry;
    g_autofree char *quoted = between(prompt, "File name: ", "\n");
    g_autoptr(cJSON) name = quoted ? json_parse(quoted, strlen(quoted), NULL) : NULL;
    return cJSON_IsString(name) ? g_hash_table_lookup(truth->by_name, name->valuestring) : NULL;
}

static const Entry *find_by_text(const Truth *truth, const char *prompt)
{
    g_autofree char *folded = bytes_fold_letters(prompt);
    const Entry *best = NULL;
    double best_share = 0;
    for (guint i = 0; i < truth->entries->len; i++) {
        const Entry *entry = truth->entries->pdata[i];
        if (entry->key && strstr(folded, entry->key))
            return entry;
        guint hits = 0;
        for (guint m = 0; m < entry->match->len; m++)
            hits += strstr(folded, entry->match->pdata[m]) != NULL;
        double share = entry->match->len ? (double)hits / entry->match->len : 0;
        if (share >= 0.5 && share > best_share) {
            best = entry;
            best_share = share;
        }
    }
    return best;
}

const cJSON *truth_find(const Truth *truth, const char *prompt)
{
    const Entry *entry = find_declared(truth, prompt);
    if (!entry)
        entry = find_by_text(truth, prompt);
    return entry ? entry->record : NULL;
}
