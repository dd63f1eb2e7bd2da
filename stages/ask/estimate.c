#include "stages/ask/estimate.h"

/* What is assumed of an endpoint that the ledger knows nothing of: three to five bytes a token are
 * what today's tokenizers make of European languages and JSON; not every server counts the schema,
 * and a record may be very small. */
#define TOKENS_PER_BYTE 0.25
#define TOKENS_PER_BYTE_LOW 0.15
#define TOKENS_PER_BYTE_HIGH 0.34
#define TOKENS_OUT 500
#define TOKENS_OUT_LOW 5
#define REPAIRS 0.1 /* for each document */

double estimate_bound(const ModelSettings *settings, gsize bytes)
{
    /* No tokenizer makes more tokens than there are bytes, and the request's JSON has more bytes
     * around each message than a server puts tokens there. */
    return prices_bound(&settings->prices, (gint64)bytes, settings->max_output_tokens);
}

guint64 estimate_tokens(const ModelSettings *settings, const LedgerUsage *usage, gsize bytes)
{
    double ratio = usage->n ? usage->tokens_per_byte : TOKENS_PER_BYTE;
    gint64 out = usage->n ? usage->tokens_out_p95 : MIN(TOKENS_OUT, settings->max_output_tokens);
    return (guint64)((double)bytes * ratio) + (guint64)out;
}

static double cost(const Prices *prices, double in, double cached, double out)
{
    Call call = {.tokens_in = (gint64)in,
                 .tokens_cached = (gint64)cached,
                 .tokens_cache_write = -1,
                 .tokens_out = (gint64)out};
    return prices_cost(prices, &call, FALSE);
}

ForecastPack estimate_call(const ModelSettings *settings, const LedgerUsage *usage, gsize bytes)
{
    gboolean known = usage->n > 0;
    double size = (double)bytes;
    double rounds = 1 + (known ? usage->repair_share : REPAIRS);
    double per_byte_high = MAX(usage->tokens_per_byte_p95, usage->tokens_per_byte);
    ForecastPack call = {
        .calls = 1,
        .in_low = size * (known ? usage->tokens_per_byte : TOKENS_PER_BYTE_LOW),
        .in_high = size * (known ? per_byte_high : TOKENS_PER_BYTE_HIGH) * rounds,
        .out_low = known ? (double)usage->tokens_out_p50
                         : MIN(TOKENS_OUT_LOW, settings->max_output_tokens),
        .out_high = (double)(known ? usage->tokens_out_p95 : settings->max_output_tokens) * rounds,
        .measured = usage->n,
    };
    double cached = call.in_low * usage->cached_share;
    call.cost_low = cost(&settings->prices, call.in_low, cached, call.out_low);
    call.cost_high = cost(&settings->prices, call.in_high, 0, call.out_high);
    return call;
}
