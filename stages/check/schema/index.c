/* Which schema is where: resources by URI, anchors by name, subschemas by their place. Subschemas
 * are found by keyword, so that an $id inside `enum` or `const` stays the data that it is. */
#include "stages/check/schema/node.h"

#include <string.h>

#define MAX_DEPTH 256u /* nesting of schemas in a document */

typedef enum { HOLDS_SCHEMA, HOLDS_LIST, HOLDS_MAP } Holds;

static const struct {
    const char *keyword;
    Holds holds;
} places[] = {
    {"$defs", HOLDS_MAP},
    {"definitions", HOLDS_MAP}, /* not of 2020-12, but known to its meta-schema */
    {"properties", HOLDS_MAP},
    {"patternProperties", HOLDS_MAP},
    {"dependentSchemas", HOLDS_MAP},
    {"additionalProperties", HOLDS_SCHEMA},
    {"unevaluatedProperties", HOLDS_SCHEMA},
    {"propertyNames", HOLDS_SCHEMA},
    {"items", HOLDS_SCHEMA},
    {"contains", HOLDS_SCHEMA},
    {"unevaluatedItems", HOLDS_SCHEMA},
    {"not", HOLDS_SCHEMA},
    {"if", HOLDS_SCHEMA},
    {"then", HOLDS_SCHEMA},
    {"else", HOLDS_SCHEMA},
    {"contentSchema", HOLDS_SCHEMA},
    {"allOf", HOLDS_LIST},
    {"anyOf", HOLDS_LIST},
    {"oneOf", HOLDS_LIST},
    {"prefixItems", HOLDS_LIST},
};

static const struct {
    const char *uri;
    guint bit;
} vocabularies[] = {
    {"https://json-schema.org/draft/2020-12/vocab/core", 0},
    {"https://json-schema.org/draft/2020-12/vocab/applicator", VOCABULARY_APPLICATOR},
    {"https://json-schema.org/draft/2020-12/vocab/unevaluated", VOCABULARY_UNEVALUATED},
    {"https://json-schema.org/draft/2020-12/vocab/validation", VOCABULARY_VALIDATION},
    {"https://json-schema.org/draft/2020-12/vocab/meta-data", 0},
    {"https://json-schema.org/draft/2020-12/vocab/content", 0},
    {"https://json-schema.org/draft/2020-12/vocab/format-annotation", 0},
    {"https://json-schema.org/draft/2020-12/vocab/format-assertion", VOCABULARY_FORMAT_ASSERTION},
};

#define ALL_VOCABULARIES (VOCABULARY_VALIDATION | VOCABULARY_APPLICATOR | VOCABULARY_UNEVALUATED)

static gboolean fail(GError **error, const char *pointer, const char *keyword, const char *format,
                     ...) G_GNUC_PRINTF(4, 5);
static gboolean fail(GError **error, const char *pointer, const char *keyword, const char *format,
                     ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s/%s: %s", pointer, keyword, message);
    return FALSE;
}

static SchemaNode *index_schema(Schema *schema, const cJSON *source, SchemaResource *resource,
                                const char *pointer, guint depth, GError **error);

/* ---- resources ---- */

static void resource_free(SchemaResource *resource)
{
    g_free(resource->uri);
    g_hash_table_unref(resource->anchors);
    g_hash_table_unref(resource->dynamic_anchors);
    g_free(resource);
}

/* Takes uri. A second resource of the same URI does not replace the first. */
static SchemaResource *resource_new(Schema *schema, char *uri, const cJSON *root)
{
    if (schema->owned->len == 0)
        g_ptr_array_set_free_func(schema->owned, (GDestroyNotify)resource_free);
    SchemaResource *resource = g_new0(SchemaResource, 1);
    resource->uri = uri;
    resource->root = root;
    resource->anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    resource->dynamic_anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    resource->vocabularies = ALL_VOCABULARIES;
    g_ptr_array_add(schema->owned, resource);
    if (!g_hash_table_contains(schema->resources, uri))
        g_hash_table_insert(schema->resources, g_strdup(uri), resource);
    return resource;
}

/* What the meta-schema of a dialect of one's own asks for. */
static gboolean read_vocabularies(const cJSON *metaschema, const char *pointer, guint *bits,
                                  GError **error)
{
    *bits = 0;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(metaschema, "$vocabulary");
    if (!cJSON_IsObject(list)) {
        *bits = ALL_VOCABULARIES;
        return TRUE;
    }
    const cJSON *wanted;
    cJSON_ArrayForEach(wanted, list)
    {
        gboolean known = FALSE;
        for (gsize i = 0; i < G_N_ELEMENTS(vocabularies); i++) {
            if (strcmp(wanted->string, vocabularies[i].uri) != 0)
                continue;
            known = TRUE;
            *bits |= vocabularies[i].bit;
        }
        if (!known && cJSON_IsTrue(wanted))
            return fail(error, pointer, "$schema", "the dialect requires an unknown vocabulary, %s",
                        wanted->string);
    }
    return TRUE;
}

