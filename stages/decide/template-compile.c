/* From template.json and the schema to the compiled template; every mistake is named by field and
 * key, so that a pack's author finds it at once. */
#include "template-internal.h"

#include <math.h>
#include <string.h>

static const char *const parser_names[PARSER_LAST] = {
    [PARSER_STRING] = "string",
    [PARSER_DATE] = "date",
    [PARSER_TIME] = "time",
    [PARSER_MONEY] = "money",
    [PARSER_NUMBER] = "number",
    [PARSER_INTEGER] = "integer",
    [PARSER_PERCENT] = "percent",
    [PARSER_QUANTITY] = "quantity",
    [PARSER_CURRENCY] = "currency",
    [PARSER_IDENTIFIER] = "identifier",
    [PARSER_EMAIL] = "email",
    [PARSER_PHONE] = "phone",
    [PARSER_URL] = "url",
    [PARSER_IBAN] = "iban",
    [PARSER_VAT_ID] = "vat_id",
    [PARSER_BOOLEAN] = "boolean",
    [PARSER_ENUM] = "enum",
    [PARSER_LINE] = "line",
    [PARSER_BLOCK] = "block",
    [PARSER_ORGANISATION] = "organisation",
    [PARSER_ADDRESS] = "address",
    [PARSER_HEADING] = "heading",
    [PARSER_PARAGRAPHS] = "paragraphs",
};
static const char *const position_names[] = {"right", "below", "above", "block", NULL};
static const char *const pick_names[] = {"best", "first", "last", "largest", "smallest", NULL};
static const char *const case_names[] = {"keep", "calm", "lower", "upper", "title", NULL};
static const char *const page_names[] = {"all", "first", "last", NULL};
static const char *const decimal_names[] = {"any", "point", "comma", NULL};

static gboolean broken(GError **error, const char *where, const char *key, const char *rule)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK,
                "template.json: field \"%s\", key \"%s\": %s", where, key, rule);
    return FALSE;
}

/* ---- small readers of JSON ---- */

gboolean spec_regex(const cJSON *entry, const char *key, const char *where, GRegex **regex,
                    GError **error)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(entry, key);
    if (text == NULL)
        return TRUE;
    if (!cJSON_IsString(text))
        return broken(error, where, key, "must be a string with a pattern");
    g_autoptr(GError) fault = NULL;
    *regex = g_regex_new(text->valuestring, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, &fault);
    return *regex != NULL || broken(error, where, key, fault->message);
}

gboolean spec_strings(const cJSON *entry, const char *key, const char *where, char ***strings,
                      GError **error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, key);
    const cJSON *item;
    if (list == NULL)
        return TRUE;
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
    if (!cJSON_IsArray(list))
        return broken(error, where, key, "must be an array of strings");
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            return broken(error, where, key, "must be an array of strings");
        g_ptr_array_add(out, g_strdup(item->valuestring));
    }
    g_ptr_array_add(out, NULL);
    *strings = (char **)g_ptr_array_free(g_steal_pointer(&out), FALSE);
    return TRUE;
}

/* The index of a word in a NULL-terminated list; `value` stays when the key is missing. */
static gboolean spec_word(const cJSON *entry, const char *key, const char *const *words,
                          const char *where, guint *value, GError **error)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(entry, key);
    if (text == NULL)
        return TRUE;
    for (guint i = 0; cJSON_IsString(text) && words[i] != NULL; i++) {
        if (strcmp(words[i], text->valuestring) == 0) {
            *value = i;
            return TRUE;
        }
    }
    g_autofree char *all = g_strjoinv(", ", (char **)words);
    g_autofree char *rule = g_strdup_printf("must be one of %s", all);
    return broken(error, where, key, rule);
}

static gboolean known_keys(const cJSON *entry, const char *const *keys, const char *where,
                           GError **error)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, entry)
    {
        if (!g_strv_contains(keys, item->string))
            return broken(error, where, item->string, "is not a key of the template's format");
    }
    return TRUE;
}

/* ---- values ---- */

static gboolean parser_from_name(const cJSON *entry, const char *where, ValueSpec *spec,
                                 GError **error)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(entry, "parser");
    if (name == NULL)
        return TRUE;
    for (int i = 0; cJSON_IsString(name) && i < PARSER_LAST; i++) {
        if (strcmp(parser_names[i], name->valuestring) == 0) {
            spec->parser = (Parser)i;
            spec->parser_given = TRUE;
            return TRUE;
        }
    }
    return broken(error, where, "parser", "is not the name of a parser");
}

