#include "pipeline/host/pack-conf.h"

#include <string.h>

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/host/keyfile.h"

/* Where pack.conf's words go. One row a key: the table is the format. */
typedef struct {
    const char *group, *key;
    gboolean (*set)(Pack *pack, const KeyEntry *entry, const char *path, GError **error);
} PackKey;

gboolean pack_conf_is_name(const char *name)
{
    return name[0] && strlen(name) <= 64 && name[0] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);
}

static gboolean entry_number(const KeyEntry *entry, double low, double high, const char *path,
                             double *number, GError **error)
{
    char *end = NULL;
    *number = g_ascii_strtod(entry->value, &end);
    if (end == entry->value || *end || !(*number >= low && *number <= high)) {
        keyfile_error(error, DOCKET_ERROR_PACK, path, entry->line,
                      "%s must be a number from %g to %g, not \"%.60s\"", entry->key, low, high,
                      entry->value);
        return FALSE;
    }
    return TRUE;
}

/* Which of the words it is. */
static gboolean entry_choice(const KeyEntry *entry, const char *const *words, const char *path,
                             guint *choice, GError **error)
{
    guint n = g_strv_length((char **)words);
    for (guint i = 0; i < n; i++) {
        if (!g_str_equal(entry->value, words[i]))
            continue;
        *choice = i;
        return TRUE;
    }
    g_autoptr(GString) list = g_string_new(words[0]);
    for (guint i = 1; i < n; i++)
        g_string_append_printf(list, "%s%s", i + 1 < n ? ", " : " or ", words[i]);
    keyfile_error(error, DOCKET_ERROR_PACK, path, entry->line, "%s must be %s, not \"%.60s\"",
                  entry->key, list->str, entry->value);
    return FALSE;
}

static gboolean set_title(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_free(pack->title);
    pack->title = g_strdup(entry->value);
    return TRUE;
}

static gboolean set_description(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_free(pack->description);
    pack->description = g_strdup(entry->value);
    return TRUE;
}

/* One version, or shares of several. */
static gboolean set_prompt(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(Split) split = split_parse(entry->value, &bad);
    const char *odd = NULL;
    for (guint i = 0; split && i < split->parts->len; i++) {
        const char *name = g_array_index(split->parts, SplitPart, i).name;
        odd = pack_conf_is_name(name) ? odd : name;
    }
    if (!split || odd) {
        keyfile_error(error, DOCKET_ERROR_PACK, path, entry->line,
                      "prompt must be a version such as \"v1\" (a file prompts/v1.md) or shares of "
                      "several such as \"v1:90 v2:10\", not \"%.60s\"%s%s",
                      entry->value, bad ? ": " : "", bad ? bad->message : "");
        return FALSE;
    }
    split_free(pack->prompt_split);
    pack->prompt_split = g_steal_pointer(&split);
    return TRUE;
}

/* One model, or shares of several: names of groups [model NAME], which are held against the
 * configuration when a run begins. */
static gboolean set_model(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_autoptr(GError) bad = NULL;
    Split *split = split_parse(entry->value, &bad);
    if (!split) {
        keyfile_error(error, DOCKET_ERROR_PACK, path, entry->line,
                      "%s must be the name of a model or shares of several such as "
                      "\"cheap:90 new:10\", not \"%.60s\": %s",
                      entry->key, entry->value, bad->message);
        return FALSE;
    }
    for (guint role = 0; role < MODEL_ROLES; role++) {
        if (!g_str_equal(entry->key, model_roles[role]))
            continue;
        split_free(pack->models[role]);
        pack->models[role] = split;
    }
    return TRUE;
}

/* Kept as the list of names until the files are read: load_context puts the text in its place. */
static gboolean set_context(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_free(pack->context);
    pack->context = g_strdup(entry->value);
    return TRUE;
}

