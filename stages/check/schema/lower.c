/* One rule a schema: what it says is sorted by type, and what asks for nothing is left out. */
#include "stages/check/schema/lower.h"

#include <math.h>

#define MAX_LOOKS 1000000u

const Rule rule_anything = {.accepts = RULE_ANY_TYPE};

KeyExpected lower_expect(Lowering *l, const char *name)
{
    return keys_expect(arena_strndup(l->arena, name, strlen(name)));
}

guint32 lower_count(double count)
{
    return count >= (double)RULE_NO_MAX ? RULE_NO_MAX : (guint32)count;
}

/* ---- sections ---- */

static const RuleString *lower_string(Lowering *l, const SchemaNode *node, const GPtrArray *values)
{
    RuleString rule = {
        .min = lower_count(node->length.min),
        .max = lower_count(node->length.max),
        .pattern = node->pattern,
        .format = node->format == NULL ? NULL : node->format->check,
        .content = node->content,
    };
    if (values == NULL && rule.min == 0 && rule.max == RULE_NO_MAX && rule.pattern == NULL &&
        rule.format == NULL && rule.content == 0)
        return NULL;
    if (values != NULL) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (guint i = 0; i < values->len; i++) {
            const cJSON *value = g_ptr_array_index(values, i);
            if (cJSON_IsString(value))
                g_ptr_array_add(names, value->valuestring);
        }
        Keys *allowed = arena_alloc(l->arena, sizeof *allowed);
        *allowed = keys_make(l->arena, (const char *const *)names->pdata, names->len);
        rule.allowed = allowed;
    }
    rule.measured = rule.min > 0 || rule.max != RULE_NO_MAX;
    return memcpy(arena_alloc(l->arena, sizeof rule), &rule, sizeof rule);
}

static const RuleNumber *lower_number(Lowering *l, const SchemaNode *node, const GPtrArray *values)
{
    RuleNumber rule = {
        .min = -INFINITY,
        .max = INFINITY,
        .whole = (node->types & TYPE_INTEGER) != 0 && (node->types & TYPE_NUMBER) == 0,
        .stepped = (node->bounds & BOUND_MULTIPLE_OF) != 0,
        .step = node->multiple_of,
    };
    if (values == NULL && !rule.whole && node->bounds == 0)
        return NULL;
    if ((node->bounds & BOUND_MINIMUM) != 0)
        rule.min = node->minimum;
    if ((node->bounds & BOUND_MAXIMUM) != 0)
        rule.max = node->maximum;
    if ((node->bounds & BOUND_EXCLUSIVE_MINIMUM) != 0)
        rule.min = fmax(rule.min, nextafter(node->exclusive_minimum, INFINITY));
    if ((node->bounds & BOUND_EXCLUSIVE_MAXIMUM) != 0)
        rule.max = fmin(rule.max, nextafter(node->exclusive_maximum, -INFINITY));
    if (values != NULL) {
        double *allowed = arena_new_array(l->arena, double, values->len);
        for (guint i = 0; i < values->len; i++) {
            const cJSON *value = g_ptr_array_index(values, i);
            if (cJSON_IsNumber(value))
                allowed[rule.n_allowed++] = value->valuedouble;
        }
        rule.allowed = allowed;
    }
    return memcpy(arena_alloc(l->arena, sizeof rule), &rule, sizeof rule);
}

RuleList lower_list(Lowering *l, const GPtrArray *nodes)
{
    const guint count = nodes == NULL ? 0 : nodes->len;
    const Rule **list = arena_new_array(l->arena, const Rule *, count);
    for (guint i = 0; i < count; i++)
        list[i] = lower_rule(l, g_ptr_array_index(nodes, i));
    return (RuleList){list, count};
}

static const RuleArray *lower_array(Lowering *l, const SchemaNode *node, gboolean *tracks)
{
    RuleArray rule = {
        .min = lower_count(node->size.min),
        .max = lower_count(node->size.max),
        .unique = node->unique,
        .prefix = lower_list(l, node->prefix_items),
        .items = lower_rule(l, node->items),
        .marks_items = node->items != NULL,
        .min_contained = lower_count(ceil(node->contained.min)),
        .max_contained = lower_count(node->contained.max),
        .marks_contained = node->contains_marks,
        .unevaluated = lower_rule(l, node->unevaluated_items),
        .marks_unevaluated = node->unevaluated_items != NULL,
    };
    if (node->contains != NULL)
        rule.contains = lower_rule(l, node->contains);
    /* Where `items` speaks of every item that the prefix leaves, nothing is left unevaluated. */
    *tracks = node->unevaluated_items != NULL && rule.unevaluated != &rule_anything &&
              node->items == NULL;
    gboolean asks = rule.min > 0 || rule.max != RULE_NO_MAX || rule.unique || rule.prefix.n > 0 ||
                    node->items != NULL || rule.contains != NULL || node->unevaluated_items != NULL;
    return asks ? memcpy(arena_alloc(l->arena, sizeof rule), &rule, sizeof rule) : NULL;
}

/* ---- steps ---- */

