/* What a schema comes to, seen without a value: where it leads, which types and values it allows. */
#include "stages/check/schema/lower.h"

#include <math.h>

#define MAX_CHAIN 16u /* references followed to see what a schema comes to */
#define MAX_LOOK 32u  /* schemas inside each other that are looked into */

/* ---- references ---- */

GHashTable *lower_defined(const Schema *schema)
{
    GHashTable *defined = schema_names_new(NULL, NULL);
    for (guint i = 0; i < schema->owned->len; i++) {
        const SchemaResource *resource = g_ptr_array_index(schema->owned, i);
        GHashTableIter iter;
        gpointer name;
        g_hash_table_iter_init(&iter, resource->dynamic_anchors);
        while (g_hash_table_iter_next(&iter, &name, NULL)) {
            guint count = GPOINTER_TO_UINT(g_hash_table_lookup(defined, name));
            g_hash_table_insert(defined, name, GUINT_TO_POINTER(count + 1));
        }
    }
    return defined;
}

gboolean lower_is_dynamic(const Lowering *l, const SchemaNode *node)
{
    return node->dynamic_name != NULL &&
           GPOINTER_TO_UINT(g_hash_table_lookup(l->defined, node->dynamic_name)) > 1;
}

gboolean lower_look(Lowering *l, gsize things)
{
    const gboolean enough = l->looks >= things;
    l->looks = enough ? l->looks - (guint)things : 0;
    return enough;
}

static gboolean has_own_rules(const SchemaNode *node)
{
    return node->never || node->types != 0 || node->constant || node->enumeration || node->all_of ||
           node->any_of || node->one_of || node->negated || node->condition || node->bounds != 0 ||
           node->length.min > 0 || node->length.max != INFINITY || node->pattern || node->format ||
           node->content != 0 || node->size.min > 0 || node->size.max != INFINITY || node->unique ||
           node->prefix_items || node->items || node->contains || node->unevaluated_items ||
           node->members.min > 0 || node->members.max != INFINITY || node->required ||
           node->dependent_required || node->dependent_schemas || node->pattern_properties ||
           node->properties || node->additional || node->property_names ||
           node->unevaluated_properties;
}

gboolean lower_says_anything(const SchemaNode *node)
{
    return node->ref != NULL || node->dynamic_ref != NULL || has_own_rules(node);
}

const SchemaNode *lower_target(const Lowering *l, const SchemaNode *node)
{
    for (guint i = 0; i < MAX_CHAIN && !has_own_rules(node); i++) {
        if ((node->ref == NULL) == (node->dynamic_ref == NULL) || lower_is_dynamic(l, node))
            break;
        const SchemaNode *next = node->ref != NULL ? node->ref : node->dynamic_ref;
        /* The resource that is passed through could hold the outermost dynamic anchor. */
        if (l->dynamic && node->resource != next->resource)
            break;
        node = next;
    }
    return node;
}

/* ---- values ---- */

GPtrArray *lower_values(const SchemaNode *node)
{
    if (node->constant == NULL && node->enumeration == NULL)
        return NULL;
    GPtrArray *values = g_ptr_array_new();
    if (node->enumeration == NULL) {
        g_ptr_array_add(values, (gpointer)node->constant);
        return values;
    }
    const cJSON *value;
    cJSON_ArrayForEach(value, node->enumeration)
    {
        if (node->constant == NULL || json_equal(node->constant, value))
            g_ptr_array_add(values, (gpointer)value);
    }
    return values;
}

static guint8 own_types(const SchemaNode *node)
{
    static const struct {
        guint bits;
        guint8 types;
    } map[] = {
        {TYPE_NULL, cJSON_NULL},
        {TYPE_BOOLEAN, cJSON_False | cJSON_True},
        {TYPE_INTEGER | TYPE_NUMBER, cJSON_Number},
        {TYPE_STRING, cJSON_String},
        {TYPE_ARRAY, cJSON_Array},
        {TYPE_OBJECT, cJSON_Object},
    };
    guint8 types = node->types == 0 ? RULE_ANY_TYPE : 0;
    for (gsize i = 0; i < G_N_ELEMENTS(map); i++) {
        if ((node->types & map[i].bits) != 0)
            types |= map[i].types;
    }
    g_autoptr(GPtrArray) values = lower_values(node);
    guint8 of_values = 0;
    for (guint i = 0; values != NULL && i < values->len; i++)
        of_values |= (guint8)((const cJSON *)g_ptr_array_index(values, i))->type;
    return values == NULL ? types : types & of_values;
}

/* ---- types ---- */

static guint8 accepts_within(Lowering *l, const SchemaNode *node, guint depth);

/* What one of the branches accepts. */
static guint8 accepts_any(Lowering *l, const GPtrArray *branches, guint depth)
{
    guint8 accepts = branches == NULL ? RULE_ANY_TYPE : 0;
    for (guint i = 0; branches != NULL && i < branches->len; i++)
        accepts |= accepts_within(l, g_ptr_array_index(branches, i), depth);
    return accepts;
}

static guint8 look_around(Lowering *l, const SchemaNode *node, guint8 accepts, guint depth)
{
    if (node->ref != NULL)
        accepts &= accepts_within(l, node->ref, depth);
    if (node->dynamic_ref != NULL && !lower_is_dynamic(l, node))
        accepts &= accepts_within(l, node->dynamic_ref, depth);
    for (guint i = 0; node->all_of != NULL && i < node->all_of->len; i++)
        accepts &= accepts_within(l, g_ptr_array_index(node->all_of, i), depth);
    return accepts & accepts_any(l, node->any_of, depth) & accepts_any(l, node->one_of, depth);
}

/* Every schema is looked at once; one that is being looked at, or lies too deep, may be anything.
 * What a schema says itself counts in any case: nothing else in the program asks for it. */
static guint8 accepts_within(Lowering *l, const SchemaNode *node, guint depth)
{
    gpointer known = g_hash_table_lookup(l->accepts, node);
    if (known != NULL)
        return (guint8)(GPOINTER_TO_UINT(known) - 1);
    if (depth == 0)
        return RULE_ANY_TYPE;
    guint8 accepts = node->never ? 0 : own_types(node);
    g_hash_table_insert(l->accepts, (gpointer)node, GUINT_TO_POINTER(accepts + 1u));
    if (lower_look(l, 1))
        accepts = look_around(l, node, accepts, depth - 1);
    g_hash_table_insert(l->accepts, (gpointer)node, GUINT_TO_POINTER(accepts + 1u));
    return accepts;
}

guint8 lower_accepts(Lowering *l, const SchemaNode *node)
{
    return accepts_within(l, node, MAX_LOOK);
}
