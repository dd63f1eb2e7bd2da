/* Which properties a schema and what applies beside it evaluate, known without an instance. */
#include "stages/check/schema/lower.h"

#define MAX_LOOK 32u /* schemas inside each other that are looked into */

static gboolean only_known(Lowering *l, const SchemaNode *node, GHashTable *known, guint depth);

static gboolean all_only_known(Lowering *l, const GPtrArray *nodes, GHashTable *known, guint depth)
{
    for (guint i = 0; nodes != NULL && i < nodes->len; i++) {
        if (!only_known(l, g_ptr_array_index(nodes, i), known, depth))
            return FALSE;
    }
    return TRUE;
}

/* What may or may not count beside the schema evaluates only names that are known. */
static gboolean choices_only_known(Lowering *l, const SchemaNode *node, GHashTable *known,
                                   guint depth)
{
    const SchemaNode *single[] = {node->condition, node->then_node, node->else_node};
    for (gsize i = 0; i < G_N_ELEMENTS(single); i++) {
        if (single[i] != NULL && !only_known(l, single[i], known, depth))
            return FALSE;
    }
    for (guint i = 0; node->dependent_schemas != NULL && i < node->dependent_schemas->len; i++) {
        const SchemaMember *member = g_ptr_array_index(node->dependent_schemas, i);
        if (!only_known(l, member->node, known, depth))
            return FALSE;
    }
    return all_only_known(l, node->any_of, known, depth) &&
           all_only_known(l, node->one_of, known, depth);
}

static gboolean has_open_names(const SchemaNode *node)
{
    return node->pattern_properties != NULL || node->additional != NULL ||
           node->unevaluated_properties != NULL || node->dynamic_ref != NULL;
}

/* Names count, too: many schemas may refer to one that has many. */
static gboolean look_at(Lowering *l, const SchemaNode *node)
{
    return lower_look(l, 1 + (node->properties == NULL ? 0 : g_hash_table_size(node->properties)));
}

static gboolean only_known(Lowering *l, const SchemaNode *node, GHashTable *known, guint depth)
{
    if (depth == 0 || !look_at(l, node) || has_open_names(node))
        return FALSE;
    GHashTableIter iter;
    gpointer name;
    if (node->properties != NULL) {
        g_hash_table_iter_init(&iter, node->properties);
        while (g_hash_table_iter_next(&iter, &name, NULL)) {
            if (!g_hash_table_contains(known, name))
                return FALSE;
        }
    }
    return (node->ref == NULL || only_known(l, node->ref, known, depth - 1)) &&
           all_only_known(l, node->all_of, known, depth - 1) &&
           choices_only_known(l, node, known, depth - 1);
}

/* $ref and allOf count always, or the instance does not conform at all. */
static gboolean add_certain(Lowering *l, const SchemaNode *node, GHashTable *known, guint depth)
{
    if (!look_at(l, node))
        return FALSE;
    GHashTableIter iter;
    gpointer name;
    if (node->properties != NULL) {
        g_hash_table_iter_init(&iter, node->properties);
        while (g_hash_table_iter_next(&iter, &name, NULL))
            g_hash_table_add(known, name);
    }
    const SchemaNode *reference = node->ref;
    if (reference != NULL &&
        (depth == 0 || has_open_names(reference) || !add_certain(l, reference, known, depth - 1)))
        return FALSE;
    for (guint i = 0; node->all_of != NULL && i < node->all_of->len; i++) {
        const SchemaNode *branch = g_ptr_array_index(node->all_of, i);
        if (depth == 0 || has_open_names(branch) || !add_certain(l, branch, known, depth - 1))
            return FALSE;
    }
    return TRUE;
}

static gboolean certain_choices_only_known(Lowering *l, const SchemaNode *node, GHashTable *known,
                                           guint depth)
{
    if (!lower_look(l, 1) || !choices_only_known(l, node, known, MAX_LOOK))
        return FALSE;
    if (depth > 0 && node->ref != NULL &&
        !certain_choices_only_known(l, node->ref, known, depth - 1))
        return FALSE;
    for (guint i = 0; depth > 0 && node->all_of != NULL && i < node->all_of->len; i++) {
        if (!certain_choices_only_known(l, g_ptr_array_index(node->all_of, i), known, depth - 1))
            return FALSE;
    }
    return TRUE;
}

gboolean lower_evaluated(Lowering *l, const SchemaNode *node, GHashTable *known)
{
    return node->dynamic_ref == NULL && add_certain(l, node, known, MAX_LOOK) &&
           certain_choices_only_known(l, node, known, MAX_LOOK);
}