static gboolean read_dialect(Schema *schema, const cJSON *source, SchemaResource *resource,
                             const char *pointer, GError **error)
{
    const cJSON *dialect = cJSON_GetObjectItemCaseSensitive(source, "$schema");
    if (dialect == NULL)
        return TRUE;
    if (!cJSON_IsString(dialect))
        return fail(error, pointer, "$schema", "must be a string");
    g_autofree char *uri = g_strdup(dialect->valuestring);
    g_autofree char *fragment = schema_uri_cut_fragment(uri);
    if (strcmp(uri, SCHEMA_DIALECT) == 0)
        return TRUE;
    const cJSON *metaschema = schema_registry_find(schema->registry, uri);
    if (metaschema == NULL)
        return fail(error, pointer, "$schema",
                    "the dialect %s is not supported (this validator knows %s)", uri,
                    SCHEMA_DIALECT);
    return read_vocabularies(metaschema, pointer, &resource->vocabularies, error);
}

/* Opens a resource when the schema has an $id; else leaves *resource as it is. */
static gboolean enter_resource(Schema *schema, const cJSON *source, SchemaResource **resource,
                               const char **pointer, GError **error)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(source, "$id");
    if (id == NULL)
        return TRUE;
    if (!cJSON_IsString(id))
        return fail(error, *pointer, "$id", "must be a string");
    char *uri = schema_uri_resolve((*resource)->uri, id->valuestring);
    if (uri == NULL)
        return fail(error, *pointer, "$id", "\"%s\" is not a URI reference", id->valuestring);
    g_autofree char *fragment = schema_uri_cut_fragment(uri);
    if (fragment == NULL || *fragment != '\0') {
        g_free(uri);
        return fail(error, *pointer, "$id", "must not have a fragment (use $anchor)");
    }
    if ((*resource)->root == source) {
        /* A document's own name stands beside the URI that it came from. */
        if (!g_hash_table_contains(schema->resources, uri))
            g_hash_table_insert(schema->resources, g_strdup(uri), *resource);
        g_free((*resource)->uri);
        (*resource)->uri = uri;
        return TRUE;
    }
    guint inherited = (*resource)->vocabularies;
    *resource = resource_new(schema, uri, source);
    (*resource)->vocabularies = inherited;
    *pointer = "";
    return TRUE;
}

static gboolean add_anchor(SchemaNode *node, const char *keyword, gboolean dynamic, GError **error)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(node->source, keyword);
    if (name == NULL)
        return TRUE;
    if (!cJSON_IsString(name) || *name->valuestring == '\0')
        return fail(error, node->pointer, keyword, "must be a name");
    SchemaNode *other = g_hash_table_lookup(node->resource->anchors, name->valuestring);
    if (other != NULL && other != node)
        return fail(error, node->pointer, keyword, "the anchor \"%s\" stands here and at %s",
                    name->valuestring, other->pointer);
    g_hash_table_insert(node->resource->anchors, g_strdup(name->valuestring), node);
    if (dynamic)
        g_hash_table_insert(node->resource->dynamic_anchors, g_strdup(name->valuestring), node);
    return TRUE;
}

/* ---- walking ---- */

static gboolean index_children(Schema *schema, const cJSON *parent, const char *pointer,
                               SchemaResource *resource, guint depth, GError **error)
{
    int i = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, parent)
    {
        g_autofree char *at = cJSON_IsObject(parent) ? json_pointer_join(pointer, child->string)
                                                     : json_pointer_index(pointer, i++);
        if (index_schema(schema, child, resource, at, depth, error) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean index_keyword(Schema *schema, const cJSON *value, Holds holds, SchemaNode *node,
                              guint depth, GError **error)
{
    g_autofree char *at = json_pointer_join(node->pointer, value->string);
    if (holds == HOLDS_SCHEMA)
        return index_schema(schema, value, node->resource, at, depth, error) != NULL;
    if (holds == HOLDS_MAP && !cJSON_IsObject(value))
        return fail(error, node->pointer, value->string, "must be an object of schemas");
    if (holds == HOLDS_LIST && (!cJSON_IsArray(value) || value->child == NULL))
        return fail(error, node->pointer, value->string, "must be a list of schemas, not empty");
    return index_children(schema, value, at, node->resource, depth, error);
}

static SchemaNode *index_schema(Schema *schema, const cJSON *source, SchemaResource *resource,
                                const char *pointer, guint depth, GError **error)
{
    SchemaNode *node = g_hash_table_lookup(schema->nodes, source);
    if (node != NULL)
        return node;
    if (depth > MAX_DEPTH || !(cJSON_IsObject(source) || cJSON_IsBool(source))) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "%s: %s",
                    *pointer == '\0' ? "the document" : pointer,
                    depth > MAX_DEPTH ? "schemas are nested too deeply"
                                      : "a schema must be an object, true or false");
        return NULL;
    }
    if (!enter_resource(schema, source, &resource, &pointer, error))
        return NULL;
    if (*pointer == '\0' && !read_dialect(schema, source, resource, pointer, error))
        return NULL;
    node = schema_node_new(source, resource, pointer);
    g_hash_table_insert(schema->nodes, (gpointer)source, node);
    if (!add_anchor(node, "$anchor", FALSE, error) ||
        !add_anchor(node, "$dynamicAnchor", TRUE, error))
        return NULL;
    const cJSON *value;
    cJSON_ArrayForEach(value, source)
    {
        for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
            if (strcmp(value->string, places[i].keyword) == 0 &&
                !index_keyword(schema, value, places[i].holds, node, depth + 1, error))
                return NULL;
        }
    }
    return node;
}

