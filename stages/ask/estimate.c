#include "stages/ask/estimate.h"

/* What is assumed of an endpoint that the ledger knows nothing of: three to five bytes a token are
 * what today's tokenizers make of European languages and JSON. */
#define TOKENS_PER_BYTE 0.25
#define TOKENS_PER_BYTE_LOW 0.2
#define TOKENS_PER_BYTE_HIGH 0.34
#define TOKENS_OUT 500
#define TOKENS_OUT_LOW 50

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

EstimateTokens estimate_interval(const ModelSettings *settings, const LedgerUsage *usage,
                                 gsize bytes)
{
    double size = (double)bytes;
    if (usage->n == 0)
        return (EstimateTokens){
            .in_low = size * TOKENS_PER_BYTE_LOW,
            .in_high = size * TOKENS_PER_BYTE_HIGH,
            .out_low = MIN(TOKENS_OUT_LOW, settings->max_output_tokens),
            .out_high = settings->max_output_tokens,
        };
    return (EstimateTokens){
        .in_low = size * usage->tokens_per_byte,
        .in_high = size * MAX(usage->tokens_per_byte_p95, usage->tokens_per_byte),
        .cached_low = size * usage->tokens_per_byte * usage->cached_share,
        .out_low = (double)usage->tokens_out_p50,
        .out_high = (double)usage->tokens_out_p95,
    };
}
