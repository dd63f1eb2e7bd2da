/* The section for objects: names to rules, and names that must be remembered to bits. */
#include "stages/check/schema/lower.h"

#include <math.h>

/* ---- names ---- */

typedef struct {
    Lowering *l;
    GHashTable *places; /* name -> its place in `list` + 1 */
    GArray *list;       /* of RuleProperty */
    GPtrArray *texts;   /* their names */
    guint n_bits;
} Names;

static RuleProperty *name_at(Names *names, const char *name)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(names->places, name));
    if (place == 0) {
        Arena *arena = names->l->arena;
        char *text = arena_strndup(arena, name, strlen(name));
        RuleProperty property = {.expected = keys_expect(text), .bit = KEYS_NONE};
        g_array_append_val(names->list, property);
        g_ptr_array_add(names->texts, text);
        place = names->list->len;
        g_hash_table_insert(names->places, text, GUINT_TO_POINTER(place));
    }
    return &g_array_index(names->list, RuleProperty, place - 1);
}

static guint32 bit_of(Names *names, const char *name)
{
    RuleProperty *property = name_at(names, name);
    if (property->bit == KEYS_NONE)
        property->bit = names->n_bits++;
    return property->bit;
}

/* The first rule of a name counts. */
static void declare(Names *names, const char *name, const Rule *rule)
{
    RuleProperty *property = name_at(names, name);
    if (property->declared)
        return;
    property->declared = TRUE;
    property->rule = rule;
}

/* In the order of the schema, because that is the first guess at the order of an instance; then
 * those that another schema was folded in with. */
static void add_properties(Names *names, const SchemaNode *node)
{
    if (node->properties == NULL)
        return;
    const cJSON *declared = cJSON_GetObjectItemCaseSensitive(node->source, "properties");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, declared)
    {
        const SchemaNode *of = g_hash_table_lookup(node->properties, entry->string);
        if (of != NULL)
            declare(names, entry->string, lower_rule(names->l, of));
    }
    GHashTableIter iter;
    gpointer name, of;
    g_hash_table_iter_init(&iter, node->properties);
    while (g_hash_table_iter_next(&iter, &name, &of))
        declare(names, name, lower_rule(names->l, of));
}

/* Names that schemas beside this one speak of: here they only are no strangers. */
static void add_known(Names *names, GHashTable *known)
{
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, known);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        declare(names, name, &rule_anything);
}

static void number_names(Names *names, const SchemaNode *node)
{
    for (guint i = 0; node->required != NULL && i < node->required->len; i++)
        bit_of(names, g_ptr_array_index(node->required, i));
    for (guint i = 0; node->dependent_required != NULL && i < node->dependent_required->len; i++) {
        const SchemaMember *member = g_ptr_array_index(node->dependent_required, i);
        bit_of(names, member->name);
        for (guint k = 0; k < member->names->len; k++)
            bit_of(names, g_ptr_array_index(member->names, k));
    }
}

static const guint64 *bit_set(Names *names, const GPtrArray *of, guint n_words)
{
    guint64 *words = arena_new_array(names->l->arena, guint64, n_words);
    for (guint i = 0; of != NULL && i < of->len; i++) {
        guint32 bit = bit_of(names, g_ptr_array_index(of, i));
        words[bit / 64] |= G_GUINT64_CONSTANT(1) << (bit % 64);
    }
    return words;
}

static void lower_dependents(Names *names, const SchemaNode *node, RuleObject *rule)
{
    if (node->dependent_required == NULL)
        return;
    RuleDependent *list =
        arena_new_array(names->l->arena, RuleDependent, node->dependent_required->len);
    for (guint i = 0; i < node->dependent_required->len; i++) {
        const SchemaMember *member = g_ptr_array_index(node->dependent_required, i);
        guint32 *wanted = arena_new_array(names->l->arena, guint32, member->names->len);
        for (guint k = 0; k < member->names->len; k++)
            wanted[k] = bit_of(names, g_ptr_array_index(member->names, k));
        list[i] = (RuleDependent){bit_of(names, member->name), member->names->len, wanted};
    }
    rule->dependents = list;
    rule->n_dependents = node->dependent_required->len;
}

