/* A circuit breaker: when a server stops answering, requests wait instead of failing one by one, and
 * single probes find out when it is back. Arithmetic only: the caller tells the time (monotonic
 * microseconds). */
#pragma once

#include <glib.h>

typedef enum {
    BREAKER_CLOSED, /* all is well: requests go */
    BREAKER_OPEN,   /* none goes before `until_us`; the next one then is the probe */
    BREAKER_PROBING /* the probe is at the server: none goes beside it */
} BreakerState;

typedef struct {
    BreakerState state;
    guint lost;        /* sendings in a row that never got through */
    guint probes;      /* probes in a row that were lost */
    gint64 until_us;   /* OPEN */
    gboolean hopeless; /* nobody shall wait any longer for it, unless it is time for a probe */
} Breaker;

#define BREAKER_AFTER_PROBE G_MAXINT64

/* Microseconds until a request may go: 0 at once, BREAKER_AFTER_PROBE while one is out. */
gint64 breaker_wait_us(const Breaker *breaker, gint64 now_us);
/* One goes. TRUE when it is the probe. */
gboolean breaker_sent(Breaker *breaker);

/* The server has said something, be it "no". */
void breaker_alive(Breaker *breaker);
/* A sending was lost: no answer, or one that says the server itself is broken. */
void breaker_lost(Breaker *breaker, gboolean probe, gint64 now_us, GRand *random);
/* The probe was called back before it could tell. */
void breaker_probe_dropped(Breaker *breaker, gint64 now_us);
/* Opens it for so long, because the server asked for it or requests failed with all their sendings:
 * nobody waits for it. */
void breaker_trip(Breaker *breaker, gint64 us, gint64 now_us);

/* No use in waiting: neither is it well, nor is a probe due. */
gboolean breaker_is_hopeless(const Breaker *breaker, gint64 now_us);
