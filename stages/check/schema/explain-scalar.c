/* Keywords for any type, for numbers and for strings. */
#include "stages/check/schema/explain.h"

#include <math.h>
#include <string.h>

/* ---- any type ---- */

static char *list_values(const cJSON *list)
{
    GString *text = g_string_new(NULL);
    const cJSON *value;
    cJSON_ArrayForEach(value, list)
    {
        g_autofree char *shown = report_value(value);
        if (text->len > 600) {
            g_string_append(text, ", …");
            break;
        }
        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", shown);
    }
    return g_string_free(text, FALSE);
}

static gboolean explain_enum(const Frame *frame)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, frame->node->enumeration)
    {
        if (json_equal(value, frame->item))
            return TRUE;
    }
    if (frame->explain->findings == NULL)
        return FALSE;
    g_autofree char *found = report_value(frame->item);
    g_autofree char *allowed = list_values(frame->node->enumeration);
    return report(frame, "enum", "is %s, which is not one of the allowed values: %s", found,
                  allowed);
}

gboolean explain_any(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    gboolean ok = TRUE;
    if (node->types != 0 && (report_types_of(frame->item) & node->types) == 0) {
        if (frame->explain->findings == NULL)
            return FALSE;
        g_autofree char *found = report_value(frame->item);
        g_autofree char *allowed = report_types(node->types);
        ok = report(frame, "type", "must be %s, found %s", allowed, found);
    }
    if (node->constant != NULL && !json_equal(node->constant, frame->item)) {
        if (frame->explain->findings == NULL)
            return FALSE;
        g_autofree char *found = report_value(frame->item);
        g_autofree char *wanted = report_value(node->constant);
        ok = report(frame, "const", "must be %s, found %s", wanted, found);
    }
    return (node->enumeration == NULL || explain_enum(frame)) && ok;
}

/* ---- numbers ---- */

static gboolean report_bound(const Frame *frame, const char *keyword, const char *relation,
                             double bound)
{
    if (frame->explain->findings == NULL)
        return FALSE;
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof text, "%.15g", bound);
    g_autofree char *found = report_value(frame->item);
    return report(frame, keyword, "must be %s %s, found %s", relation, text, found);
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
    if ((node->bounds & BOUND_MULTIPLE_OF) != 0 &&
        (!isfinite(value) || !decimal_is_multiple(decimal_from_double(value), node->multiple_of)))
        ok = report_bound(frame, "multipleOf", "a multiple of",
                          (double)node->multiple_of.mantissa * pow(10, node->multiple_of.exponent));
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
    glong count = g_utf8_strlen(frame->item->valuestring, -1);
    if ((double)count < length->min)
        return report(frame, "minLength", "must have at least %.0f characters, found %ld",
                      length->min, count);
    if ((double)count > length->max)
        return report(frame, "maxLength", "must have at most %.0f characters, found %ld",
                      length->max, count);
    return TRUE;
}

static gboolean explain_pattern(const Frame *frame)
{
    PatternResult result = pattern_search(frame->node->pattern, frame->item->valuestring);
    if (result == PATTERN_UNDECIDED)
        explain_reach_limit(frame->explain, "the steps of a regular expression");
    if (result != PATTERN_NO_MATCH)
        return result == PATTERN_MATCH;
    if (frame->explain->findings == NULL)
        return FALSE;
    g_autofree char *found = report_value(frame->item);
    return report(frame, "pattern", "must match the pattern %s, found %s",
                  pattern_text(frame->node->pattern), found);
}

gboolean explain_string(const Frame *frame)
{
    gboolean ok = explain_length(frame);
    if ((ok || frame->explain->findings != NULL) && frame->node->pattern != NULL)
        ok &= explain_pattern(frame);
    const Format *format = frame->node->format;
    if ((ok || frame->explain->findings != NULL) && format != NULL &&
        !format->check(frame->item->valuestring)) {
        g_autofree char *found =
            frame->explain->findings == NULL ? NULL : report_value(frame->item);
        ok = report(frame, "format", "must be %s, found %s", format->meaning,
                    found == NULL ? "" : found);
    }
    return ok;
}
