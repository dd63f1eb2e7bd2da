#include "pipeline/host/prices.h"

#include "pipeline/host/job.h"

#include <math.h>

#define MILLION 1e6

double prices_cost(const Prices *prices, const Call *call, gboolean batch)
{
    double in = (double)MAX(call->tokens_in, 0);
    /* Parts of the whole; a server that says otherwise does not make a call cheaper than nothing. */
    double cached = MIN((double)MAX(call->tokens_cached, 0), in);
    double written = MIN((double)MAX(call->tokens_cache_write, 0), in - cached);
    double cost = (in - cached - written) * prices->in + cached * prices->cached +
                  written * prices->cache_write + (double)MAX(call->tokens_out, 0) * prices->out;
    return cost / MILLION * (batch ? prices->batch : 1);
}

double prices_bound(const Prices *prices, gint64 tokens_in, gint64 tokens_out)
{
    double dearest = MAX(prices->in, MAX(prices->cached, prices->cache_write));
    return ((double)tokens_in * dearest + (double)tokens_out * prices->out) / MILLION;
}

char *prices_format(double amount)
{
    double size = fabs(amount);
    if (size == 0 || size >= 0.1)
        return g_strdup_printf("%.2f", amount);
    int digits = MIN(1 - (int)floor(log10(size)), 9);
    return g_strdup_printf("%.*f", digits, amount);
}

double prices_exact(double amount)
{
    return round(amount * 1e9) / 1e9;
}
