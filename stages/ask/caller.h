/* Requests to one model: at most so many at once, each sent again while the retry table and its
 * deadline allow, all of them stopped when the server proves to be of no use. Knows HTTP through
 * the client and the provider through its dialect; nothing of documents or the ledger. */
#pragma once

#include "stages/ask/dialect.h"
#include "stages/ask/retry.h"
#include "stages/ask/stream.h"

typedef struct Caller Caller;
typedef struct Ticket Ticket;

/* How a request ended. JUDGE_AGAIN here means: tried as often as allowed, the model is unreachable.
 */
typedef struct {
    Judgement judgement;
    const char *word; /* "ok", "rate_limited", …; static */
    char *sentence;   /* what happened and what to do; scrubbed, may be shown and kept */
    char *text;       /* the answer; NULL unless ANSWERED */
    char *model;      /* that answered; may be NULL */
    char *finish;     /* the provider's word for why the answer ended; may be NULL */
    GArray *logprobs; /* of TokenLogprob, of the text's bytes; NULL: not known */
    /* Of all sendings that reported any; else -1. */
    gint64 tokens_in, tokens_cached, tokens_cache_write, tokens_out, tokens_reasoning;
    gint64 latency_ms;     /* of the last sending */
    gint64 first_token_ms; /* of the last sending that streamed; -1 unknown */
    guint sendings;
} Outcome;
void outcome_clear(Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* Comes exactly once, from the loop, unless the ticket is cancelled. The outcome is lent. */
typedef void (*CallerDone)(const Outcome *outcome, gpointer data);

/* `settings`, `dialect` and `context` must outlive the caller. DOCKET_ERROR_CONFIG for a base URL
 * that is none. */
Caller *caller_new(const ModelSettings *settings, const Dialect *dialect, GMainContext *context,
                   GError **error);
/* Drops what is under way without callbacks. */
void caller_free(Caller *caller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)

/* Asks. `body` is taken. *location points to the ticket until the request has ended in any way,
 * and is NULL from then on. */
void caller_ask(Caller *caller, char *body, Ticket **location, CallerDone done, gpointer data);
/* Has the text of a streamed answer looked at while it arrives; `data` is caller_ask's. When `text`
 * ends the stream, the request is ANSWERED with the word "stream_stopped" and what had come. To be
 * called right after caller_ask(). */
void caller_watch(Ticket *ticket, StreamText text);
/* Drops one request; its callback does not come. NULL is allowed. */
void caller_cancel(Ticket *ticket);

/* Why no further request makes sense in this run, or NULL while it does. */
const Outcome *caller_given_up(const Caller *caller);

/* Where it asks, for messages. Lent. */
const char *caller_url(const Caller *caller);
