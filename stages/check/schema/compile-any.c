/* Keywords for any type: references, applicators in place, types and values. */
#include "stages/check/schema/compile.h"

#include <string.h>

/* ---- references ---- */

COMPILE_READER(ref)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be a URI reference");
    node->ref = schema_resolve(compiler->schema, node, value->valuestring, NULL, error);
    if (node->ref != NULL)
        g_ptr_array_add(compiler->queue, node->ref);
    return node->ref != NULL;
}

COMPILE_READER(dynamic_ref)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be a URI reference");
    g_autofree char *anchor = NULL;
    node->dynamic_keyword = keyword->name;
    node->dynamic_ref = schema_resolve(compiler->schema, node, value->valuestring, &anchor, error);
    if (node->dynamic_ref == NULL)
        return FALSE;
    g_ptr_array_add(compiler->queue, node->dynamic_ref);
    /* Only a target that is itself a $dynamicAnchor of that name makes the reference dynamic. */
    if (anchor != NULL && g_hash_table_lookup(node->dynamic_ref->resource->dynamic_anchors,
                                              anchor) == node->dynamic_ref)
        node->dynamic_name = arena_strndup(compiler->schema->arena, anchor, strlen(anchor));
    return TRUE;
}

/* In 2019-09: a resource's root, and dynamic when that has $recursiveAnchor: true. Anything else
 * than "#" is not well-defined there; it is taken for a $ref. */
COMPILE_READER(recursive_ref)
{
    if (!cJSON_IsString(value))
        return compile_fail(error, "must be \"#\"");
    node->dynamic_keyword = keyword->name;
    node->dynamic_ref = schema_resolve(compiler->schema, node, value->valuestring, NULL, error);
    if (node->dynamic_ref == NULL)
        return FALSE;
    g_ptr_array_add(compiler->queue, node->dynamic_ref);
    if (g_hash_table_lookup(node->dynamic_ref->resource->dynamic_anchors, "") == node->dynamic_ref)
        node->dynamic_name = "";
    return TRUE;
}

/* ---- subschemas ---- */

COMPILE_READER(list)
{
    GPtrArray *list = g_ptr_array_new();
    const cJSON *item;
    cJSON_ArrayForEach(item, value) g_ptr_array_add(list, compile_child(compiler, item));
    G_STRUCT_MEMBER(GPtrArray *, node, keyword->field) = list;
    return TRUE;
}

COMPILE_READER(schema)
{
    G_STRUCT_MEMBER(SchemaNode *, node, keyword->field) = compile_child(compiler, value);
    return TRUE;
}

/* ---- types and values ---- */

static gboolean add_type(SchemaNode *node, const cJSON *name)
{
    static const struct {
        const char *name;
        guint bits;
    } types[] = {
        {"null", TYPE_NULL},
        {"boolean", TYPE_BOOLEAN},
        {"string", TYPE_STRING},
        {"array", TYPE_ARRAY},
        {"object", TYPE_OBJECT},
        {"integer", TYPE_INTEGER},
        {"number", TYPE_NUMBER | TYPE_INTEGER},
    };
    for (gsize i = 0; cJSON_IsString(name) && i < G_N_ELEMENTS(types); i++) {
        if (strcmp(name->valuestring, types[i].name) == 0) {
            node->types |= types[i].bits;
            return TRUE;
        }
    }
    return FALSE;
}

COMPILE_READER(type)
{
    if (cJSON_IsString(value))
        return add_type(node, value) || compile_fail(error, "is not the name of a JSON type");
    if (!cJSON_IsArray(value) || value->child == NULL)
        return compile_fail(error, "must be a type's name or a list of them");
    const cJSON *name;
    cJSON_ArrayForEach(name, value)
    {
        if (!add_type(node, name))
            return compile_fail(error, "lists something that is not the name of a JSON type");
    }
    return TRUE;
}

COMPILE_READER(const)
{
    node->constant = value;
    return TRUE;
}

COMPILE_READER(enum)
{
    if (!cJSON_IsArray(value))
        return compile_fail(error, "must be a list of values");
    node->enumeration = value;
    return TRUE;
}
