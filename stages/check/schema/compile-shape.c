/* Keywords for arrays and objects. */
#include "stages/check/schema/compile.h"

#include <string.h>

/* ---- arrays ---- */

static GPtrArray *read_list(Compiler *compiler, const cJSON *value)
{
    GPtrArray *list = g_ptr_array_new();
    const cJSON *item;
    cJSON_ArrayForEach(item, value) g_ptr_array_add(list, compile_child(compiler, item));
    return list;
}

COMPILE_READER(prefix_items)
{
    node->prefix_keyword = keyword->name;
    node->prefix_items = read_list(compiler, value);
    return TRUE;
}

COMPILE_READER(items)
{
    node->items_keyword = keyword->name;
    node->items = compile_child(compiler, value);
    return TRUE;
}

COMPILE_READER(old_items)
{
    return cJSON_IsArray(value) ? compile_prefix_items(compiler, node, keyword, value, error)
                                : compile_items(compiler, node, keyword, value, error);
}

/* Without a list of items before it, additionalItems means nothing. */
COMPILE_READER(additional_items)
{
    if (!cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(node->source, "items")))
        return TRUE;
    return compile_items(compiler, node, keyword, value, error);
}

COMPILE_READER(contains)
{
    node->contains = compile_child(compiler, value);
    node->contains_marks = node->resource->dialect->draft == DRAFT_2020;
    return TRUE;
}

COMPILE_READER(unique)
{
    if (!cJSON_IsBool(value))
        return compile_fail(error, "must be true or false");
    node->unique = cJSON_IsTrue(value);
    return TRUE;
}

/* ---- objects ---- */

static GPtrArray *read_names(const cJSON *value, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const cJSON *name;
    cJSON_ArrayForEach(name, value)
    {
        if (!cJSON_IsString(name))
            break;
        g_ptr_array_add(names, name->valuestring);
    }
    if (!cJSON_IsArray(value) || name != NULL) {
        compile_fail(error, "must be a list of property names");
        return NULL;
    }
    return g_steal_pointer(&names);
}

COMPILE_READER(required)
{
    node->required = read_names(value, error);
    return node->required != NULL;
}

static SchemaMember *add_member(Compiler *compiler, GPtrArray **list, const SchemaKeyword *keyword,
                                const cJSON *entry)
{
    if (*list == NULL)
        *list = g_ptr_array_new_with_free_func((GDestroyNotify)schema_member_free);
    SchemaMember *member = arena_alloc0(compiler->schema->arena, sizeof *member);
    member->name = entry->string;
    member->keyword = keyword->name;
    g_ptr_array_add(*list, member);
    return member;
}

static gboolean add_dependent_names(Compiler *compiler, SchemaNode *node,
                                    const SchemaKeyword *keyword, const cJSON *entry,
                                    GError **error)
{
    SchemaMember *member = add_member(compiler, &node->dependent_required, keyword, entry);
    member->names = read_names(entry, error);
    return member->names != NULL;
}

COMPILE_READER(dependent_required)
{
    if (!cJSON_IsObject(value))
        return compile_fail(error, "must be an object of lists of property names");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
    {
        if (!add_dependent_names(compiler, node, keyword, entry, error))
            return FALSE;
    }
    return TRUE;
}

COMPILE_READER(dependent_schemas)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
    {
        SchemaMember *member = add_member(compiler, &node->dependent_schemas, keyword, entry);
        member->node = compile_child(compiler, entry);
    }
    return TRUE;
}

/* Before 2019-09 one keyword for both. */
COMPILE_READER(dependencies)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
    {
        if (!cJSON_IsArray(entry))
            add_member(compiler, &node->dependent_schemas, keyword, entry)->node =
                compile_child(compiler, entry);
        else if (!add_dependent_names(compiler, node, keyword, entry, error))
            return FALSE;
    }
    return TRUE;
}

COMPILE_READER(properties)
{
    node->properties = schema_names_new(NULL, NULL);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
        g_hash_table_insert(node->properties, entry->string, compile_child(compiler, entry));
    return TRUE;
}

COMPILE_READER(pattern_properties)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, value)
    {
        SchemaMember *member = add_member(compiler, &node->pattern_properties, keyword, entry);
        member->node = compile_child(compiler, entry);
        member->pattern = compile_shared_pattern(compiler, entry->string, error);
        if (member->pattern == NULL)
            return FALSE;
    }
    return TRUE;
}
