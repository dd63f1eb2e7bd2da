/* Documents that a $ref may lead to, by absolute URI. */
#include "stages/check/schema/node.h"

struct SchemaRegistry {
    gatomicrefcount references;
    GHashTable *documents; /* uri without fragment -> cJSON* */
};

SchemaRegistry *schema_registry_new(void)
{
    SchemaRegistry *registry = g_new0(SchemaRegistry, 1);
    g_atomic_ref_count_init(&registry->references);
    registry->documents =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)cJSON_Delete);
    return registry;
}

SchemaRegistry *schema_registry_ref(SchemaRegistry *registry)
{
    g_atomic_ref_count_inc(&registry->references);
    return registry;
}

void schema_registry_unref(SchemaRegistry *registry)
{
    if (registry == NULL || !g_atomic_ref_count_dec(&registry->references))
        return;
    g_hash_table_unref(registry->documents);
    g_free(registry);
}

gboolean schema_registry_add(SchemaRegistry *registry, const char *uri, cJSON *document,
                             GError **error)
{
    g_autofree char *key = schema_uri_resolve(uri, uri);
    if (key == NULL) {
        cJSON_Delete(document);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "\"%s\" is not an absolute URI", uri);
        return FALSE;
    }
    g_autofree char *fragment = schema_uri_cut_fragment(key);
    g_hash_table_replace(registry->documents, g_steal_pointer(&key), document);
    return TRUE;
}

const cJSON *schema_registry_find(SchemaRegistry *registry, const char *uri)
{
    const cJSON *found = g_hash_table_lookup(registry->documents, uri);
    const char *text = found == NULL ? schema_metaschema(uri) : NULL;
    if (text == NULL)
        return found;
    /* Meta-schemas are parsed when first asked for; our own text always parses. */
    cJSON *document = cJSON_Parse(text);
    g_hash_table_replace(registry->documents, g_strdup(uri), document);
    return document;
}
