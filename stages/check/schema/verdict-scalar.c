/* Strings and numbers. */
#include "stages/check/schema/verdict.h"

#include <math.h>

/* ---- strings ---- */

static guint32 count_characters(const char *text, gsize bytes)
{
    guint32 count = 0;
    for (gsize i = 0; i < bytes; i++)
        count += ((guchar)text[i] & 0xc0) != 0x80;
    return count;
}

/* Code points; the bytes alone mostly answer, since each takes one to four of them. */
static gboolean fits_length(const RuleString *rule, const char *text, gsize bytes)
{
    if (bytes < rule->min || bytes / 4 > rule->max)
        return FALSE;
    if ((bytes + 3) / 4 >= rule->min && bytes <= rule->max)
        return TRUE;
    guint32 count = count_characters(text, bytes);
    return count >= rule->min && count <= rule->max;
}

gboolean verdict_string(Verdict *v, const RuleString *rule, const char *text)
{
    if (rule->allowed != NULL || rule->min > 0 || rule->max != RULE_NO_MAX) {
        gsize bytes = strlen(text);
        if (rule->allowed != NULL && keys_find(rule->allowed, text, bytes) == KEYS_NONE)
            return FALSE;
        if (!fits_length(rule, text, bytes))
            return FALSE;
    }
    if (rule->pattern != NULL) {
        PatternResult result = pattern_search(rule->pattern, text);
        if (result == PATTERN_UNDECIDED)
            v->limit = "the steps of a regular expression";
        if (result != PATTERN_MATCH)
            return FALSE;
    }
    return rule->format == NULL || rule->format(text);
}

gboolean verdict_of_name(Verdict *v, const Rule *rule, const char *name)
{
    if (rule == NULL)
        return TRUE;
    if ((rule->accepts & cJSON_String) == 0)
        return FALSE;
    if (rule->n_steps == 0)
        return rule->string == NULL || verdict_string(v, rule->string, name);
    cJSON value = {.type = cJSON_String, .valuestring = (char *)name};
    return verdict_further(v, rule, &value);
}

/* ---- numbers ---- */

static gboolean is_allowed(const RuleNumber *rule, double value)
{
    for (guint i = 0; i < rule->n_allowed; i++) {
        if (rule->allowed[i] == value)
            return TRUE;
    }
    return FALSE;
}

gboolean verdict_number(const RuleNumber *rule, double value)
{
    if (rule->whole && !(isfinite(value) && trunc(value) == value))
        return FALSE;
    if (rule->allowed != NULL && !is_allowed(rule, value))
        return FALSE;
    const guint bounds = rule->bounds;
    if (bounds == 0)
        return TRUE;
    if ((bounds & BOUND_MINIMUM) != 0 && !(value >= rule->minimum))
        return FALSE;
    if ((bounds & BOUND_MAXIMUM) != 0 && !(value <= rule->maximum))
        return FALSE;
    if ((bounds & BOUND_EXCLUSIVE_MINIMUM) != 0 && !(value > rule->exclusive_minimum))
        return FALSE;
    if ((bounds & BOUND_EXCLUSIVE_MAXIMUM) != 0 && !(value < rule->exclusive_maximum))
        return FALSE;
    return (bounds & BOUND_MULTIPLE_OF) == 0 ||
           (isfinite(value) && decimal_is_multiple(decimal_from_double(value), rule->multiple_of));
}
