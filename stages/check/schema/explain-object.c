/* Keywords for objects: one pass over the members, each looked up by its name. */
#include "stages/check/schema/explain.h"

#include <math.h>
#include <string.h>

#define MAX_NAMES 500u     /* of properties that are gathered for a sentence */
#define MAX_STRANGERS 100u /* members that a missing one is looked for among */
#define MAX_HINTS 8u       /* missing properties that are looked for */
#define MAX_PATTERNS 4u    /* patterns of names in a sentence, and how much of each */
#define MAX_PATTERN 80u
#define MAX_GATHER 64u /* schemas that names are gathered from */

static gboolean explain_size(const Frame *frame, int size)
{
    const SchemaCount *members = &frame->node->members;
    const gboolean few = (double)size < members->min;
    if (!few && !((double)size > members->max))
        return TRUE;
    if (!explain_tells(frame))
        return FALSE;
    g_autofree char *wanted =
        phrase_count(few ? members->min : members->max, "property", "properties");
    return report(frame, few ? "minProperties" : "maxProperties", "must have at %s %s, found %d",
                  few ? "least" : "most", wanted, size);
}

/* ---- required ---- */

/* A member that no `properties` knows and whose name is near: the one that was meant, perhaps. */
static const char *misspelt(const Frame *frame, const char *missing)
{
    g_autoptr(GPtrArray) strangers = g_ptr_array_new();
    const cJSON *member;
    cJSON_ArrayForEach(member, frame->item)
    {
        if (strangers->len == MAX_STRANGERS)
            break;
        if (frame->node->properties == NULL ||
            g_hash_table_lookup(frame->node->properties, member->string) == NULL)
            g_ptr_array_add(strangers, member->string);
    }
    return phrase_nearest_name(missing, strangers);
}

/* `because` is the member that demands the others, or NULL. */
static gboolean report_missing(const Frame *frame, const GPtrArray *missing, const char *keyword,
                               const char *because)
{
    g_autofree char *names = phrase_names(missing);
    const char *noun = missing->len == 1 ? "property" : "properties";
    g_autoptr(GString) hint = g_string_new(NULL);
    for (guint i = 0; i < missing->len && i < MAX_HINTS; i++) {
        const char *found = misspelt(frame, g_ptr_array_index(missing, i));
        g_autofree char *wrong = found == NULL ? NULL : phrase_quoted(found);
        g_autofree char *right = phrase_quoted(g_ptr_array_index(missing, i));
        if (wrong != NULL)
            g_string_append_printf(hint, "; %s was probably meant to be %s", wrong, right);
    }
    if (because == NULL)
        return report(frame, keyword, "lacks the required %s %s%s", noun, names, hint->str);
    g_autofree char *cause = phrase_quoted(because);
    return report(frame, keyword, "lacks the %s %s, which the property %s demands%s", noun, names,
                  cause, hint->str);
}

static gboolean explain_required(const Frame *frame, const GPtrArray *names, const char *keyword,
                                 const char *because)
{
    if (!explain_spend_walks(frame, names->len))
        return FALSE;
    g_autoptr(GPtrArray) missing = g_ptr_array_new();
    for (guint i = 0; i < names->len; i++) {
        char *name = g_ptr_array_index(names, i);
        if (cJSON_GetObjectItemCaseSensitive(frame->item, name) != NULL)
            continue;
        if (!explain_tells(frame))
            return FALSE;
        g_ptr_array_add(missing, name);
    }
    return missing->len == 0 || report_missing(frame, missing, keyword, because);
}

static gboolean explain_dependent_required(const Frame *frame)
{
    gboolean ok = TRUE;
    if (!explain_spend_walks(frame, frame->node->dependent_required->len))
        return FALSE;
    for (guint i = 0; i < frame->node->dependent_required->len; i++) {
        const SchemaMember *member = g_ptr_array_index(frame->node->dependent_required, i);
        if (cJSON_GetObjectItemCaseSensitive(frame->item, member->name) == NULL)
            continue;
        ok &= explain_required(frame, member->names, member->keyword, member->name);
        if (!ok && !explain_goes_on(frame))
            return FALSE;
    }
    return ok;
}

