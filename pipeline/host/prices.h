/* What calls cost: the price table of an endpoint, and the one place where money is computed. */
#pragma once

#include <glib.h>

struct Call;

/* Per million tokens, in the currency of whoever set the prices. */
typedef struct {
    double in, cached,
        cache_write; /* of tokens sent: plain, read from a prompt cache, put into it */
    double out;      /* of tokens received */
    double batch;    /* share of the price for what goes through a batch API */
} Prices;

/* Of the tokens that the call says it used; unknown ones cost nothing. */
double prices_cost(const Prices *prices, const struct Call *call, gboolean batch);

/* The most that a call with so many tokens can cost: nothing cached, everything put into the cache. */
double prices_bound(const Prices *prices, gint64 tokens_in, gint64 tokens_out);

/* Money for people: cents, or two significant digits where that is less. Caller frees. */
char *prices_format(double amount);

/* Without the digits that are only the noise of adding: a whole number of billionths. */
double prices_exact(double amount);
