/* Which schema is where: resources by URI, anchors by name, subschemas by their place. Subschemas
 * are found by keyword, so that an $id inside `enum` or `const` stays the data that it is. */
#include "stages/check/schema/index.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 256u /* nesting of schemas in a document */
#define OWN_URI "docket:///schema"

/* What identifies a schema, as far as its dialect has these keywords. */
typedef struct {
    const cJSON *id, *old_id, *schema, *ref, *anchor, *dynamic_anchor, *recursive_anchor;
} Names;

static gboolean index_schema(Schema *schema, SchemaNode *node, guint depth, GError **error);

/* ---- the tables ---- */

static void resource_free(SchemaResource *resource)
{
    g_free(resource->uri);
    g_hash_table_unref(resource->anchors);
    g_hash_table_unref(resource->dynamic_anchors);
    g_free(resource);
}

static void node_clear(SchemaNode *node)
{
    GPtrArray **lists[] = {&node->all_of,
                           &node->any_of,
                           &node->one_of,
                           &node->prefix_items,
                           &node->required,
                           &node->dependent_required,
                           &node->dependent_schemas,
                           &node->pattern_properties};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(lists[i], g_ptr_array_unref);
    g_clear_pointer(&node->properties, g_hash_table_unref);
}

void schema_index_open(Schema *schema, const cJSON *document)
{
    schema->arena = arena_new(0);
    schema->document = schema_copy(schema->arena, document);
    keyword_table_init(&schema->keywords, schema->old_dependencies);
    schema->nodes = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)node_clear);
    schema->resources = schema_names_new(g_free, NULL);
    schema->dialects = schema_names_new(g_free, NULL);
    schema->patterns = schema_names_new(NULL, (GDestroyNotify)pattern_free);
    schema->steps = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
    schema->owned = g_ptr_array_new_with_free_func((GDestroyNotify)resource_free);
}

void schema_index_close(Schema *schema)
{
    g_clear_pointer(&schema->nodes, g_hash_table_unref);
    g_clear_pointer(&schema->resources, g_hash_table_unref);
    g_clear_pointer(&schema->dialects, g_hash_table_unref);
    g_clear_pointer(&schema->patterns, g_hash_table_unref);
    g_clear_pointer(&schema->steps, g_hash_table_unref);
    g_clear_pointer(&schema->owned, g_ptr_array_unref);
    g_clear_pointer(&schema->arena, arena_free);
}

/* Takes uri. A second resource of the same URI does not replace the first. */
static SchemaResource *resource_new(Schema *schema, char *uri, const cJSON *root,
                                    DialectReading reading)
{
    SchemaResource *resource = g_new0(SchemaResource, 1);
    resource->uri = uri;
    resource->root = root;
    resource->anchors = schema_names_new(NULL, NULL);
    resource->dynamic_anchors = schema_names_new(NULL, NULL);
    resource->dialect = reading.dialect;
    resource->vocabularies = reading.vocabularies;
    g_ptr_array_add(schema->owned, resource);
    if (!g_hash_table_contains(schema->resources, uri))
        g_hash_table_insert(schema->resources, g_strdup(uri), resource);
    return resource;
}

/* The node of a place in `parent`, not indexed yet; it lives in the parent's resource until its
 * names say otherwise. */
static SchemaNode *node_new(Schema *schema, const cJSON *source, const SchemaNode *parent,
                            SchemaResource *resource)
{
    SchemaNode *node = arena_alloc0(schema->arena, sizeof *node);
    node->source = source;
    node->parent = parent;
    node->resource = resource;
    node->index = -1;
    node->length.max = node->size.max = node->members.max = node->contained.max = INFINITY;
    node->contained.min = 1;
    g_hash_table_insert(schema->nodes, (gpointer)source, node);
    if (schema->newest != NULL)
        schema->newest->next = node;
    schema->newest = node;
    return node;
}

/* ---- names ---- */

static Names read_names(const cJSON *source)
{
    static const struct {
        const char *keyword;
        gsize field;
    } known[] = {
        {"$id", G_STRUCT_OFFSET(Names, id)},
        {"id", G_STRUCT_OFFSET(Names, old_id)},
        {"$schema", G_STRUCT_OFFSET(Names, schema)},
        {"$ref", G_STRUCT_OFFSET(Names, ref)},
        {"$anchor", G_STRUCT_OFFSET(Names, anchor)},
        {"$dynamicAnchor", G_STRUCT_OFFSET(Names, dynamic_anchor)},
        {"$recursiveAnchor", G_STRUCT_OFFSET(Names, recursive_anchor)},
    };
    Names names = {0};
    const cJSON *value;
    cJSON_ArrayForEach(value, source)
    {
        if (value->string[0] != '$' && value->string[0] != 'i')
            continue;
        for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
            if (strcmp(value->string, known[i].keyword) == 0)
                G_STRUCT_MEMBER(const cJSON *, &names, known[i].field) = value;
        }
    }
    return names;
}

