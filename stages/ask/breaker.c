#include "stages/ask/breaker.h"

/* So many sendings in a row tell an outage from bad luck: at one lost in two, a run of eight is seen
 * once in 256. */
#define OPEN_AFTER 8u
/* Lost probes after which nobody waits any longer; with the pauses between them about 15 seconds. */
#define HOPELESS_AFTER 6u
#define FIRST_PAUSE_US (G_USEC_PER_SEC / 2)
#define LONGEST_PAUSE_US (30 * G_USEC_PER_SEC)

/* Doubles with each lost probe; half of it is chance, so that many hosts do not probe together. */
static gint64 pause_us(guint probes, GRand *random)
{
    gint64 most = MIN(FIRST_PAUSE_US << MIN(probes, 10), LONGEST_PAUSE_US);
    return most / 2 + g_rand_int_range(random, 0, (gint32)(most / 2));
}

gint64 breaker_wait_us(const Breaker *breaker, gint64 now_us)
{
    switch (breaker->state) {
    case BREAKER_CLOSED:
        return 0;
    case BREAKER_OPEN:
        return MAX(breaker->until_us - now_us, 0);
    case BREAKER_PROBING:
        break;
    }
    return BREAKER_AFTER_PROBE;
}

gboolean breaker_sent(Breaker *breaker)
{
    if (breaker->state != BREAKER_OPEN)
        return FALSE;
    breaker->state = BREAKER_PROBING;
    return TRUE;
}

void breaker_alive(Breaker *breaker)
{
    *breaker = (Breaker){0};
}

void breaker_lost(Breaker *breaker, gboolean probe, gint64 now_us, GRand *random)
{
    breaker->lost++;
    /* Others that come back lost were under way before: they say nothing new. */
    if (probe)
        breaker->probes++;
    else if (breaker->state != BREAKER_CLOSED || breaker->lost < OPEN_AFTER)
        return;
    breaker->hopeless = breaker->hopeless || breaker->probes >= HOPELESS_AFTER;
    breaker->state = BREAKER_OPEN;
    breaker->until_us = now_us + pause_us(breaker->probes, random);
}

void breaker_probe_dropped(Breaker *breaker, gint64 now_us)
{
    if (breaker->state != BREAKER_PROBING)
        return;
    breaker->state = BREAKER_OPEN;
    breaker->until_us = now_us;
}

void breaker_trip(Breaker *breaker, gint64 us, gint64 now_us)
{
    gint64 until_us = now_us + us;
    breaker->until_us =
        breaker->state == BREAKER_OPEN ? MAX(breaker->until_us, until_us) : until_us;
    breaker->state = BREAKER_OPEN;
    breaker->hopeless = TRUE;
}

gboolean breaker_is_hopeless(const Breaker *breaker, gint64 now_us)
{
    return breaker->hopeless && breaker_wait_us(breaker, now_us) > 0;
}