static void replacement_clear(gpointer data)
{
    Replacement *r = data;
    g_regex_unref(r->regex);
    g_free(r->text);
}

/* GRegex writes groups as \1; people write $1 as well. */
static char *replacement_text(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p++)
        g_string_append_c(out, *p == '$' && g_ascii_isdigit(p[1]) ? '\\' : *p);
    return g_string_free(out, FALSE);
}

static gboolean compile_replace(ValueSpec *spec, const cJSON *entry, const char *where,
                                GError **error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, "replace");
    const cJSON *pair;
    if (list == NULL)
        return TRUE;
    if (!cJSON_IsArray(list))
        return broken(error, where, "replace", "must be an array of [pattern, text]");
    spec->replace = g_array_new(FALSE, FALSE, sizeof(Replacement));
    g_array_set_clear_func(spec->replace, replacement_clear);
    cJSON_ArrayForEach(pair, list)
    {
        const cJSON *pattern = cJSON_GetArrayItem(pair, 0), *text = cJSON_GetArrayItem(pair, 1);
        if (!cJSON_IsString(pattern) || !cJSON_IsString(text))
            return broken(error, where, "replace", "must be an array of [pattern, text]");
        g_autoptr(GError) fault = NULL;
        g_autofree char *plain = replacement_text(text->valuestring);
        if (!g_regex_check_replacement(plain, NULL, &fault))
            return broken(error, where, "replace", fault->message);
        Replacement r = {.regex = g_regex_new(pattern->valuestring,
                                              G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, &fault)};
        if (r.regex == NULL)
            return broken(error, where, "replace", fault->message);
        r.text = g_steal_pointer(&plain);
        g_array_append_val(spec->replace, r);
    }
    return TRUE;
}

static void synonym_free(gpointer data)
{
    Synonym *s = data;
    cJSON_Delete(s->value);
    g_ptr_array_unref(s->patterns);
    g_free(s);
}

static gboolean add_synonym_text(ValueSpec *spec, Synonym *synonym, guint index, const char *text,
                                 const char *where, GError **error)
{
    gsize n = strlen(text);
    if (n > 2 && text[0] == '/' && text[n - 1] == '/') {
        g_autofree char *pattern = g_strndup(text + 1, n - 2);
        g_autoptr(GError) fault = NULL;
        GRegex *regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, &fault);
        if (regex == NULL)
            return broken(error, where, "synonyms", fault->message);
        g_ptr_array_add(synonym->patterns, regex);
        return TRUE;
    }
    guint phrase = phrases_add(spec->words, text);
    if (phrase == PHRASES_NONE)
        return broken(error, where, "synonyms", "a phrase has no letter or digit");
    if (phrase == spec->word_owner->len) /* known ones keep their first owner */
        g_array_append_val(spec->word_owner, index);
    return TRUE;
}

static gboolean compile_synonyms(ValueSpec *spec, const cJSON *entry, const char *where,
                                 GError **error)
{
    const cJSON *map = cJSON_GetObjectItemCaseSensitive(entry, "synonyms");
    const cJSON *list, *text;
    if (map == NULL && spec->choices == NULL)
        return TRUE;
    if (map != NULL && !cJSON_IsObject(map))
        return broken(error, where, "synonyms", "must be an object of value: [phrase, ...]");
    spec->synonyms = g_ptr_array_new_with_free_func(synonym_free);
    spec->words = phrases_new();
    spec->word_owner = g_array_new(FALSE, FALSE, sizeof(guint));
    cJSON_ArrayForEach(list, map)
    {
        Synonym *synonym = g_new0(Synonym, 1);
        synonym->value = cJSON_CreateString(list->string);
        synonym->patterns = g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);
        g_ptr_array_add(spec->synonyms, synonym);
        cJSON_ArrayForEach(text, list)
        {
            if (!cJSON_IsString(text))
                return broken(error, where, "synonyms", "phrases must be strings");
            if (!add_synonym_text(spec, synonym, spec->synonyms->len - 1, text->valuestring, where,
                                  error))
                return FALSE;
        }
    }
    return TRUE;
}

