/* Findings: pointers are built only here, when a rule is broken and somebody wants to know. */
#include "stages/check/schema/explain.h"

#include <math.h>
#include <string.h>

#define MAX_SHOWN 80 /* characters of a value in a sentence */

void schema_finding_free(SchemaFinding *finding)
{
    if (finding == NULL)
        return;
    g_free(finding->instance);
    g_free(finding->keyword);
    g_free(finding->absolute);
    g_free(finding->rule);
    g_free(finding->sentence);
    g_free(finding);
}

static char *pointer_of(const ExplainPath *path)
{
    if (path == NULL)
        return g_strdup("");
    g_autofree char *up = pointer_of(path->up);
    return path->name == NULL ? json_pointer_index(up, path->index)
                              : json_pointer_join(up, path->name);
}

gboolean report(const Frame *frame, const char *keyword, const char *format, ...)
{
    GPtrArray *findings = frame->explain->findings;
    if (findings == NULL || findings->len >= SCHEMA_MAX_FINDINGS)
        return FALSE;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);

    SchemaFinding *finding = g_new0(SchemaFinding, 1);
    finding->instance = pointer_of(frame->place);
    const ExplainPath trail = {frame->trail, keyword, 0};
    finding->keyword = pointer_of(keyword == NULL ? frame->trail : &trail);
    g_autofree char *absolute =
        g_strconcat(frame->node->pointer, keyword == NULL ? NULL : "/", keyword, NULL);
    g_autofree char *fragment = g_uri_escape_string(absolute, "/!$&'()*+,;=:@?", FALSE);
    finding->absolute = g_strconcat(frame->node->resource->uri, "#", fragment, NULL);
    finding->rule = g_strdup(keyword == NULL ? "false" : keyword);
    finding->sentence = g_strdup_printf(
        "%s %s", *finding->instance == '\0' ? "the record" : finding->instance, what);
    g_ptr_array_add(findings, finding);
    return FALSE;
}

void report_limit(GPtrArray *findings, const char *limit)
{
    SchemaFinding *finding = g_new0(SchemaFinding, 1);
    finding->instance = g_strdup("");
    finding->keyword = g_strdup("");
    finding->absolute = g_strdup("");
    finding->rule = g_strdup("limit");
    finding->sentence = g_strdup_printf("it cannot be decided whether this is valid: a limit was "
                                        "reached, %s",
                                        limit);
    g_ptr_array_add(findings, finding);
}

char *report_value(const cJSON *value)
{
    if (cJSON_IsArray(value))
        return g_strdup_printf("a list of %d items", cJSON_GetArraySize(value));
    if (cJSON_IsObject(value))
        return g_strdup_printf("an object with %d members", cJSON_GetArraySize(value));
    g_autofree char *text = json_print(value, FALSE);
    if (text == NULL)
        return g_strdup("a value that cannot be shown");
    if (g_utf8_strlen(text, -1) <= MAX_SHOWN)
        return g_steal_pointer(&text);
    g_autofree char *head = g_utf8_substring(text, 0, MAX_SHOWN);
    return g_strconcat(head, "…", NULL);
}

guint report_types_of(const cJSON *value)
{
    switch (value->type & 0xff) {
    case cJSON_NULL:
        return TYPE_NULL;
    case cJSON_False:
    case cJSON_True:
        return TYPE_BOOLEAN;
    case cJSON_String:
        return TYPE_STRING;
    case cJSON_Array:
        return TYPE_ARRAY;
    case cJSON_Object:
        return TYPE_OBJECT;
    case cJSON_Number:
        return isfinite(value->valuedouble) && trunc(value->valuedouble) == value->valuedouble
                   ? TYPE_INTEGER
                   : TYPE_NUMBER;
    default:
        return 0;
    }
}

char *report_types(guint types)
{
    static const struct {
        guint bit;
        const char *name;
    } names[] = {
        {TYPE_STRING, "a string"},
        {TYPE_NUMBER, "a number"},
        {TYPE_INTEGER, "a whole number"},
        {TYPE_BOOLEAN, "true or false"},
        {TYPE_ARRAY, "a list"},
        {TYPE_OBJECT, "an object"},
        {TYPE_NULL, "null"},
    };
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((types & names[i].bit) == 0 ||
            (names[i].bit == TYPE_INTEGER && (types & TYPE_NUMBER) != 0))
            continue;
        g_string_append_printf(text, "%s%s", text->len > 0 ? " or " : "", names[i].name);
    }
    return g_string_free(text, FALSE);
}
