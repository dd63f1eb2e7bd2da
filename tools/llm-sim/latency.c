#include "tools/llm-sim/latency.h"

#include <math.h>
#include <string.h>

#include "pipeline/core/error.h"
#include "tools/llm-sim/draw.h"

#define LONGEST_MS 3600000.0
#define LOGNORMAL "lognormal:"

static gboolean parse_pair(const char *text, char between, double *first, double *second)
{
    char *end = NULL;
    *first = *second = g_ascii_strtod(text, &end);
    if (end == text)
        return FALSE;
    if (*end != between)
        return !*end;
    const char *rest = end + 1;
    *second = g_ascii_strtod(rest, &end);
    return end != rest && !*end;
}

gboolean latency_parse(Latency *latency, const char *text, GError **error)
{
    gboolean good = FALSE;
    if (g_str_has_prefix(text, LOGNORMAL)) {
        latency->kind = LATENCY_LOGNORMAL;
        good = parse_pair(text + strlen(LOGNORMAL), ',', &latency->median, &latency->spread) &&
               latency->median > 0 && latency->median <= LONGEST_MS && latency->spread >= 0 &&
               latency->spread <= 5;
    } else {
        latency->kind = LATENCY_UNIFORM;
        good = parse_pair(text, '-', &latency->least, &latency->most) && latency->least >= 0 &&
               latency->least <= latency->most && latency->most <= LONGEST_MS;
    }
    if (!good)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "--latency %s: must be milliseconds, as 200, 100-900 or lognormal:400,0.5",
                    text);
    return good;
}

guint latency_draw(const Latency *latency, gint64 seed, const char *subject)
{
    double at = draw(seed, "latency", subject);
    if (latency->kind == LATENCY_UNIFORM)
        return (guint)(latency->least + at * (latency->most - latency->least));
    /* Box and Muller: two even numbers make a normal one. */
    double angle = 2 * G_PI * draw(seed, "angle", subject);
    double normal = sqrt(-2 * log(1 - at)) * cos(angle);
    return (guint)MIN(latency->median * exp(latency->spread * normal), LONGEST_MS);
}