static void schema_demands(ValueSpec *spec, const cJSON *schema)
{
    spec->types = schema_types(schema);
    spec->format = g_strdup(json_string(schema, "format", NULL));
    spec->choices = cJSON_GetObjectItemCaseSensitive(schema, "enum");
    const cJSON *choice;
    if (spec->choices)
        spec->choice_keys = g_ptr_array_new_with_free_func(g_free);
    cJSON_ArrayForEach(choice, spec->choices)
    {
        const char *text = cJSON_GetStringValue(choice);
        g_ptr_array_add(spec->choice_keys, value_key(text ? text : "", -1));
    }
    spec->minimum = json_number(schema, "minimum", -INFINITY);
    spec->maximum = json_number(schema, "maximum", INFINITY);
    spec->max_chars = (guint)CLAMP(json_number(schema, "maxLength", 0), 0, 1e9);
    /* Mostly the same language; a pattern that only ECMA 262 knows is left to the validator. */
    const char *pattern = json_string(schema, "pattern", NULL);
    if (pattern != NULL)
        spec->shape = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, NULL);
}

gboolean value_spec_compile(Template *t, ValueSpec *spec, const char *name, const cJSON *entry,
                            const cJSON *schema, const char *where, GError **error)
{
    schema_demands(spec, schema);
    spec->parser = schema_parser(name, schema);
    guint letters = CASE_KEEP;
    g_auto(GStrv) spell = NULL;
    gboolean ok = parser_from_name(entry, where, spec, error) &&
                  spec_regex(entry, "pattern", where, &spec->pattern, error) &&
                  spec_regex(entry, "match", where, &spec->match, error) &&
                  spec_regex(entry, "reject", where, &spec->reject, error) &&
                  compile_replace(spec, entry, where, error) &&
                  spec_word(entry, "case", case_names, where, &letters, error) &&
                  spec_strings(entry, "spell", where, &spell, error) &&
                  compile_synonyms(spec, entry, where, error);
    t->reads_dates |= spec->parser == PARSER_DATE;
    if (spell)
        spec->spell = phrases_new();
    for (guint i = 0; spell && spell[i]; i++)
        phrases_add(spec->spell, spell[i]);
    spec->letters = (LetterCase)letters;
    spec->max_length = (guint)CLAMP(json_number(entry, "max_length", 0), 0, 1e9);
    return ok;
}

void value_spec_clear(ValueSpec *spec)
{
    g_free(spec->format);
    g_clear_pointer(&spec->choice_keys, g_ptr_array_unref);
    g_clear_pointer(&spec->shape, g_regex_unref);
    g_clear_pointer(&spec->pattern, g_regex_unref);
    g_clear_pointer(&spec->match, g_regex_unref);
    g_clear_pointer(&spec->reject, g_regex_unref);
    g_clear_pointer(&spec->replace, g_array_unref);
    g_clear_pointer(&spec->synonyms, g_ptr_array_unref);
    g_clear_pointer(&spec->words, phrases_free);
    g_clear_pointer(&spec->spell, phrases_free);
    g_clear_pointer(&spec->word_owner, g_array_unref);
}

/* ---- fields ---- */

static void field_free(gpointer data)
{
    FieldSpec *field = data;
    if (!field)
        return;
    g_free(field->pointer);
    g_free(field->name);
    value_spec_clear(&field->value);
    g_clear_pointer(&field->labels, g_array_unref);
    g_clear_pointer(&field->agree, g_ptr_array_unref);
    g_clear_pointer(&field->round_labels, g_array_unref);
    g_strfreev(field->in);
    g_free(field->join);
    g_clear_pointer(&field->until, phrases_free);
    g_clear_pointer(&field->words, g_ptr_array_unref);
    g_clear_pointer(&field->split, g_regex_unref);
    list_clear(field);
    g_free(field);
}

guint template_add_phrase(Template *t, const char *text, gboolean owned)
{
    guint number = phrases_add(t->phrases, text);
    if (number == PHRASES_NONE)
        return number;
    if (number >= t->owned->len)
        g_array_set_size(t->owned, number + 1);
    if (owned)
        g_array_index(t->owned, gboolean, number) = TRUE;
    return number;
}

