/* The second half of compiling: what fills arrays and what follows from other values. */
#include "template-internal.h"

#include <string.h>

static gboolean broken(GError **error, const FieldSpec *field, const char *key, const char *rule)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK,
                "template.json: field \"%s\", key \"%s\": %s", field->pointer, key, rule);
    return FALSE;
}

static gboolean only_keys(const FieldSpec *field, const cJSON *entry, const char *what,
                          const char *const *keys, GError **error)
{
    const cJSON *item;
    if (!cJSON_IsObject(entry))
        return broken(error, field, what, "must be an object");
    cJSON_ArrayForEach(item, entry)
    {
        if (!g_strv_contains(keys, item->string))
            return broken(error, field, item->string, "is not a key of the template's format");
    }
    return TRUE;
}

static void unref_regex(gpointer data)
{
    g_regex_unref(data);
}

/* ---- table ---- */

static void column_free(gpointer data)
{
    Column *column = data;
    g_free(column->property);
    value_spec_clear(&column->value);
    g_free(column);
}

static void table_free(TableSpec *table)
{
    g_ptr_array_unref(table->columns);
    phrases_free(table->labels);
    g_array_unref(table->label_column);
    g_clear_pointer(&table->ends, phrases_free);
    g_clear_pointer(&table->skips, phrases_free);
    g_ptr_array_unref(table->rows);
    g_free(table->sum);
    g_free(table);
}

static void add_column_label(TableSpec *table, guint column, const char *label)
{
    guint number = phrases_add(table->labels, label);
    if (number != PHRASES_NONE && number == table->label_column->len)
        g_array_append_val(table->label_column, column);
}

static gboolean add_column(Template *t, FieldSpec *field, TableSpec *table, const char *property,
                           const cJSON *entry, const cJSON *schema, GError **error)
{
    static const char *const keys[] = {"labels",  "parser", "pattern",  "match",      "reject",
                                       "replace", "case",   "synonyms", "max_length", NULL};
    g_auto(GStrv) labels = NULL;
    if (entry && !only_keys(field, entry, property, keys, error))
        return FALSE;
    Column *column = g_new0(Column, 1);
    column->property = g_strdup(property);
    guint index = table->columns->len;
    g_ptr_array_add(table->columns, column);
    if (!value_spec_compile(t, &column->value, property, entry, schema, field->pointer, error) ||
        !spec_strings(entry, "labels", field->pointer, &labels, error))
        return FALSE;
    for (guint i = 0; labels && labels[i]; i++)
        add_column_label(table, index, labels[i]);
    g_autoptr(GPtrArray) derived = schema_labels(property, NULL, schema);
    for (guint i = 0; !labels && i < derived->len; i++)
        add_column_label(table, index, g_ptr_array_index(derived, i));
    return TRUE;
}

/* Without "require": numbers that the item schema requires, else its last number. */
static void require_columns(TableSpec *table, const cJSON *item, char **names)
{
    const cJSON *required = cJSON_GetObjectItemCaseSensitive(item, "required");
    const cJSON *name;
    Column *number = NULL;
    gboolean any = names != NULL;
    for (guint i = 0; i < table->columns->len; i++) {
        Column *column = g_ptr_array_index(table->columns, i);
        gboolean numeric = column->value.types & (TYPE_NUMBER | TYPE_INTEGER);
        if (names)
            column->required = g_strv_contains((const char *const *)names, column->property);
        number = numeric ? column : number;
        cJSON_ArrayForEach(name, required)
        {
            if (!cJSON_IsString(name) || strcmp(name->valuestring, column->property) != 0)
                continue;
            column->demanded = TRUE;
            if (!names && numeric)
                any = column->required = TRUE;
        }
    }
    if (!any && number)
        number->required = TRUE;
}

static gboolean phrase_list(const cJSON *entry, const char *key, const char *where, Phrases **out,
                            GError **error)
{
    g_auto(GStrv) list = NULL;
    if (!spec_strings(entry, key, where, &list, error))
        return FALSE;
    *out = phrases_new();
    for (guint i = 0; list && list[i]; i++)
        phrases_add(*out, list[i]);
    return TRUE;
}

