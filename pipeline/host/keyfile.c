#include "pipeline/host/keyfile.h"

#include <errno.h>
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

#define MAX_KEYFILE_BYTES (1u << 20) /* nobody writes a longer one by hand */

static void key_entry_free(gpointer data)
{
    KeyEntry *entry = data;
    g_free(entry->group);
    g_free(entry->key);
    g_free(entry->value);
    g_free(entry);
}

void keyfile_error(GError **error, int code, const char *path, guint line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sentence = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *place = bytes_for_terminal(path);
    g_autofree char *safe = bytes_for_terminal(sentence);
    if (line)
        g_set_error(error, DOCKET_ERROR, code, "%s:%u: %s", place, line, safe);
    else
        g_set_error(error, DOCKET_ERROR, code, "%s: %s", place, safe);
}

static void add_entry(GPtrArray *entries, const char *group, const char *key, guint line)
{
    KeyEntry *entry = g_new0(KeyEntry, 1);
    entry->group = g_strdup(group);
    entry->key = g_strdup(key);
    entry->line = line;
    g_ptr_array_add(entries, entry);
}

/* One line of the file into `entries`; *group is the heading it stands under. */
static gboolean scan_line(GPtrArray *entries, char **group, const char *raw, guint number,
                          const char *path, int code, GError **error)
{
    g_autofree char *line = g_strstrip(g_strdup(raw));
    gsize length = strlen(line);
    if (length == 0 || line[0] == '#')
        return TRUE;
    if (line[0] == '[' && line[length - 1] == ']') {
        g_free(*group);
        *group = g_strndup(line + 1, length - 2);
        add_entry(entries, *group, NULL, number);
        return TRUE;
    }
    char *equals = strchr(line, '=');
    if (!equals || equals == line) {
        keyfile_error(error, code, path, number,
                      "expected \"key = value\", \"[group]\" or \"# comment\", found \"%.60s\"",
                      line);
        return FALSE;
    }
    if (!*group) {
        keyfile_error(error, code, path, number, "a key before the first \"[group]\" heading");
        return FALSE;
    }
    *equals = '\0';
    g_strchomp(line);
    for (guint i = 0; i < entries->len; i++) {
        const KeyEntry *earlier = entries->pdata[i];
        if (earlier->key && g_str_equal(earlier->group, *group) &&
            g_str_equal(earlier->key, line)) {
            keyfile_error(error, code, path, number, "\"%s\" stands here twice (first on line %u)",
                          line, earlier->line);
            return FALSE;
        }
    }
    add_entry(entries, *group, line, number);
    return TRUE;
}

static gboolean decode_values(GPtrArray *entries, GKeyFile *file, const char *path, int code,
                              GError **error)
{
    for (guint i = 0; i < entries->len; i++) {
        KeyEntry *entry = entries->pdata[i];
        if (!entry->key)
            continue;
        g_autoptr(GError) bad = NULL;
        entry->value = g_key_file_get_string(file, entry->group, entry->key, &bad);
        if (!entry->value) {
            keyfile_error(error, code, path, entry->line, "%s", bad->message);
            return FALSE;
        }
        g_strchomp(entry->value);
    }
    return TRUE;
}

GPtrArray *keyfile_parse(const char *text, gsize length, const char *path, int code, GError **error)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(key_entry_free);
    if (length == 0)
        return g_steal_pointer(&entries);
    if (!g_utf8_validate_len(text, length, NULL)) {
        keyfile_error(error, code, path, 0, "not a UTF-8 text file");
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_autofree char *group = NULL;
    for (guint i = 0; lines[i]; i++)
        if (!scan_line(entries, &group, lines[i], i + 1, path, code, error))
            return NULL;

    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) bad = NULL;
    if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, &bad)) {
        keyfile_error(error, code, path, 0, "%s", bad->message);
        return NULL;
    }
    if (!decode_values(entries, file, path, code, error))
        return NULL;
    return g_steal_pointer(&entries);
}

GPtrArray *keyfile_load(const char *path, int code, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) bad = NULL;
    if (!g_file_get_contents(path, &text, &length, &bad)) {
        keyfile_error(error, code, path, 0, "%s", bad->message);
        return NULL;
    }
    if (length > MAX_KEYFILE_BYTES) {
        keyfile_error(error, code, path, 0, "larger than 1 MiB: this is no configuration file");
        return NULL;
    }
    return keyfile_parse(text, length, path, code, error);
}

/* Levenshtein distance; words here are short. */
static guint distance(const char *a, const char *b)
{
    gsize width = strlen(b) + 1;
    g_autofree guint *row = g_new(guint, width);
    for (gsize j = 0; j < width; j++)
        row[j] = (guint)j;
    for (gsize i = 1; a[i - 1]; i++) {
        guint diagonal = row[0];
        row[0] = (guint)i;
        for (gsize j = 1; j < width; j++) {
            guint change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[width - 1];
}

const char *keyfile_nearest(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    guint least = G_MAXUINT;
    g_autofree char *folded = g_ascii_strdown(word, MIN(strlen(word), 64));
    g_strdelimit(folded, "-. ", '_');
    for (guint i = 0; candidates[i]; i++) {
        guint steps = distance(folded, candidates[i]);
        /* A prefix either way ("url" is no help, "max_output" is) counts as near. */
        if (strlen(folded) >= 4 &&
            (g_str_has_prefix(candidates[i], folded) || g_str_has_prefix(folded, candidates[i])))
            steps = MIN(steps, 1);
        if (steps < least) {
            least = steps;
            best = candidates[i];
        }
    }
    /* Two letters that changed places are two steps. */
    gsize most = strlen(folded) < 4 ? 1 : MAX(2, strlen(folded) / 3);
    return best && least <= most ? best : NULL;
}