static void add_label(Template *t, FieldSpec *field, const char *text)
{
    guint number = template_add_phrase(t, text, TRUE);
    for (guint i = 0; number != PHRASES_NONE && i < field->labels->len; i++)
        if (g_array_index(field->labels, guint, i) == number)
            return;
    if (number != PHRASES_NONE)
        g_array_append_val(field->labels, number);
}

static gboolean compile_labels(Template *t, FieldSpec *field, const cJSON *entry,
                               const cJSON *schema, GError **error)
{
    g_auto(GStrv) labels = NULL;
    g_auto(GStrv) others = NULL;
    if (!spec_strings(entry, "labels", field->pointer, &labels, error) ||
        !spec_strings(entry, "not", field->pointer, &others, error))
        return FALSE;
    for (guint i = 0; labels && labels[i]; i++)
        add_label(t, field, labels[i]);
    for (guint i = 0; others && others[i]; i++)
        template_add_phrase(t, others[i], FALSE);
    if (labels || field->in || field->value.pattern)
        return TRUE;
    char *slash = strrchr(field->pointer, '/');
    g_autofree char *up = g_strndup(field->pointer, (gsize)(slash - field->pointer));
    const char *parent = strrchr(up, '/');
    g_autoptr(GPtrArray) derived = schema_labels(field->name, parent ? parent + 1 : NULL, schema);
    for (guint i = 0; i < derived->len; i++)
        add_label(t, field, g_ptr_array_index(derived, i));
    return TRUE;
}

static gboolean compile_positions(FieldSpec *field, const cJSON *entry, GError **error)
{
    g_auto(GStrv) names = NULL;
    if (!spec_strings(entry, "position", field->pointer, &names, error))
        return FALSE;
    for (guint i = 0; names && names[i]; i++) {
        guint k = 0;
        while (position_names[k] && strcmp(position_names[k], names[i]) != 0)
            k++;
        if (!position_names[k] || field->n_positions == POSITION_LAST)
            return broken(error, field->pointer, "position",
                          "must be of right, below, above, block");
        field->positions[field->n_positions++] = (Position)k;
    }
    if (names == NULL) {
        Parser p = field->value.parser;
        gboolean block = p == PARSER_BLOCK || p == PARSER_ADDRESS || p == PARSER_PARAGRAPHS;
        if (block)
            field->positions[field->n_positions++] = POSITION_BLOCK;
        field->positions[field->n_positions++] = POSITION_RIGHT;
        field->positions[field->n_positions++] = POSITION_BELOW;
    }
    return TRUE;
}

static gboolean compile_region(FieldSpec *field, const cJSON *entry, GError **error)
{
    static const char *const keys[] = {"pages", "from", "to", NULL};
    const cJSON *region = cJSON_GetObjectItemCaseSensitive(entry, "region");
    guint pages = PAGES_ALL;
    field->from = json_number(region, "from", 0.0);
    field->to = json_number(region, "to", 1.0);
    gboolean ok =
        region == NULL || (known_keys(region, keys, field->pointer, error) &&
                           spec_word(region, "pages", page_names, field->pointer, &pages, error));
    field->pages = (PageChoice)pages;
    return ok;
}

static gboolean compile_phrase_list(const cJSON *entry, const char *key, const char *where,
                                    Phrases **out, GError **error)
{
    g_auto(GStrv) list = NULL;
    if (!spec_strings(entry, key, where, &list, error))
        return FALSE;
    if (list)
        *out = phrases_new();
    for (guint i = 0; list && list[i]; i++)
        phrases_add(*out, list[i]);
    return TRUE;
}

static gboolean compile_words(FieldSpec *field, const cJSON *entry, GError **error)
{
    g_auto(GStrv) list = NULL;
    if (!spec_strings(entry, "words", field->pointer, &list, error))
        return FALSE;
    if (list)
        field->words = g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);
    for (guint i = 0; list && list[i]; i++) {
        g_autoptr(GError) fault = NULL;
        GRegex *regex = g_regex_new(list[i], G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, &fault);
        if (regex == NULL)
            return broken(error, field->pointer, "words", fault->message);
        g_ptr_array_add(field->words, regex);
    }
    return TRUE;
}

static const char *const field_keys[] = {
    "value",    "labels",     "not",   "position", "parser", "pattern", "match",    "reject",
    "anywhere", "region",     "pick",  "agree",    "round",  "in",      "synonyms", "replace",
    "case",     "max_length", "lines", "join",     "spell",  "until",   "words",    "many",
    "split",    "default",    "table", "collect",  "rules",  "choose",  NULL};

