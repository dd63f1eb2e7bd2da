/* Objects: one pass over the members. */
#include "stages/check/schema/verdict.h"

/* Members mostly come in the order of the schema, so the name after the last one found is tried
 * first; the hash is for the others. */
static const RuleProperty *find_property(const RuleObject *rule, const char *name, guint *next)
{
    if (*next < rule->n_properties) {
        const RuleProperty *expected = &rule->properties[*next];
        if (name[0] == expected->name[0] && strcmp(name, expected->name) == 0) {
            ++*next;
            return expected;
        }
    }
    guint32 place = keys_find(&rule->keys, name, strlen(name));
    if (place == KEYS_NONE)
        return NULL;
    *next = place + 1;
    return &rule->properties[place];
}

/* patternProperties; *known is set when one of them speaks of the name. */
static gboolean check_patterns(Verdict *v, const RuleObject *rule, const cJSON *member,
                               gboolean *known)
{
    for (guint i = 0; i < rule->n_patterns; i++) {
        PatternResult result = pattern_search(rule->patterns[i].pattern, member->string);
        if (result == PATTERN_NO_MATCH)
            continue;
        if (result == PATTERN_UNDECIDED) {
            v->limit = "the steps of a regular expression";
            return FALSE;
        }
        *known = TRUE;
        if (!verdict_check(v, rule->patterns[i].rule, member))
            return FALSE;
    }
    return TRUE;
}

typedef struct {
    guint64 *seen; /* the names with a bit that were met */
    VerdictMarks *marks;
    guint count;
} Members;

static gboolean check_members(Verdict *v, const RuleObject *rule, const cJSON *object, Members *m)
{
    guint next = 0;
    for (const cJSON *member = object->child; member != NULL; member = member->next, m->count++) {
        const RuleProperty *property = find_property(rule, member->string, &next);
        gboolean known = property != NULL && property->declared;
        if (property != NULL && property->bit != KEYS_NONE)
            m->seen[property->bit / 64] |= G_GUINT64_CONSTANT(1) << (property->bit % 64);
        if (known && !verdict_check(v, property->rule, member))
            return FALSE;
        if (rule->names != NULL && !verdict_of_name(v, rule->names, member->string))
            return FALSE;
        if (rule->n_patterns > 0 && !check_patterns(v, rule, member, &known))
            return FALSE;
        if (!known && !verdict_check(v, rule->additional, member))
            return FALSE;
        if (m->marks != NULL && (known || rule->marks_additional))
            verdict_mark(m->marks, m->count);
    }
    return TRUE;
}

static gboolean has_all(const guint64 *seen, const guint64 *wanted, guint n_words)
{
    for (guint i = 0; i < n_words; i++) {
        if ((seen[i] & wanted[i]) != wanted[i])
            return FALSE;
    }
    return TRUE;
}

gboolean verdict_object(Verdict *v, const RuleObject *rule, const cJSON *item, VerdictMarks *marks)
{
    guint64 few[VERDICT_FEW / 64];
    g_autofree guint64 *many =
        rule->n_words > VERDICT_FEW / 64 ? g_new(guint64, rule->n_words) : NULL;
    Members m = {many != NULL ? many : few, marks, 0};
    for (guint i = 0; i < rule->n_words; i++)
        m.seen[i] = 0;
    if (!check_members(v, rule, item, &m) || m.count < rule->min || m.count > rule->max ||
        !has_all(m.seen, rule->required, rule->n_words) || !verdict_spend(v, m.count / 16))
        return FALSE;
    for (guint i = 0; i < rule->n_dependents; i++) {
        const RuleDependent *dependent = &rule->dependents[i];
        if ((m.seen[dependent->bit / 64] >> (dependent->bit % 64) & 1) != 0 &&
            !has_all(m.seen, dependent->wanted, rule->n_words))
            return FALSE;
    }
    return TRUE;
}
