/* How fast requests may follow each other, and what an outage does: arithmetic, with a clock of our
 * own. */
#include "stages/ask/breaker.h"
#include "stages/ask/hedge.h"
#include "stages/ask/limiter.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)

static void back(Limiter *limiter, LimiterSign sign, gint64 sent_us, gint64 now_us)
{
    LimiterReturn back = {.sign = sign, .sent_us = sent_us, .tokens_used = -1};
    limiter_returned(limiter, &back, now_us);
}

/* ---- the window ---- */

static void test_window_halves(void)
{
    g_autoptr(Limiter) limiter = limiter_new(64, 0, 0);
    for (guint i = 0; i < 64; i++) {
        g_assert_cmpint(limiter_wait_us(limiter, 0, 0), ==, 0);
        limiter_sent(limiter, 0, 0);
    }
    g_assert_cmpint(limiter_wait_us(limiter, 0, 0), ==, LIMITER_WHEN_ONE_RETURNS);
    /* One round trip full of refusals is one piece of news. */
    for (guint i = 0; i < 64; i++)
        back(limiter, LIMITER_OVERLOADED, 0, SECOND);
    g_assert_cmpuint(limiter_window(limiter), ==, 32);
    g_assert_cmpuint(limiter_in_flight(limiter), ==, 0);
    for (guint round = 2; round < 10; round++) {
        limiter_sent(limiter, 0, round * SECOND);
        back(limiter, LIMITER_OVERLOADED, round * SECOND, round * SECOND + 1);
    }
    g_assert_cmpuint(limiter_window(limiter), ==, 4); /* a sixteenth is the least */
}

/* Grows quickly to three quarters of where it was, then by one in each round trip. */
static void test_window_recovers(void)
{
    g_autoptr(Limiter) limiter = limiter_new(64, 0, 0);
    limiter_sent(limiter, 0, 0);
    back(limiter, LIMITER_OVERLOADED, 0, SECOND);
    gint64 now = 2 * SECOND;
    guint rounds = 0;
    for (; limiter_window(limiter) < 64 && rounds < 100; rounds++) {
        guint n = limiter_window(limiter);
        for (guint i = 0; i < n; i++)
            limiter_sent(limiter, 0, now);
        now += SECOND;
        for (guint i = 0; i < n; i++)
            back(limiter, LIMITER_CALM, now - SECOND, now);
    }
    g_assert_cmpuint(rounds, >=, 15); /* 48 to 64, one by one */
    g_assert_cmpuint(rounds, <=, 20);
}

/* When answers take much longer than usual there is no reason to send more. */
static void test_window_waits_for_slow_server(void)
{
    g_autoptr(Limiter) limiter = limiter_new(64, 0, 0);
    for (guint i = 0; i < 100; i++) {
        limiter_sent(limiter, 0, 0);
        back(limiter, LIMITER_CALM, 0, SECOND);
    }
    limiter_sent(limiter, 0, SECOND);
    back(limiter, LIMITER_OVERLOADED, SECOND, 2 * SECOND);
    for (guint i = 0; i < 10; i++) {
        limiter_sent(limiter, 0, 2 * SECOND);
        back(limiter, LIMITER_CALM, 2 * SECOND, 12 * SECOND);
    }
    g_assert_cmpuint(limiter_window(limiter), ==, 32);
}

/* ---- so many a minute ---- */

/* Sends as fast as it may for so long; the most that any minute saw. */
static guint most_in_a_minute(Limiter *limiter, guint64 tokens, gint64 length)
{
    g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(gint64));
    guint most = 0, first = 0;
    for (gint64 now = 0; now < length;) {
        gint64 wait = limiter_wait_us(limiter, tokens, now);
        g_assert_cmpint(wait, <, LIMITER_WHEN_ONE_RETURNS);
        now += wait;
        limiter_sent(limiter, tokens, now);
        LimiterReturn done = {.tokens = tokens, .tokens_used = (gint64)tokens, .sent_us = now};
        limiter_returned(limiter, &done, now);
        g_array_append_val(sent, now);
        while (g_array_index(sent, gint64, first) <= now - MINUTE)
            first++;
        most = MAX(most, sent->len - first);
    }
    return most;
}

static void test_requests_a_minute(void)
{
    static const guint rates[] = {2, 10, 60, 500, 3000};
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        g_autoptr(Limiter) limiter = limiter_new(1000, rates[i], 0);
        guint most = most_in_a_minute(limiter, 0, 10 * MINUTE);
        g_assert_cmpuint(most, <=, rates[i]);
        g_assert_cmpuint(most, >=, rates[i] * 85 / 100);
    }
}