/* ---- properties that nothing knows ---- */

typedef struct {
    GPtrArray *names; /* of char*, lent */
    guint schemas;
} Gathering;

static void gather_names(Gathering *gathering, const SchemaNode *node);

static void gather_list(Gathering *gathering, const GPtrArray *list)
{
    for (guint i = 0; list != NULL && i < list->len; i++)
        gather_names(gathering, g_ptr_array_index(list, i));
}

/* The names that a schema knows for the object it stands for. */
static void gather_names(Gathering *gathering, const SchemaNode *node)
{
    if (node == NULL || gathering->schemas++ >= MAX_GATHER)
        return;
    /* In the order of the schema; beside a $ref that stands alone nothing of it is read. */
    const cJSON *properties = node->properties == NULL
                                  ? NULL
                                  : cJSON_GetObjectItemCaseSensitive(node->source, "properties");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, properties)
    {
        if (gathering->names->len == MAX_NAMES)
            break;
        if (!cJSON_IsFalse(entry) &&
            !g_ptr_array_find_with_equal_func(gathering->names, entry->string, g_str_equal, NULL))
            g_ptr_array_add(gathering->names, entry->string);
    }
    gather_names(gathering, node->ref);
    gather_names(gathering, node->dynamic_ref);
    gather_list(gathering, node->all_of);
    gather_list(gathering, node->any_of);
    gather_list(gathering, node->one_of);
    gather_names(gathering, node->then_node);
    gather_names(gathering, node->else_node);
}

/* "only "a", "b"", and the patterns that names may match; NULL when nothing is allowed. */
static char *allowed_names(const SchemaNode *around, const GPtrArray *names)
{
    g_autofree char *list = phrase_names(names);
    GString *text = g_string_new(names->len > 0 ? "only " : NULL);
    g_string_append(text, list);
    const GPtrArray *patterns = around->pattern_properties;
    for (guint i = 0; patterns != NULL && i < patterns->len && i < MAX_PATTERNS; i++) {
        const SchemaMember *entry = g_ptr_array_index(patterns, i);
        g_autofree char *pattern = phrase_plain(entry->name, MAX_PATTERN);
        g_string_append_printf(text, "%s names that match %s", text->len > 0 ? " or" : "only",
                               pattern);
    }
    return g_string_free(text, text->len == 0);
}

gboolean explain_unknown(const Frame *frame)
{
    const SchemaNode *around = frame->up->node;
    const gboolean open = around->unevaluated_properties == frame->node;
    const char *keyword = open ? "unevaluatedProperties" : "additionalProperties";
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    Gathering gathering = {names, 0};
    /* Additional is what stands beside the keyword; unevaluated is what nothing in place knows. */
    const SchemaNode beside = {.source = around->source, .properties = around->properties};
    gather_names(&gathering, open ? around : &beside);
    g_autofree char *name = phrase_quoted(frame->place->name);
    g_autofree char *allowed = allowed_names(around, names);
    if (allowed == NULL)
        return report_schema(frame, keyword, "must not be there: no property %s is allowed here",
                             name);
    const char *near = phrase_nearest_name(frame->place->name, names);
    if (near == NULL || cJSON_GetObjectItemCaseSensitive(frame->up->item, near) != NULL)
        return report_schema(
            frame, keyword, "must not be there: no property %s is allowed here, %s", name, allowed);
    g_autofree char *meant = phrase_quoted(near);
    return report_schema(frame, keyword,
                         "must not be there: no property %s is allowed here, %s; %s was probably "
                         "meant",
                         name, allowed, meant);
}

/* ---- members ---- */