/* By resource: where the dynamic reference leads when that one is the outermost to define it. */
static const Rule *const *lower_dynamic(Lowering *l, const SchemaNode *node)
{
    GPtrArray *owned = l->schema->owned;
    const Rule **known = g_hash_table_lookup(l->dynamics, node->dynamic_name);
    if (known != NULL)
        return known;
    const Rule **targets = arena_new_array(l->arena, const Rule *, owned->len);
    for (guint i = 0; i < owned->len; i++) {
        const SchemaResource *resource = g_ptr_array_index(owned, i);
        const SchemaNode *found =
            g_hash_table_lookup(resource->dynamic_anchors, node->dynamic_name);
        if (found != NULL)
            targets[i] = lower_rule(l, found);
    }
    g_hash_table_insert(l->dynamics, (gpointer)node->dynamic_name, (gpointer)targets);
    return targets;
}

static void add_step(GArray *steps, RuleStep step)
{
    g_array_append_val(steps, step);
}

/* A schema that applies in place; one that allows anything needs no step. */
static void add_rule_step(Lowering *l, GArray *steps, const SchemaNode *node)
{
    const Rule *rule = lower_rule(l, node);
    if (rule != &rule_anything)
        add_step(steps, (RuleStep){.kind = STEP_RULE, .rule = rule});
}

static void add_reference_steps(Lowering *l, GArray *steps, const SchemaNode *node)
{
    add_rule_step(l, steps, node->ref);
    if (node->dynamic_ref == NULL || !lower_is_dynamic(l, node)) {
        add_rule_step(l, steps, node->dynamic_ref);
        return;
    }
    add_step(steps, (RuleStep){.kind = STEP_DYNAMIC,
                               .rule = lower_rule(l, node->dynamic_ref),
                               .dynamic = lower_dynamic(l, node)});
}

/* Conditions on one property come together, behind the step that tells which of them count. */
static void add_all_of_steps(Lowering *l, GArray *steps, const GPtrArray *branches)
{
    g_autoptr(GPtrArray) switched = g_ptr_array_new();
    const RuleTag *tag = lower_switch(l, branches, switched);
    if (tag != NULL)
        add_step(steps, (RuleStep){.kind = STEP_SWITCH, .tag = tag, .n_switched = switched->len});
    for (guint i = 0; tag != NULL && i < switched->len; i++)
        add_rule_step(l, steps, g_ptr_array_index(switched, i));
    guint passed = 0; /* of the switched ones, which stand in the order of the branches */
    for (guint i = 0; i < branches->len; i++) {
        const SchemaNode *branch = g_ptr_array_index(branches, i);
        if (tag != NULL && passed < switched->len && branch == g_ptr_array_index(switched, passed))
            passed++;
        else
            add_rule_step(l, steps, branch);
    }
}

static void add_applicator_steps(Lowering *l, GArray *steps, const SchemaNode *node)
{
    if (node->all_of != NULL)
        add_all_of_steps(l, steps, node->all_of);
    if (node->any_of != NULL)
        add_step(steps, (RuleStep){.kind = STEP_ANY, .branches = lower_branches(l, node->any_of)});
    if (node->one_of != NULL)
        add_step(steps, (RuleStep){.kind = STEP_ONE, .branches = lower_branches(l, node->one_of)});
    if (node->negated != NULL)
        add_step(steps, (RuleStep){.kind = STEP_NOT, .rule = lower_rule(l, node->negated)});
    if (node->condition != NULL)
        add_step(steps, (RuleStep){.kind = STEP_CONDITION,
                                   .rule = lower_rule(l, node->condition),
                                   .then_rule = lower_rule(l, node->then_node),
                                   .else_rule = lower_rule(l, node->else_node)});
    for (guint i = 0; node->dependent_schemas != NULL && i < node->dependent_schemas->len; i++) {
        const SchemaMember *member = g_ptr_array_index(node->dependent_schemas, i);
        const Rule *rule = lower_rule(l, member->node);
        if (rule != &rule_anything)
            add_step(steps, (RuleStep){.kind = STEP_DEPENDENT,
                                       .rule = rule,
                                       .name = lower_expect(l, member->name)});
    }
}

static void add_values_step(Lowering *l, GArray *steps, const GPtrArray *values)
{
    const cJSON **nested = arena_new_array(l->arena, const cJSON *, values->len);
    guint count = 0;
    gsize nodes = 0;
    for (guint i = 0; i < values->len; i++) {
        const cJSON *value = g_ptr_array_index(values, i);
        if (!cJSON_IsArray(value) && !cJSON_IsObject(value))
            continue;
        nested[count++] = value;
        nodes += json_count_nodes(value);
    }
    if (count > 0)
        add_step(
            steps,
            (RuleStep){.kind = STEP_VALUES, .values = nested, .n_values = count, .n_nodes = nodes});
}

/* ---- one rule ---- */