static void lower_names(Lowering *l, const SchemaNode *node, GHashTable *known, RuleObject *rule)
{
    g_autoptr(GHashTable) places = schema_names_new(NULL, NULL);
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(RuleProperty));
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    Names names = {l, places, list, texts, 0};
    add_properties(&names, node);
    add_known(&names, known);
    number_names(&names, node);
    rule->n_words = (names.n_bits + 63) / 64;
    rule->required = bit_set(&names, node->required, rule->n_words);
    rule->wanted = rule->n_words > 0 ? rule->required[0] : 0;
    lower_dependents(&names, node, rule);

    rule->n_properties = list->len;
    RuleProperty *properties = arena_new_array(l->arena, RuleProperty, list->len + 1);
    for (guint i = 0; i < list->len; i++) {
        properties[i] = g_array_index(list, RuleProperty, i);
        if (properties[i].bit < 64)
            properties[i].mask = G_GUINT64_CONSTANT(1) << properties[i].bit;
        if (!properties[i].declared)
            properties[i].rule = rule->additional;
    }
    /* No name differs from 1 in no bit when none is looked at. */
    properties[list->len].expected.head = 1;
    rule->properties = properties;
    rule->stranger = (RuleProperty){.rule = rule->additional, .bit = KEYS_NONE};
    rule->keys = keys_make(l->arena, (const char *const *)texts->pdata, texts->len);
    rule->order = l->order->len;
    for (guint32 i = 0; i <= list->len; i++)
        g_array_append_val(l->order, i);
}

/* ---- the section ---- */

static void lower_patterns(Lowering *l, const SchemaNode *node, RuleObject *rule)
{
    if (node->pattern_properties == NULL)
        return;
    RulePattern *list = arena_new_array(l->arena, RulePattern, node->pattern_properties->len);
    for (guint i = 0; i < node->pattern_properties->len; i++) {
        const SchemaMember *member = g_ptr_array_index(node->pattern_properties, i);
        list[i] = (RulePattern){member->pattern, lower_rule(l, member->node)};
    }
    rule->patterns = list;
    rule->n_patterns = node->pattern_properties->len;
}

/* Where the names that are evaluated are known beforehand, unevaluatedProperties is
 * additionalProperties; elsewhere members have to be marked. */
static void lower_unevaluated(Lowering *l, const SchemaNode *node, GHashTable *known,
                              RuleObject *rule, gboolean *tracks)
{
    if (node->unevaluated_properties == NULL || node->additional != NULL)
        return;
    const Rule *unevaluated = lower_rule(l, node->unevaluated_properties);
    if (lower_evaluated(l, node, known)) {
        rule->additional = unevaluated;
        rule->marks_additional = TRUE;
        return;
    }
    g_hash_table_remove_all(known);
    rule->unevaluated = unevaluated;
    rule->marks_unevaluated = TRUE;
    *tracks = unevaluated != &rule_anything;
}

const RuleObject *lower_object(Lowering *l, const SchemaNode *node, gboolean *tracks)
{
    if (!node->properties && !node->required && !node->dependent_required &&
        !node->pattern_properties && !node->additional && !node->property_names &&
        !node->unevaluated_properties && node->members.min == 0 && node->members.max == INFINITY)
        return NULL;
    RuleObject *rule = arena_new_array(l->arena, RuleObject, 1);
    rule->min = lower_count(ceil(node->members.min));
    rule->max = lower_count(node->members.max);
    rule->additional = lower_rule(l, node->additional);
    rule->marks_additional = node->additional != NULL;
    rule->names = lower_rule(l, node->property_names);
    rule->unevaluated = &rule_anything;
    g_autoptr(GHashTable) known = schema_names_new(NULL, NULL);
    lower_unevaluated(l, node, known, rule, tracks);
    lower_names(l, node, known, rule);
    lower_patterns(l, node, rule);
    rule->plain = rule->n_patterns == 0 && rule->names == &rule_anything && rule->n_words <= 1;
    return rule;
}