static void test_tokens_a_minute(void)
{
    g_autoptr(Limiter) limiter = limiter_new(1000, 0, 100000);
    guint most = most_in_a_minute(limiter, 1000, 10 * MINUTE);
    g_assert_cmpuint(most, <=, 100);
    g_assert_cmpuint(most, >=, 85);
    /* One that is larger than what may go at once still goes, and is worked off. */
    g_autoptr(Limiter) small = limiter_new(10, 0, 1000);
    g_assert_cmpint(limiter_wait_us(small, 800, 0), ==, 0);
    limiter_sent(small, 800, 0);
    g_assert_cmpint(limiter_wait_us(small, 10, 0), >, 40 * SECOND);
}

/* An estimate that was too high gives back, one too low takes more. */
static void test_tokens_are_settled(void)
{
    g_autoptr(Limiter) limiter = limiter_new(10, 0, 10000);
    limiter_sent(limiter, 1000, 0);
    g_assert_cmpint(limiter_wait_us(limiter, 500, 0), >, 0);
    LimiterReturn cheap = {.tokens = 1000, .tokens_used = 100};
    limiter_returned(limiter, &cheap, 0);
    g_assert_cmpint(limiter_wait_us(limiter, 500, 0), ==, 0);
}

/* ---- what the server says ---- */

static LimiterHeaders read_all(const char *const *pairs, gint64 epoch_us)
{
    LimiterHeaders headers = LIMITER_NO_HEADERS;
    for (guint i = 0; pairs[i]; i += 2) {
        g_assert_true(g_strv_contains(limiter_header_names, pairs[i]));
        limiter_read_header(&headers, pairs[i], pairs[i + 1], epoch_us);
    }
    return headers;
}

static void test_headers(void)
{
    const char *openai[] = {"x-ratelimit-remaining-requests",
                            "3",
                            "x-ratelimit-reset-requests",
                            "1s",
                            "x-ratelimit-remaining-tokens",
                            "149984",
                            "x-ratelimit-reset-tokens",
                            "6m0.5s",
                            NULL};
    LimiterHeaders headers = read_all(openai, 0);
    g_assert_cmpint(headers.requests_left, ==, 3);
    g_assert_cmpint(headers.requests_reset_us, ==, SECOND);
    g_assert_cmpint(headers.tokens_left, ==, 149984);
    g_assert_cmpint(headers.tokens_reset_us, ==, 6 * MINUTE + SECOND / 2);
    const char *anthropic[] = {"anthropic-ratelimit-requests-remaining",
                               "49",
                               "anthropic-ratelimit-requests-reset",
                               "2026-11-30T12:00:30Z",
                               "anthropic-ratelimit-input-tokens-remaining",
                               "50000",
                               "anthropic-ratelimit-input-tokens-reset",
                               "2026-11-30T12:00:10Z",
                               "anthropic-ratelimit-output-tokens-remaining",
                               "10000",
                               "anthropic-ratelimit-output-tokens-reset",
                               "2026-11-30T12:00:05Z",
                               NULL};
    headers = read_all(anthropic, G_GINT64_CONSTANT(1796040000) * SECOND); /* 12:00:00 that day */
    g_assert_cmpint(headers.requests_left, ==, 49);
    g_assert_cmpint(headers.requests_reset_us, ==, 30 * SECOND);
    g_assert_cmpint(headers.tokens_left, ==, 10000);
    g_assert_cmpint(headers.tokens_reset_us, ==, 10 * SECOND);
    const char *hostile[] = {"x-ratelimit-remaining-requests",
                             "-5",
                             "x-ratelimit-reset-requests",
                             "soon",
                             "x-ratelimit-remaining-tokens",
                             "",
                             "x-ratelimit-reset-tokens",
                             "1e999s",
                             NULL};
    headers = read_all(hostile, 0);
    g_assert_cmpint(headers.requests_left, ==, -1);
    g_assert_cmpint(headers.requests_reset_us, ==, -1);
    g_assert_cmpint(headers.tokens_left, ==, -1);
    g_assert_cmpint(headers.tokens_reset_us, ==, -1);
}

static void test_headers_are_obeyed(void)
{
    g_autoptr(Limiter) limiter = limiter_new(100, 0, 0);
    limiter_sent(limiter, 0, 0);
    LimiterHeaders headers = LIMITER_NO_HEADERS;
    headers.requests_left = 3;
    headers.requests_reset_us = 10 * SECOND;
    limiter_told(limiter, &headers, 0);
    for (guint i = 0; i < 2; i++) { /* three, less the one that is under way */
        g_assert_cmpint(limiter_wait_us(limiter, 0, 0), ==, 0);
        limiter_sent(limiter, 0, 0);
    }
    g_assert_cmpint(limiter_wait_us(limiter, 0, SECOND), ==, 9 * SECOND);
    g_assert_cmpint(limiter_wait_us(limiter, 0, 10 * SECOND), ==, 0);
    limiter_pause(limiter, 30 * SECOND);
    limiter_pause(limiter, 20 * SECOND);
    g_assert_cmpint(limiter_wait_us(limiter, 0, 10 * SECOND), ==, 20 * SECOND);
}

