/* Strings and numbers. */
#include "stages/check/schema/verdict.h"

#include <math.h>

/* ---- strings ---- */

/* Every byte of UTF-8 that does not go on with a character begins one. */
static guint32 count_characters(const char *text, gsize bytes)
{
    const guint64 ones = G_GUINT64_CONSTANT(0x0101010101010101);
    guint32 count = (guint32)bytes;
    gsize i = 0;
    for (; i + 8 <= bytes; i += 8) {
        guint64 word = keys_load(text + i);
        guint64 within = (word >> 7) & ~(word >> 6) & ones; /* 10xxxxxx */
        count -= (guint32)((within * ones) >> 56);
    }
    for (; i < bytes; i++)
        count -= ((guchar)text[i] & 0xc0) == 0x80;
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
    if (!verdict_spend_text(v, text, 1))
        return FALSE;
    if (rule->allowed != NULL && keys_find_text(rule->allowed, text) == KEYS_NONE)
        return FALSE;
    if (rule->measured && !fits_length(rule, text, strlen(text)))
        return FALSE;
    if (rule->pattern != NULL && verdict_search(v, rule->pattern, text) != PATTERN_MATCH)
        return FALSE;
    if (rule->content != 0 && !content_check(rule->content, text))
        return FALSE;
    return rule->format == NULL || rule->format(text);
}

gboolean verdict_of_name(Verdict *v, const Rule *rule, const char *name)
{
    if ((rule->accepts & cJSON_String) == 0)
        return FALSE;
    if (rule->n_steps == 0)
        return rule->string == NULL || verdict_string(v, rule->string, name);
    cJSON value = {.type = cJSON_String, .valuestring = (char *)name};
    return verdict_further(v, rule, &value);
}

/* ---- numbers ---- */

static gboolean is_allowed(Verdict *v, const RuleNumber *rule, double value)
{
    if (!verdict_spend(v, rule->n_allowed / 32))
        return FALSE;
    for (guint i = 0; i < rule->n_allowed; i++) {
        if (rule->allowed[i] == value)
            return TRUE;
    }
    return FALSE;
}

/* Beyond 2^63 every double is whole; below, an integer register holds it. */
static inline gboolean is_whole(double value)
{
    return fabs(value) < 0x1p63 ? (double)(gint64)value == value : isfinite(value);
}

gboolean verdict_number(Verdict *v, const RuleNumber *rule, double value)
{
    if (!(value >= rule->min && value <= rule->max))
        return FALSE;
    if (rule->whole && !is_whole(value))
        return FALSE;
    if (rule->allowed != NULL && !is_allowed(v, rule, value))
        return FALSE;
    return !rule->stepped || decimal_is_step(&rule->step, value);
}
