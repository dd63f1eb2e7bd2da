/* Keywords for objects: one pass over the members, each looked up by its name. */
#include "stages/check/schema/explain.h"

#include <math.h>
#include <string.h>

static gboolean explain_size(const Frame *frame, int size)
{
    const SchemaCount *members = &frame->node->members;
    if ((double)size < members->min)
        return report(frame, "minProperties", "must have at least %.0f members, found %d",
                      members->min, size);
    if ((double)size > members->max)
        return report(frame, "maxProperties", "must have at most %.0f members, found %d",
                      members->max, size);
    return TRUE;
}

static gboolean explain_required(const Frame *frame, const GPtrArray *names, const char *keyword,
                                 const char *because)
{
    gboolean ok = TRUE;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (cJSON_GetObjectItemCaseSensitive(frame->item, name) != NULL)
            continue;
        if (because == NULL)
            ok = report(frame, keyword, "lacks the required member \"%s\"", name);
        else
            ok = report(frame, keyword, "lacks the member \"%s\", required because \"%s\" is there",
                        name, because);
    }
    return ok;
}

static gboolean explain_dependent_required(const Frame *frame)
{
    gboolean ok = TRUE;
    for (guint i = 0; i < frame->node->dependent_required->len; i++) {
        const SchemaMember *member = g_ptr_array_index(frame->node->dependent_required, i);
        if (cJSON_GetObjectItemCaseSensitive(frame->item, member->name) != NULL)
            ok &= explain_required(frame, member->names, "dependentRequired", member->name);
    }
    return ok;
}

static gboolean explain_name(const Frame *frame, const cJSON *member)
{
    const ExplainPath trail = {frame->trail, "propertyNames", 0};
    const ExplainPath place = {frame->place, member->string, 0};
    const cJSON name = {.type = cJSON_String, .valuestring = member->string};
    return explain_schema(frame, frame->node->property_names, &name, &place, &trail, NULL);
}

static gboolean explain_member_of(const Frame *frame, const SchemaNode *node, const cJSON *member,
                                  const ExplainPath *place, const char *keyword, const char *name)
{
    const ExplainPath outer = {frame->trail, keyword, 0};
    const ExplainPath inner = {&outer, name, 0};
    return explain_schema(frame, node, member, place, name == NULL ? &outer : &inner, NULL);
}

/* For people, a member that is forbidden by additionalProperties: false is named as such, with the
 * members that are allowed. */
static gboolean report_unknown(const Frame *frame, const cJSON *member, const char *keyword)
{
    if (frame->explain->findings == NULL)
        return FALSE;
    g_autoptr(GString) allowed = g_string_new(NULL);
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(frame->node->source, "properties");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, properties)
    {
        if (allowed->len > 400) {
            g_string_append(allowed, ", …");
            break;
        }
        g_string_append_printf(allowed, "%s%s", allowed->len > 0 ? ", " : "", entry->string);
    }
    if (allowed->len == 0)
        return report(frame, keyword, "must not have the member \"%s\"", member->string);
    return report(frame, keyword, "must not have the member \"%s\"; allowed are: %s",
                  member->string, allowed->str);
}

static gboolean explain_extra(const Frame *frame, const SchemaNode *node, const cJSON *member,
                              const ExplainPath *place, const char *keyword)
{
    if (node->never)
        return report_unknown(frame, member, keyword);
    return explain_member_of(frame, node, member, place, keyword, NULL);
}

static gboolean explain_member(const Frame *frame, const cJSON *member, guint index)
{
    const SchemaNode *node = frame->node;
    const ExplainPath place = {frame->place, member->string, 0};
    gboolean ok = TRUE, known = FALSE;
    const SchemaNode *named =
        node->properties == NULL ? NULL : g_hash_table_lookup(node->properties, member->string);
    if (named != NULL) {
        known = TRUE;
        ok = explain_member_of(frame, named, member, &place, "properties", member->string);
    }
    for (guint i = 0; node->pattern_properties != NULL && i < node->pattern_properties->len; i++) {
        const SchemaMember *entry = g_ptr_array_index(node->pattern_properties, i);
        PatternResult result = pattern_search(entry->pattern, member->string);
        if (result == PATTERN_UNDECIDED)
            explain_reach_limit(frame->explain, "the steps of a regular expression");
        if (result != PATTERN_MATCH)
            continue;
        known = TRUE;
        ok &=
            explain_member_of(frame, entry->node, member, &place, "patternProperties", entry->name);
    }
    if (!known && node->additional != NULL) {
        known = TRUE;
        ok = explain_extra(frame, node->additional, member, &place, "additionalProperties");
    }
    if (known)
        explain_mark(frame->marks, index);
    return ok;
}

static gboolean explain_members(const Frame *frame)
{
    gboolean ok = TRUE;
    guint index = 0;
    const cJSON *member;
    cJSON_ArrayForEach(member, frame->item)
    {
        if (frame->node->property_names != NULL)
            ok &= explain_name(frame, member);
        ok &= explain_member(frame, member, index++);
        if (!ok && frame->explain->findings == NULL)
            return FALSE;
    }
    return ok;
}

static gboolean explain_unevaluated(const Frame *frame)
{
    gboolean ok = TRUE;
    guint index = 0;
    const cJSON *member;
    cJSON_ArrayForEach(member, frame->item)
    {
        if (!explain_is_marked(frame->marks, index)) {
            const ExplainPath place = {frame->place, member->string, 0};
            explain_mark(frame->marks, index);
            ok &= explain_extra(frame, frame->node->unevaluated_properties, member, &place,
                                "unevaluatedProperties");
        }
        index++;
    }
    return ok;
}

gboolean explain_object(const Frame *frame, gboolean deep)
{
    const SchemaNode *node = frame->node;
    const gboolean all = frame->explain->findings != NULL;
    gboolean ok = TRUE;
    if (node->required != NULL)
        ok = explain_required(frame, node->required, "required", NULL);
    if ((ok || all) && (node->members.min > 0 || node->members.max != INFINITY))
        ok &= explain_size(frame, cJSON_GetArraySize(frame->item));
    if ((ok || all) && (node->properties != NULL || node->pattern_properties != NULL ||
                        node->additional != NULL || node->property_names != NULL))
        ok &= explain_members(frame);
    if ((ok || all) && node->dependent_required != NULL)
        ok &= explain_dependent_required(frame);
    if ((ok || all) && deep && node->unevaluated_properties != NULL)
        ok &= explain_unevaluated(frame);
    return ok;
}
