#include "stages/check/schema/node.h"

#include <math.h>

void schema_member_free(SchemaMember *member)
{
    g_free(member->name);
    g_clear_pointer(&member->names, g_ptr_array_unref);
    pattern_free(member->pattern);
    g_free(member);
}

SchemaNode *schema_node_new(const cJSON *source, SchemaResource *resource, const char *pointer)
{
    SchemaNode *node = g_new0(SchemaNode, 1);
    node->source = source;
    node->resource = resource;
    node->pointer = g_strdup(pointer);
    node->length.max = node->size.max = node->members.max = node->contained.max = INFINITY;
    node->contained.min = 1;
    node->contains_marks = TRUE;
    return node;
}

void schema_node_free(SchemaNode *node)
{
    GPtrArray **lists[] = {&node->all_of,
                           &node->any_of,
                           &node->one_of,
                           &node->prefix_items,
                           &node->required,
                           &node->dependent_required,
                           &node->dependent_schemas,
                           &node->pattern_properties};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(lists[i], g_ptr_array_unref);
    g_clear_pointer(&node->properties, g_hash_table_unref);
    pattern_free(node->pattern);
    g_free(node->dynamic_name);
    g_free(node->pointer);
    g_free(node);
}
