/* An allOf of "if this property says …, then …" is a switch: one look at the property tells which
 * of the many conditions are met. */
#include "stages/check/schema/lower.h"

#include <math.h>

#define MIN_CONDITIONS 3u /* fewer are as quickly tried one by one */

/* A condition: where `name` has one of the values (or, if not required, is absent), then `then`. */
typedef struct {
    const char *name;
    GPtrArray *values; /* of const cJSON*, all strings */
    gboolean required;
    const SchemaNode *then_node;
} Condition;

static void condition_clear(Condition *condition)
{
    g_clear_pointer(&condition->values, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Condition, condition_clear)

/* The strings of an enum or const that is all that the schema says; else NULL. */
static GPtrArray *only_strings(Lowering *l, const SchemaNode *node)
{
    SchemaNode rest = *node;
    rest.constant = rest.enumeration = NULL;
    rest.types &= ~(guint)TYPE_STRING;
    if (lower_says_anything(&rest) || !lower_look(l, 1))
        return NULL;
    g_autoptr(GPtrArray) values = lower_values(node);
    for (guint i = 0; values != NULL && i < values->len; i++) {
        if (!cJSON_IsString((const cJSON *)g_ptr_array_index(values, i)) || !lower_look(l, 1))
            return NULL;
    }
    return g_steal_pointer(&values);
}

/* {"properties": {name: values}, "required": [name]}, and no more than that. */
static gboolean read_if(Lowering *l, const SchemaNode *node, Condition *condition)
{
    SchemaNode rest = *lower_target(l, node);
    GHashTable *properties = rest.properties;
    const GPtrArray *required = rest.required;
    rest.properties = NULL;
    rest.required = NULL;
    rest.types &= ~(guint)TYPE_OBJECT;
    if (lower_says_anything(&rest) || properties == NULL || g_hash_table_size(properties) != 1)
        return FALSE;
    GHashTableIter iter;
    gpointer name, property;
    g_hash_table_iter_init(&iter, properties);
    g_hash_table_iter_next(&iter, &name, &property);
    condition->name = name;
    condition->required = required != NULL && required->len > 0;
    for (guint i = 0; required != NULL && i < required->len; i++) {
        if (strcmp(g_ptr_array_index(required, i), name) != 0)
            return FALSE;
    }
    condition->values = only_strings(l, lower_target(l, property));
    return condition->values != NULL;
}

static gboolean read_condition(Lowering *l, const SchemaNode *branch, Condition *condition)
{
    SchemaNode rest = *lower_target(l, branch);
    const SchemaNode *test = rest.condition;
    condition->then_node = rest.then_node;
    rest.condition = rest.then_node = NULL;
    if (test == NULL || condition->then_node == NULL || rest.else_node != NULL)
        return FALSE;
    /* The switch goes to `then` directly: no resource may be passed by on the way. */
    if (l->dynamic && condition->then_node->resource != rest.resource)
        return FALSE;
    return !lower_says_anything(&rest) && read_if(l, test, condition);
}

/* ---- the switch ---- */

typedef struct {
    const char *name;  /* of the property; NULL: not chosen yet */
    GHashTable *meant; /* text (lent) -> GPtrArray of const SchemaNode */
    GPtrArray *absent; /* of const SchemaNode */
} Switch;

static void add_condition(Switch *own, const Condition *condition)
{
    gpointer then_node = (gpointer)condition->then_node;
    for (guint i = 0; i < condition->values->len; i++) {
        char *text = ((const cJSON *)g_ptr_array_index(condition->values, i))->valuestring;
        GPtrArray *list = g_hash_table_lookup(own->meant, text);
        if (list == NULL) {
            list = g_ptr_array_new();
            g_hash_table_insert(own->meant, text, list);
        }
        g_ptr_array_add(list, then_node);
    }
    if (!condition->required)
        g_ptr_array_add(own->absent, then_node);
}

static const RuleTag *make_tag(Lowering *l, const Switch *own)
{
    RuleTag *tag = arena_new_array(l->arena, RuleTag, 1);
    guint count;
    g_autofree gpointer *texts = g_hash_table_get_keys_as_array(own->meant, &count);
    RuleList *meant = arena_new_array(l->arena, RuleList, count);
    for (guint i = 0; i < count; i++)
        meant[i] = lower_list(l, g_hash_table_lookup(own->meant, texts[i]));
    tag->name = lower_expect(l, own->name);
    tag->values = keys_make(l->arena, (const char *const *)texts, count);
    tag->meant = meant;
    tag->absent = lower_list(l, own->absent);
    return tag;
}

const RuleTag *lower_switch(Lowering *l, const GPtrArray *branches, GPtrArray *switched)
{
    g_autoptr(GHashTable) meant = schema_names_new(NULL, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GPtrArray) absent = g_ptr_array_new();
    Switch own = {NULL, meant, absent};
    for (guint i = 0; i < branches->len; i++) {
        g_auto(Condition) condition = {0};
        if (!read_condition(l, g_ptr_array_index(branches, i), &condition))
            continue;
        if (own.name == NULL)
            own.name = condition.name;
        if (strcmp(own.name, condition.name) != 0)
            continue;
        add_condition(&own, &condition);
        g_ptr_array_add(switched, g_ptr_array_index(branches, i));
    }
    return switched->len >= MIN_CONDITIONS ? make_tag(l, &own) : NULL;
}
