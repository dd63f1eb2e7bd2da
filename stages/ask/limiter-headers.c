/* The rate-limit headers of OpenAI (x-ratelimit-…, durations such as 6m0s) and Anthropic
 * (anthropic-ratelimit-…, times of day), which others copy. */
#include "stages/ask/limiter.h"

#include <math.h>
#include <string.h>

#define LONGEST_US ((gint64)24 * 3600 * G_USEC_PER_SEC) /* a reset beyond this is taken as this */

static gint64 read_count(const char *value)
{
    char *end = NULL;
    guint64 count = g_ascii_strtoull(value, &end, 10);
    return end != value && !*end && *value != '-' ? (gint64)MIN(count, (guint64)G_MAXINT64) : -1;
}

/* The unit that a duration's number is followed by, in microseconds; 0 if it is none. */
static double read_unit(const char **text)
{
    static const struct {
        const char *name;
        double us;
    } units[] = {{"ms", 1e3}, {"us", 1}, {"µs", 1}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}};
    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_str_has_prefix(*text, units[i].name)) {
            *text += strlen(units[i].name);
            return units[i].us;
        }
    return 0;
}

/* "6m0s", "20ms", "1.5s"; a bare number counts seconds. -1 for anything else. */
static gint64 read_duration(const char *value)
{
    double sum = 0;
    if (!*value)
        return -1;
    while (*value) {
        char *end = NULL;
        double number = g_ascii_strtod(value, &end);
        if (end == value || !isfinite(number) || number < 0)
            return -1;
        value = end;
        double unit = *value ? read_unit(&value) : 1e6;
        if (unit <= 0)
            return -1;
        sum += number * unit;
    }
    return (gint64)MIN(sum, (double)LONGEST_US);
}

static gint64 read_reset(const char *value, gint64 epoch_us)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(value, utc);
    if (!at)
        return read_duration(value);
    gint64 us = g_date_time_to_unix(at) * G_USEC_PER_SEC + g_date_time_get_microsecond(at);
    return CLAMP(us - epoch_us, 0, LONGEST_US);
}

const char *const limiter_header_names[] = {
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-output-tokens-remaining",
    "anthropic-ratelimit-output-tokens-reset",
    NULL,
};

/* Several limits on tokens may be told of: the least that is left counts, and the last reset. */
void limiter_read_header(LimiterHeaders *headers, const char *name, const char *value,
                         gint64 epoch_us)
{
    gboolean requests = strstr(name, "requests") != NULL;
    if (strstr(name, "remaining")) {
        gint64 *left = requests ? &headers->requests_left : &headers->tokens_left;
        gint64 said = read_count(value);
        if (said >= 0 && (*left < 0 || said < *left))
            *left = said;
    } else {
        gint64 *reset = requests ? &headers->requests_reset_us : &headers->tokens_reset_us;
        *reset = MAX(*reset, read_reset(value, epoch_us));
    }
}
