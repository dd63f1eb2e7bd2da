/* Nodes: where they stand, and what hangs on them. */
#include "stages/check/schema/node.h"

#include <string.h>

void schema_member_free(SchemaMember *member)
{
    g_clear_pointer(&member->names, g_ptr_array_unref);
}

/* Writes the way from `top` down to the node, the last step first. */
static char *write_pointer(const SchemaNode *node, gboolean inside_resource)
{
    g_autoptr(GPtrArray) way = g_ptr_array_new();
    for (; node->parent != NULL && !(inside_resource && node->resource->root == node->source);
         node = node->parent)
        g_ptr_array_add(way, (gpointer)node);
    GString *pointer = g_string_new(NULL);
    while (way->len > 0) {
        const SchemaNode *at = g_ptr_array_steal_index(way, way->len - 1);
        if (at->keyword == NULL) {
            g_string_append(pointer, at->name);
            continue;
        }
        g_autofree char *keyword = json_pointer_join("", at->keyword);
        g_autofree char *name = at->name != NULL ? json_pointer_join(keyword, at->name)
                                : at->index >= 0 ? json_pointer_index(keyword, at->index)
                                                 : g_steal_pointer(&keyword);
        g_string_append(pointer, name);
    }
    return g_string_free(pointer, FALSE);
}

char *schema_node_pointer(const SchemaNode *node)
{
    return write_pointer(node, TRUE);
}

char *schema_node_place(const SchemaNode *node)
{
    return write_pointer(node, FALSE);
}

gboolean schema_node_fail(GError **error, const SchemaNode *node, const char *keyword,
                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *schema = schema_node_place(node);
    g_autofree char *place =
        keyword == NULL ? g_strdup(schema) : json_pointer_join(schema, keyword);
    g_set_error(
        error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s: %s%s%s%s",
        *place == '\0' ? "the document" : place, message, node->resource->foreign ? " (in " : "",
        node->resource->foreign ? node->resource->uri : "", node->resource->foreign ? ")" : "");
    return FALSE;
}
