#include "stages/ask/candidates.h"

#include <string.h>

#include "stages/ask/subset-private.h"

#define MAX_DEPTH 16u /* of anyOf inside anyOf */

static void add(const cJSON *root, const cJSON *node, guint depth, Candidates *out)
{
    node = subset_follow(root, node);
    const cJSON *any = subset_get(node, "anyOf"), *each = NULL;
    if (any && depth < MAX_DEPTH) {
        cJSON_ArrayForEach(each, any) add(root, each, depth + 1, out);
        return;
    }
    gboolean says = subset_get(node, "type") || subset_get(node, "enum");
    if (any || !says || out->n == MAX_CANDIDATES)
        out->any = TRUE;
    else
        out->nodes[out->n++] = node;
}

Candidates candidates_of(const cJSON *root, const cJSON *node)
{
    Candidates out = {0};
    add(root, node, 0, &out);
    return out;
}

/* ---- types ---- */

static const char *type_of(char first)
{
    switch (first) {
    case '{':
        return "object";
    case '[':
        return "array";
    case '"':
        return "string";
    case 't':
    case 'f':
        return "boolean";
    case 'n':
        return "null";
    default:
        return first == '-' || g_ascii_isdigit(first) ? "number" : NULL;
    }
}

static gboolean is_type(const char *said, const char *found)
{
    return g_strcmp0(said, found) == 0 ||
           (g_strcmp0(said, "integer") == 0 && g_str_equal(found, "number"));
}

static gboolean has_type(const cJSON *node, const char *found)
{
    const cJSON *type = subset_get(node, "type"), *each = NULL;
    if (cJSON_IsString(type))
        return is_type(type->valuestring, found);
    cJSON_ArrayForEach(each, type)
    {
        if (is_type(cJSON_GetStringValue(each), found))
            return TRUE;
    }
    return type == NULL;
}

static gboolean enum_has_type(const cJSON *node, const char *found)
{
    const cJSON *values = subset_get(node, "enum"), *each = NULL;
    cJSON_ArrayForEach(each, values)
    {
        const char *type = cJSON_IsString(each)   ? "string"
                           : cJSON_IsNumber(each) ? "number"
                           : cJSON_IsBool(each)   ? "boolean"
                           : cJSON_IsNull(each)   ? "null"
                                                  : found;
        if (g_str_equal(type, found))
            return TRUE;
    }
    return values == NULL;
}

Candidates candidates_begin(const Candidates *all, char first)
{
    const char *type = type_of(first);
    Candidates out = {.any = all->any || !type};
    for (guint i = 0; i < all->n && type; i++)
        if (has_type(all->nodes[i], type) && enum_has_type(all->nodes[i], type))
            out.nodes[out.n++] = all->nodes[i];
    return out;
}

/* ---- inside ---- */

static void merge(const Candidates *more, Candidates *out)
{
    out->any = out->any || more->any || out->n + more->n > MAX_CANDIDATES;
    for (guint i = 0; i < more->n && out->n < MAX_CANDIDATES; i++)
        out->nodes[out->n++] = more->nodes[i];
}

Candidates candidates_member(const cJSON *root, const Candidates *objects, const char *key)
{
    Candidates out = {.any = objects->any};
    for (guint i = 0; i < objects->n; i++) {
        const cJSON *member = subset_get(subset_get(objects->nodes[i], "properties"), key);
        const cJSON *more = subset_get(objects->nodes[i], "additionalProperties");
        if (!member && cJSON_IsFalse(more))
            continue;
        Candidates one = candidates_of(root, member ? member : more);
        merge(&one, &out);
    }
    return out;
}

Candidates candidates_item(const cJSON *root, const Candidates *arrays)
{
    Candidates out = {.any = arrays->any};
    for (guint i = 0; i < arrays->n; i++) {
        Candidates one = candidates_of(root, subset_get(arrays->nodes[i], "items"));
        merge(&one, &out);
    }
    return out;
}

gboolean candidates_string(const Candidates *all, const char *start, gboolean whole)
{
    if (all->any)
        return TRUE;
    for (guint i = 0; i < all->n; i++) {
        const cJSON *values = subset_get(all->nodes[i], "enum"), *each = NULL;
        if (!values)
            return TRUE;
        cJSON_ArrayForEach(each, values)
        {
            const char *text = cJSON_GetStringValue(each);
            if (text && (whole ? g_str_equal(text, start) : g_str_has_prefix(text, start)))
                return TRUE;
        }
    }
    return FALSE;
}

char *candidates_describe(const Candidates *all)
{
    static const struct {
        char first;
        const char *words;
    } kinds[] = {{'{', "an object"}, {'[', "an array"},  {'"', "a string"},
                 {'1', "a number"},  {'t', "a boolean"}, {'n', "null"}};
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (candidates_begin(all, kinds[i].first).n > 0)
            g_string_append_printf(out, "%s%s", out->len ? " or " : "", kinds[i].words);
    return g_string_free(out, FALSE);
}
