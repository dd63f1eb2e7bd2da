/* Keywords for any type, for numbers and for strings. */
#include "stages/check/schema/explain.h"

#include <math.h>
#include <string.h>

#define COMPARE_SHARE 16 /* values of an enum for one unit of work */
#define MAX_PATTERN 200u /* characters of a pattern in a sentence */

/* ---- any type ---- */

static gboolean explain_enum(const Frame *frame)
{
    guint compared = 0;
    const cJSON *value;
    cJSON_ArrayForEach(value, frame->node->enumeration)
    {
        if (explain_equal(frame->explain, value, frame->item))
            return TRUE;
        if (!explain_spend(frame->explain, ++compared % COMPARE_SHARE == 0))
            return FALSE;
    }
    return report_allowed(frame, "enum", frame->node->enumeration);
}

static gboolean report_type(const Frame *frame)
{
    const guint types = frame->node->types;
    g_autofree char *found = phrase_value(frame->item);
    g_autofree char *allowed = phrase_types(types);
    /* 12 written as "12" is the commonest slip of a writer, and the easiest to mend. */
    if (cJSON_IsString(frame->item) && (types & (TYPE_NUMBER | TYPE_INTEGER)) != 0) {
        char *end;
        g_ascii_strtod(frame->item->valuestring, &end);
        if (end != frame->item->valuestring && *end == '\0')
            return report(frame, "type", "must be %s, found the text %s: write it without quotes",
                          allowed, found);
    }
    return report(frame, "type", "must be %s, found %s", allowed, found);
}

gboolean explain_any(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    gboolean ok = TRUE;
    if (node->types != 0 && (phrase_types_of(frame->item) & node->types) == 0)
        ok = explain_tells(frame) && report_type(frame);
    if ((ok || explain_goes_on(frame)) && node->constant != NULL &&
        !explain_equal(frame->explain, node->constant, frame->item)) {
        if (!explain_tells(frame))
            return FALSE;
        g_autofree char *found = phrase_value(frame->item);
        g_autofree char *wanted = phrase_value(node->constant);
        ok = report(frame, "const", "must be %s, found %s", wanted, found);
    }
    if ((ok || explain_goes_on(frame)) && node->enumeration != NULL)
        ok &= explain_enum(frame);
    return ok;
}

/* ---- numbers ---- */

static gboolean report_bound(const Frame *frame, const char *keyword, const char *relation,
                             double bound)
{
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *wanted = phrase_number(bound);
    g_autofree char *found = phrase_value(frame->item);
    return report(frame, keyword, "must be %s %s, found %s", relation, wanted, found);
}

gboolean explain_number(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    const double value = frame->item->valuedouble;
    gboolean ok = TRUE;
    if (node->bounds == 0)
        return TRUE;
    if ((node->bounds & BOUND_MINIMUM) != 0 && !(value >= node->minimum))
        ok = report_bound(frame, "minimum", "at least", node->minimum);
    if ((node->bounds & BOUND_MAXIMUM) != 0 && !(value <= node->maximum))
        ok = report_bound(frame, "maximum", "at most", node->maximum);
    if ((node->bounds & BOUND_EXCLUSIVE_MINIMUM) != 0 && !(value > node->exclusive_minimum))
        ok = report_bound(frame, "exclusiveMinimum", "greater than", node->exclusive_minimum);
    if ((node->bounds & BOUND_EXCLUSIVE_MAXIMUM) != 0 && !(value < node->exclusive_maximum))
        ok = report_bound(frame, "exclusiveMaximum", "less than", node->exclusive_maximum);
    if ((node->bounds & BOUND_MULTIPLE_OF) != 0 && !decimal_is_step(&node->multiple_of, value))
        ok = report_bound(frame, "multipleOf", "a multiple of", node->multiple_of.value);
    return ok;
}

/* ---- strings ---- */

/* Code points; the bytes alone often answer already, since each takes one to four of them. */
static gboolean explain_length(const Frame *frame)
{
    const SchemaCount *length = &frame->node->length;
    if (length->min == 0 && length->max == INFINITY)
        return TRUE;
    double bytes = (double)strlen(frame->item->valuestring);
    if (bytes >= 4 * length->min && bytes <= length->max)
        return TRUE;
    const double count = (double)g_utf8_strlen(frame->item->valuestring, -1);
    const gboolean few = count < length->min;
    if (!few && !(count > length->max))
        return TRUE;
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *wanted =
        phrase_count(few ? length->min : length->max, "character", "characters");
    g_autofree char *found = phrase_value(frame->item);
    return report(frame, few ? "minLength" : "maxLength", "must have at %s %s, found %.0f: %s",
                  few ? "least" : "most", wanted, count, found);
}

static gboolean explain_pattern(const Frame *frame)
{
    PatternResult result =
        explain_search(frame->explain, frame->node->pattern, frame->item->valuestring);
    if (result != PATTERN_NO_MATCH)
        return result == PATTERN_MATCH;
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *pattern = phrase_plain(pattern_text(frame->node->pattern), MAX_PATTERN);
    g_autofree char *found = phrase_value(frame->item);
    return report(frame, "pattern", "must match the pattern %s, found %s", pattern, found);
}

static gboolean explain_format(const Frame *frame)
{
    const Format *format = frame->node->format;
    if (format->check(frame->item->valuestring))
        return TRUE;
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *found = phrase_value(frame->item);
    return report(frame, "format", "must be %s, found %s", format->meaning, found);
}

static gboolean explain_content(const Frame *frame)
{
    const char *text = frame->item->valuestring;
    if (content_check(frame->node->content, text))
        return TRUE;
    const gboolean encoded = content_check(frame->node->content & CONTENT_BASE64, text);
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *found = phrase_value(frame->item);
    return encoded ? report(frame, "contentMediaType", "must hold JSON, found %s", found)
                   : report(frame, "contentEncoding", "must be base64, found %s", found);
}

gboolean explain_string(const Frame *frame)
{
    gboolean ok = explain_length(frame);
    if ((ok || explain_goes_on(frame)) && frame->node->pattern != NULL)
        ok &= explain_pattern(frame);
    if ((ok || explain_goes_on(frame)) && frame->node->format != NULL)
        ok &= explain_format(frame);
    if ((ok || explain_goes_on(frame)) && frame->node->content != 0)
        ok &= explain_content(frame);
    return ok;
}
