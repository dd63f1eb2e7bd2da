/* The walk follows the places where the drafts have schemas, so that names of properties, values of enums
 * and examples are not taken for keywords. */
#include "tools/commands/schema-typos.h"

#include <string.h>

#include "stages/check/schema/phrase.h"

enum {
    MAX_TYPOS = 20,
    MAX_UNKNOWN = 500 /* names that are compared with every keyword */
};

typedef enum { HOLDS_VALUE, HOLDS_SCHEMAS, HOLDS_SCHEMAS_BY_NAME } Holds;

/* Of all drafts: a keyword of another one is no misspelling. */
static const struct {
    Holds holds;
    const char *names;
} keywords[] = {
    {HOLDS_VALUE,
     "$schema $id id $anchor $dynamicAnchor $recursiveAnchor $ref $dynamicRef $recursiveRef "
     "$comment "
     "$vocabulary type enum const multipleOf minimum maximum exclusiveMinimum exclusiveMaximum "
     "minLength maxLength pattern format minItems maxItems uniqueItems minContains maxContains "
     "minProperties maxProperties required dependentRequired title description default examples "
     "deprecated readOnly writeOnly contentEncoding contentMediaType"},
    {HOLDS_SCHEMAS,
     "allOf anyOf oneOf not if then else items prefixItems additionalItems contains "
     "additionalProperties propertyNames unevaluatedItems unevaluatedProperties contentSchema"},
    {HOLDS_SCHEMAS_BY_NAME,
     "properties patternProperties dependentSchemas dependencies $defs definitions"},
};

typedef struct {
    GHashTable *holds;   /* keyword -> Holds */
    GPtrArray *names;    /* its keys */
    GHashTable *unknown; /* names that were compared: each is spoken of once */
    GPtrArray *found;
} Walk;

static void visit(Walk *walk, const cJSON *schema, const char *pointer);

static void visit_children(Walk *walk, const cJSON *parent, const char *pointer)
{
    guint index = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, parent)
    {
        g_autofree char *at = child->string != NULL ? json_pointer_join(pointer, child->string)
                                                    : json_pointer_index(pointer, index++);
        visit(walk, child, at);
    }
}

/* A leading _ is how people switch a keyword off. */
static void compare(Walk *walk, const char *name, const char *at)
{
    if (name[0] == '_' || g_hash_table_size(walk->unknown) >= MAX_UNKNOWN ||
        !g_hash_table_add(walk->unknown, (gpointer)name))
        return;
    const char *meant = phrase_nearest_name(name, walk->names);
    if (meant != NULL)
        g_ptr_array_add(walk->found, g_strdup_printf("%s is no keyword of JSON Schema and has no "
                                                     "effect; \"%s\" was probably meant",
                                                     at, meant));
}

static void visit_member(Walk *walk, const cJSON *member, const char *at)
{
    gpointer value;
    if (!g_hash_table_lookup_extended(walk->holds, member->string, NULL, &value)) {
        compare(walk, member->string, at);
        return;
    }
    const Holds holds = (Holds)GPOINTER_TO_INT(value);
    if (holds == HOLDS_SCHEMAS_BY_NAME || (holds == HOLDS_SCHEMAS && cJSON_IsArray(member)))
        visit_children(walk, member, at);
    else if (holds == HOLDS_SCHEMAS)
        visit(walk, member, at);
}

static void visit(Walk *walk, const cJSON *schema, const char *pointer)
{
    if (!cJSON_IsObject(schema))
        return;
    const cJSON *member;
    cJSON_ArrayForEach(member, schema)
    {
        if (walk->found->len >= MAX_TYPOS)
            return;
        g_autofree char *at = json_pointer_join(pointer, member->string);
        visit_member(walk, member, at);
    }
}

GPtrArray *schema_typos_find(const cJSON *schema)
{
    g_autoptr(GHashTable) holds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
        g_auto(GStrv) words = g_strsplit(keywords[i].names, " ", -1);
        for (char **word = words; *word != NULL; word++) {
            char *name = g_strdup(*word);
            g_hash_table_insert(holds, name, GINT_TO_POINTER(keywords[i].holds));
            g_ptr_array_add(names, name);
        }
    }
    g_autoptr(GHashTable) unknown = g_hash_table_new(g_str_hash, g_str_equal);
    Walk walk = {holds, names, unknown, g_ptr_array_new_with_free_func(g_free)};
    visit(&walk, schema, "");
    return walk.found;
}
