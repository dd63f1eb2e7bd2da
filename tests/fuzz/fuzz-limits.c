/* Any text as the value of the headers in which a server says how long to wait and what is left of
 * its limits: nothing but sensible numbers comes out. The first byte chooses the header. */
#include <glib.h>

#include "stages/ask/limiter.h"
#include "stages/ask/retry.h"
#include "tests/fuzz/fuzz.h"

#define NOW (G_GINT64_CONSTANT(1796040000) * G_USEC_PER_SEC)
#define DAY_US ((gint64)24 * 3600 * G_USEC_PER_SEC)

static void check_waits(const char *value)
{
    gint64 ms = retry_after_ms(value, NULL, NOW), other = retry_after_ms(NULL, value, NOW);
    g_assert(ms >= -1 && ms <= DAY_US / 1000);
    g_assert(other >= -1 && other <= DAY_US / 1000);
}

static void check_limits(const char *name, const char *value)
{
    LimiterHeaders headers = LIMITER_NO_HEADERS;
    limiter_read_header(&headers, name, value, NOW);
    g_assert(headers.requests_left >= -1 && headers.tokens_left >= -1);
    g_assert(headers.requests_reset_us >= -1 && headers.requests_reset_us <= DAY_US);
    g_assert(headers.tokens_reset_us >= -1 && headers.tokens_reset_us <= DAY_US);
    /* Whatever one of them says: with the other it never holds anybody longer than a day. */
    headers.requests_left = headers.tokens_left = 0;
    g_autoptr(Limiter) limiter = limiter_new(4, 0, 0);
    limiter_told(limiter, &headers, 0);
    gint64 wait = limiter_wait_us(limiter, 10, 0);
    g_assert(wait >= 0 && wait <= DAY_US);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    guint n = g_strv_length((char **)limiter_header_names);
    g_autofree char *value = g_strndup((const char *)data + 1, size - 1);
    check_waits(value);
    check_limits(limiter_header_names[data[0] % n], value);
    return 0;
}
