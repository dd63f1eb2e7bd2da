/* The models that the simulator plays: their prices, limits and weaknesses. */
#pragma once

#include "tools/llm-sim/completion.h"
#include "tools/llm-sim/faults.h"

/* Money for a million tokens. */
typedef struct {
    double in, out;
    double cached, cache_write; /* below 0: as `in` */
    double batch;               /* share of the price that batches pay */
} Prices;

typedef struct {
    char *name; /* NULL: any */
    Prices prices;
    FaultRates faults;
    gint64 context; /* most tokens of prompt and answer; 0: no limit */
    char **refuses; /* request fields that get a 400; NULL: none */
    gint64 think;   /* tokens of thought before an answer, billed as output */
} Model;

typedef struct Models Models;

/* Every name is known, with these prices. */
Models *models_new(const Prices *prices);
void models_free(Models *models);
/* Reads groups [NAME] of a key file with price_in, price_out, price_cached, price_cache_write,
 * price_batch, fault, context, refuses; from then on no other name is known. What a group does not
 * say is as in models_new(). DOCKET_ERROR_CONFIG names file and key. */
gboolean models_load(Models *models, const char *path, GError **error);

/* NULL: there is no such model. Lent. */
const Model *models_find(const Models *models, const char *name);
/* The names, or NULL when any is known. Lent. */
const GPtrArray *models_list(const Models *models);

double prices_bill(const Prices *prices, const Usage *usage, gboolean batch);
