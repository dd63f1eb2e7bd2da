/* Requests to one model: as many at once and as fast as the server bears, each sent again while the
 * retry table and its deadline allow, all of them held back while the server is down and ended when
 * it stays so or proves to be of no use. Knows HTTP through the client and the provider through its
 * dialect; nothing of documents, the ledger or money. */
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
    char *sentence;   /* what happened and what to do; scrubbed, may be shown and kept; NULL when
                         ANSWERED */
    char *text;       /* the answer; NULL unless ANSWERED */
    char *model;      /* that answered; may be NULL */
    char *finish;     /* the provider's word for why the answer ended; may be NULL */
    GArray *logprobs; /* of TokenLogprob, of the text's bytes; NULL: not known */
    /* Of all sendings that reported any; else -1. */
    gint64 tokens_in, tokens_cached, tokens_cache_write, tokens_out, tokens_reasoning;
    gint64 latency_ms;     /* of the last sending */
    gint64 first_token_ms; /* of the last sending that streamed; -1 unknown */
    gint64 begun_us;       /* monotonic: when it was sent first, or its terms say; 0: never */
    guint sendings;
    guint unseen; /* of them, those that may have been billed without telling what they used */
} Outcome;
void outcome_clear(Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* Comes exactly once, from the loop, unless the ticket is cancelled. The outcome is lent. */
typedef void (*CallerDone)(const Outcome *outcome, gpointer data);

/* Asks for leave to send once more although an earlier sending may have been billed. Answered by
 * caller_go_on() or caller_stop(), now or later. */
typedef void (*CallerAgain)(Ticket *ticket, gpointer data);

/* What the owner knows about a request. */
typedef struct {
    guint64 tokens;    /* that it will use, in and out, as far as one can tell */
    gint64 begun_us;   /* monotonic: the deadline counts from here; 0: from the first sending */
    CallerAgain again; /* NULL: it may */
    gboolean first; /* its document was asked about before: what is begun ends before more begins */
} CallerTerms;

/* `settings`, `dialect` and `context` must outlive the caller. DOCKET_ERROR_CONFIG for a base URL
 * that is none. */
Caller *caller_new(const ModelSettings *settings, const Dialect *dialect, GMainContext *context,
                   GError **error);
/* Drops what is under way without callbacks. */
void caller_free(Caller *caller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)

/* Asks. `body` is taken; `terms` (copied) may be NULL. *location points to the ticket until the
 * request has ended in any way, and is NULL from then on. */
void caller_ask_on(Caller *caller, char *body, const CallerTerms *terms, Ticket **location,
                   CallerDone done, gpointer data);
/* The same without terms. */
void caller_ask(Caller *caller, char *body, Ticket **location, CallerDone done, gpointer data);
/* The answers to CallerAgain: send it; or end it with what its last sending came to. */
void caller_go_on(Ticket *ticket);
void caller_stop(Ticket *ticket);
/* Has the text of a streamed answer looked at while it arrives; `data` is caller_ask's. When `text`
 * ends the stream, the request is ANSWERED with the word "stream_stopped" and what had come. To be
 * called right after caller_ask(). */
void caller_watch(Ticket *ticket, StreamText text);
/* Drops one request; its callback does not come. NULL is allowed. */
void caller_cancel(Ticket *ticket);

/* Why no further request makes sense now, or NULL while one does. Lent. */
const Outcome *caller_given_up(const Caller *caller);

/* Where it asks, for messages. Lent. */
const char *caller_url(const Caller *caller);
