#include "tools/llm-sim/limits.h"

#include <math.h>

#include "pipeline/core/clock.h"

#define MINUTE_S 60.0

void limits_init(Limits *limits, double rpm, double tpm)
{
    *limits = (Limits){rpm, tpm, rpm, tpm, clock_monotonic_us()};
}

/* Both limits fill up evenly, as a bucket that holds a minute's worth. */
static void fill(Limits *limits)
{
    gint64 now = clock_monotonic_us();
    double minutes = (double)(now - limits->filled_us) / G_USEC_PER_SEC / MINUTE_S;
    limits->filled_us = now;
    limits->requests = MIN(limits->rpm, limits->requests + minutes * limits->rpm);
    limits->tokens = MIN(limits->tpm, limits->tokens + minutes * limits->tpm);
}

/* Seconds until `wanted` is there; a request larger than the whole limit waits for all of it. */
static double missing_s(double limit, double there, double wanted)
{
    double least = MIN(wanted, limit);
    return limit > 0 && there < least ? (least - there) / limit * MINUTE_S : 0;
}

gboolean limits_take(Limits *limits, gint64 tokens, guint *wait_s)
{
    fill(limits);
    double wait = MAX(missing_s(limits->rpm, limits->requests, 1),
                      missing_s(limits->tpm, limits->tokens, (double)tokens));
    *wait_s = (guint)ceil(wait);
    if (wait > 0)
        return FALSE;
    limits->requests -= 1;
    limits->tokens -= (double)tokens;
    return TRUE;
}

static void tell(Reply *reply, const char *format, double value)
{
    g_autofree char *text = g_strdup_printf("%.0f", MAX(floor(value), 0));
    reply_header(reply, format, text);
}

static void tell_openai(const Limits *limits, Reply *reply)
{
    if (limits->rpm > 0) {
        g_autofree char *reset =
            g_strdup_printf("%.0fms", (limits->rpm - limits->requests) / limits->rpm * 60000);
        tell(reply, "x-ratelimit-limit-requests", limits->rpm);
        tell(reply, "x-ratelimit-remaining-requests", limits->requests);
        reply_header(reply, "x-ratelimit-reset-requests", reset);
    }
    if (limits->tpm > 0) {
        g_autofree char *reset =
            g_strdup_printf("%.0fms", (limits->tpm - limits->tokens) / limits->tpm * 60000);
        tell(reply, "x-ratelimit-limit-tokens", limits->tpm);
        tell(reply, "x-ratelimit-remaining-tokens", limits->tokens);
        reply_header(reply, "x-ratelimit-reset-tokens", reset);
    }
}

static char *reset_time(double limit, double there)
{
    return clock_format(clock_now_us() +
                        (gint64)((limit - there) / limit * MINUTE_S * G_USEC_PER_SEC));
}

static void tell_anthropic(const Limits *limits, Reply *reply)
{
    if (limits->rpm > 0) {
        g_autofree char *reset = reset_time(limits->rpm, limits->requests);
        tell(reply, "anthropic-ratelimit-requests-limit", limits->rpm);
        tell(reply, "anthropic-ratelimit-requests-remaining", limits->requests);
        reply_header(reply, "anthropic-ratelimit-requests-reset", reset);
    }
    if (limits->tpm > 0) {
        g_autofree char *reset = reset_time(limits->tpm, limits->tokens);
        tell(reply, "anthropic-ratelimit-tokens-limit", limits->tpm);
        tell(reply, "anthropic-ratelimit-tokens-remaining",
             floor(MAX(limits->tokens, 0) / 1000) * 1000); /* rounded, as there */
        reply_header(reply, "anthropic-ratelimit-tokens-reset", reset);
    }
}

void limits_tell(const Limits *limits, const Protocol *protocol, Reply *reply)
{
    if (protocol == &protocol_openai)
        tell_openai(limits, reply);
    else if (protocol == &protocol_anthropic)
        tell_anthropic(limits, reply);
}