/* The names of "in" are labels too, where a document has no columns. */
static void add_source_names(Template *t, char **in)
{
    for (guint i = 0; in && in[i]; i++)
        if (in[i][0] != '/' && strcmp(in[i], "*") != 0)
            template_add_phrase(t, in[i], TRUE);
}

static gboolean compile_field(Template *t, const char *name, const cJSON *entry, GError **error)
{
    g_autofree char *pointer = name[0] == '/' ? g_strdup(name) : json_pointer_join("", name);
    FieldSpec *field = g_new0(FieldSpec, 1);
    field->pointer = g_strdup(pointer);
    field->name = g_strdup(strrchr(pointer, '/') + 1);
    field->index = t->fields->len;
    field->labels = g_array_new(FALSE, FALSE, sizeof(guint));
    g_ptr_array_add(t->fields, field);
    const cJSON *schema = schema_at(t->schema, pointer);

    guint pick = PICK_BEST;
    gboolean plain = cJSON_GetObjectItemCaseSensitive(entry, "table") == NULL &&
                     cJSON_GetObjectItemCaseSensitive(entry, "rules") == NULL &&
                     cJSON_GetObjectItemCaseSensitive(entry, "collect") == NULL &&
                     cJSON_GetObjectItemCaseSensitive(entry, "choose") == NULL &&
                     cJSON_GetObjectItemCaseSensitive(entry, "value") == NULL;
    field->many = json_bool(entry, "many", (schema_types(schema) & TYPE_ARRAY) != 0) && plain;
    const cJSON *of = field->many ? cJSON_GetObjectItemCaseSensitive(schema, "items") : NULL;
    const cJSON *demands = of ? template_schema_resolve(t->schema, of) : schema;
    if (!known_keys(entry, field_keys, pointer, error) ||
        !spec_strings(entry, "in", pointer, &field->in, error) ||
        !value_spec_compile(t, &field->value, field->name, entry, demands, pointer, error) ||
        (plain && !compile_labels(t, field, entry, schema, error)) ||
        !compile_positions(field, entry, error) || !compile_region(field, entry, error) ||
        !agree_compile(t, field, entry, error) || !compile_words(field, entry, error) ||
        !spec_word(entry, "pick", pick_names, pointer, &pick, error) ||
        !compile_phrase_list(entry, "until", pointer, &field->until, error) ||
        !spec_regex(entry, "split", pointer, &field->split, error) ||
        !list_compile(t, field, entry, schema, error))
        return FALSE;
    add_source_names(t, field->in);
    field->pick = (Pick)pick;
    field->anywhere = json_bool(entry, "anywhere", FALSE);
    field->lines = (guint)CLAMP(json_number(entry, "lines", 6), 1, 200);
    field->join = g_strdup(json_string(entry, "join", NULL));
    field->constant = cJSON_GetObjectItemCaseSensitive(entry, "value");
    field->otherwise = cJSON_GetObjectItemCaseSensitive(entry, "default");
    return TRUE;
}

static gboolean has_field(const Template *t, const char *pointer)
{
    gsize n = strlen(pointer);
    for (guint i = 0; i < t->fields->len; i++) {
        const FieldSpec *field = g_ptr_array_index(t->fields, i);
        if (strncmp(field->pointer, pointer, n) == 0 &&
            (field->pointer[n] == '\0' || field->pointer[n] == '/'))
            return TRUE;
    }
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(t->spec, "fields");
    return cJSON_GetObjectItemCaseSensitive(fields, pointer + 1) != NULL ||
           cJSON_GetObjectItemCaseSensitive(fields, pointer) != NULL;
}

