/* A schema that leads back to itself at the same place of the instance has no verdict: the way of
 * $ref, allOf, not and if is gone whatever the instance is. Ways that depend on the instance (anyOf,
 * then, a dynamic reference) end at the evaluator's limit of depth. */
#include "stages/check/schema/index.h"

/* The next schemas that a node always applies where it stands itself; NULL behind the last. */
static SchemaNode *edge(const SchemaNode *node, guint index)
{
    if (node->ref != NULL && index-- == 0)
        return node->ref;
    if (node->dynamic_ref != NULL && node->dynamic_name == NULL && index-- == 0)
        return node->dynamic_ref;
    if (node->negated != NULL && index-- == 0)
        return node->negated;
    if (node->condition != NULL && index-- == 0)
        return node->condition;
    if (node->all_of != NULL && index < node->all_of->len)
        return g_ptr_array_index(node->all_of, index);
    return NULL;
}

typedef struct {
    SchemaNode *node;
    guint next; /* edge */
} Step;

static gboolean fail(const GArray *way, const SchemaNode *again, GError **error)
{
    const Step *last = &g_array_index(way, Step, way->len - 1);
    g_autofree char *place = schema_node_place(again);
    const char *keyword = again == last->node->ref           ? "$ref"
                          : again == last->node->dynamic_ref ? last->node->dynamic_keyword
                          : again == last->node->negated     ? "not"
                          : again == last->node->condition   ? "if"
                                                             : "allOf";
    return schema_node_fail(error, last->node, keyword,
                            "leads back to %s without a step into the instance: no end",
                            *place == '\0' ? "the root" : place);
}

/* Depth first, on a list of our own: chains of references may be longer than the stack. */
static gboolean walk(SchemaNode *start, GArray *way, GError **error)
{
    const Step first = {start, 0};
    g_array_set_size(way, 0);
    g_array_append_val(way, first);
    start->walked = WALK_UNDER_WAY;
    while (way->len > 0) {
        Step *here = &g_array_index(way, Step, way->len - 1);
        SchemaNode *next = edge(here->node, here->next++);
        if (next == NULL) {
            here->node->walked = WALK_DONE;
            g_array_set_size(way, way->len - 1);
        } else if (next->walked == WALK_UNDER_WAY) {
            return fail(way, next, error);
        } else if (next->walked == WALK_NOT) {
            const Step step = {next, 0};
            next->walked = WALK_UNDER_WAY;
            g_array_append_val(way, step);
        }
    }
    return TRUE;
}

gboolean schema_check_cycles(Schema *schema, GError **error)
{
    g_autoptr(GArray) way = g_array_new(FALSE, FALSE, sizeof(Step));
    for (SchemaNode *node = schema->root; node != NULL; node = node->next) {
        if (node->walked == WALK_NOT && !walk(node, way, error))
            return FALSE;
    }
    return TRUE;
}
