#include "pipeline/host/schema-words.h"

#include <string.h>

#define MAX_DEPTH 32u              /* nesting of fields */
#define MAX_BYTES ((gsize)1 << 20) /* of the whole list, before a schema's $refs make it endless */

typedef struct {
    const cJSON *root;
    GString *out;
    GPtrArray *path; /* schemas that are being described, so that recursion ends */
} Describe;

static void describe_children(Describe *d, const cJSON *node, const char *path, guint depth);

static const cJSON *get(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

/* The schema behind local $refs; the node itself when it has none or it leads nowhere. */
static const cJSON *follow(const Describe *d, const cJSON *node)
{
    for (guint hops = 0; hops < MAX_DEPTH; hops++) {
        const char *ref = json_string(node, "$ref", NULL);
        if (!ref || ref[0] != '#')
            return node;
        const cJSON *target = json_at(d->root, ref + 1);
        if (!target)
            return node;
        node = target;
    }
    return node;
}

static gboolean is_null_schema(const cJSON *node)
{
    return g_str_equal(json_string(node, "type", ""), "null");
}

/* The alternatives of a node (anyOf, oneOf), or NULL. */
static const cJSON *alternatives(const cJSON *node)
{
    const cJSON *any = get(node, "anyOf");
    if (!cJSON_IsArray(any))
        any = get(node, "oneOf");
    return cJSON_IsArray(any) ? any : NULL;
}

static void add_word(GString *types, const char *word)
{
    if (types->len)
        g_string_append(types, " or ");
    g_string_append(types, word);
}

static void add_types(const Describe *d, const cJSON *node, GString *types, guint depth)
{
    node = follow(d, node);
    const cJSON *type = get(node, "type");
    const cJSON *each = NULL;
    if (cJSON_IsString(type))
        add_word(types, type->valuestring);
    cJSON_ArrayForEach(each, type)
    {
        if (cJSON_IsString(each))
            add_word(types, each->valuestring);
    }
    if (type || depth >= MAX_DEPTH)
        return;
    cJSON_ArrayForEach(each, alternatives(node)) add_types(d, each, types, depth + 1);
}

static void append_json(GString *out, const cJSON *value)
{
    g_autofree char *text = json_print(value, FALSE);
    g_string_append(out, text);
}

/* White space of a description folded to single spaces: a field is one line. */
static void append_folded(GString *out, const char *text)
{
    gboolean space = FALSE;
    for (const char *p = text; *p; p++) {
        if (g_ascii_isspace(*p)) {
            space = TRUE;
            continue;
        }
        if (space && p != text)
            g_string_append_c(out, ' ');
        space = FALSE;
        g_string_append_c(out, *p);
    }
}

static void append_choices(const Describe *d, const cJSON *node, GString *out, guint depth)
{
    node = follow(d, node);
    const cJSON *choices = get(node, "enum");
    const cJSON *constant = get(node, "const");
    const cJSON *each = NULL;
    if (cJSON_IsArray(choices)) {
        g_string_append(out, " One of:");
        cJSON_ArrayForEach(each, choices)
        {
            g_string_append(out, each == choices->child ? " " : ", ");
            append_json(out, each);
        }
        g_string_append_c(out, '.');
    } else if (constant) {
        g_string_append(out, " Always ");
        append_json(out, constant);
        g_string_append_c(out, '.');
    }
    if (depth >= MAX_DEPTH)
        return;
    cJSON_ArrayForEach(each, alternatives(node)) append_choices(d, each, out, depth + 1);
}

/* Bounds that a validator will hold against the answer, so the model had better know them. */
static const struct {
    const char *key, *before, *after;
} bounds[] = {
    {"format", "format ", ""},
    {"pattern", "pattern ", ""},
    {"minimum", "at least ", ""},
    {"exclusiveMinimum", "more than ", ""},
    {"maximum", "at most ", ""},
    {"exclusiveMaximum", "less than ", ""},
    {"multipleOf", "a multiple of ", ""},
    {"minLength", "at least ", " characters"},
    {"maxLength", "at most ", " characters"},
    {"minItems", "at least ", " items"},
    {"maxItems", "at most ", " items"},
};

static void append_bounds(const cJSON *node, GString *out)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bounds); i++) {
        const cJSON *value = get(node, bounds[i].key);
        /* "Not empty" goes without saying. */
        if (!value || (g_str_equal(bounds[i].key, "minLength") && value->valuedouble <= 1))
            continue;
        g_string_append_printf(list, "%s%s", list->len ? "; " : "", bounds[i].before);
        if (cJSON_IsString(value))
            g_string_append(list, value->valuestring);
        else
            append_json(list, value);
        g_string_append(list, bounds[i].after);
    }
    if (cJSON_IsTrue(get(node, "uniqueItems")))
        g_string_append(list, list->len ? "; no item twice" : "no item twice");
    if (list->len)
        g_string_append_printf(out, " (%s)", list->str);
}

