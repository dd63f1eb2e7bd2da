#include "stages/ask/endpoint.h"

#include <string.h>

#include "pipeline/core/bytes.h"

Endpoint *endpoint_new(Engine *engine, const char *name, GError **error)
{
    g_autoptr(Endpoint) endpoint = g_new0(Endpoint, 1);
    endpoint->settings = model_settings_new(engine_config(engine), name, error);
    if (!endpoint->settings ||
        !ledger_call_usage(engine_ledger(engine), name, NULL, &endpoint->usage, error))
        return NULL;
    endpoint->dialect = dialect_by_name(endpoint->settings->dialect);
    endpoint->subset = subset_by_name(endpoint->settings->schema);
    endpoint->caller =
        caller_new(endpoint->settings, endpoint->dialect, engine_context(engine), error);
    return endpoint->caller ? g_steal_pointer(&endpoint) : NULL;
}

void endpoint_free(Endpoint *endpoint)
{
    if (!endpoint)
        return;
    caller_free(endpoint->caller);
    model_settings_free(endpoint->settings);
    g_free(endpoint);
}

static char *attachment(const Subset *subset)
{
    return g_strconcat("ask:", subset->name, NULL);
}

gboolean endpoint_prepare_pack(Pack *pack, GError **error)
{
    for (const Subset *subset = subsets; subset->name; subset++) {
        DialectSchema *schema = subset_schema(subset, pack->name, pack->schema, NULL, error);
        if (!schema)
            return FALSE;
        g_autofree char *key = attachment(subset);
        pack_attach(pack, key, schema, (GDestroyNotify)dialect_schema_free);
    }
    return TRUE;
}

const DialectSchema *endpoint_schema(const Pack *pack, const Subset *subset)
{
    g_autofree char *key = attachment(subset);
    return pack_attached(pack, key);
}

char *endpoint_hash(const Endpoint *endpoint, const char *body)
{
    const ModelSettings *settings = endpoint->settings;
    g_autoptr(GUri) uri = g_uri_parse(settings->base_url, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri ? g_uri_get_host(uri) : settings->base_url;
    g_autofree char *all = g_strjoin("\n", settings->dialect, host, settings->model, body, NULL);
    return bytes_sha256(all, strlen(all));
}
