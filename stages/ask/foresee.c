#include "stages/ask/foresee.h"

#include "stages/ask/estimate.h"

/* Known: the very request was answered before, or all that comes of the document. */
static gboolean is_known(const Job *job, Ledger *ledger, const char *request_sha256,
                         gint64 since_us, gboolean *known, GError **error)
{
    g_autoptr(GError) bad = NULL;
    g_autofree char *answer = ledger_call_cached(ledger, request_sha256, 0, since_us, NULL, &bad);
    g_autoptr(LedgerDocument) same = NULL;
    if (!answer && !bad)
        same = ledger_find_same(ledger, job->sha256, job->pack->name, job->pack->version,
                                job->settings, &bad);
    *known = answer || same;
    if (!bad)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&bad));
    return FALSE;
}

/* At worst the stronger model is asked about each document; at best about none. */
static gboolean add_stronger(ForecastPack *call, const Job *job, const Endpoint *stronger,
                             Ledger *ledger, gsize bytes, GError **error)
{
    LedgerUsage usage = {0};
    if (ledger &&
        !ledger_call_usage(ledger, stronger->settings->name, job->pack->name, &usage, error))
        return FALSE;
    ForecastPack more = estimate_call(stronger->settings, &usage, bytes);
    call->in_high += more.in_high;
    call->out_high += more.out_high;
    call->cost_high += more.cost_high;
    return TRUE;
}

gboolean foresee(Job *job, const Endpoint *endpoint, const Endpoint *stronger, gsize bytes,
                 const char *request_sha256, gint64 since_us, GError **error)
{
    Forecast *forecast = engine_forecast(job->engine);
    Ledger *ledger = forecast_ledger(forecast);
    LedgerUsage usage = {0};
    gboolean known = FALSE;
    if (ledger &&
        (!is_known(job, ledger, request_sha256, since_us, &known, error) ||
         !ledger_call_usage(ledger, endpoint->settings->name, job->pack->name, &usage, error)))
        return FALSE;
    ForecastPack call = {.known = 1};
    if (!known)
        call = estimate_call(endpoint->settings, &usage, bytes);
    if (!known && stronger && stronger != endpoint &&
        !add_stronger(&call, job, stronger, ledger, bytes, error))
        return FALSE;
    forecast_add(forecast, job->pack->name, request_sha256, &call);
    return TRUE;
}