static const cJSON *id_of(const Names *names, const SchemaDialect *dialect)
{
    return dialect->draft == DRAFT_4 ? names->old_id : names->id;
}

static gboolean read_dialect(Schema *schema, const SchemaNode *node, const cJSON *name,
                             DialectReading *reading, GError **error)
{
    if (!cJSON_IsString(name))
        return schema_node_fail(error, node, "$schema", "must be a string");
    const SchemaDialect *draft = dialect_find(name->valuestring);
    if (draft != NULL) {
        *reading = (DialectReading){draft, draft->vocabularies};
        return TRUE;
    }
    const DialectReading *known = g_hash_table_lookup(schema->dialects, name->valuestring);
    if (known != NULL) {
        *reading = *known;
        return TRUE;
    }
    g_autoptr(GError) inner = NULL;
    if (!dialect_read(schema->registry, name->valuestring, reading, &inner))
        return schema_node_fail(error, node, "$schema", "%s", inner->message);
    DialectReading *kept = arena_alloc(schema->arena, sizeof *kept);
    *kept = *reading;
    g_hash_table_insert(schema->dialects, g_strdup(name->valuestring), kept);
    return TRUE;
}

/* A draft-04 name such as "#foo" or "#/properties/a" (which is no news) names no resource. */
static gboolean add_anchor(SchemaNode *node, const char *keyword, const char *name,
                           gboolean dynamic, GError **error)
{
    SchemaNode *other = g_hash_table_lookup(node->resource->anchors, name);
    if (other != NULL && other != node) {
        g_autofree char *place = schema_node_place(other);
        return schema_node_fail(error, node, keyword, "the anchor \"%s\" stands here and at %s",
                                name, *place == '\0' ? "the root" : place);
    }
    g_hash_table_insert(node->resource->anchors, (gpointer)name, node);
    if (dynamic)
        g_hash_table_insert(node->resource->dynamic_anchors, (gpointer)name, node);
    return TRUE;
}

static gboolean read_anchor(SchemaNode *node, const cJSON *name, gboolean dynamic, GError **error)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    if (!cJSON_IsString(name) || *name->valuestring == '\0' ||
        strchr(letters, *name->valuestring) == NULL ||
        name->valuestring[strspn(name->valuestring, "0123456789-.:"
                                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                                    "abcdefghijklmnopqrstuvwxyz")] != '\0')
        return schema_node_fail(error, node, name->string,
                                "must be a name of letters, digits and -._");
    return add_anchor(node, name->string, name->valuestring, dynamic, error);
}

static gboolean read_anchors(SchemaNode *node, const Names *names, GError **error)
{
    const guint draft = node->resource->dialect->draft;
    if ((draft & (DRAFT_2019 | DRAFT_2020)) != 0 && names->anchor != NULL &&
        !read_anchor(node, names->anchor, FALSE, error))
        return FALSE;
    if (draft == DRAFT_2020 && names->dynamic_anchor != NULL &&
        !read_anchor(node, names->dynamic_anchor, TRUE, error))
        return FALSE;
    /* Only at a resource's root: $recursiveRef is always "#". */
    if (draft == DRAFT_2019 && names->recursive_anchor != NULL) {
        if (!cJSON_IsBool(names->recursive_anchor))
            return schema_node_fail(error, node, "$recursiveAnchor", "must be true or false");
        if (cJSON_IsTrue(names->recursive_anchor) && node->resource->root == node->source)
            g_hash_table_insert(node->resource->dynamic_anchors, (gpointer) "", node);
    }
    return TRUE;
}

/* ---- resources ---- */

/* A document's own name stands beside the URI that it came from. */
static void rename_document(Schema *schema, SchemaResource *resource, char *uri)
{
    if (!g_hash_table_contains(schema->resources, uri))
        g_hash_table_insert(schema->resources, g_strdup(uri), resource);
    g_free(resource->uri);
    resource->uri = uri;
}

static const SchemaNode *document_of(const SchemaNode *node)
{
    while (node->parent != NULL)
        node = node->parent;
    return node;
}

