/* Findings and output units: pointers are built only here, when somebody wants to know. */
#include "stages/check/schema/explain.h"

#include <string.h>

#define MAX_PLACE 200u /* characters of a place in a sentence */
#define UNIT_COST 512u /* bytes that a unit takes besides its texts */

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

/* ---- places ---- */

static void append_token(GString *out, const char *name)
{
    g_string_append_c(out, '/');
    for (; *name != '\0'; name++) {
        if (*name == '~')
            g_string_append(out, "~0");
        else if (*name == '/')
            g_string_append(out, "~1");
        else
            g_string_append_c(out, *name);
    }
}

static void append_path(GString *out, const ExplainPath *path)
{
    if (path == NULL)
        return;
    append_path(out, path->up);
    if (path->name == NULL)
        g_string_append_printf(out, "/%d", path->index);
    else
        append_token(out, path->name);
}

/* The path and, if there is one, a keyword after it. */
static char *pointer_of(const ExplainPath *path, const char *keyword)
{
    GString *out = g_string_new(NULL);
    append_path(out, path);
    if (keyword != NULL)
        append_token(out, keyword);
    return g_string_free(out, FALSE);
}

/* The keyword's own place: its resource's URI and, as a fragment, the pointer from there. */
static char *absolute_of(const Frame *frame, const char *keyword)
{
    g_autofree char *place = schema_node_pointer(frame->node);
    g_autoptr(GString) pointer = g_string_new(place);
    if (keyword != NULL)
        append_token(pointer, keyword);
    g_autofree char *fragment = g_uri_escape_string(pointer->str, "/!$&'()*+,;=:@?", FALSE);
    return g_strconcat(frame->node->resource->uri, "#", fragment, NULL);
}

/* ---- errors ---- */

/* Takes the bytes out of the room; FALSE when the limits allow no more. */
static gboolean has_room(Explain *explain, gsize bytes)
{
    const guint written = explain->units != NULL ? explain->written : explain->findings->len;
    const guint most = explain->annotating ? SCHEMA_MAX_ANNOTATIONS : SCHEMA_MAX_FINDINGS;
    if (written >= most || bytes > explain->room)
        explain->cut = TRUE;
    else
        explain->room -= bytes;
    return !explain->cut;
}

cJSON *report_unit(const Frame *frame, const char *keyword)
{
    g_autofree char *trail = pointer_of(frame->trail, keyword);
    g_autofree char *absolute = absolute_of(frame, keyword);
    g_autofree char *place = pointer_of(frame->place, NULL);
    cJSON *unit = cJSON_CreateObject();
    cJSON_AddBoolToObject(unit, "valid", frame->explain->annotating);
    cJSON_AddStringToObject(unit, "keywordLocation", trail);
    cJSON_AddStringToObject(unit, "absoluteKeywordLocation", absolute);
    cJSON_AddStringToObject(unit, "instanceLocation", place);
    return unit;
}

/* A sentence: the place, and what is wrong there. */
static char *sentence_of(const Frame *frame, const char *place, const char *what)
{
    g_autofree char *shown = phrase_plain(place, MAX_PLACE);
    return g_strconcat(*place == '\0' ? "the record" : shown,
                       frame->of_name ? " has a name that " : " ", what, NULL);
}

static void add_finding(const Frame *frame, const char *keyword, const char *rule, const char *what)
{
    SchemaFinding *finding = g_new0(SchemaFinding, 1);
    finding->instance = pointer_of(frame->place, NULL);
    finding->keyword = pointer_of(frame->trail, keyword);
    finding->absolute = absolute_of(frame, keyword);
    finding->rule = g_strdup(rule);
    finding->sentence = sentence_of(frame, finding->instance, what);
    g_ptr_array_add(frame->explain->findings, finding);
}

static void add_error(const Frame *frame, const char *keyword, const char *what)
{
    cJSON *unit = report_unit(frame, keyword);
    g_autofree char *sentence = sentence_of(frame, json_string(unit, "instanceLocation", ""), what);
    cJSON_AddStringToObject(unit, "error", sentence);
    cJSON_AddItemToArray(frame->explain->units, unit);
    frame->explain->written++;
}

