/* The verdict pass, shared by verdict*.c: a value against a rule, yes or no. Nothing is allocated
 * on the way unless a value has more than VERDICT_FEW parts to remember. */
#pragma once

#include "stages/check/schema/program.h"

#define VERDICT_FEW 256u       /* parts of a value that are remembered on the stack */
#define VERDICT_WORK 20000000u /* objects, arrays and steps for one instance, and long texts */
#define VERDICT_STATES 2u      /* of a regular expression's automaton are one step */
#define VERDICT_LITTLE 1024u   /* work after which texts count, too */

/* The resources entered so far, for $dynamicRef. */
typedef struct VerdictScope {
    const struct VerdictScope *up;
    guint32 resource;
} VerdictScope;

typedef struct {
    guint32 *order; /* Program.order */
    const VerdictScope *scope;
    const char *limit; /* the one that was reached: whatever is answered then means nothing */
    guint depth;       /* levels that are left */
    guint64 work;      /* steps that are left */
} Verdict;

/* The parts of one value that have been evaluated, by their order. */
typedef struct {
    guint64 *bits;
    guint count;
} VerdictMarks;

static inline void verdict_mark(VerdictMarks *marks, guint part)
{
    marks->bits[part / 64] |= G_GUINT64_CONSTANT(1) << (part % 64);
}

static inline gboolean verdict_is_marked(const VerdictMarks *marks, guint part)
{
    return (marks->bits[part / 64] >> (part % 64) & 1) != 0;
}

/* Takes `work` from what is left; FALSE when that is not enough. */
static inline gboolean verdict_spend(Verdict *v, guint64 work)
{
    if (v->work < work) {
        v->limit = "the work for one instance";
        return FALSE;
    }
    v->work -= work;
    return TRUE;
}

/* A text is read from one end to the other. Measuring it costs as much as most rules for it, so it
 * only counts where so much has been done that the same text may be read again and again. */
static inline gboolean verdict_spend_text(Verdict *v, const char *text, guint times)
{
    return v->work > VERDICT_WORK - VERDICT_LITTLE ||
           verdict_spend(v, (guint64)strlen(text) * times / 16);
}

/* Searches a text. What large automata visit is work of the instance, too: each text may cost half
 * a second, and there may be a million of them. UNDECIDED sets the limit. */
static inline PatternResult verdict_search(Verdict *v, const Pattern *pattern, const char *text)
{
    if (G_LIKELY(pattern->dfa != NULL))
        return pattern_search(pattern, text);
    guint64 states = v->work * VERDICT_STATES;
    PatternResult result = pattern_search_slowly(pattern, text, strlen(text), &states);
    v->work = states / VERDICT_STATES;
    if (result == PATTERN_UNDECIDED)
        v->limit = "the steps of a regular expression";
    return result;
}

gboolean verdict_further(Verdict *v, const Rule *rule, const cJSON *item);
/* In place of what is being evaluated: adds to `marks` (NULL: nobody asks) when it conforms. */
gboolean verdict_in_place(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks);

/* Most values are told by their type alone. */
static inline gboolean verdict_check(Verdict *v, const Rule *rule, const cJSON *item)
{
    if ((rule->accepts & item->type) == 0)
        return FALSE;
    return (rule->further & item->type) == 0 || verdict_further(v, rule, item);
}

/* verdict-scalar.c */
gboolean verdict_string(Verdict *v, const RuleString *rule, const char *text);
gboolean verdict_number(Verdict *v, const RuleNumber *rule, double value);
/* A name against a schema for strings (propertyNames). */
gboolean verdict_of_name(Verdict *v, const Rule *rule, const char *name);

/* verdict-array.c, verdict-object.c: the keywords of the type; unevaluated* apart, because they
 * come last. */
gboolean verdict_array(Verdict *v, const RuleArray *rule, const cJSON *item, VerdictMarks *marks);
gboolean verdict_object(Verdict *v, const RuleObject *rule, const cJSON *item, VerdictMarks *marks);
gboolean verdict_unevaluated(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks);
gboolean verdict_unique(Verdict *v, const cJSON *array);

/* verdict-steps.c */
/* The branches that the value could fit, by its type and its tag. */
RuleList verdict_branches(Verdict *v, const RuleBranches *branches, const cJSON *item);
gboolean verdict_steps(Verdict *v, const Rule *rule, const cJSON *item, VerdictMarks *marks);