/* Fields that the template leaves out are looked for by the schema alone. */
static gboolean derive_fields(Template *t, const cJSON *schema, const char *pointer, guint depth,
                              GError **error)
{
    const cJSON *property;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    if (depth > 6)
        return TRUE;
    cJSON_ArrayForEach(property, properties)
    {
        g_autofree char *path = json_pointer_join(pointer, property->string);
        const cJSON *inner = template_schema_resolve(t->schema, property);
        gboolean object = (schema_types(inner) & TYPE_OBJECT) != 0 &&
                          cJSON_GetObjectItemCaseSensitive(inner, "properties") != NULL;
        if (object && !derive_fields(t, inner, path, depth + 1, error))
            return FALSE;
        if (object || has_field(t, path))
            continue;
        g_autoptr(cJSON) entry = cJSON_CreateObject();
        const cJSON *constant = cJSON_GetObjectItemCaseSensitive(inner, "const");
        const cJSON *items = cJSON_GetObjectItemCaseSensitive(inner, "items");
        Parser parser = schema_parser(property->string, inner);
        const cJSON *of = items ? template_schema_resolve(t->schema, items) : NULL;
        if (constant)
            cJSON_AddItemToObject(entry, "value", cJSON_Duplicate(constant, TRUE));
        else if (cJSON_GetObjectItemCaseSensitive(of, "properties"))
            cJSON_AddItemToObject(entry, "table", cJSON_CreateObject());
        else if (parser == PARSER_EMAIL || parser == PARSER_URL || parser == PARSER_IBAN ||
                 parser == PARSER_CURRENCY || parser == PARSER_DATE || parser == PARSER_HEADING)
            cJSON_AddTrueToObject(entry, "anywhere");
        /* Entries live as long as the template, which lends their constants. */
        cJSON *home = cJSON_GetObjectItemCaseSensitive(t->spec, "derived fields");
        cJSON *kept = g_steal_pointer(&entry);
        cJSON_AddItemToObject(home, path, kept);
        if (!compile_field(t, path, kept, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean compile_head(Template *t, GError **error)
{
    static const char *const keys[] = {"$schema", "dates",  "decimal", "derive",
                                       "noise",   "fields", NULL};
    guint decimal = VALUE_DECIMAL_ANY;
    g_auto(GStrv) noise = NULL;
    const char *order = json_string(t->spec, "dates", "dmy");
    if (!known_keys(t->spec, keys, "", error) ||
        !spec_word(t->spec, "decimal", decimal_names, "", &decimal, error) ||
        !spec_strings(t->spec, "noise", "", &noise, error))
        return FALSE;
    if (!value_order_from_name(order, &t->order))
        return broken(error, "", "dates", "must be one of dmy, mdy, ymd");
    t->decimal = (ValueDecimal)decimal;
    for (guint i = 0; noise && noise[i]; i++)
        template_add_phrase(t, noise[i], FALSE);
    return TRUE;
}

static gboolean compile(Template *t, GError **error)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(t->spec, "fields");
    const cJSON *entry;
    if (!compile_head(t, error))
        return FALSE;
    if (fields && !cJSON_IsObject(fields))
        return broken(error, "", "fields", "must be an object");
    cJSON_ArrayForEach(entry, fields)
    {
        if (cJSON_IsFalse(entry))
            continue;
        if (!cJSON_IsObject(entry))
            return broken(error, entry->string, "", "must be an object, or false");
        if (!compile_field(t, entry->string, entry, error))
            return FALSE;
    }
    if (!json_bool(t->spec, "derive", TRUE))
        return TRUE;
    cJSON_AddItemToObject(t->spec, "derived fields", cJSON_CreateObject());
    return derive_fields(t, template_schema_resolve(t->schema, t->schema), "", 0, error);
}

Template *template_new(const cJSON *spec, const cJSON *schema, GError **error)
{
    g_autoptr(Template) t = g_new0(Template, 1);
    t->spec = spec ? cJSON_Duplicate(spec, TRUE) : cJSON_CreateObject();
    t->schema = cJSON_Duplicate(schema, TRUE);
    t->fields = g_ptr_array_new_with_free_func(field_free);
    t->phrases = phrases_new();
    t->owned = g_array_new(FALSE, TRUE, sizeof(gboolean));
    for (guint i = 0; i < LEXICON_LAST; i++)
        t->lexicon[i] = lexicon_regex((Lexicon)i);
    if (!compile(t, error))
        return NULL;
    return g_steal_pointer(&t);
}

void template_free(Template *t)
{
    if (!t)
        return;
    g_ptr_array_unref(t->fields);
    phrases_free(t->phrases);
    g_array_unref(t->owned);
    for (guint i = 0; i < LEXICON_LAST; i++)
        g_clear_pointer(&t->lexicon[i], g_regex_unref);
    cJSON_Delete(t->spec);
    cJSON_Delete(t->schema);
    g_free(t);
}
