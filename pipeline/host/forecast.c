#include "pipeline/host/forecast.h"

struct Forecast {
    Ledger *ledger;   /* lent; may be NULL */
    GHashTable *seen; /* SHA-256 of requests */
    GPtrArray *packs; /* of ForecastPack */
};

static void pack_clear(gpointer data)
{
    ForecastPack *pack = data;
    g_free(pack->pack);
    g_free(pack);
}

Forecast *forecast_new(Ledger *ledger)
{
    Forecast *forecast = g_new0(Forecast, 1);
    forecast->ledger = ledger;
    forecast->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    forecast->packs = g_ptr_array_new_with_free_func(pack_clear);
    return forecast;
}

void forecast_free(Forecast *forecast)
{
    if (!forecast)
        return;
    g_hash_table_unref(forecast->seen);
    g_ptr_array_unref(forecast->packs);
    g_free(forecast);
}

Ledger *forecast_ledger(Forecast *forecast)
{
    return forecast->ledger;
}

static ForecastPack *find(Forecast *forecast, const char *name)
{
    for (guint i = 0; i < forecast->packs->len; i++) {
        ForecastPack *pack = forecast->packs->pdata[i];
        if (g_str_equal(pack->pack, name))
            return pack;
    }
    ForecastPack *pack = g_new0(ForecastPack, 1);
    pack->pack = g_strdup(name);
    g_ptr_array_add(forecast->packs, pack);
    return pack;
}

void forecast_add(Forecast *forecast, const char *pack, const char *request_sha256,
                  const ForecastPack *call)
{
    if (!g_hash_table_add(forecast->seen, g_strdup(request_sha256)))
        return;
    ForecastPack *sum = find(forecast, pack);
    sum->calls += call->calls;
    sum->known += call->known;
    sum->in_low += call->in_low;
    sum->in_high += call->in_high;
    sum->out_low += call->out_low;
    sum->out_high += call->out_high;
    sum->cost_low += call->cost_low;
    sum->cost_high += call->cost_high;
    sum->measured = MAX(sum->measured, call->measured);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const ForecastPack *const *x = a, *const *y = b;
    return g_strcmp0((*x)->pack, (*y)->pack);
}

const GPtrArray *forecast_packs(Forecast *forecast)
{
    g_ptr_array_sort(forecast->packs, by_name);
    return forecast->packs;
}
