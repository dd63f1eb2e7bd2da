#include "stages/ask/servers.h"

#include "pipeline/core/clock.h"
#include "pipeline/host/ledger-batches.h"

static gint64 days_ago(const Config *config, const char *key, gint64 now_us)
{
    return now_us - (gint64)(config_double(config, key) * 24 * 3600 * G_USEC_PER_SEC);
}

static gboolean prune(const Config *config, Ledger *ledger, GError **error)
{
    gint64 now = clock_now_us();
    gboolean off = g_str_equal(config_string(config, "log.payloads"), "off");
    LedgerCallKeep keep = {
        .answers_until_us = off ? now : MAX(days_ago(config, "cache.ttl_days", now), 0),
        .answer_bytes = (guint64)config_int(config, "cache.size_mb") << 20,
        .payloads_until_us = off ? now : days_ago(config, "log.days", now),
    };
    return ledger_calls_prune(ledger, &keep, error);
}

static gboolean open_endpoints(Servers *servers, Engine *engine, GError **error)
{
    g_auto(GStrv) names = model_choice_endpoints(engine_config(engine));
    for (guint i = 0; names[i]; i++) {
        Endpoint *endpoint = endpoint_new(engine, names[i], error);
        if (!endpoint)
            return FALSE;
        g_hash_table_insert(servers->endpoints, endpoint->settings->name, endpoint);
    }
    return TRUE;
}

Servers *servers_new(Engine *engine, GError **error)
{
    const Config *config = engine_config(engine);
    g_autoptr(Servers) servers = g_new0(Servers, 1);
    servers->account = account_new(engine_ledger(engine), config, engine_packs(engine));
    servers->together = together_new(engine_context(engine));
    servers->answers_since_us = days_ago(config, "cache.ttl_days", clock_now_us());
    servers->enters_batches =
        engine_outbox(engine) && g_str_equal(config_string(config, "run.batch"), "yes");
    servers->keep_requests = g_str_equal(config_string(config, "log.payloads"), "full");
    servers->endpoints =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)endpoint_free);
    if (!ledger_batch_any(engine_ledger(engine), &servers->has_batches, error))
        return NULL;
    servers->has_batches |= servers->enters_batches;
    if (!engine_has_model(engine))
        return g_steal_pointer(&servers);
    if (!prune(config, engine_ledger(engine), error) || !open_endpoints(servers, engine, error))
        return NULL;
    return g_steal_pointer(&servers);
}

void servers_free(Servers *servers)
{
    if (!servers)
        return;
    together_free(servers->together);
    g_hash_table_unref(servers->endpoints);
    account_free(servers->account);
    g_free(servers);
}

Endpoint *servers_for(const Servers *servers, const Job *job, ModelRole role)
{
    const char *name = engine_model_for(job, role);
    return name ? g_hash_table_lookup(servers->endpoints, name) : NULL;
}
