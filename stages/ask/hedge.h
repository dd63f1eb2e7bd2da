/* When a request is slow enough to be sent a second time: after the time that 95 % of the latest
 * answers took. */
#pragma once

#include <glib.h>

#define HEDGE_SAMPLES 200u

typedef struct {
    gint64 latencies_us[HEDGE_SAMPLES]; /* of the latest answers, in a ring */
    guint n, next;
} Hedge;

void hedge_note(Hedge *hedge, gint64 latency_us);
/* The 95th percentile in microseconds; -1 before there are enough answers to tell. */
gint64 hedge_after_us(const Hedge *hedge);
