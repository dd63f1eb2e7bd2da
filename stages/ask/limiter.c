#include "stages/ask/limiter.h"

#include <math.h>

#define MINUTE_US (60 * G_USEC_PER_SEC)
/* A minute's allowance may be taken at once up to this share; the rest follows evenly. So no minute,
 * wherever it begins, sees more than the whole. */
#define BURST 0.1
/* The window never gets smaller than this share of its greatest: a server that wants still less says
 * so with Retry-After. */
#define LEAST 16
/* An answer that took so many times longer than usual is no reason to send more. */
#define SLOW 2.0
#define USUAL_WEIGHT (1 / 32.0) /* of one answer's latency in the usual one */

/* So many a minute, of requests or tokens. */
typedef struct {
    double burst, per_us; /* both 0: no limit */
    double level;         /* may be below zero: more was used than expected */
    gint64 at_us;         /* when it had that level */
} Bucket;

/* What the server says is left. */
typedef struct {
    double left;
    gint64 until_us; /* when it is whole again; in the past: nothing known */
} Quota;

struct Limiter {
    guint most, in_flight;
    double tokens_in_flight;
    double window;
    double recover_to;    /* up to here the window doubles with each round trip, then adds one */
    gint64 cut_us;        /* when it was halved the last time */
    double usual_latency; /* microseconds; 0 unknown */
    Bucket requests, tokens;
    Quota requests_quota, tokens_quota;
    gint64 paused_until_us;
};

/* ---- so many a minute ---- */

static Bucket bucket_of(guint64 per_minute)
{
    if (!per_minute)
        return (Bucket){0};
    double all = (double)per_minute;
    double burst = MAX(1, floor(all * BURST));
    return (Bucket){
        .burst = burst,
        .per_us = MAX(all - burst, 1) / MINUTE_US,
        .level = burst,
    };
}

static double level_at(const Bucket *bucket, gint64 now_us)
{
    double filled = (double)(now_us - bucket->at_us) * bucket->per_us;
    return MIN(bucket->level + filled, bucket->burst);
}

static void take(Bucket *bucket, double amount, gint64 now_us)
{
    if (bucket->per_us <= 0)
        return;
    bucket->level = level_at(bucket, now_us) - amount;
    bucket->at_us = now_us;
}

/* What is larger than the burst waits for a full bucket and leaves it in debt. */
static gint64 bucket_wait_us(const Bucket *bucket, double amount, gint64 now_us)
{
    if (bucket->per_us <= 0)
        return 0;
    double missing = MIN(amount, bucket->burst) - level_at(bucket, now_us);
    return missing > 0 ? (gint64)ceil(missing / bucket->per_us) : 0;
}

static gint64 quota_wait_us(const Quota *quota, double amount, gint64 now_us)
{
    return quota->until_us > now_us && quota->left < amount ? quota->until_us - now_us : 0;
}

/* ---- the window ---- */

static void halve(Limiter *limiter, gint64 sent_us, gint64 now_us)
{
    /* Requests that were on their way before the last time say nothing about the window since. */
    if (sent_us < limiter->cut_us)
        return;
    limiter->cut_us = now_us;
    limiter->recover_to = limiter->window * 3 / 4;
    limiter->window = MAX(limiter->window / 2, MAX(1, limiter->most / (double)LEAST));
}

static void grow(Limiter *limiter, double latency_us)
{
    gboolean slow = limiter->usual_latency > 0 && latency_us > SLOW * limiter->usual_latency;
    double weight = limiter->usual_latency > 0 ? USUAL_WEIGHT : 1;
    limiter->usual_latency += (latency_us - limiter->usual_latency) * weight;
    if (slow)
        return;
    limiter->window += limiter->window < limiter->recover_to ? 1 : 1 / limiter->window;
    limiter->window = MIN(limiter->window, limiter->most);
}

/* ---- the interface ---- */

Limiter *limiter_new(guint most, guint64 rpm, guint64 tpm)
{
    Limiter *limiter = g_new0(Limiter, 1);
    limiter->most = MAX(most, 1);
    /* As many as the configuration says from the start: it knows the server, we do not yet. */
    limiter->window = limiter->most;
    limiter->cut_us = G_MININT64;
    limiter->requests = bucket_of(rpm);
    limiter->tokens = bucket_of(tpm);
    return limiter;
}

void limiter_free(Limiter *limiter)
{
    g_free(limiter);
}

gint64 limiter_wait_us(const Limiter *limiter, guint64 tokens, gint64 now_us)
{
    if (limiter->in_flight >= limiter_window(limiter))
        return LIMITER_WHEN_ONE_RETURNS;
    const gint64 waits[] = {
        MAX(limiter->paused_until_us - now_us, 0),
        bucket_wait_us(&limiter->requests, 1, now_us),
        bucket_wait_us(&limiter->tokens, (double)tokens, now_us),
        quota_wait_us(&limiter->requests_quota, 1, now_us),
        quota_wait_us(&limiter->tokens_quota, (double)tokens, now_us),
    };
    gint64 longest = 0;
    for (guint i = 0; i < G_N_ELEMENTS(waits); i++)
        longest = MAX(longest, waits[i]);
    return longest;
}

void limiter_sent(Limiter *limiter, guint64 tokens, gint64 now_us)
{
    limiter->in_flight++;
    limiter->tokens_in_flight += (double)tokens;
    take(&limiter->requests, 1, now_us);
    take(&limiter->tokens, (double)tokens, now_us);
    limiter->requests_quota.left -= 1;
    limiter->tokens_quota.left -= (double)tokens;
}

void limiter_returned(Limiter *limiter, const LimiterReturn *back, gint64 now_us)
{
    limiter->in_flight--;
    limiter->tokens_in_flight = MAX(limiter->tokens_in_flight - (double)back->tokens, 0);
    if (back->tokens_used >= 0)
        take(&limiter->tokens, (double)back->tokens_used - (double)back->tokens, now_us);
    if (back->sign == LIMITER_OVERLOADED)
        halve(limiter, back->sent_us, now_us);
    else if (back->sign == LIMITER_CALM)
        grow(limiter, (double)(now_us - back->sent_us));
}

void limiter_pause(Limiter *limiter, gint64 until_us)
{
    limiter->paused_until_us = MAX(limiter->paused_until_us, until_us);
}

/* What is under way may have been counted already or not: it is taken off, to be sure. */
static void quota_told(Quota *quota, gint64 left, gint64 reset_us, double under_way, gint64 now_us)
{
    if (left < 0 || reset_us < 0)
        return;
    quota->left = (double)left - under_way;
    quota->until_us = now_us + reset_us;
}

void limiter_told(Limiter *limiter, const LimiterHeaders *headers, gint64 now_us)
{
    quota_told(&limiter->requests_quota, headers->requests_left, headers->requests_reset_us,
               limiter->in_flight, now_us);
    quota_told(&limiter->tokens_quota, headers->tokens_left, headers->tokens_reset_us,
               limiter->tokens_in_flight, now_us);
}

guint limiter_window(const Limiter *limiter)
{
    return MAX((guint)limiter->window, 1);
}

guint limiter_in_flight(const Limiter *limiter)
{
    return limiter->in_flight;
}
