/* Which failures are worth another sending, and after what wait: one table of curl codes, one of
 * HTTP statuses, and the few error codes that say more than their status. */
#pragma once

#include <curl/curl.h>

#include "stages/ask/dialect.h"

typedef enum {
    JUDGE_ANSWERED, /* an answer for this document */
    JUDGE_UNUSABLE, /* this document's answer cannot be used; asking again would not help */
    JUDGE_AGAIN,    /* may succeed later; when it never does, the model counts as unreachable */
    JUDGE_REFUSED,  /* no request of this run can succeed: key, model name, address, quota */
} Judgement;

/* What a sending came back with. */
typedef struct {
    CURLcode code;      /* CURLE_OK: there is a response */
    guint status;       /* HTTP, 0 if there was no response */
    gboolean too_large; /* the body passed DOCKET_MAX_ANSWER_BYTES and was cut off */
    gboolean sent;      /* (a part of) the request reached the server */
    gint should_retry;  /* header x-should-retry: 1 true, 0 false, -1 not sent */
    const Reply *reply; /* set when code is CURLE_OK */
} Response;

typedef struct {
    Judgement judgement;
    const char *word;      /* stable, for the ledger: "rate_limited", "key_refused"; static */
    const char *advice;    /* one sentence for a person; static, never NULL */
    gboolean per_document; /* AGAIN that never succeeds says nothing about other documents */
} RetryVerdict;

RetryVerdict retry_judge(const Response *response);

/* What came back does not say what it cost, but the server may have done the work: the answer was
 * lost on its way, broken off, or came without its usage. */
gboolean retry_may_be_billed(const Response *response);

/* It has too much to do: 429, 529, an error that says so, or nothing in time. */
gboolean retry_is_overload(const Response *response);
/* It does not work: no answer, or one that says so. What only limits us (429) is a sign of life. */
gboolean retry_is_outage(const Response *response, const RetryVerdict *verdict);

/* Milliseconds to wait before sending number `attempt` (2 is the first repetition): a random time
 * up to 0.5 s doubled each time, at most 20 s (full jitter). */
gint64 retry_wait_ms(guint attempt, GRand *random);

/* What the server asks to wait, in milliseconds, from the values of the headers retry-after-ms and
 * retry-after (seconds or an HTTP date); NULL for one that was not sent. -1: nothing sensible. */
gint64 retry_after_ms(const char *milliseconds, const char *seconds_or_date, gint64 now_us);
