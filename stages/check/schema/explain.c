/* One schema against one value: what applies in place first, because unevaluated* looks at it. */
#include "stages/check/schema/explain.h"

#include <string.h>

/* Schemas inside each other, references counted: more than the program needs for an instance as deep
 * as json.h lets through. 700 bytes of stack each, twice that under a sanitizer. */
#define MAX_DEPTH 1000u
#define MAX_WORK 20000000u /* schemas evaluated for one instance, and the size of what they meet */
#define STATES_SHARE 2u    /* of an automaton are as much work as one of those */
#define PARTS_SHARE 16u    /* children for one unit of work */
#define BYTES_SHARE 16u    /* of a string */
#define MAX_ROOM (64u << 20)
#define STACK_MARKS 4 /* words of marks that need no allocation: 256 children */

void explain_mark(ExplainMarks *marks, guint child)
{
    if (marks != NULL && child < marks->count)
        marks->bits[child / 64] |= G_GUINT64_CONSTANT(1) << (child % 64);
}

gboolean explain_is_marked(const ExplainMarks *marks, guint child)
{
    return child < marks->count &&
           (marks->bits[child / 64] & (G_GUINT64_CONSTANT(1) << (child % 64))) != 0;
}

static void reach_limit(Explain *explain, const char *limit)
{
    if (explain->limit == NULL)
        explain->limit = limit;
}

gboolean explain_spend(Explain *explain, guint64 work)
{
    explain->work += work;
    if (explain->work > MAX_WORK)
        reach_limit(explain, "the work for one instance");
    return explain->limit == NULL;
}

PatternResult explain_search(Explain *explain, const Pattern *pattern, const char *text)
{
    if (pattern->dfa != NULL)
        return pattern_search(pattern, text);
    guint64 states = (MAX_WORK - MIN(explain->work, MAX_WORK)) * STATES_SHARE;
    PatternResult result = pattern_search_slowly(pattern, text, strlen(text), &states);
    explain->work = MAX(explain->work, MAX_WORK - states / STATES_SHARE);
    if (result == PATTERN_UNDECIDED)
        reach_limit(explain, "the steps of a regular expression");
    return result;
}

gboolean explain_spend_walks(const Frame *frame, guint64 times)
{
    const guint64 parts = (guint64)cJSON_GetArraySize(frame->item);
    return explain_spend(frame->explain, times * parts / PARTS_SHARE);
}

/* A value is read once a schema, and a schema may refer to the same thing a million times. */
static guint64 work_of(const cJSON *item)
{
    if (cJSON_IsString(item))
        return 1 + strlen(item->valuestring) / BYTES_SHARE;
    return 1 + (guint64)cJSON_GetArraySize(item) / PARTS_SHARE;
}

gboolean explain_tells(const Frame *frame)
{
    const Explain *explain = frame->explain;
    return explain->findings != NULL || (explain->units != NULL && !explain->annotating);
}

gboolean explain_annotates(const Frame *frame)
{
    return frame->explain->units != NULL && frame->explain->annotating;
}

gboolean explain_goes_on(const Frame *frame)
{
    return explain_tells(frame) && !frame->explain->cut && frame->explain->limit == NULL;
}

gboolean explain_in_place(const Frame *frame, const SchemaNode *node, const char *keyword,
                          const char *name, int index, ExplainMarks *marks)
{
    const ExplainPath outer = {frame->trail, keyword, 0};
    const ExplainPath inner = {&outer, name, index};
    return explain_schema(frame, node, frame->item, frame->place,
                          name == NULL && index < 0 ? &outer : &inner, marks);
}

gboolean explain_quietly(const Frame *frame, const SchemaNode *node, const cJSON *item,
                         const ExplainPath *place, ExplainMarks *marks)
{
    Explain *explain = frame->explain;
    GPtrArray *findings = explain->findings;
    cJSON *units = explain->units;
    explain->findings = NULL;
    explain->units = NULL;
    gboolean ok = explain_schema(frame, node, item, place, frame->trail, marks);
    explain->findings = findings;
    explain->units = units;
    return ok;
}

/* ---- references ---- */

