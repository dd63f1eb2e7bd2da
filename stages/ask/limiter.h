/* How many requests may be at one server at once, and how quickly they may follow each other: a
 * window that shrinks when the server says it has too much to do, requests and tokens a minute from
 * the configuration, and whatever the server's headers say. Arithmetic only: the caller tells the
 * time (monotonic microseconds) and does the waiting. */
#pragma once

#include <glib.h>

typedef struct Limiter Limiter;

#define LIMITER_WHEN_ONE_RETURNS G_MAXINT64

/* `most` requests at once; `rpm`, `tpm`: 0 for no limit. */
Limiter *limiter_new(guint most, guint64 rpm, guint64 tpm);
void limiter_free(Limiter *limiter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Limiter, limiter_free)

/* Microseconds until a request of about `tokens` (sent and received) may go: 0 at once,
 * LIMITER_WHEN_ONE_RETURNS when the window is full. */
gint64 limiter_wait_us(const Limiter *limiter, guint64 tokens, gint64 now_us);
void limiter_sent(Limiter *limiter, guint64 tokens, gint64 now_us);

/* What a returning request says about the server. */
typedef enum {
    LIMITER_CALM,       /* an answer of any kind */
    LIMITER_OVERLOADED, /* 429, 529, or no answer in time */
    LIMITER_SILENT      /* nothing about its load: broken off, another error */
} LimiterSign;

typedef struct {
    LimiterSign sign;
    gint64 sent_us;
    guint64 tokens;     /* as given to limiter_sent() */
    gint64 tokens_used; /* -1 unknown */
} LimiterReturn;
void limiter_returned(Limiter *limiter, const LimiterReturn *back, gint64 now_us);

/* Nothing is sent before then. */
void limiter_pause(Limiter *limiter, gint64 until_us);

/* What a server says is left of one of its limits. */
typedef struct {
    gint64 requests_left, tokens_left; /* -1 not said */
    gint64 requests_reset_us,
        tokens_reset_us; /* from now until they are whole again; -1 not said */
} LimiterHeaders;
#define LIMITER_NO_HEADERS ((LimiterHeaders){-1, -1, -1, -1})
/* The headers that say so, in lower case, NULL-terminated: x-ratelimit-*, anthropic-ratelimit-*. */
extern const char *const limiter_header_names[];
/* Takes one of them into account. Values are hostile. `epoch_us`: now, for those that name a time
 * of day. */
void limiter_read_header(LimiterHeaders *headers, const char *name, const char *value,
                         gint64 epoch_us);
void limiter_told(Limiter *limiter, const LimiterHeaders *headers, gint64 now_us);

/* Requests that may be at the server at once right now, for people and tests. */
guint limiter_window(const Limiter *limiter);
guint limiter_in_flight(const Limiter *limiter);