static gboolean set_words(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_auto(GStrv) items = g_strsplit(entry->value, ";", -1);
    for (guint i = 0; items[i]; i++) {
        char *item = g_strstrip(items[i]);
        if (!*item)
            continue;
        double weight = 1;
        char *colon = strrchr(item, ':');
        if (colon) {
            char *end = NULL;
            weight = g_ascii_strtod(colon + 1, &end);
            *colon = '\0';
            if (end == colon + 1 || *end || !(weight >= -100 && weight <= 100)) {
                keyfile_error(error, DOCKET_ERROR_PACK, path, entry->line,
                              "the weight after \"%.60s:\" must be a number from -100 to 100",
                              item);
                return FALSE;
            }
        }
        PackWord word = {.word = g_utf8_strdown(g_strstrip(item), -1), .weight = weight};
        g_array_append_val(pack->words, word);
    }
    return TRUE;
}

static gboolean set_columns(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    g_autoptr(GStrvBuilder) columns = g_strv_builder_new();
    g_auto(GStrv) items = g_strsplit(entry->value, ";", -1);
    for (guint i = 0; items[i]; i++)
        if (*g_strstrip(items[i]))
            g_strv_builder_add(columns, items[i]);
    g_strfreev(pack->columns);
    pack->columns = g_strv_builder_end(columns);
    return TRUE;
}

static gboolean set_recognise_at(Pack *pack, const KeyEntry *entry, const char *path,
                                 GError **error)
{
    return entry_number(entry, 0, 1000, path, &pack->recognise_at, error);
}

static gboolean set_accept_at(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    return entry_number(entry, 0, 1, path, &pack->accept_at, error);
}

static gboolean entry_count(const KeyEntry *entry, double low, double high, const char *path,
                            guint *count, GError **error)
{
    double number = 0;
    if (!entry_number(entry, low, high, path, &number, error))
        return FALSE;
    *count = (guint)number;
    return TRUE;
}

static gboolean set_max_repairs(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    return entry_count(entry, 0, 10, path, &pack->max_repairs, error);
}

static gboolean set_max_input_chars(Pack *pack, const KeyEntry *entry, const char *path,
                                    GError **error)
{
    return entry_count(entry, 1000, 10000000, path, &pack->max_input_chars, error);
}

/* Few enough for a page are a mistake; 0 is no limit. */
static gboolean set_max_input_tokens(Pack *pack, const KeyEntry *entry, const char *path,
                                     GError **error)
{
    double least = g_str_equal(entry->value, "0") ? 0 : 300;
    return entry_count(entry, least, 10000000, path, &pack->max_input_tokens, error);
}

static gboolean set_max_input_bytes(Pack *pack, const KeyEntry *entry, const char *path,
                                    GError **error)
{
    return entry_count(entry, 1000, DOCKET_MAX_TEXT_BYTES, path, &pack->max_input_bytes, error);
}

static gboolean set_documents_per_call(Pack *pack, const KeyEntry *entry, const char *path,
                                       GError **error)
{
    return entry_count(entry, 1, 50, path, &pack->documents_per_call, error);
}

static gboolean set_retrieve(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    return entry_count(entry, 0, 5, path, &pack->retrieve, error);
}

static gboolean set_vision(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    static const char *const words[] = {"never", "auto", "always", NULL};
    guint choice = 0;
    gboolean good = entry_choice(entry, words, path, &choice, error);
    pack->vision = (Vision)choice;
    return good;
}

static gboolean set_vision_pages(Pack *pack, const KeyEntry *entry, const char *path,
                                 GError **error)
{
    return entry_count(entry, 1, 20, path, &pack->vision_pages, error);
}

static gboolean set_on_disagreement(Pack *pack, const KeyEntry *entry, const char *path,
                                    GError **error)
{
    static const char *const words[] = {"review", "null", "escalate", NULL};
    guint choice = 0;
    gboolean good = entry_choice(entry, words, path, &choice, error);
    pack->on_disagreement = (OnDisagreement)choice;
    return good;
}

static gboolean set_verify_required(Pack *pack, const KeyEntry *entry, const char *path,
                                    GError **error)
{
    static const char *const words[] = {"no", "yes", NULL};
    guint choice = 0;
    gboolean good = entry_choice(entry, words, path, &choice, error);
    pack->verify_required = choice == 1;
    return good;
}

