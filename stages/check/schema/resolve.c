/* What a reference means: a resource of this schema or of the registry, and in it an anchor or a
 * pointer. Nothing is fetched. */
#include "stages/check/schema/index.h"

#include <string.h>

#define FEW 8 /* children that are looked through rather than put into a table */

/* ---- pointers ---- */

/* Long lists and objects get a table at their first visit: a schema may hold as many references
 * into them as they have members. */
static GHashTable *steps_of(Schema *schema, const cJSON *at)
{
    GHashTable *steps = g_hash_table_lookup(schema->steps, at);
    if (steps != NULL)
        return steps;
    const gboolean by_name = cJSON_IsObject(at);
    steps = by_name ? schema_names_new(NULL, NULL) : g_hash_table_new(NULL, NULL);
    guint index = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, at)
    {
        gpointer key = by_name ? (gpointer)child->string : GUINT_TO_POINTER(index++);
        if (!g_hash_table_contains(steps, key))
            g_hash_table_insert(steps, key, (gpointer)child);
    }
    g_hash_table_insert(schema->steps, (gpointer)at, steps);
    return steps;
}

static gboolean is_long(const cJSON *at)
{
    guint count = 0;
    for (const cJSON *child = at->child; child != NULL && count <= FEW; child = child->next)
        count++;
    return count > FEW;
}

static const cJSON *step(Schema *schema, const cJSON *at, const char *token)
{
    guint64 index = 0;
    if (cJSON_IsArray(at) && ((token[0] == '0' && token[1] != '\0') ||
                              !g_ascii_string_to_unsigned(token, 10, 0, G_MAXINT, &index, NULL)))
        return NULL;
    if (!cJSON_IsArray(at) && !cJSON_IsObject(at))
        return NULL;
    if (is_long(at))
        return g_hash_table_lookup(steps_of(schema, at), cJSON_IsObject(at)
                                                             ? (gconstpointer)token
                                                             : GUINT_TO_POINTER((guint)index));
    return cJSON_IsObject(at) ? cJSON_GetObjectItemCaseSensitive(at, token)
                              : cJSON_GetArrayItem(at, (int)index);
}

/* Reads the token behind the slash into `token`; returns what follows it. "~1" is a slash, "~0" a
 * tilde. */
static const char *next_token(const char *pointer, GString *token)
{
    g_string_truncate(token, 0);
    const char *c = pointer + 1;
    for (; *c != '\0' && *c != '/'; c++) {
        if (*c == '~' && (c[1] == '0' || c[1] == '1')) {
            g_string_append_c(token, c[1] == '1' ? '/' : '~');
            c++;
        } else {
            g_string_append_c(token, *c);
        }
    }
    return c;
}

/* A pointer may lead to a place that no keyword of ours names; what it finds there is a schema from
 * then on, in the resource of the last schema that was passed. */
static SchemaNode *follow_pointer(Schema *schema, const SchemaResource *resource,
                                  const char *pointer, GError **error)
{
    const cJSON *at = resource->root;
    const SchemaNode *passed = NULL;
    const char *from_passed = pointer;
    g_autoptr(GString) token = g_string_sized_new(64);
    while (at != NULL && *pointer != '\0') {
        const SchemaNode *here = g_hash_table_lookup(schema->nodes, at);
        if (here != NULL) {
            passed = here;
            from_passed = pointer;
        }
        pointer = next_token(pointer, token);
        at = step(schema, at, token->str);
    }
    if (at == NULL)
        return NULL;
    SchemaNode *known = g_hash_table_lookup(schema->nodes, at);
    return known != NULL ? known : schema_index_place(schema, at, passed, from_passed, error);
}

/* ---- references ---- */

static SchemaResource *find_resource(Schema *schema, const SchemaResource *from, const char *uri,
                                     GError **error)
{
    SchemaResource *resource = g_hash_table_lookup(schema->resources, uri);
    if (resource != NULL)
        return resource;
    const cJSON *document = schema_registry_find(schema->registry, uri);
    if (document == NULL)
        return NULL;
    SchemaNode *root = schema_index_document(schema, document, uri, from, error);
    return root == NULL ? NULL : root->resource;
}

static SchemaNode *find_target(Schema *schema, const SchemaResource *from, const char *reference,
                               char **fragment, GError **error)
{
    /* Most references stay in their resource. */
    g_autofree char *uri =
        reference[0] == '#' ? g_strdup(reference) : schema_uri_resolve(from->uri, reference);
    if (uri != NULL)
        *fragment = schema_uri_cut_fragment(uri);
    if (*fragment == NULL)
        return NULL;
    const SchemaResource *resource =
        reference[0] == '#' ? from : find_resource(schema, from, uri, error);
    if (resource == NULL)
        return NULL;
    if (**fragment == '\0')
        return g_hash_table_lookup(schema->nodes, resource->root);
    if (**fragment == '/')
        return follow_pointer(schema, resource, *fragment, error);
    return g_hash_table_lookup(resource->anchors, *fragment);
}

SchemaNode *schema_resolve(Schema *schema, const SchemaNode *from, const char *reference,
                           char **anchor, GError **error)
{
    g_autofree char *fragment = NULL;
    g_autoptr(GError) inner = NULL;
    SchemaNode *target = find_target(schema, from->resource, reference, &fragment, &inner);
    if (target != NULL) {
        if (anchor != NULL && *fragment != '\0' && *fragment != '/')
            *anchor = g_steal_pointer(&fragment);
        return target;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "the reference \"%s\" leads nowhere%s%s",
                reference,
                inner == NULL ? " (nothing is fetched: its document must be in the registry)"
                              : ": ",
                inner == NULL ? "" : inner->message);
    return NULL;
}
