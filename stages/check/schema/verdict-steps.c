/* What applies in place: references, combinations, conditions. */
#include "stages/check/schema/verdict.h"

/* ---- branches ---- */

static RuleSlot slot_of(const cJSON *item)
{
    switch (item->type & 0xff) {
    case cJSON_NULL:
        return SLOT_NULL;
    case cJSON_Number:
        return SLOT_NUMBER;
    case cJSON_String:
        return SLOT_STRING;
    case cJSON_Array:
        return SLOT_ARRAY;
    case cJSON_Object:
        return SLOT_OBJECT;
    default:
        return SLOT_BOOLEAN;
    }
}

/* The member of that name, or NULL; a long way to it is work. */
static const cJSON *find_member(Verdict *v, const cJSON *object, const KeyExpected *name)
{
    const cJSON *member = object->child;
    guint passed = 0;
    for (; member != NULL && !keys_is_expected(name, member->string); member = member->next)
        passed++;
    return verdict_spend(v, passed / 4) ? member : NULL;
}

/* The rules that count for the object. */
static RuleList tagged(Verdict *v, const RuleTag *tag, const cJSON *object)
{
    const cJSON *member = find_member(v, object, &tag->name);
    if (member == NULL)
        return tag->absent;
    if ((member->type & cJSON_String) == 0 || !verdict_spend_text(v, member->valuestring, 1))
        return tag->others;
    guint32 place = keys_find_text(&tag->values, member->valuestring);
    return place == KEYS_NONE ? tag->others : tag->meant[place];
}

RuleList verdict_branches(Verdict *v, const RuleBranches *branches, const cJSON *item)
{
    return branches->tag != NULL && (item->type & cJSON_Object) != 0
               ? tagged(v, branches->tag, item)
               : branches->fitting[slot_of(item)];
}

/* Every branch that conforms marks, so with marks none may be left out. */
static gboolean check_any(Verdict *v, const RuleBranches *branches, const cJSON *item,
                          VerdictMarks *marks)
{
    RuleList list = verdict_branches(v, branches, item);
    gboolean any = FALSE;
    for (guint i = 0; i < list.n && (!any || marks != NULL); i++)
        any |= verdict_in_place(v, list.list[i], item, marks);
    return any;
}

/* When two branches conform, the whole fails, and marks do not matter any more. */
static gboolean check_one(Verdict *v, const RuleBranches *branches, const cJSON *item,
                          VerdictMarks *marks)
{
    RuleList list = verdict_branches(v, branches, item);
    guint matches = 0;
    for (guint i = 0; i < list.n && matches < 2; i++)
        matches += verdict_in_place(v, list.list[i], item, marks) ? 1 : 0;
    return matches == 1;
}

/* ---- the others ---- */

static gboolean check_dynamic(Verdict *v, const RuleStep *step, const cJSON *item,
                              VerdictMarks *marks)
{
    /* The outermost resource in scope that has the anchor wins. */
    const Rule *target = step->rule;
    for (const VerdictScope *scope = v->scope; scope != NULL; scope = scope->up) {
        if (step->dynamic[scope->resource] != NULL)
            target = step->dynamic[scope->resource];
    }
    return verdict_in_place(v, target, item, marks);
}

static gboolean check_condition(Verdict *v, const RuleStep *step, const cJSON *item,
                                VerdictMarks *marks)
{
    gboolean met = verdict_in_place(v, step->rule, item, marks);
    return verdict_in_place(v, met ? step->then_rule : step->else_rule, item, marks);
}

static gboolean check_dependent(Verdict *v, const RuleStep *step, const cJSON *item,
                                VerdictMarks *marks)
{
    return (item->type & cJSON_Object) == 0 || find_member(v, item, &step->name) == NULL ||
           verdict_in_place(v, step->rule, item, marks);
}

static gboolean check_switch(Verdict *v, const RuleStep *step, const cJSON *item)
{
    RuleList list = tagged(v, step->tag, item);
    for (guint i = 0; i < list.n; i++) {
        if (!verdict_in_place(v, list.list[i], item, NULL))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_values(Verdict *v, const RuleStep *step, const cJSON *item)
{
    if ((item->type & (cJSON_Array | cJSON_Object)) == 0)
        return TRUE;
    if (!verdict_spend(v, step->n_nodes))
        return FALSE;
    for (guint i = 0; i < step->n_values; i++) {
        if (json_equal(step->values[i], item))
            return TRUE;
    }
    return FALSE;
}

static gboolean check_step(Verdict *v, const RuleStep *step, const cJSON *item, VerdictMarks *marks)
{
    switch (step->kind) {
    case STEP_RULE:
        return verdict_in_place(v, step->rule, item, marks);
    case STEP_DYNAMIC:
        return check_dynamic(v, step, item, marks);
    case STEP_ANY:
        return check_any(v, step->branches, item, marks);
    case STEP_ONE:
        return check_one(v, step->branches, item, marks);
    case STEP_NOT:
        return !verdict_in_place(v, step->rule, item, NULL);
    case STEP_CONDITION:
        return check_condition(v, step, item, marks);
    case STEP_DEPENDENT:
        return check_dependent(v, step, item, marks);
    case STEP_SWITCH:
        return check_switch(v, step, item);
    case STEP_VALUES:
        return check_values(v, step, item);
    }
    g_assert_not_reached();
}

/* The conditions themselves are tried where the switch cannot stand for them: other types than
 * objects meet them all, and a condition that is met also marks. */
static gboolean is_switch_for(const RuleStep *step, const cJSON *item, const VerdictMarks *marks)
{
    return step->kind == STEP_SWITCH && marks == NULL && (item->type & cJSON_Object) != 0;
}

gboolean verdict_steps(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks)
{
    for (guint i = 0; i < rule->n_steps; i++) {
        const RuleStep *step = &rule->steps[i];
        gboolean switches = is_switch_for(step, item, marks);
        if (step->kind == STEP_SWITCH && !switches)
            continue;
        if (!verdict_spend(v, 1) || !check_step(v, step, item, marks))
            return FALSE;
        i += switches ? step->n_switched : 0;
    }
    return TRUE;
}
