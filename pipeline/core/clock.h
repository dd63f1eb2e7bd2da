/* The one source of time, which tests can set. */
#pragma once

#include <glib.h>

/* Microseconds since the epoch, UTC. For what people and the ledger see. */
gint64 clock_now_us(void);

/* Microseconds of a clock that never jumps. For deadlines and latencies. */
gint64 clock_monotonic_us(void);

/* ISO 8601 in UTC with milliseconds ("2026-11-20T09:30:00.000Z"). Caller frees. */
char *clock_format(gint64 epoch_us);

/* Tests only: makes clock_now_us() answer `epoch_us`; -1 returns to the real time. */
void clock_set_for_test(gint64 epoch_us);