static const SchemaNode *dynamic_target(const Frame *frame)
{
    const SchemaNode *target = frame->node->dynamic_ref;
    if (frame->node->dynamic_name == NULL)
        return target;
    /* The outermost resource in scope that has the anchor wins. */
    for (const ExplainScope *scope = frame->scope; scope != NULL; scope = scope->up) {
        const SchemaNode *found =
            g_hash_table_lookup(scope->resource->dynamic_anchors, frame->node->dynamic_name);
        if (found != NULL)
            target = found;
    }
    return target;
}

static gboolean explain_dynamic(const Frame *frame)
{
    return explain_in_place(frame, dynamic_target(frame), frame->node->dynamic_keyword, NULL, -1,
                            frame->marks);
}

/* ---- applicators in place ---- */

static gboolean explain_all_of(const Frame *frame)
{
    gboolean ok = TRUE;
    for (guint i = 0; i < frame->node->all_of->len; i++) {
        ok &= explain_in_place(frame, g_ptr_array_index(frame->node->all_of, i), "allOf", NULL,
                               (int)i, frame->marks);
        if (!ok && !explain_goes_on(frame))
            return FALSE;
    }
    return ok;
}

static gboolean explain_negated(const Frame *frame)
{
    const SchemaNode *negated = frame->node->negated;
    if (!explain_quietly(frame, negated, frame->item, frame->place, NULL))
        return TRUE;
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *refused = phrase_schema(negated);
    g_autofree char *found = phrase_value(frame->item);
    if (refused == NULL)
        return report(frame, "not", "has the form that is not allowed here, found %s", found);
    return report(frame, "not", "must not be %s, found %s", refused, found);
}

static gboolean explain_condition(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    const gboolean holds =
        explain_quietly(frame, node->condition, frame->item, frame->place, frame->marks);
    if (holds && explain_annotates(frame))
        explain_in_place(frame, node->condition, "if", NULL, -1, NULL);
    const SchemaNode *next = holds ? node->then_node : node->else_node;
    return next == NULL ||
           explain_in_place(frame, next, holds ? "then" : "else", NULL, -1, frame->marks);
}

static gboolean explain_dependent(const Frame *frame)
{
    gboolean ok = TRUE;
    if (!explain_spend_walks(frame, frame->node->dependent_schemas->len))
        return FALSE;
    for (guint i = 0; i < frame->node->dependent_schemas->len; i++) {
        const SchemaMember *member = g_ptr_array_index(frame->node->dependent_schemas, i);
        if (cJSON_GetObjectItemCaseSensitive(frame->item, member->name) == NULL)
            continue;
        ok &= explain_in_place(frame, member->node, member->keyword, member->name, 0, frame->marks);
        if (!ok && !explain_goes_on(frame))
            return FALSE;
    }
    return ok;
}

static gboolean explain_applicators(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    gboolean ok = TRUE;
    if (node->ref != NULL)
        ok &= explain_in_place(frame, node->ref, "$ref", NULL, -1, frame->marks);
    if ((ok || explain_goes_on(frame)) && node->dynamic_ref != NULL)
        ok &= explain_dynamic(frame);
    if ((ok || explain_goes_on(frame)) && node->all_of != NULL)
        ok &= explain_all_of(frame);
    if ((ok || explain_goes_on(frame)) && node->any_of != NULL)
        ok &= explain_any_of(frame);
    if ((ok || explain_goes_on(frame)) && node->one_of != NULL)
        ok &= explain_one_of(frame);
    if ((ok || explain_goes_on(frame)) && node->negated != NULL)
        ok &= explain_negated(frame);
    if ((ok || explain_goes_on(frame)) && node->condition != NULL)
        ok &= explain_condition(frame);
    if ((ok || explain_goes_on(frame)) && node->dependent_schemas != NULL &&
        cJSON_IsObject(frame->item))
        ok &= explain_dependent(frame);
    return ok;
}

/* ---- a schema that allows nothing: what that means depends on where it stands ---- */

static gboolean explain_never(const Frame *frame)
{
    const SchemaNode *around = frame->up->node;
    if (!explain_tells(frame))
        return FALSE;
    if (around == NULL || frame->of_name)
        return report_schema(frame, "false", "must not be there: nothing is allowed at this place");
    if (around->additional == frame->node || around->unevaluated_properties == frame->node)
        return explain_unknown(frame);
    if (around->items == frame->node) {
        const guint prefix = around->prefix_items == NULL ? 0 : around->prefix_items->len;
        const char *keyword = around->items_keyword;
        if (prefix == 0)
            return report_schema(frame, keyword, "must not be there: the list must be empty");
        g_autofree char *most = phrase_count(prefix, "item", "items");
        return report_schema(frame, keyword, "must not be there: the list ends after %s", most);
    }
    if (around->unevaluated_items == frame->node)
        return report_schema(frame, "unevaluatedItems",
                             "must not be there: no rule of the schema allows this item");
    return report_schema(frame, "false", "must not be there: nothing is allowed at this place");
}

