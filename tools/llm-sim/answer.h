/* What the simulated server answers: the truth, or with a fault in it. */
#pragma once

#include "tools/llm-sim/truth.h"

typedef enum {
    FAULT_NONE,
    /* the server's: no completion, nothing is billed */
    FAULT_400,
    FAULT_401,
    FAULT_404,
    FAULT_429,      /* with Retry-After: 1 */
    FAULT_429_BARE, /* without */
    FAULT_500,
    FAULT_502,
    FAULT_503,
    FAULT_RESET, /* the connection is reset */
    FAULT_HANG,  /* no answer for a minute, then the connection ends */
    FAULT_HTML,  /* a web page with status 200 */
    /* of a completion that is billed */
    FAULT_SLOW,        /* ten times the latency, two seconds at least */
    FAULT_CUT,         /* the body ends in its middle */
    FAULT_EMPTY,       /* no text */
    FAULT_REFUSAL,     /* a refusal in place of the text */
    FAULT_LENGTH,      /* half the text, finish_reason "length" */
    FAULT_BROKEN_JSON, /* half the text, finish_reason "stop" */
    FAULT_PROSE,       /* sentences around the JSON */
    FAULT_FENCE,       /* a Markdown fence around it */
    FAULT_WRONG_TYPES, /* numbers as words, texts as lists */
    FAULT_EXTRA_KEYS,  /* a key that the schema does not know */
    FAULT_GIANT,       /* 20 MiB of text */
    FAULT_LAST
} Fault;
const char *fault_name(Fault fault);   /* "429", "wrong-types" */
int fault_from_name(const char *name); /* -1 if unknown */
gboolean fault_is_billed(Fault fault); /* a completion is made and paid for */
const char *fault_help(Fault fault);

typedef struct {
    guint status;
    char *body;
    gsize length;
    const char *media_type;
    gint64 tokens_in, tokens_cached, tokens_out; /* of a completion, else 0 */
} Answer;
void answer_clear(Answer *answer);

/* The text of all user messages, or NULL when the request is none. Caller frees. */
char *answer_prompt(const cJSON *request);

/* The answer to a request. `record` is what is true (NULL: unknown, then something of the shape
 * that the request's schema has is guessed). `cached` are the tokens of the prompt's known prefix.
 */
void answer_make(const cJSON *request, const cJSON *record, Fault fault, gint64 cached,
                 Answer *answer);
/* An error body in OpenAI's shape. */
void answer_error(guint status, const char *type, const char *code, const char *message,
                  Answer *answer);
