/* Documents that a $ref may lead to, by absolute URI, and the meta-schemas. Compiled schemas hold a
 * reference and point into the documents, so nothing here is ever replaced or freed before. */
#include "stages/check/schema/index.h"
#include "stages/check/schema/metaschemas.h"

#include <string.h>

struct SchemaRegistry {
    gatomicrefcount references;
    GMutex lock;
    GHashTable *by_uri;    /* uri without fragment -> cJSON* (lent): of `documents` */
    GHashTable *by_name;   /* the same, by the name that a document gives itself */
    GHashTable *documents; /* a set of cJSON* (owned) */
    GHashTable *built_in;  /* Metaschema* -> cJSON*: parsed when first asked for */
};

SchemaRegistry *schema_registry_new(void)
{
    SchemaRegistry *registry = g_new0(SchemaRegistry, 1);
    g_atomic_ref_count_init(&registry->references);
    g_mutex_init(&registry->lock);
    registry->by_uri = schema_names_new(g_free, NULL);
    registry->by_name = schema_names_new(g_free, NULL);
    registry->documents = g_hash_table_new_full(NULL, NULL, (GDestroyNotify)cJSON_Delete, NULL);
    registry->built_in = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)cJSON_Delete);
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
    g_hash_table_unref(registry->by_uri);
    g_hash_table_unref(registry->by_name);
    g_hash_table_unref(registry->documents);
    g_hash_table_unref(registry->built_in);
    g_mutex_clear(&registry->lock);
    g_free(registry);
}

/* The first to claim a name has it. */
static void add_own_name(SchemaRegistry *registry, const char *uri, cJSON *document)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(document, "$id");
    if (id == NULL)
        id = cJSON_GetObjectItemCaseSensitive(document, "id");
    if (!cJSON_IsString(id))
        return;
    g_autofree char *own = schema_uri_resolve(uri, id->valuestring);
    if (own != NULL && strchr(own, '#') == NULL && !g_hash_table_contains(registry->by_name, own))
        g_hash_table_insert(registry->by_name, g_steal_pointer(&own), document);
}

gboolean schema_registry_add(SchemaRegistry *registry, const char *uri, cJSON *document,
                             GError **error)
{
    g_autoptr(cJSON) taken = document;
    g_autofree char *key = schema_uri_resolve("", uri);
    if (key != NULL)
        key[strcspn(key, "#")] = '\0';
    if (key == NULL || strchr(key, ':') == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "\"%.*s\" is not an absolute URI of at most %u bytes", 200, uri,
                    SCHEMA_MAX_URI);
        return FALSE;
    }
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&registry->lock);
    if (g_hash_table_contains(registry->by_uri, key)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "there is a document for the URI %s already", key);
        return FALSE;
    }
    g_hash_table_insert(registry->by_uri, g_strdup(key), document);
    g_hash_table_add(registry->documents, g_steal_pointer(&taken));
    add_own_name(registry, key, document);
    return TRUE;
}

const cJSON *schema_registry_find(SchemaRegistry *registry, const char *uri)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&registry->lock);
    const cJSON *found = g_hash_table_lookup(registry->by_uri, uri);
    if (found == NULL)
        found = g_hash_table_lookup(registry->by_name, uri);
    const Metaschema *metaschema = found == NULL ? metaschemas_find(uri) : NULL;
    if (metaschema == NULL)
        return found;
    found = g_hash_table_lookup(registry->built_in, metaschema);
    if (found == NULL) {
        cJSON *document = cJSON_ParseWithLength(metaschema->text, metaschema->length);
        g_hash_table_insert(registry->built_in, (gpointer)metaschema, document);
        found = document;
    }
    return found;
}