/* Opens the resource that the node's identifier names. */
static gboolean open_resource(Schema *schema, SchemaNode *node, char *taken, DialectReading reading,
                              const char *keyword, GError **error)
{
    g_autofree char *uri = taken;
    SchemaResource *outer = node->resource;
    if (outer->root == node->source) {
        rename_document(schema, outer, g_steal_pointer(&uri));
        return TRUE;
    }
    const SchemaResource *other = g_hash_table_lookup(schema->resources, uri);
    const SchemaNode *first =
        other == NULL ? NULL : g_hash_table_lookup(schema->nodes, other->root);
    if (first != NULL && strcmp(other->uri, uri) == 0 && document_of(first) == document_of(node)) {
        g_autofree char *place = schema_node_place(first);
        return schema_node_fail(error, node, keyword, "the identifier %s stands here and at %s",
                                uri, *place == '\0' ? "the root" : place);
    }
    node->resource = resource_new(schema, g_steal_pointer(&uri), node->source, reading);
    node->resource->foreign = outer->foreign;
    return TRUE;
}

static gboolean read_id(Schema *schema, SchemaNode *node, const cJSON *id, DialectReading reading,
                        GError **error)
{
    if (!cJSON_IsString(id))
        return schema_node_fail(error, node, id->string, "must be a string");
    if (strcmp(id->valuestring, "") == 0 || strcmp(id->valuestring, "#") == 0)
        return TRUE;
    char *uri = schema_uri_resolve(node->resource->uri, id->valuestring);
    if (uri == NULL)
        return schema_node_fail(error, node, id->string, "makes a URI of more than %u bytes",
                                SCHEMA_MAX_URI);
    g_autofree char *fragment = schema_uri_cut_fragment(uri);
    const gboolean named = fragment == NULL || *fragment != '\0';
    if (named && !reading.dialect->id_anchors) {
        g_free(uri);
        return schema_node_fail(error, node, id->string, "must not have a fragment (use $anchor)");
    }
    if (named && strcmp(uri, node->resource->uri) == 0)
        g_free(uri);
    else if (!open_resource(schema, node, uri, reading, id->string, error))
        return FALSE;
    /* A pointer as a fragment says where the schema is; that is known. */
    if (!named || fragment == NULL || *fragment == '/')
        return TRUE;
    return add_anchor(node, id->string, arena_strndup(schema->arena, fragment, strlen(fragment)),
                      FALSE, error);
}

/* Which resource a schema is in, and what it is called there. *lone is set when only its $ref
 * counts. */
static gboolean read_identity(Schema *schema, SchemaNode *node, gboolean *lone, GError **error)
{
    const Names names = read_names(node->source);
    const gboolean is_document = node->parent == NULL;
    DialectReading reading = {node->resource->dialect, node->resource->vocabularies};
    *lone = cJSON_IsString(names.ref) && reading.dialect->lone_ref;
    if (names.schema != NULL && (is_document || !*lone)) {
        /* In a subschema, $schema counts only beside the identifier of an embedded resource. */
        DialectReading own = reading;
        g_autoptr(GError) inner = NULL;
        gboolean known = read_dialect(schema, node, names.schema, &own, &inner);
        if (is_document || id_of(&names, known ? own.dialect : reading.dialect) != NULL) {
            if (!known) {
                g_propagate_error(error, g_steal_pointer(&inner));
                return FALSE;
            }
            reading = own;
        }
    }
    if (is_document) {
        node->resource->dialect = reading.dialect;
        node->resource->vocabularies = reading.vocabularies;
        *lone = cJSON_IsString(names.ref) && reading.dialect->lone_ref;
    }
    if (*lone)
        return TRUE;
    const cJSON *id = id_of(&names, reading.dialect);
    if (id != NULL && !read_id(schema, node, id, reading, error))
        return FALSE;
    *lone = cJSON_IsString(names.ref) && node->resource->dialect->lone_ref;
    return read_anchors(node, &names, error);
}

/* ---- walking ---- */

static gboolean index_child(Schema *schema, const cJSON *source, const SchemaNode *parent,
                            const char *keyword, const char *name, int index, guint depth,
                            GError **error)
{
    /* A pointer may have led here before, through a keyword that is none. */
    if (g_hash_table_contains(schema->nodes, source))
        return TRUE;
    SchemaNode *node = node_new(schema, source, parent, parent->resource);
    node->keyword = keyword;
    node->name = name;
    node->index = index;
    return index_schema(schema, node, depth, error);
}