/* ---- outages ---- */

static void test_breaker(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    Breaker breaker = {0};
    gint64 now = 0;
    for (guint i = 0; i < 7; i++)
        breaker_lost(&breaker, FALSE, now, random);
    g_assert_cmpint(breaker_wait_us(&breaker, now), ==, 0);
    breaker_alive(&breaker); /* bad luck */
    for (guint i = 0; i < 8; i++)
        breaker_lost(&breaker, FALSE, now, random);
    gint64 wait = breaker_wait_us(&breaker, now);
    g_assert_cmpint(wait, >, 0);
    g_assert_cmpint(wait, <=, SECOND);
    now += wait;
    g_assert_cmpint(breaker_wait_us(&breaker, now), ==, 0);
    g_assert_true(breaker_sent(&breaker));
    g_assert_cmpint(breaker_wait_us(&breaker, now), ==, BREAKER_AFTER_PROBE);
    breaker_lost(&breaker, FALSE, now, random); /* an old one */
    g_assert_cmpint(breaker_wait_us(&breaker, now), ==, BREAKER_AFTER_PROBE);
    breaker_alive(&breaker);
    g_assert_cmpint(breaker_wait_us(&breaker, now), ==, 0);
    g_assert_false(breaker_sent(&breaker));
}

static void test_breaker_loses_hope(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    Breaker breaker = {0};
    gint64 now = 0;
    guint probes = 0;
    for (guint i = 0; i < 8; i++)
        breaker_lost(&breaker, FALSE, now, random);
    for (; !breaker_is_hopeless(&breaker, now) && probes < 100; probes++) {
        now += breaker_wait_us(&breaker, now);
        g_assert_true(breaker_sent(&breaker));
        breaker_lost(&breaker, TRUE, now, random);
    }
    g_assert_cmpuint(probes, ==, 6);
    g_assert_cmpint(now, >, 5 * SECOND);
    g_assert_cmpint(now, <, 40 * SECOND);
    /* Time for another probe: whoever comes then is not turned away. */
    now += breaker_wait_us(&breaker, now);
    g_assert_false(breaker_is_hopeless(&breaker, now));
    g_assert_true(breaker_sent(&breaker));
    g_assert_true(breaker_is_hopeless(&breaker, now));
    breaker_probe_dropped(&breaker, now);
    g_assert_false(breaker_is_hopeless(&breaker, now));
    breaker_sent(&breaker);
    breaker_alive(&breaker);
    g_assert_false(breaker_is_hopeless(&breaker, now));
    breaker_trip(&breaker, MINUTE, now);
    g_assert_true(breaker_is_hopeless(&breaker, now + MINUTE - 1));
    g_assert_false(breaker_is_hopeless(&breaker, now + MINUTE));
}

static void test_hedge(void)
{
    Hedge hedge = {0};
    for (guint i = 0; i < 39; i++)
        hedge_note(&hedge, SECOND);
    g_assert_cmpint(hedge_after_us(&hedge), ==, -1);
    for (guint i = 0; i < 400; i++) /* what was before is forgotten */
        hedge_note(&hedge, i % 20 == 0 ? 9 * SECOND : (1 + i % 2) * SECOND);
    g_assert_cmpint(hedge_after_us(&hedge), ==, 9 * SECOND);
    for (guint i = 0; i < 200; i++)
        hedge_note(&hedge, i % 40 == 0 ? 9 * SECOND : (1 + i % 2) * SECOND);
    g_assert_cmpint(hedge_after_us(&hedge), ==, 2 * SECOND);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/limiter/window-halves", test_window_halves);
    g_test_add_func("/limiter/window-recovers", test_window_recovers);
    g_test_add_func("/limiter/slow-server", test_window_waits_for_slow_server);
    g_test_add_func("/limiter/requests-a-minute", test_requests_a_minute);
    g_test_add_func("/limiter/tokens-a-minute", test_tokens_a_minute);
    g_test_add_func("/limiter/tokens-are-settled", test_tokens_are_settled);
    g_test_add_func("/limiter/headers", test_headers);
    g_test_add_func("/limiter/headers-are-obeyed", test_headers_are_obeyed);
    g_test_add_func("/breaker/opens-and-closes", test_breaker);
    g_test_add_func("/breaker/loses-hope", test_breaker_loses_hope);
    g_test_add_func("/hedge/percentile", test_hedge);
    return g_test_run();
}