/* ---- one schema ---- */

static gboolean explain_frame(const Frame *frame)
{
    if (frame->node->never)
        return explain_never(frame);
    gboolean ok = explain_any(frame);
    if (!ok && !explain_goes_on(frame))
        return FALSE;
    gboolean applied = explain_applicators(frame);
    if (!applied && !explain_goes_on(frame))
        return FALSE;
    if (cJSON_IsString(frame->item))
        ok &= explain_string(frame);
    else if (cJSON_IsNumber(frame->item))
        ok &= explain_number(frame);
    else if (cJSON_IsArray(frame->item))
        ok &= explain_array(frame, applied);
    else if (cJSON_IsObject(frame->item))
        ok &= explain_object(frame, applied);
    return ok && applied;
}

/* Marks are kept apart until the schema has proved true: those of a failing one do not count. */
static gboolean explain_with_marks(Frame *frame, ExplainMarks *asked)
{
    guint count = (guint)cJSON_GetArraySize(frame->item);
    guint words = (count + 63) / 64;
    guint64 few[STACK_MARKS] = {0};
    g_autofree guint64 *many = words > STACK_MARKS ? g_new0(guint64, words) : NULL;
    ExplainMarks own = {many != NULL ? many : few, count};
    if (!explain_spend(frame->explain, words))
        return FALSE;
    frame->marks = &own;
    gboolean ok = explain_frame(frame);
    for (guint i = 0; ok && asked != NULL && i < words; i++)
        asked->bits[i] |= own.bits[i];
    return ok;
}

gboolean explain_schema(const Frame *parent, const SchemaNode *node, const cJSON *item,
                        const ExplainPath *place, const ExplainPath *trail, ExplainMarks *marks)
{
    Explain *explain = parent->explain;
    if (explain->depth >= MAX_DEPTH)
        reach_limit(explain, "the depth of schemas inside each other");
    if (!explain_spend(explain, work_of(item)))
        return FALSE;
    const ExplainScope entered = {parent->scope, node->resource};
    const gboolean same = parent->scope != NULL && parent->scope->resource == node->resource;
    Frame frame = {
        .explain = explain,
        .up = parent,
        .node = node,
        .item = item,
        .place = place,
        .trail = trail,
        .scope = same ? parent->scope : &entered,
        .of_name = parent->of_name,
    };
    const gboolean asks =
        marks != NULL || node->unevaluated_items != NULL || node->unevaluated_properties != NULL;
    cJSON *outer = explain->units;
    if (outer != NULL && explain->nested)
        explain->units = cJSON_CreateArray();
    explain->depth++;
    gboolean ok = asks && (cJSON_IsArray(item) || cJSON_IsObject(item))
                      ? explain_with_marks(&frame, marks)
                      : explain_frame(&frame);
    explain->depth--;
    if (ok && explain_annotates(&frame))
        explain_note(&frame);
    if (outer != NULL && explain->nested)
        report_close(&frame, outer);
    return ok;
}

/* ---- the ways in ---- */

gboolean explain_run(const Schema *schema, const cJSON *instance, GPtrArray *findings,
                     const char **limit)
{
    Explain explain = {.schema = schema, .findings = findings, .room = MAX_ROOM};
    const Frame outside = {.explain = &explain};
    gboolean ok = explain_schema(&outside, schema->root, instance, NULL, NULL, NULL);
    *limit = explain.limit;
    return ok;
}

gboolean explain_units(const Schema *schema, const cJSON *instance, gboolean valid, gboolean nested,
                       cJSON *units)
{
    Explain explain = {
        .schema = schema, .units = units, .annotating = valid, .nested = nested, .room = MAX_ROOM};
    const Frame outside = {.explain = &explain};
    explain_schema(&outside, schema->root, instance, NULL, NULL, NULL);
    return !explain.cut && explain.limit == NULL;
}