static gboolean set_budget_day(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    return entry_number(entry, 0, 1e9, path, &pack->budget_day, error);
}

static gboolean set_budget_month(Pack *pack, const KeyEntry *entry, const char *path,
                                 GError **error)
{
    return entry_number(entry, 0, 1e9, path, &pack->budget_month, error);
}

static gboolean set_budget_at_limit(Pack *pack, const KeyEntry *entry, const char *path,
                                    GError **error)
{
    static const char *const words[] = {"hold", "template", NULL};
    guint choice = 0;
    if (!entry_choice(entry, words, path, &choice, error))
        return FALSE;
    g_free(pack->budget_at_limit);
    pack->budget_at_limit = g_strdup(entry->value);
    return TRUE;
}

static const PackKey pack_keys[] = {
    {"pack", "title", set_title},
    {"pack", "description", set_description},
    {"pack", "prompt", set_prompt},
    {"pack", "context", set_context},
    {"models", "first", set_model},
    {"models", "strong", set_model},
    {"models", "fallback", set_model},
    {"models", "verify", set_model},
    {"recognise", "words", set_words},
    {"recognise", "columns", set_columns},
    {"recognise", "at", set_recognise_at},
    {"examples", "retrieve", set_retrieve},
    {"decide", "accept_at", set_accept_at},
    {"limits", "max_repairs", set_max_repairs},
    {"limits", "max_input_chars", set_max_input_chars},
    {"limits", "max_input_tokens", set_max_input_tokens},
    {"limits", "max_input_bytes", set_max_input_bytes},
    {"limits", "documents_per_call", set_documents_per_call},
    {"vision", "pages", set_vision},
    {"vision", "max_pages", set_vision_pages},
    {"verify", "on_disagreement", set_on_disagreement},
    {"verify", "required", set_verify_required},
    {"budget", "day", set_budget_day},
    {"budget", "month", set_budget_month},
    {"budget", "at_limit", set_budget_at_limit},
};

/* "no such key; did you mean …?" with what the group does know. */
static void unknown_entry(const KeyEntry *entry, const char *path, GError **error)
{
    const char *names[G_N_ELEMENTS(pack_keys) + 1] = {NULL};
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(pack_keys); i++) {
        const char *name = entry->key ? pack_keys[i].key : pack_keys[i].group;
        if (entry->key && !g_str_equal(pack_keys[i].group, entry->group))
            continue;
        if (n == 0 || !g_str_equal(names[n - 1], name))
            names[n++] = name;
    }
    const char *near = keyfile_nearest(entry->key ? entry->key : entry->group, names);
    g_autofree char *known = g_strjoinv(", ", (char **)names);
    keyfile_error(error, DOCKET_ERROR_PACK, path, entry->line,
                  "unknown %s \"%s\"%s%s%s (known: %s)", entry->key ? "key" : "group",
                  entry->key ? entry->key : entry->group, near ? ": did you mean \"" : "",
                  near ? near : "", near ? "\"?" : "", known);
}

static gboolean apply_entry(Pack *pack, const KeyEntry *entry, const char *path, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(pack_keys); i++) {
        if (!g_str_equal(entry->group, pack_keys[i].group))
            continue;
        if (!entry->key)
            return TRUE;
        if (g_str_equal(entry->key, pack_keys[i].key))
            return pack_keys[i].set(pack, entry, path, error);
    }
    unknown_entry(entry, path, error);
    return FALSE;
}

gboolean pack_conf_load(Pack *pack, GError **error)
{
    g_autofree char *path = g_build_filename(pack->directory, "pack.conf", NULL);
    g_autoptr(GPtrArray) entries = keyfile_load(path, DOCKET_ERROR_PACK, error);
    if (!entries)
        return FALSE;
    for (guint i = 0; i < entries->len; i++)
        if (!apply_entry(pack, entries->pdata[i], path, error))
            return FALSE;
    return TRUE;
}
