/* What a run would ask models, without a run: the calls that it would make, added up for each pack. */
#pragma once

#include "pipeline/host/ledger.h"

typedef struct Forecast Forecast;

/* Between a low and a high value each thing will most likely be. */
typedef struct {
    char *pack;
    guint64 calls;              /* that would be sent, repairs not counted */
    guint64 known;              /* answered already: cost nothing */
    double in_low, in_high;     /* tokens */
    double out_low, out_high;   /* tokens */
    double cost_low, cost_high; /* in the currency of the price table */
    guint64 measured;           /* earlier calls that the values rest on */
} ForecastPack;

/* `ledger` (lent) is that of the runs, to see what is answered already; NULL: there is none. */
Forecast *forecast_new(Ledger *ledger);
void forecast_free(Forecast *forecast);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Forecast, forecast_free)
Ledger *forecast_ledger(Forecast *forecast);

/* Adds one request: the fields of `call` but `pack`, to the pack's. The same request counts once, as
 * it would be sent once. */
void forecast_add(Forecast *forecast, const char *pack, const char *request_sha256,
                  const ForecastPack *call);

/* Of ForecastPack, in the order of the packs' names. Lent, good until the next forecast_add(). */
const GPtrArray *forecast_packs(Forecast *forecast);