static gboolean is_required(const cJSON *object, const char *name)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(object, "required"))
    {
        if (cJSON_IsString(each) && g_str_equal(each->valuestring, name))
            return TRUE;
    }
    return FALSE;
}

static void describe_field(Describe *d, const cJSON *node, const char *path, gboolean required,
                           guint depth)
{
    const cJSON *target = follow(d, node);
    GString *types = g_string_new(NULL);
    add_types(d, node, types, 0);
    g_string_append_printf(d->out, "- `%s` (%s, %s)", path, types->len ? types->str : "any value",
                           required ? "required" : "optional");
    g_string_free(types, TRUE);
    /* A description beside a $ref is about this use and wins over the shared one. */
    const char *text = json_string(node, "description", json_string(target, "description", NULL));
    if (!text)
        text = json_string(target, "title", NULL);
    if (text) {
        g_string_append(d->out, ": ");
        append_folded(d->out, text);
    }
    append_choices(d, target, d->out, 0);
    append_bounds(target, d->out);
    g_string_append_c(d->out, '\n');
    describe_children(d, target, path, depth + 1);
}

static void describe_properties(Describe *d, const cJSON *node, const char *path, guint depth)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(node, "properties"))
    {
        g_autofree char *child =
            *path ? g_strdup_printf("%s.%s", path, each->string) : g_strdup(each->string);
        describe_field(d, each, child, is_required(node, each->string), depth);
    }
}

/* Items are described through their fields; an array of plain values says what they are. */
static void describe_items(Describe *d, const cJSON *items, const char *path, guint depth)
{
    const cJSON *target = follow(d, items);
    g_autofree char *child = g_strconcat(path, "[]", NULL);
    if (get(target, "properties"))
        describe_children(d, target, child, depth + 1);
    else if (cJSON_IsObject(target))
        describe_field(d, items, child, TRUE, depth + 1);
}

static void describe_children(Describe *d, const cJSON *node, const char *path, guint depth)
{
    if (depth > MAX_DEPTH || d->out->len > MAX_BYTES || g_ptr_array_find(d->path, node, NULL))
        return;
    g_ptr_array_add(d->path, (gpointer)node);
    const cJSON *each = NULL;
    describe_properties(d, node, path, depth);
    const cJSON *items = get(node, "items");
    if (items)
        describe_items(d, items, path, depth);
    const cJSON *more = get(node, "additionalProperties");
    if (cJSON_IsObject(more)) {
        g_autofree char *child = g_strconcat(path, ".<name>", NULL);
        describe_field(d, more, child, FALSE, depth + 1);
    }
    cJSON_ArrayForEach(each, alternatives(node))
    {
        const cJSON *branch = follow(d, each);
        if (!is_null_schema(branch))
            describe_children(d, branch, path, depth + 1);
    }
    cJSON_ArrayForEach(each, get(node, "allOf"))
        describe_children(d, follow(d, each), path, depth + 1);
    g_ptr_array_set_size(d->path, (gint)d->path->len - 1);
}

char *schema_words(const cJSON *schema)
{
    g_autoptr(GPtrArray) path = g_ptr_array_new();
    Describe d = {.root = schema, .out = g_string_new(NULL), .path = path};
    describe_children(&d, follow(&d, schema), "", 0);
    return g_string_free(d.out, FALSE);
}
