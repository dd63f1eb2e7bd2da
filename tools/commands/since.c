#include "tools/commands/since.h"

#include <string.h>

#include "pipeline/core/clock.h"

gboolean span_parse(const char *text, gint64 *us)
{
    static const struct {
        char letter;
        gint64 us;
    } units[] = {{'s', G_TIME_SPAN_SECOND},
                 {'m', G_TIME_SPAN_MINUTE},
                 {'h', G_TIME_SPAN_HOUR},
                 {'d', G_TIME_SPAN_DAY}};
    char *end = NULL;
    guint64 number = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;
    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        if (end && *end == units[i].letter && !end[1] && number > 0 && number <= 1000000) {
            *us = (gint64)number * units[i].us;
            return TRUE;
        }
    return FALSE;
}

gboolean since_parse(const char *text, gint64 *us)
{
    gint64 ago_us;
    if (span_parse(text, &ago_us)) {
        *us = clock_now_us() - ago_us;
        return TRUE;
    }
    g_autofree char *full =
        strchr(text, 'T') ? g_strdup(text) : g_strconcat(text, "T00:00:00", NULL);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(full, utc);
    *us = time ? g_date_time_to_unix(time) * G_USEC_PER_SEC : 0;
    return time != NULL;
}