SchemaNode *schema_index_document(Schema *schema, const cJSON *document, const char *uri,
                                  GError **error)
{
    SchemaResource *resource = resource_new(schema, g_strdup(uri), document);
    return index_schema(schema, document, resource, "", 0, error);
}

/* ---- references ---- */

static const cJSON *step(const cJSON *at, const char *token)
{
    if (cJSON_IsObject(at))
        return cJSON_GetObjectItemCaseSensitive(at, token);
    if (!cJSON_IsArray(at))
        return NULL;
    guint64 index;
    if ((token[0] == '0' && token[1] != '\0') ||
        !g_ascii_string_to_unsigned(token, 10, 0, G_MAXINT, &index, NULL))
        return NULL;
    return cJSON_GetArrayItem(at, (int)index);
}

static char *unescape_token(const char *token)
{
    GString *text = g_string_new(token);
    g_string_replace(text, "~1", "/", 0);
    g_string_replace(text, "~0", "~", 0);
    return g_string_free(text, FALSE);
}

/* A pointer may lead to a place that no keyword of ours names; what it finds there is a schema from
 * then on, in the resource that it is inside of. */
static SchemaNode *follow_pointer(Schema *schema, SchemaResource *resource, const char *pointer,
                                  GError **error)
{
    g_auto(GStrv) tokens = g_strsplit(pointer + 1, "/", -1);
    const cJSON *at = resource->root;
    g_autofree char *place = g_strdup("");
    for (char **token = tokens; at != NULL && *token != NULL; token++) {
        SchemaNode *passed = g_hash_table_lookup(schema->nodes, at);
        if (passed != NULL && passed->resource != resource) {
            resource = passed->resource;
            g_free(place);
            place = g_strdup(passed->pointer);
        }
        g_autofree char *name = unescape_token(*token);
        at = step(at, name);
        char *next = json_pointer_join(place, name);
        g_free(place);
        place = next;
    }
    return at == NULL ? NULL : index_schema(schema, at, resource, place, 0, error);
}

static SchemaResource *find_resource(Schema *schema, const char *uri, GError **error)
{
    SchemaResource *resource = g_hash_table_lookup(schema->resources, uri);
    if (resource != NULL)
        return resource;
    const cJSON *document = schema_registry_find(schema->registry, uri);
    if (document == NULL)
        return NULL;
    SchemaNode *root = schema_index_document(schema, document, uri, error);
    return root == NULL ? NULL : root->resource;
}

SchemaNode *schema_index_resolve(Schema *schema, const SchemaNode *from, const char *reference,
                                 char **anchor, GError **error)
{
    g_autofree char *uri = schema_uri_resolve(from->resource->uri, reference);
    g_autofree char *fragment = uri == NULL ? NULL : schema_uri_cut_fragment(uri);
    SchemaNode *target = NULL;
    GError *inner = NULL;
    SchemaResource *resource = fragment == NULL ? NULL : find_resource(schema, uri, &inner);
    if (resource != NULL) {
        if (*fragment == '\0')
            target = g_hash_table_lookup(schema->nodes, resource->root);
        else if (*fragment == '/')
            target = follow_pointer(schema, resource, fragment, &inner);
        else
            target = g_hash_table_lookup(resource->anchors, fragment);
    }
    if (target != NULL) {
        if (anchor != NULL && *fragment != '\0' && *fragment != '/')
            *anchor = g_steal_pointer(&fragment);
        return target;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "the reference \"%s\" leads nowhere%s%s",
                reference, inner == NULL ? " (nothing is fetched)" : ": ",
                inner == NULL ? "" : inner->message);
    g_clear_error(&inner);
    return NULL;
}