static gsize length_of(const ExplainPath *path)
{
    gsize length = 0;
    for (; path != NULL; path = path->up)
        length += path->name == NULL ? 4 : strlen(path->name) + 1;
    return length;
}

static gsize cost_of(const Frame *frame)
{
    return UNIT_COST + length_of(frame->place) + length_of(frame->trail);
}

static gboolean add(const Frame *frame, const char *keyword, const char *rule, const char *format,
                    va_list args) G_GNUC_PRINTF(4, 0);
static gboolean add(const Frame *frame, const char *keyword, const char *rule, const char *format,
                    va_list args)
{
    if (!explain_goes_on(frame) || !has_room(frame->explain, cost_of(frame)))
        return FALSE;
    g_autofree char *what = g_strdup_vprintf(format, args);
    if (frame->explain->units != NULL)
        add_error(frame, keyword, what);
    else
        add_finding(frame, keyword, rule, what);
    return FALSE;
}

gboolean report(const Frame *frame, const char *keyword, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(frame, keyword, keyword, format, args);
    va_end(args);
    return FALSE;
}

gboolean report_schema(const Frame *frame, const char *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(frame, NULL, rule, format, args);
    va_end(args);
    return FALSE;
}

gboolean report_allowed(const Frame *frame, const char *keyword, const cJSON *list)
{
    if (!explain_goes_on(frame))
        return FALSE;
    g_autofree char *found = phrase_value(frame->item);
    if (list->child == NULL)
        return report(frame, keyword, "is %s, but no value is allowed here", found);
    g_autofree char *allowed = phrase_values(list);
    if (list->child->next == NULL)
        return report(frame, keyword, "must be %s, found %s", allowed, found);
    const cJSON *near = phrase_nearest_value(frame->item, list);
    g_autofree char *meant = near == NULL ? NULL : phrase_value(near);
    if (meant == NULL)
        return report(frame, keyword, "is %s, which is not one of the allowed values: %s", found,
                      allowed);
    return report(frame, keyword,
                  "is %s, which is not one of the allowed values: %s; %s was probably meant", found,
                  allowed, meant);
}

char *report_limit_sentence(const char *limit)
{
    return g_strdup_printf("it cannot be decided whether this is valid: a limit was reached, %s",
                           limit);
}

/* Takes the sentence. */
static void add_limit(GPtrArray *findings, char *sentence)
{
    SchemaFinding *finding = g_new0(SchemaFinding, 1);
    finding->instance = g_strdup("");
    finding->keyword = g_strdup("");
    finding->absolute = g_strdup("");
    finding->rule = g_strdup("limit");
    finding->sentence = sentence;
    g_ptr_array_add(findings, finding);
}

void report_limit(GPtrArray *findings, const char *limit)
{
    add_limit(findings, report_limit_sentence(limit));
}

void report_no_reason(GPtrArray *findings, const char *limit)
{
    add_limit(findings, g_strdup_printf("this is not valid, but why cannot be said: a limit was "
                                        "reached, %s",
                                        limit));
}

/* ---- annotations ---- */

/* Roughly what a value takes in memory; stops counting at `most`. */
static gsize weight_of(const cJSON *value, gsize most)
{
    gsize weight = sizeof(cJSON);
    if (value->string != NULL)
        weight += strlen(value->string);
    if (cJSON_IsString(value))
        weight += strlen(value->valuestring);
    const cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        if (weight > most)
            break;
        weight += weight_of(child, most - weight);
    }
    return weight;
}

void report_note(const Frame *frame, const char *keyword, const cJSON *value)
{
    Explain *explain = frame->explain;
    if (explain->cut || !has_room(explain, cost_of(frame) + weight_of(value, explain->room)))
        return;
    cJSON *unit = report_unit(frame, keyword);
    cJSON_AddItemToObject(unit, "annotation", cJSON_Duplicate(value, TRUE));
    cJSON_AddItemToArray(explain->units, unit);
    explain->written++;
}
