/* Looking at schemas. */
#include "stages/ask/subset-private.h"

#define MAX_HOPS 32u     /* of $refs on the way to a schema */
#define MAX_STEPS 20000u /* in search of recursion */

const cJSON *subset_get(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

const cJSON *subset_follow(const cJSON *root, const cJSON *node)
{
    for (guint hops = 0; hops < MAX_HOPS; hops++) {
        const char *ref = json_string(node, "$ref", NULL);
        if (!ref)
            return node;
        node = ref[0] == '#' ? json_at(root, ref + 1) : NULL;
        if (!node)
            return NULL;
    }
    return NULL;
}

gboolean subset_is_listed(const cJSON *names, const char *name)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, names)
    {
        if (cJSON_IsString(each) && g_str_equal(each->valuestring, name))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_null(const cJSON *values)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, values)
    {
        if (cJSON_IsNull(each))
            return TRUE;
    }
    return FALSE;
}

gboolean subset_allows_null(const cJSON *root, const cJSON *node, guint depth)
{
    node = subset_follow(root, node);
    if (!node || depth > MAX_HOPS || cJSON_IsFalse(node))
        return FALSE;
    const cJSON *type = subset_get(node, "type"), *each = NULL;
    if (cJSON_IsString(type) && !g_str_equal(type->valuestring, "null"))
        return FALSE;
    if (cJSON_IsArray(type) && !subset_is_listed(type, "null"))
        return FALSE;
    if (subset_get(node, "enum") && !has_null(subset_get(node, "enum")))
        return FALSE;
    if (subset_get(node, "const") && !cJSON_IsNull(subset_get(node, "const")))
        return FALSE;
    const cJSON *any =
        subset_get(node, "anyOf") ? subset_get(node, "anyOf") : subset_get(node, "oneOf");
    if (!any)
        return TRUE;
    cJSON_ArrayForEach(each, any)
    {
        if (subset_allows_null(root, each, depth + 1))
            return TRUE;
    }
    return FALSE;
}

/* Follows every $ref below the node; `path` holds the targets that are being looked at. `steps`
 * bounds definitions that share others many times over: those count as recursive. */
static gboolean leads_back(const cJSON *root, const cJSON *node, GPtrArray *path, guint *steps)
{
    const char *ref = json_string(node, "$ref", NULL);
    const cJSON *each = NULL;
    if (++*steps > MAX_STEPS)
        return TRUE;
    if (ref) {
        const cJSON *target = subset_follow(root, node);
        if (!target || g_ptr_array_find(path, target, NULL))
            return target != NULL;
        g_ptr_array_add(path, (gpointer)target);
        gboolean back = leads_back(root, target, path, steps);
        g_ptr_array_set_size(path, (gint)path->len - 1);
        return back;
    }
    cJSON_ArrayForEach(each, node)
    {
        gboolean elsewhere = node == root && each->string && g_str_equal(each->string, "$defs");
        if (!elsewhere && (cJSON_IsObject(each) || cJSON_IsArray(each)) &&
            leads_back(root, each, path, steps))
            return TRUE;
    }
    return FALSE;
}

gboolean subset_is_recursive(const cJSON *root)
{
    guint steps = 0;
    g_autoptr(GPtrArray) path = g_ptr_array_new();
    g_ptr_array_add(path, (gpointer)root);
    return leads_back(root, root, path, &steps);
}
