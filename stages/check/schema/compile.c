/* From schema text to nodes: every keyword's value is checked and read once, of every schema that
 * the root leads to. */
#include "stages/check/schema/compile.h"

gboolean compile_fail(GError **error, const char *sentence)
{
    g_set_error_literal(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, sentence);
    return FALSE;
}

SchemaNode *compile_child(Compiler *compiler, const cJSON *source)
{
    SchemaNode *node = g_hash_table_lookup(compiler->schema->nodes, source);
    g_ptr_array_add(compiler->queue, node);
    return node;
}

Pattern *compile_shared_pattern(Compiler *compiler, const char *text, GError **error)
{
    GHashTable *patterns = compiler->schema->patterns;
    Pattern *pattern = g_hash_table_lookup(patterns, text);
    if (pattern != NULL)
        return pattern;
    pattern = pattern_new_within(text, &compiler->pattern_budget, error);
    if (pattern != NULL)
        g_hash_table_insert(patterns, (gpointer)text, pattern);
    return pattern;
}

/* A keyword that stands twice would be read twice, and what it means is anybody's guess. */
static gboolean is_new(guint64 seen[2], const SchemaKeyword *keyword)
{
    const guint number = keyword_number(keyword);
    const guint64 bit = G_GUINT64_CONSTANT(1) << (number % 64);
    if ((seen[number / 64] & bit) != 0)
        return FALSE;
    seen[number / 64] |= bit;
    return TRUE;
}

static gboolean compile_keyword(Compiler *compiler, SchemaNode *node, const SchemaKeyword *keyword,
                                const cJSON *value, GError **error)
{
    g_autoptr(GError) inner = NULL;
    if (keyword->read(compiler, node, keyword, value, &inner))
        return TRUE;
    return schema_node_fail(error, node, value->string, "%s", inner->message);
}

static gboolean compile_node(Compiler *compiler, SchemaNode *node, GError **error)
{
    if (node->ready)
        return TRUE;
    node->ready = TRUE;
    node->never = cJSON_IsFalse(node->source);
    const SchemaResource *resource = node->resource;
    const SchemaKeywords *table = &compiler->schema->keywords;
    const cJSON *ref =
        resource->dialect->lone_ref ? cJSON_GetObjectItemCaseSensitive(node->source, "$ref") : NULL;
    guint64 seen[2] = {0, 0};
    const cJSON *value;
    cJSON_ArrayForEach(value, node->source)
    {
        if (cJSON_IsString(ref) && value != ref)
            continue;
        const SchemaKeyword *keyword =
            keyword_find(table, value->string, resource->dialect, resource->vocabularies);
        if (keyword == NULL || keyword->read == NULL)
            continue;
        if (!is_new(seen, keyword))
            return schema_node_fail(error, node, value->string, "stands twice");
        if (!compile_keyword(compiler, node, keyword, value, error))
            return FALSE;
    }
    return TRUE;
}

/* A dynamic reference may lead to any dynamic anchor of the resources seen: all are needed. */
static void queue_dynamic_anchors(Compiler *compiler)
{
    for (guint i = 0; i < compiler->schema->owned->len; i++) {
        const SchemaResource *resource = g_ptr_array_index(compiler->schema->owned, i);
        GHashTableIter iter;
        gpointer node;
        g_hash_table_iter_init(&iter, resource->dynamic_anchors);
        while (g_hash_table_iter_next(&iter, NULL, &node)) {
            if (!((SchemaNode *)node)->ready)
                g_ptr_array_add(compiler->queue, node);
        }
    }
}

static gboolean compile_all(Compiler *compiler, GError **error)
{
    while (compiler->queue->len > 0) {
        SchemaNode *node = g_ptr_array_steal_index_fast(compiler->queue, compiler->queue->len - 1);
        if (!compile_node(compiler, node, error))
            return FALSE;
        if (compiler->queue->len == 0)
            queue_dynamic_anchors(compiler);
    }
    return TRUE;
}

gboolean schema_compile_nodes(Schema *schema, GError **error)
{
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    Compiler compiler = {schema, queue, PATTERN_BUDGET};
    g_ptr_array_add(queue, schema->root);
    return compile_all(&compiler, error) && schema_check_cycles(schema, error);
}
