/* How long the simulated model takes to begin its answer. */
#pragma once

#include <glib.h>

typedef struct {
    enum { LATENCY_UNIFORM, LATENCY_LOGNORMAL } kind;
    double least, most;    /* milliseconds; equal: fixed */
    double median, spread; /* of the logarithm */
} Latency;

/* "200", "100-900" or "lognormal:400,0.5" (median, standard deviation of the logarithm).
 * DOCKET_ERROR_USAGE. */
gboolean latency_parse(Latency *latency, const char *text, GError **error);
/* The same for the same seed and subject. */
guint latency_draw(const Latency *latency, gint64 seed, const char *subject);