static guint8 asked_types(const Rule *rule)
{
    for (guint i = 0; i < rule->n_steps; i++) {
        /* Two kinds concern only values that have parts. */
        StepKind kind = rule->steps[i].kind;
        if (kind != STEP_VALUES && kind != STEP_DEPENDENT)
            return RULE_ANY_TYPE;
    }
    return (guint8)((rule->n_steps > 0 ? cJSON_Array | cJSON_Object : 0) |
                    (rule->string != NULL ? cJSON_String : 0) |
                    (rule->number != NULL ? cJSON_Number : 0) |
                    (rule->array != NULL ? cJSON_Array : 0) |
                    (rule->object != NULL ? cJSON_Object : 0));
}

static gboolean is_choice(const Rule *rule)
{
    return rule->n_steps == 1 && (rule->steps->kind == STEP_ANY || rule->steps->kind == STEP_ONE) &&
           rule->string == NULL && rule->number == NULL && rule->array == NULL &&
           rule->object == NULL;
}

static void fill_rule(Lowering *l, Rule *rule, const SchemaNode *unfolded)
{
    const SchemaNode *node = lower_folded(l, unfolded);
    g_autoptr(GPtrArray) values = lower_values(node);
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(RuleStep));
    gboolean tracks_items = FALSE, tracks_members = FALSE;
    rule->accepts = lower_accepts(l, node);
    if (rule->accepts == 0)
        return;
    if ((rule->accepts & cJSON_String) != 0)
        rule->string = lower_string(l, node, values);
    if ((rule->accepts & cJSON_Number) != 0)
        rule->number = lower_number(l, node, values);
    if ((rule->accepts & cJSON_Array) != 0)
        rule->array = lower_array(l, node, &tracks_items);
    if ((rule->accepts & cJSON_Object) != 0)
        rule->object = lower_object(l, node, &tracks_members);
    if (values != NULL)
        add_values_step(l, steps, values);
    add_reference_steps(l, steps, node);
    add_applicator_steps(l, steps, node);
    rule->n_steps = steps->len;
    RuleStep *kept = arena_new_array(l->arena, RuleStep, steps->len);
    if (steps->len > 0)
        memcpy(kept, steps->data, steps->len * sizeof *kept);
    rule->steps = kept;
    rule->further = asked_types(rule);
    rule->flags =
        (guint8)((tracks_items || tracks_members ? RULE_TRACKS : 0) |
                 (rule->n_steps > 0 ? RULE_STEPS : 0) | (is_choice(rule) ? RULE_CHOICE : 0));
    if (l->dynamic) {
        rule->flags |= RULE_ENTERS;
        rule->resource = GPOINTER_TO_UINT(g_hash_table_lookup(l->resources, node->resource)) - 1;
    }
}

const Rule *lower_rule(Lowering *l, const SchemaNode *node)
{
    if (node == NULL)
        return &rule_anything;
    node = lower_target(l, node);
    if (!lower_says_anything(node))
        return &rule_anything;
    Rule *rule = g_hash_table_lookup(l->rules, node);
    if (rule == NULL) {
        rule = arena_new_array(l->arena, Rule, 1);
        g_hash_table_insert(l->rules, (gpointer)node, rule);
        g_ptr_array_add(l->queue, (gpointer)node);
    }
    return rule;
}

/* ---- the program ---- */

static gboolean needs_scope(const Lowering *l)
{
    GHashTableIter iter;
    gpointer node;
    g_hash_table_iter_init(&iter, l->schema->nodes);
    while (g_hash_table_iter_next(&iter, NULL, &node)) {
        if (lower_is_dynamic(l, node))
            return TRUE;
    }
    return FALSE;
}

Program *program_new(const Schema *schema)
{
    Program *program = g_new0(Program, 1);
    program->arena = arena_new(0);
    g_autoptr(GHashTable) rules = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) accepts = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) resources = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GPtrArray) queue = g_ptr_array_new();
    g_autoptr(Folding) folding = folding_new(schema);
    g_autoptr(GHashTable) dynamics = schema_names_new(NULL, NULL);
    g_autoptr(GHashTable) defined = lower_defined(schema);
    Lowering l = {.schema = schema,
                  .arena = program->arena,
                  .rules = rules,
                  .accepts = accepts,
                  .resources = resources,
                  .order = order,
                  .queue = queue,
                  .dynamics = dynamics,
                  .defined = defined,
                  .folding = folding,
                  .looks = MAX_LOOKS};
    for (guint i = 0; i < schema->owned->len; i++)
        g_hash_table_insert(resources, g_ptr_array_index(schema->owned, i),
                            GUINT_TO_POINTER(i + 1));
    l.dynamic = needs_scope(&l);
    program->root = lower_rule(&l, schema->root);
    while (queue->len > 0) {
        const SchemaNode *node = g_ptr_array_steal_index(queue, queue->len - 1);
        fill_rule(&l, g_hash_table_lookup(rules, node), node);
    }
    program->order = arena_new_array(program->arena, guint32, order->len);
    if (order->len > 0)
        memcpy(program->order, order->data, order->len * sizeof *program->order);
    return program;
}

void program_free(Program *program)
{
    if (program == NULL)
        return;
    arena_free(program->arena);
    g_free(program);
}