static gboolean explain_name(const Frame *frame, const cJSON *member)
{
    const ExplainPath trail = {frame->trail, "propertyNames", 0};
    const ExplainPath place = {frame->place, member->string, 0};
    const cJSON name = {.type = cJSON_String, .valuestring = member->string};
    Frame named = *frame;
    named.of_name = TRUE;
    /* A name is no place in the instance that a note could stand at. */
    if (explain_annotates(frame))
        return explain_quietly(&named, frame->node->property_names, &name, &place, NULL);
    return explain_schema(&named, frame->node->property_names, &name, &place, &trail, NULL);
}

static gboolean explain_member_of(const Frame *frame, const SchemaNode *node, const cJSON *member,
                                  const ExplainPath *place, const char *keyword, const char *name)
{
    const ExplainPath outer = {frame->trail, keyword, 0};
    const ExplainPath inner = {&outer, name, 0};
    return explain_schema(frame, node, member, place, name == NULL ? &outer : &inner, NULL);
}

static gboolean explain_patterns(const Frame *frame, const cJSON *member, const ExplainPath *place,
                                 gboolean *known)
{
    const GPtrArray *patterns = frame->node->pattern_properties;
    gboolean ok = TRUE;
    for (guint i = 0; i < patterns->len; i++) {
        const SchemaMember *entry = g_ptr_array_index(patterns, i);
        PatternResult result = explain_search(frame->explain, entry->pattern, member->string);
        if (!explain_spend(frame->explain, 1))
            return FALSE;
        if (result != PATTERN_MATCH)
            continue;
        *known = TRUE;
        ok &=
            explain_member_of(frame, entry->node, member, place, "patternProperties", entry->name);
    }
    return ok;
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
    if (node->pattern_properties != NULL)
        ok &= explain_patterns(frame, member, &place, &known);
    if (!known && node->additional != NULL) {
        known = TRUE;
        ok &= explain_member_of(frame, node->additional, member, &place, "additionalProperties",
                                NULL);
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
        if (frame->explain->limit != NULL || (!ok && !explain_goes_on(frame)))
            return FALSE;
    }
    return ok;
}

static gboolean explain_unevaluated(const Frame *frame)
{
    g_autoptr(cJSON) names = explain_annotates(frame) ? cJSON_CreateArray() : NULL;
    gboolean ok = TRUE;
    guint index = 0;
    const cJSON *member;
    cJSON_ArrayForEach(member, frame->item)
    {
        if (!explain_is_marked(frame->marks, index)) {
            const ExplainPath place = {frame->place, member->string, 0};
            explain_mark(frame->marks, index);
            ok &= explain_member_of(frame, frame->node->unevaluated_properties, member, &place,
                                    "unevaluatedProperties", NULL);
            if (names != NULL)
                cJSON_AddItemToArray(names, cJSON_CreateString(member->string));
        }
        index++;
        if (frame->explain->limit != NULL || (!ok && !explain_goes_on(frame)))
            break;
    }
    if (names != NULL)
        report_note(frame, "unevaluatedProperties", names);
    return ok;
}

gboolean explain_object(const Frame *frame, gboolean deep)
{
    const SchemaNode *node = frame->node;
    gboolean ok = TRUE;
    if (node->required != NULL)
        ok = explain_required(frame, node->required, "required", NULL);
    if ((ok || explain_goes_on(frame)) && (node->members.min > 0 || node->members.max != INFINITY))
        ok &= explain_size(frame, cJSON_GetArraySize(frame->item));
    if ((ok || explain_goes_on(frame)) &&
        (node->properties != NULL || node->pattern_properties != NULL || node->additional != NULL ||
         node->property_names != NULL))
        ok &= explain_members(frame);
    if ((ok || explain_goes_on(frame)) && node->dependent_required != NULL)
        ok &= explain_dependent_required(frame);
    if ((ok || explain_goes_on(frame)) && deep && node->unevaluated_properties != NULL)
        ok &= explain_unevaluated(frame);
    return ok;
}
