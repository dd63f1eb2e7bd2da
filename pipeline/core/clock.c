#include "clock.h"

/* The one exception to "no global mutable state": time itself, for tests. */
static gint64 test_time = -1;

gint64 clock_now_us(void)
{
    return test_time >= 0 ? test_time : g_get_real_time();
}

gint64 clock_monotonic_us(void)
{
    return g_get_monotonic_time();
}

char *clock_format(gint64 epoch_us)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(epoch_us / G_USEC_PER_SEC);
    if (!seconds)
        return g_strdup("");
    g_autofree char *text = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", text, (int)(epoch_us % G_USEC_PER_SEC / 1000));
}

void clock_set_for_test(gint64 epoch_us)
{
    test_time = epoch_us;
}
