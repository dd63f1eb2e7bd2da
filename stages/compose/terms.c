#include "stages/compose/terms.h"

#include <string.h>

#include "pipeline/core/values.h"

#define MAX_DEPTH 32u          /* nesting of fields */
#define MAX_TERMS 20000u       /* of one pack */
#define MAX_FIELDS 2000u       /* of one pack */
#define LEAST_WORD 4u          /* letters of a word of a description that says something */
#define WEIGHT_LABEL 3.0       /* a label of the template, the name or title of a field */
#define WEIGHT_DESCRIPTION 1.0 /* all words of its description together */

typedef struct {
    Term term;
    char **words; /* folded */
} TermWords;

struct Terms {
    GArray *terms;       /* of TermWords */
    GHashTable *fields;  /* JSON Pointer, "*" for items -> number + 1 */
    GHashTable *by_word; /* first word -> GArray of guint */
    GHashTable *numbers; /* set of numbers of fields, + 1 */
    GHashTable *known;   /* "field phrase": entered already */
    const cJSON *root;   /* of the schema, while it is walked */
    GPtrArray *path;     /* schemas that are being walked, so that recursion ends */
};

static void term_words_clear(gpointer data)
{
    g_strfreev(((TermWords *)data)->words);
}

void terms_free(Terms *terms)
{
    if (!terms)
        return;
    g_array_unref(terms->terms);
    g_hash_table_unref(terms->fields);
    g_hash_table_unref(terms->by_word);
    g_hash_table_unref(terms->numbers);
    g_hash_table_unref(terms->known);
    g_ptr_array_unref(terms->path);
    g_free(terms);
}

/* The words of a text as they are compared: folded, without a plural s. */
static char **words_of(const char *text)
{
    g_autofree char *key = value_key(text, -1);
    char **words = *key ? g_strsplit(key, " ", -1) : g_new0(char *, 1);
    for (guint i = 0; words[i]; i++) {
        gsize length = strlen(words[i]);
        if (length > 3 && words[i][length - 1] == 's' && words[i][length - 2] != 's')
            words[i][length - 1] = '\0';
    }
    return words;
}

/* ---- entering ---- */

static guint field_number(Terms *terms, const char *pointer)
{
    gpointer known = g_hash_table_lookup(terms->fields, pointer);
    if (!known) {
        known = GUINT_TO_POINTER(MIN(g_hash_table_size(terms->fields), MAX_FIELDS - 1) + 1);
        g_hash_table_insert(terms->fields, g_strdup(pointer), known);
    }
    return GPOINTER_TO_UINT(known) - 1;
}

/* Takes the words. */
static void add_words(Terms *terms, guint field, char **words, double weight)
{
    g_autofree char *phrase = g_strjoinv(" ", words);
    g_autofree char *key = g_strdup_printf("%u %s", field, phrase);
    if (!words[0] || terms->terms->len >= MAX_TERMS || g_hash_table_contains(terms->known, key)) {
        g_strfreev(words);
        return;
    }
    guint number = terms->terms->len;
    TermWords term = {{field, weight}, words};
    g_array_append_val(terms->terms, term);
    g_hash_table_add(terms->known, g_steal_pointer(&key));
    GArray *same = g_hash_table_lookup(terms->by_word, words[0]);
    if (!same) {
        same = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(terms->by_word, g_strdup(words[0]), same);
    }
    g_array_append_val(same, number);
}

static void add_phrase(Terms *terms, guint field, const char *text)
{
    if (text)
        add_words(terms, field, words_of(text), WEIGHT_LABEL);
}

/* "unitPrice" and "unit_price" are "unit price". */
static void add_name(Terms *terms, guint field, const char *name)
{
    g_autoptr(GString) spaced = g_string_new(NULL);
    for (const char *p = name; *p; p++) {
        if (p > name && g_ascii_isupper(*p) && g_ascii_islower(p[-1]))
            g_string_append_c(spaced, ' ');
        g_string_append_c(spaced, *p);
    }
    add_phrase(terms, field, spaced->str);
}

static void add_description(Terms *terms, guint field, const char *text)
{
    g_auto(GStrv) words = text ? words_of(text) : NULL;
    guint telling = 0;
    for (guint i = 0; words && words[i]; i++)
        telling += strlen(words[i]) >= LEAST_WORD;
    for (guint i = 0; words && words[i]; i++) {
        char *one[] = {words[i], NULL};
        if (strlen(words[i]) >= LEAST_WORD)
            add_words(terms, field, g_strdupv(one), WEIGHT_DESCRIPTION / telling);
    }
}

/* ---- the schema ---- */

static void walk_schema(Terms *terms, const cJSON *node, const char *pointer);