/* Where a pack names no ends, these rows are never items. */
static void usual_ends(const cJSON *entry, TableSpec *table)
{
    static const char *const ends[] = {"total",    "subtotal",  "sub total",     "grand total",
                                       "summe",    "gesamt",    "zwischensumme", "totale",
                                       "total ht", "total ttc", "amount due",    "balance due"};
    if (cJSON_GetObjectItemCaseSensitive(entry, "end") != NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        phrases_add(table->ends, ends[i]);
}

static gboolean table_compile(Template *t, FieldSpec *field, const cJSON *entry,
                              const cJSON *schema, GError **error)
{
    static const char *const keys[] = {"columns", "require", "end", "skip", "rows", "sum", NULL};
    g_auto(GStrv) require = NULL;
    g_auto(GStrv) rows = NULL;
    if (!only_keys(field, entry, "table", keys, error))
        return FALSE;
    TableSpec *table = field->table = g_new0(TableSpec, 1);
    table->columns = g_ptr_array_new_with_free_func(column_free);
    table->labels = phrases_new();
    table->label_column = g_array_new(FALSE, FALSE, sizeof(guint));
    table->rows = g_ptr_array_new_with_free_func(unref_regex);
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(schema, "items");
    const cJSON *item = items ? template_schema_resolve(t->schema, items) : NULL;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(item, "properties");
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(entry, "columns");
    const cJSON *child;
    const cJSON *of_columns = columns ? columns : properties;
    if (columns && !cJSON_IsObject(columns))
        return broken(error, field, "columns", "must be an object");
    cJSON_ArrayForEach(child, of_columns)
    {
        const cJSON *of = cJSON_GetObjectItemCaseSensitive(properties, child->string);
        if (!add_column(t, field, table, child->string, columns ? child : NULL,
                        of ? template_schema_resolve(t->schema, of) : NULL, error))
            return FALSE;
    }
    if (!phrase_list(entry, "end", field->pointer, &table->ends, error) ||
        !phrase_list(entry, "skip", field->pointer, &table->skips, error) ||
        !spec_strings(entry, "require", field->pointer, &require, error) ||
        !spec_strings(entry, "rows", field->pointer, &rows, error))
        return FALSE;
    usual_ends(entry, table);
    require_columns(table, item, require);
    table->sum = g_strdup(json_string(entry, "sum", NULL));
    for (guint i = 0; rows && rows[i]; i++) {
        g_autoptr(GError) fault = NULL;
        GRegex *regex = g_regex_new(rows[i], G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, &fault);
        if (!regex)
            return broken(error, field, "rows", fault->message);
        g_ptr_array_add(table->rows, regex);
    }
    return TRUE;
}

/* ---- collect, rules, choose ---- */

static void collect_free(CollectSpec *c)
{
    g_ptr_array_unref(c->except);
    g_strfreev(c->in);
    g_free(c->name);
    g_free(c->value);
    g_clear_pointer(&c->pattern, g_regex_unref);
    g_free(c);
}

static gboolean collect_compile(FieldSpec *field, const cJSON *entry, GError **error)
{
    static const char *const keys[] = {"except", "in", "as", "name", "value", "pattern", NULL};
    g_auto(GStrv) except = NULL;
    if (!only_keys(field, entry, "collect", keys, error))
        return FALSE;
    CollectSpec *c = field->collect = g_new0(CollectSpec, 1);
    c->except = g_ptr_array_new_with_free_func(g_free);
    c->name = g_strdup(json_string(entry, "name", "name"));
    c->value = g_strdup(json_string(entry, "value", "value"));
    const char *as = json_string(entry, "as", "list");
    c->as_object = strcmp(as, "object") == 0;
    if (!c->as_object && strcmp(as, "list") != 0)
        return broken(error, field, "as", "must be list or object");
    if (!spec_strings(entry, "except", field->pointer, &except, error) ||
        !spec_strings(entry, "in", field->pointer, &c->in, error) ||
        !spec_regex(entry, "pattern", field->pointer, &c->pattern, error))
        return FALSE;
    for (guint i = 0; except && except[i]; i++)
        g_ptr_array_add(c->except, value_key(except[i], -1));
    return TRUE;
}

static void rule_free(gpointer data)
{
    RuleSpec *rule = data;
    g_strfreev(rule->in);
    g_clear_pointer(&rule->pattern, g_regex_unref);
    g_clear_pointer(&rule->unless, g_regex_unref);
    g_free(rule->grade);
    g_free(rule);
}

static gboolean rule_compile(FieldSpec *field, const cJSON *entry, GError **error)
{
    static const char *const keys[] = {"in",    "pattern", "missing", "longer", "shorter",
                                       "above", "below",   "shouts",  "unless", "most",
                                       "grade", "item",    NULL};
    if (!only_keys(field, entry, "rules", keys, error))
        return FALSE;
    RuleSpec *rule = g_new0(RuleSpec, 1);
    g_ptr_array_add(field->rules, rule);
    rule->missing = json_bool(entry, "missing", FALSE);
    rule->shouts = json_bool(entry, "shouts", FALSE);
    rule->longer = (guint)CLAMP(json_number(entry, "longer", 0), 0, 1e9);
    rule->shorter = (guint)CLAMP(json_number(entry, "shorter", 0), 0, 1e9);
    rule->most = (guint)CLAMP(json_number(entry, "most", 1), 1, 1000);
    rule->has_above = cJSON_HasObjectItem(entry, "above");
    rule->has_below = cJSON_HasObjectItem(entry, "below");
    rule->above = json_number(entry, "above", 0);
    rule->below = json_number(entry, "below", 0);
    rule->grade = g_strdup(json_string(entry, "grade", NULL));
    rule->item = cJSON_GetObjectItemCaseSensitive(entry, "item");
    if (!spec_strings(entry, "in", field->pointer, &rule->in, error) ||
        !spec_regex(entry, "pattern", field->pointer, &rule->pattern, error) ||
        !spec_regex(entry, "unless", field->pointer, &rule->unless, error))
        return FALSE;
    if (rule->item && !cJSON_IsObject(rule->item))
        return broken(error, field, "item", "must be an object");
    if (rule->item == NULL)
        return broken(error, field, "item", "is missing: what shall be added when the rule fires?");
    if (rule->in == NULL)
        return broken(error, field, "in", "is missing: which texts shall the rule look at?");
    if (!rule->pattern && !rule->missing && !rule->shouts && !rule->longer && !rule->shorter &&
        !rule->has_above && !rule->has_below)
        return broken(error, field, "pattern", "is missing: when shall the rule fire?");
    return TRUE;
}

static void choice_free(gpointer data)
{
    ChoiceSpec *choice = data;
    g_free(choice->pointer);
    g_free(choice->grade);
    g_clear_pointer(&choice->match, g_regex_unref);
    g_free(choice);
}

static gboolean choice_compile(FieldSpec *field, const cJSON *entry, GError **error)
{
    static const char *const keys[] = {"if", "grade", "match", "absent", "value", NULL};
    if (!only_keys(field, entry, "choose", keys, error))
        return FALSE;
    ChoiceSpec *choice = g_new0(ChoiceSpec, 1);
    g_ptr_array_add(field->choices, choice);
    choice->pointer = g_strdup(json_string(entry, "if", NULL));
    choice->grade = g_strdup(json_string(entry, "grade", NULL));
    choice->absent = json_bool(entry, "absent", FALSE);
    choice->value = cJSON_GetObjectItemCaseSensitive(entry, "value");
    if (choice->value == NULL)
        return broken(error, field, "value", "is missing in a choice");
    return spec_regex(entry, "match", field->pointer, &choice->match, error);
}

gboolean list_compile(Template *t, FieldSpec *field, const cJSON *entry, const cJSON *schema,
                      GError **error)
{
    const cJSON *table = cJSON_GetObjectItemCaseSensitive(entry, "table");
    const cJSON *collect = cJSON_GetObjectItemCaseSensitive(entry, "collect");
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(entry, "rules");
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(entry, "choose");
    const cJSON *item;
    if ((table && !table_compile(t, field, table, schema, error)) ||
        (collect && !collect_compile(field, collect, error)))
        return FALSE;
    if ((rules && !cJSON_IsArray(rules)) || (choices && !cJSON_IsArray(choices)))
        return broken(error, field, rules ? "rules" : "choose", "must be an array");
    if (rules)
        field->rules = g_ptr_array_new_with_free_func(rule_free);
    if (choices)
        field->choices = g_ptr_array_new_with_free_func(choice_free);
    cJSON_ArrayForEach(item, rules)
    {
        if (!rule_compile(field, item, error))
            return FALSE;
    }
    cJSON_ArrayForEach(item, choices)
    {
        if (!choice_compile(field, item, error))
            return FALSE;
    }
    return TRUE;
}

void list_clear(FieldSpec *field)
{
    g_clear_pointer(&field->table, table_free);
    g_clear_pointer(&field->collect, collect_free);
    g_clear_pointer(&field->rules, g_ptr_array_unref);
    g_clear_pointer(&field->choices, g_ptr_array_unref);
}
