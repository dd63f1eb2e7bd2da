/* Objects: one pass over the members. */
#include "stages/check/schema/verdict.h"

#define FEW_NAMES 8u /* up to here comparing with all is cheaper than the hash */

static inline guint32 find_place(const RuleObject *rule, const char *name)
{
    if (rule->n_properties > FEW_NAMES)
        return keys_find_text(&rule->keys, name);
    const RuleProperty *property = rule->properties, *end = property + rule->n_properties;
    for (; property < end; property++) {
        if (keys_is_expected(&property->expected, name))
            return (guint32)(property - rule->properties);
    }
    return KEYS_NONE;
}

/* The slow way: by comparing or by hash; what was found is the guess for the next time. */
static const RuleProperty *look_up(const RuleObject *rule, const char *name, guint32 **guess,
                                   guint32 *order)
{
    guint32 place = find_place(rule, name);
    if (place == KEYS_NONE)
        return &rule->stranger;
    __atomic_store_n(*guess, place, __ATOMIC_RELAXED);
    *guess = &order[place + 1];
    return &rule->properties[place];
}

/* The property of that name or the stranger. *guess stands where the place of the property that
 * follows the last one is kept, and is moved on. */
static inline const RuleProperty *find_property(const RuleObject *rule, const char *name,
                                                guint32 **guess, guint32 *order)
{
    const guint32 place = __atomic_load_n(*guess, __ATOMIC_RELAXED);
    const RuleProperty *property = &rule->properties[place];
    if (!keys_is_expected(&property->expected, name))
        return look_up(rule, name, guess, order);
    *guess = &order[place + 1];
    return property;
}

static gboolean has_all(const guint64 *seen, const guint64 *wanted, guint n_words)
{
    for (guint i = 0; i < n_words; i++) {
        if ((seen[i] & wanted[i]) != wanted[i])
            return FALSE;
    }
    return TRUE;
}

static gboolean has_bit(const guint64 *seen, guint32 bit)
{
    return (seen[bit / 64] >> (bit % 64) & 1) != 0;
}

static gboolean check_dependents(Verdict *v, const RuleObject *rule, const guint64 *seen)
{
    for (guint i = 0; i < rule->n_dependents; i++) {
        const RuleDependent *dependent = &rule->dependents[i];
        if (!has_bit(seen, dependent->bit))
            continue;
        for (guint k = 0; k < dependent->n_wanted; k++) {
            if (!has_bit(seen, dependent->wanted[k]))
                return FALSE;
        }
    }
    return verdict_spend(v, rule->n_dependents / 16);
}

/* The common case, where the name alone says which rule a member has. */
static gboolean check_plain(Verdict *v, const RuleObject *rule, const cJSON *object)
{
    guint32 *order = v->order + rule->order, *guess = order;
    guint64 seen = 0;
    guint count = 0;
    for (const cJSON *member = object->child; member != NULL; member = member->next, count++) {
        const RuleProperty *property = find_property(rule, member->string, &guess, order);
        seen |= property->mask;
        if (!verdict_check(v, property->rule, member))
            return FALSE;
    }
    return (seen & rule->wanted) == rule->wanted && count >= rule->min && count <= rule->max &&
           verdict_spend(v, count / 16) &&
           (rule->n_dependents == 0 || check_dependents(v, rule, &seen));
}

/* ---- with patterns, rules for names, marks, or more bits than a word has ---- */

/* patternProperties; *known is set when one of them speaks of the name. */
static gboolean check_patterns(Verdict *v, const RuleObject *rule, const cJSON *member,
                               gboolean *known)
{
    if (!verdict_spend(v, rule->n_patterns) ||
        !verdict_spend_text(v, member->string, rule->n_patterns))
        return FALSE;
    for (guint i = 0; i < rule->n_patterns; i++) {
        PatternResult result = verdict_search(v, rule->patterns[i].pattern, member->string);
        if (result == PATTERN_NO_MATCH)
            continue;
        if (result == PATTERN_UNDECIDED)
            return FALSE;
        *known = TRUE;
        if (!verdict_check(v, rule->patterns[i].rule, member))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_member(Verdict *v, const RuleObject *rule, const RuleProperty *property,
                             const cJSON *member, gboolean *known)
{
    *known = property->declared;
    if (*known && !verdict_check(v, property->rule, member))
        return FALSE;
    if (rule->names != &rule_anything && !verdict_of_name(v, rule->names, member->string))
        return FALSE;
    if (rule->n_patterns > 0 && !check_patterns(v, rule, member, known))
        return FALSE;
    return *known || verdict_check(v, rule->additional, member);
}

__attribute__((noinline)) static gboolean check_any(Verdict *v, const RuleObject *rule,
                                                    const cJSON *object, VerdictMarks *marks)
{
    guint64 few[VERDICT_FEW / 64] = {0};
    g_autofree guint64 *many =
        rule->n_words > VERDICT_FEW / 64 ? g_new0(guint64, rule->n_words) : NULL;
    guint64 *seen = many != NULL ? many : few;
    guint32 *order = v->order + rule->order, *guess = order;
    guint count = 0;
    for (const cJSON *member = object->child; member != NULL; member = member->next, count++) {
        const RuleProperty *property = find_property(rule, member->string, &guess, order);
        if (property->bit != KEYS_NONE)
            seen[property->bit / 64] |= G_GUINT64_CONSTANT(1) << (property->bit % 64);
        gboolean known;
        if (!check_member(v, rule, property, member, &known))
            return FALSE;
        if (marks != NULL && (known || rule->marks_additional))
            verdict_mark(marks, count);
    }
    return has_all(seen, rule->required, rule->n_words) && count >= rule->min &&
           count <= rule->max && verdict_spend(v, count / 16) && check_dependents(v, rule, seen);
}

gboolean verdict_object(Verdict *v, const RuleObject *rule, const cJSON *item, VerdictMarks *marks)
{
    return rule->plain && marks == NULL ? check_plain(v, rule, item)
                                        : check_any(v, rule, item, marks);
}
