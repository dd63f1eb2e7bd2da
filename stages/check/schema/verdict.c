/* One rule against one value: the section for its type, then what else applies in place. */
#include "stages/check/schema/verdict.h"

#define MAX_DEPTH 600u /* rules inside each other, references counted */

/* One level deeper; the caller takes it back, also after FALSE. */
static gboolean enter(Verdict *v)
{
    if (v->depth-- == 0) {
        v->limit = "the depth of schemas inside each other";
        return FALSE;
    }
    return verdict_spend(v, 1);
}

static gboolean check_section(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks)
{
    if ((item->type & cJSON_String) != 0)
        return rule->string == NULL || verdict_string(v, rule->string, item->valuestring);
    if ((item->type & cJSON_Number) != 0)
        return rule->number == NULL || verdict_number(v, rule->number, item->valuedouble);
    if ((item->type & cJSON_Object) != 0)
        return rule->object == NULL || verdict_object(v, rule->object, item, marks);
    if ((item->type & cJSON_Array) != 0)
        return rule->array == NULL || verdict_array(v, rule->array, item, marks);
    return TRUE;
}

static gboolean check_all(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks)
{
    gboolean ok =
        enter(v) && check_section(v, rule, item, marks) && verdict_steps(v, rule, item, marks);
    v->depth++;
    return ok;
}

static guint count_parts(const cJSON *item)
{
    guint count = 0;
    for (const cJSON *child = item->child; child != NULL; child = child->next)
        count++;
    return count;
}

static gboolean check_unevaluated(Verdict *v, const Rule *rule, const cJSON *item,
                                  VerdictMarks *marks)
{
    if ((item->type & cJSON_Array) != 0)
        return rule->array == NULL || !rule->array->marks_unevaluated ||
               verdict_unevaluated(v, rule->array->unevaluated, item, marks);
    return rule->object == NULL || !rule->object->marks_unevaluated ||
           verdict_unevaluated(v, rule->object->unevaluated, item, marks);
}

/* Marks are kept apart until the schema has proved true: those of a failing one do not count. */
static gboolean check_marking(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *asked)
{
    guint64 few[VERDICT_FEW / 64] = {0};
    const guint count = count_parts(item);
    const guint words = (count + 63) / 64;
    g_autofree guint64 *many = count > VERDICT_FEW ? g_new0(guint64, words) : NULL;
    VerdictMarks own = {many != NULL ? many : few, count};
    if (!verdict_spend(v, words) || !check_all(v, rule, item, &own) ||
        !check_unevaluated(v, rule, item, &own))
        return FALSE;
    for (guint i = 0; asked != NULL && i < words; i++)
        asked->bits[i] |= own.bits[i];
    return TRUE;
}

static inline gboolean is_choice(const Rule *rule)
{
    return rule->flags == (RULE_STEPS | RULE_CHOICE);
}

/* Where type and tag leave one branch, the choice is made. */
static gboolean check_choice(Verdict *v, const Rule *rule, const cJSON *item)
{
    const RuleList list = verdict_branches(v, rule->steps->branches, item);
    gboolean ok = enter(v) && (list.n == 1 ? verdict_check(v, list.list[0], item)
                                           : verdict_steps(v, rule, item, NULL));
    v->depth++;
    return ok;
}

gboolean verdict_in_place(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks)
{
    if ((rule->accepts & item->type) == 0)
        return FALSE;
    if ((rule->further & item->type) == 0)
        return TRUE;
    if (marks == NULL && (rule->flags == 0 || is_choice(rule)))
        return verdict_further(v, rule, item);

    const VerdictScope *outside = v->scope;
    const VerdictScope entered = {outside, rule->resource};
    if ((rule->flags & RULE_ENTERS) != 0 &&
        (outside == NULL || outside->resource != rule->resource))
        v->scope = &entered;
    gboolean parts = (item->type & (cJSON_Array | cJSON_Object)) != 0;
    gboolean ok = parts && (marks != NULL || (rule->flags & RULE_TRACKS) != 0)
                      ? check_marking(v, rule, item, marks)
                      : check_all(v, rule, item, NULL);
    v->scope = outside;
    return ok;
}

/* Kept apart, so that values without flags pay nothing for it. */
__attribute__((noinline)) static gboolean check_flagged(Verdict *v, const Rule *rule,
                                                        const cJSON *item)
{
    return is_choice(rule) ? check_choice(v, rule, item) : verdict_in_place(v, rule, item, NULL);
}

/* Without flags there is nothing but the section, and it is there, or nothing further were asked. */
gboolean verdict_further(Verdict *v, const Rule *rule, const cJSON *item)
{
    if (rule->flags != 0)
        return check_flagged(v, rule, item);
    if ((item->type & cJSON_String) != 0)
        return verdict_string(v, rule->string, item->valuestring);
    if ((item->type & cJSON_Number) != 0)
        return verdict_number(v, rule->number, item->valuedouble);
    gboolean ok =
        enter(v) && ((item->type & cJSON_Object) != 0 ? verdict_object(v, rule->object, item, NULL)
                                                      : verdict_array(v, rule->array, item, NULL));
    v->depth++;
    return ok;
}

gboolean program_run(const Program *program, const cJSON *instance, const char **limit)
{
    Verdict v = {.order = program->order, .depth = MAX_DEPTH, .work = VERDICT_WORK};
    gboolean ok = verdict_check(&v, program->root, instance);
    *limit = v.limit;
    return ok;
}
