/* Annotations: what a schema that proved true says of its instance. Which keywords say something is
 * by exclusion, since a keyword that nobody knows is an annotation, too. */
#include "stages/check/schema/explain.h"

#include <string.h>

typedef gboolean (*Applies)(const Frame *frame);

static gboolean never(const Frame *frame)
{
    return FALSE;
}

static gboolean for_strings(const Frame *frame)
{
    return cJSON_IsString(frame->item);
}

/* contentSchema means nothing without the media type that it is about. */
static gboolean for_media(const Frame *frame)
{
    return cJSON_IsString(frame->item) &&
           cJSON_GetObjectItemCaseSensitive(frame->node->source, "contentMediaType") != NULL;
}

/* Keywords whose value is no annotation of the instance, or not of each; all others are. What the
 * applicators annotate is worked out below. */
static const struct {
    const char *keyword;
    Applies applies;
} keywords[] = {
    {"$schema", never},
    {"$vocabulary", never},
    {"$id", never},
    {"id", never},
    {"$anchor", never},
    {"$dynamicAnchor", never},
    {"$recursiveAnchor", never},
    {"$ref", never},
    {"$dynamicRef", never},
    {"$recursiveRef", never},
    {"$defs", never},
    {"definitions", never},
    {"$comment", never},
    {"allOf", never},
    {"anyOf", never},
    {"oneOf", never},
    {"not", never},
    {"if", never},
    {"then", never},
    {"else", never},
    {"dependentSchemas", never},
    {"dependencies", never},
    {"prefixItems", never},
    {"items", never},
    {"additionalItems", never},
    {"contains", never},
    {"properties", never},
    {"patternProperties", never},
    {"additionalProperties", never},
    {"propertyNames", never},
    {"unevaluatedItems", never},
    {"unevaluatedProperties", never},
    {"type", never},
    {"enum", never},
    {"const", never},
    {"multipleOf", never},
    {"maximum", never},
    {"exclusiveMaximum", never},
    {"minimum", never},
    {"exclusiveMinimum", never},
    {"maxLength", never},
    {"minLength", never},
    {"pattern", never},
    {"maxItems", never},
    {"minItems", never},
    {"uniqueItems", never},
    {"maxContains", never},
    {"minContains", never},
    {"maxProperties", never},
    {"minProperties", never},
    {"required", never},
    {"dependentRequired", never},
    {"contentEncoding", for_strings},
    {"contentMediaType", for_strings},
    {"contentSchema", for_media},
};

static gboolean is_note(const Frame *frame, const char *keyword)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++) {
        if (strcmp(keyword, keywords[i].keyword) == 0)
            return keywords[i].applies(frame);
    }
    return TRUE;
}

/* ---- objects: the names that a keyword's schemas were for ---- */

static gboolean is_named(const SchemaNode *node, const char *name)
{
    return node->properties != NULL && g_hash_table_lookup(node->properties, name) != NULL;
}

static gboolean is_patterned(const SchemaNode *node, const char *name)
{
    for (guint i = 0; node->pattern_properties != NULL && i < node->pattern_properties->len; i++) {
        const SchemaMember *entry = g_ptr_array_index(node->pattern_properties, i);
        if (pattern_search(entry->pattern, name) == PATTERN_MATCH)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_additional(const SchemaNode *node, const char *name)
{
    return !is_named(node, name) && !is_patterned(node, name);
}

static void note_names(const Frame *frame, const char *keyword,
                       gboolean (*belongs)(const SchemaNode *node, const char *name))
{
    g_autoptr(cJSON) names = cJSON_CreateArray();
    const cJSON *member;
    cJSON_ArrayForEach(member, frame->item)
    {
        if (belongs(frame->node, member->string))
            cJSON_AddItemToArray(names, cJSON_CreateStringReference(member->string));
    }
    report_note(frame, keyword, names);
}

static void note_members(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    if (node->properties != NULL)
        note_names(frame, "properties", is_named);
    if (node->pattern_properties != NULL)
        note_names(frame, "patternProperties", is_patterned);
    if (node->additional != NULL)
        note_names(frame, "additionalProperties", is_additional);
}

/* ---- arrays: the last index, or true for all ---- */

static void note_items(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    const guint size = (guint)cJSON_GetArraySize(frame->item);
    const guint prefix = node->prefix_items == NULL ? 0 : node->prefix_items->len;
    const cJSON all = {.type = cJSON_True};
    const cJSON last = {.type = cJSON_Number, .valuedouble = (double)prefix - 1};
    if (prefix > 0 && size > 0)
        report_note(frame, node->prefix_keyword == NULL ? "prefixItems" : node->prefix_keyword,
                    size <= prefix ? &all : &last);
    if (node->items != NULL && size > prefix)
        report_note(frame, node->items_keyword == NULL ? "items" : node->items_keyword, &all);
}

/* A sibling of a $ref that hides it, as before 2019-09, was not read; the nodes show which. */
void explain_note(const Frame *frame)
{
    const cJSON *keyword;
    cJSON_ArrayForEach(keyword, frame->node->source)
    {
        if (keyword->string != NULL && is_note(frame, keyword->string))
            report_note(frame, keyword->string, keyword);
    }
    if (cJSON_IsObject(frame->item))
        note_members(frame);
    else if (cJSON_IsArray(frame->item))
        note_items(frame);
}
