/* Annotations: what a schema that proved true says of its instance. A keyword that no table knows is
 * an annotation; title, default and the like are not told from it. */
#include "stages/check/schema/explain.h"

#include <string.h>

/* format and content* are in the table of keywords, and notes all the same; the latter are about
 * strings, and contentSchema means nothing without the media type that it is about. */
static gboolean is_note_of_table(const Frame *frame, const char *name)
{
    if (strcmp(name, "format") == 0)
        return TRUE;
    if (strncmp(name, "content", strlen("content")) != 0 || !cJSON_IsString(frame->item))
        return FALSE;
    if (strcmp(name, "contentSchema") == 0)
        return cJSON_GetObjectItemCaseSensitive(frame->node->source, "contentMediaType") != NULL;
    return strcmp(name, "contentEncoding") == 0 || strcmp(name, "contentMediaType") == 0;
}

/* Names with a dollar belong to the core, which has no annotations. */
static gboolean is_note(const Frame *frame, const char *name)
{
    const SchemaResource *resource = frame->node->resource;
    if (*name == '$' || strcmp(name, resource->dialect->id) == 0)
        return FALSE;
    return keyword_find(&frame->explain->schema->keywords, name, resource->dialect,
                        resource->vocabularies) == NULL ||
           is_note_of_table(frame, name);
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
        report_note(frame, node->prefix_keyword, size <= prefix ? &all : &last);
    if (node->items != NULL && size > prefix)
        report_note(frame, node->items_keyword, &all);
}

/* What stands beside a $ref was not read in older drafts. */
static gboolean is_lone_ref(const SchemaNode *node)
{
    return node->ref != NULL && node->resource->dialect->lone_ref;
}

void explain_note(const Frame *frame)
{
    const cJSON *keyword;
    if (is_lone_ref(frame->node))
        return;
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