static const cJSON *get(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

static gboolean has_type(const cJSON *node, const char *wanted)
{
    const cJSON *type = get(node, "type"), *each = NULL;
    gboolean found = cJSON_IsString(type) && g_str_equal(type->valuestring, wanted);
    cJSON_ArrayForEach(each, type)
    {
        found |= cJSON_IsString(each) && g_str_equal(each->valuestring, wanted);
    }
    return found;
}

/* A number or date counts for all that it stands in. */
static void note_number(Terms *terms, const cJSON *node, const char *pointer)
{
    const char *format = json_string(node, "format", "");
    if (!has_type(node, "number") && !has_type(node, "integer") &&
        !g_str_has_prefix(format, "date"))
        return;
    g_autofree char *part = g_strdup(pointer);
    for (char *slash; *part; *slash = '\0') {
        g_hash_table_add(terms->numbers, GUINT_TO_POINTER(field_number(terms, part) + 1));
        slash = strrchr(part, '/');
    }
}

static void walk_parts(Terms *terms, const cJSON *node, const char *pointer)
{
    static const char *const groups[] = {"anyOf", "oneOf", "allOf"};
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(node, "properties"))
    {
        g_autofree char *below = g_strdup_printf("%s/%s", pointer, each->string);
        add_name(terms, field_number(terms, below), each->string);
        walk_schema(terms, each, below);
    }
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        cJSON_ArrayForEach(each, get(node, groups[i])) walk_schema(terms, each, pointer);
    }
    const char *ref = json_string(node, "$ref", NULL);
    const cJSON *target = ref && ref[0] == '#' ? json_at(terms->root, ref + 1) : NULL;
    if (target)
        walk_schema(terms, target, pointer);
    if (cJSON_IsObject(get(node, "items"))) {
        g_autofree char *below = g_strconcat(pointer, "/*", NULL);
        walk_schema(terms, get(node, "items"), below);
    }
}

static void walk_schema(Terms *terms, const cJSON *node, const char *pointer)
{
    if (!cJSON_IsObject(node) || terms->path->len > MAX_DEPTH || terms->terms->len >= MAX_TERMS ||
        g_ptr_array_find(terms->path, node, NULL))
        return;
    g_ptr_array_add(terms->path, (gpointer)node);
    if (*pointer) {
        guint field = field_number(terms, pointer);
        add_phrase(terms, field, json_string(node, "title", NULL));
        add_description(terms, field, json_string(node, "description", NULL));
        note_number(terms, node, pointer);
    }
    walk_parts(terms, node, pointer);
    g_ptr_array_remove_index(terms->path, terms->path->len - 1);
}

/* ---- the template ---- */

static void add_labels(Terms *terms, const char *pointer, const cJSON *rule)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(rule, "labels"))
    {
        if (cJSON_IsString(each))
            add_phrase(terms, field_number(terms, pointer), each->valuestring);
    }
}

static void walk_template(Terms *terms, const cJSON *template)
{
    const cJSON *rule = NULL, *column = NULL;
    cJSON_ArrayForEach(rule, get(template, "fields"))
    {
        g_autofree char *pointer =
            g_strconcat(rule->string[0] == '/' ? "" : "/", rule->string, NULL);
        add_labels(terms, pointer, rule);
        cJSON_ArrayForEach(column, get(get(rule, "table"), "columns"))
        {
            g_autofree char *below = g_strdup_printf("%s/*/%s", pointer, column->string);
            add_labels(terms, below, column);
        }
    }
}

Terms *terms_new(const Pack *pack)
{
    Terms *terms = g_new0(Terms, 1);
    terms->terms = g_array_new(FALSE, FALSE, sizeof(TermWords));
    g_array_set_clear_func(terms->terms, term_words_clear);
    terms->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    terms->by_word =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    terms->numbers = g_hash_table_new(NULL, NULL);
    terms->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    terms->path = g_ptr_array_new();
    terms->root = pack->schema;
    walk_schema(terms, pack->schema, "");
    walk_template(terms, pack->template);
    terms->root = NULL;
    return terms;
}

/* ---- finding ---- */

guint terms_fields(const Terms *terms)
{
    return MIN(g_hash_table_size(terms->fields), MAX_FIELDS);
}

gboolean terms_is_number(const Terms *terms, guint field)
{
    return g_hash_table_contains(terms->numbers, GUINT_TO_POINTER(field + 1));
}

guint terms_count(const Terms *terms)
{
    return terms->terms->len;
}

const Term *terms_get(const Terms *terms, guint number)
{
    return &g_array_index(terms->terms, TermWords, number).term;
}

static gboolean stands_at(char **wanted, char **words)
{
    while (*wanted && *words && strcmp(*wanted, *words) == 0) {
        wanted++;
        words++;
    }
    return !*wanted;
}

void terms_match(const Terms *terms, const char *text, GArray *found)
{
    g_auto(GStrv) words = words_of(text);
    g_autofree guint8 *seen = g_new0(guint8, terms->terms->len + 1);
    for (guint w = 0; words[w]; w++) {
        const GArray *candidates = g_hash_table_lookup(terms->by_word, words[w]);
        for (guint i = 0; candidates && i < candidates->len; i++) {
            guint number = g_array_index(candidates, guint, i);
            if (seen[number] ||
                !stands_at(g_array_index(terms->terms, TermWords, number).words, words + w))
                continue;
            seen[number] = 1;
            g_array_append_val(found, number);
        }
    }
}
