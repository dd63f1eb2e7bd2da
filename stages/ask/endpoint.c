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

struct AnswerSchema {
    const cJSON *written;
    cJSON *owned;          /* the same, or NULL */
    GHashTable *rewritten; /* Subset -> DialectSchema */
};

AnswerSchema *answer_schema_new(const char *name, const cJSON *schema, GError **error)
{
    g_autoptr(AnswerSchema) all = g_new0(AnswerSchema, 1);
    all->written = schema;
    all->rewritten = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)dialect_schema_free);
    for (const Subset *subset = subsets; subset->name; subset++) {
        DialectSchema *rewritten = subset_schema(subset, name, schema, NULL, error);
        if (!rewritten)
            return NULL;
        g_hash_table_insert(all->rewritten, (gpointer)subset, rewritten);
    }
    return g_steal_pointer(&all);
}

AnswerSchema *answer_schema_take(const char *name, cJSON *schema, GError **error)
{
    AnswerSchema *all = answer_schema_new(name, schema, error);
    if (all)
        all->owned = schema;
    else
        cJSON_Delete(schema);
    return all;
}

void answer_schema_free(AnswerSchema *schema)
{
    if (!schema)
        return;
    g_hash_table_unref(schema->rewritten);
    cJSON_Delete(schema->owned);
    g_free(schema);
}

const cJSON *answer_schema_written(const AnswerSchema *schema)
{
    return schema->written;
}

const DialectSchema *answer_schema_for(const AnswerSchema *schema, const Subset *subset)
{
    return g_hash_table_lookup(schema->rewritten, subset);
}

char *endpoint_request(const Endpoint *endpoint, const GPtrArray *messages,
                       const AnswerSchema *schema, gboolean streams)
{
    ModelSettings settings = *endpoint->settings;
    settings.stream &= streams;
    settings.stream_usage &= streams;
    return endpoint->dialect->request(&settings, messages,
                                      answer_schema_for(schema, endpoint->subset));
}

Watch *endpoint_watch(const Endpoint *endpoint, const AnswerSchema *schema)
{
    /* The safe subset lets null stand for what is left out, as salvaging does. */
    const DialectSchema *safe = answer_schema_for(schema, &subsets[0]);
    return watch_new(safe->schema, endpoint->settings->format != FORMAT_NONE);
}

char *endpoint_hash(const Endpoint *endpoint, const char *body)
{
    const ModelSettings *settings = endpoint->settings;
    g_autoptr(GUri) uri = g_uri_parse(settings->base_url, G_URI_FLAGS_ENCODED, NULL);
    const char *host = uri ? g_uri_get_host(uri) : settings->base_url;
    g_autofree char *all = g_strjoin("\n", settings->dialect, host, settings->model, body, NULL);
    return bytes_sha256(all, strlen(all));
}
