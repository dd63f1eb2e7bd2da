/* What requests will use and cost before they are sent: from their bytes, corrected by what servers
 * reported for earlier ones. */
#pragma once

#include "pipeline/host/ledger-calls.h"
#include "stages/ask/settings.h"

/* The most that one sending of so many bytes can cost. */
double estimate_bound(const ModelSettings *settings, gsize bytes);

/* Tokens, sent and received, that a request will most likely use; `usage` may know of no call. */
guint64 estimate_tokens(const ModelSettings *settings, const LedgerUsage *usage, gsize bytes);

/* Between these two a request's tokens will most likely be. */
typedef struct {
    double in_low, in_high, cached_low, out_low, out_high;
} EstimateTokens;
EstimateTokens estimate_interval(const ModelSettings *settings, const LedgerUsage *usage,
                                 gsize bytes);