static gboolean index_children(Schema *schema, const SchemaNode *node, const cJSON *value,
                               gboolean skip_lists, guint depth, GError **error)
{
    int index = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        const char *name = cJSON_IsObject(value) ? child->string : NULL;
        if (!(skip_lists && cJSON_IsArray(child)) &&
            !index_child(schema, child, node, value->string, name, name == NULL ? index : -1, depth,
                         error))
            return FALSE;
        index++;
    }
    return TRUE;
}

static gboolean index_keyword(Schema *schema, const SchemaNode *node, const cJSON *value,
                              KeywordHolds holds, guint depth, GError **error)
{
    const gboolean is_list = cJSON_IsArray(value);
    switch (holds) {
    case HOLDS_NOTHING:
        return TRUE;
    case HOLDS_LIST:
        if (!is_list || value->child == NULL)
            return schema_node_fail(error, node, value->string,
                                    "must be a list of schemas, not empty");
        break;
    case HOLDS_MAP:
    case HOLDS_DEPENDENCIES:
        if (!cJSON_IsObject(value))
            return schema_node_fail(error, node, value->string, "must be an object of schemas");
        break;
    case HOLDS_SCHEMA_OR_LIST:
        if (is_list)
            break;
        G_GNUC_FALLTHROUGH;
    case HOLDS_SCHEMA:
        return index_child(schema, value, node, value->string, NULL, -1, depth, error);
    }
    return index_children(schema, node, value, holds == HOLDS_DEPENDENCIES, depth, error);
}

static gboolean index_schema(Schema *schema, SchemaNode *node, guint depth, GError **error)
{
    if (depth > MAX_DEPTH)
        return schema_node_fail(error, node, NULL, "schemas are nested too deeply");
    if (!cJSON_IsBool(node->source) && !cJSON_IsObject(node->source))
        return schema_node_fail(error, node, NULL, "a schema must be an object, true or false");
    gboolean lone = FALSE;
    if (cJSON_IsObject(node->source) && !read_identity(schema, node, &lone, error))
        return FALSE;
    const SchemaResource *resource = node->resource;
    const cJSON *value;
    cJSON_ArrayForEach(value, node->source)
    {
        const SchemaKeyword *keyword = keyword_find(&schema->keywords, value->string,
                                                    resource->dialect, resource->vocabularies);
        /* Beside a $ref that stands alone only definitions are kept, for others to refer to. */
        if (keyword == NULL || (lone && keyword->read != NULL))
            continue;
        if (!index_keyword(schema, node, value, keyword->holds, depth + 1, error))
            return FALSE;
    }
    return TRUE;
}

SchemaNode *schema_index_document(Schema *schema, const cJSON *document, const char *uri,
                                  const SchemaResource *like, GError **error)
{
    SchemaNode *known = g_hash_table_lookup(schema->nodes, document);
    if (known != NULL) { /* under another URI of its own */
        g_hash_table_insert(schema->resources, g_strdup(uri), known->resource);
        return known;
    }
    DialectReading reading = schema->dialect;
    if (reading.dialect == NULL && like != NULL)
        reading = (DialectReading){like->dialect, like->vocabularies};
    if (reading.dialect == NULL)
        reading = (DialectReading){dialect_default(), dialect_default()->vocabularies};
    SchemaResource *resource = resource_new(schema, g_strdup(uri), document, reading);
    resource->foreign = document != schema->document;
    SchemaNode *node = node_new(schema, document, NULL, resource);
    return index_schema(schema, node, 0, error) ? node : NULL;
}

gboolean schema_index_set_dialect(Schema *schema, const char *uri, GError **error)
{
    return dialect_read(schema->registry, uri, &schema->dialect, error);
}

SchemaNode *schema_index_root(Schema *schema, const char *uri, GError **error)
{
    g_autofree char *base = schema_uri_resolve(OWN_URI, uri == NULL ? "" : uri);
    if (base == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "the document's URI has more than %u bytes", SCHEMA_MAX_URI);
        return NULL;
    }
    g_autofree char *fragment = schema_uri_cut_fragment(base);
    return schema_index_document(schema, schema->document, base, NULL, error);
}

SchemaNode *schema_index_place(Schema *schema, const cJSON *source, const SchemaNode *parent,
                               const char *pointer, GError **error)
{
    SchemaNode *node = node_new(schema, source, parent, parent->resource);
    node->name = arena_strndup(schema->arena, pointer, strlen(pointer));
    return index_schema(schema, node, 0, error) ? node : NULL;
}
