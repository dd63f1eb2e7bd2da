/* What requests will use and cost before they are sent: from their bytes, corrected by what servers
 * reported for earlier ones. */
#pragma once

#include "pipeline/host/forecast.h"
#include "pipeline/host/ledger-calls.h"
#include "stages/ask/settings.h"

/* The most that one sending of so many bytes can cost. */
double estimate_bound(const ModelSettings *settings, gsize bytes);

/* Tokens, sent and received, that a request will most likely use; `usage` may know of no call. */
guint64 estimate_tokens(const ModelSettings *settings, const LedgerUsage *usage, gsize bytes);

/* One call as a forecast counts it. Low: like most calls so far, answered at once; high: as all but
 * 5 % of them, with as many repairs as there were. */
ForecastPack estimate_call(const ModelSettings *settings, const LedgerUsage *usage, gsize bytes);
