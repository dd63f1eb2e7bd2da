/* Points in time as people write them. */
#pragma once

#include <glib.h>

/* "90s", "2h", "7d" ago, or a date, or a date with its time (UTC unless it says else), as epoch
 * microseconds. FALSE: it is none of these. */
gboolean since_parse(const char *text, gint64 *us);

/* A length of time, "90s", "5m", "2h", "7d", at least one unit, in microseconds. */
gboolean span_parse(const char *text, gint64 *us);
