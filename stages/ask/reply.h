/* What a provider's answer comes to, in normal form, and the draft that it grows in: filled from
 * one whole body or from a stream's events by a dialect, closed once. */
#pragma once

#include "pipeline/core/json.h"

typedef enum {
    REPLY_ANSWER,   /* `text` is the model's whole answer */
    REPLY_CUT,      /* the answer ended at a length limit */
    REPLY_REFUSED,  /* the model declined; `message` is what it said */
    REPLY_FILTERED, /* the provider's content filter stopped it */
    REPLY_EMPTY,    /* a proper answer without any text */
    REPLY_ERROR,    /* the server reports an error: message, type, code, parameter */
    REPLY_TORN,     /* a stream that ended before the answer did */
    REPLY_GARBAGE   /* not what this protocol answers (HTML, broken JSON): message says what */
} ReplyKind;

/* How sure the model was of one token of the text. */
typedef struct {
    guint start, end; /* bytes of Reply.text */
    float logprob;    /* natural logarithm; 0 is certain */
} TokenLogprob;

typedef struct {
    ReplyKind kind;
    char *text;                   /* ANSWER, CUT */
    char *message;                /* as the server worded it, not yet scrubbed; may be NULL */
    char *type;                   /* of an error; may be NULL */
    char *code;                   /* of an error, numbers as text; may be NULL */
    char *parameter;              /* of the request that an error is about; may be NULL */
    char *model;                  /* that answered; may be NULL */
    char *finish;                 /* why the answer ended, in the provider's word; may be NULL */
    gint64 tokens_in, tokens_out; /* all that went in and came out, those below too; -1 unknown */
    gint64 tokens_cached, tokens_cache_write, tokens_reasoning; /* parts of them; -1 unknown */
    gint64 wait_ms;   /* that the body of an error asks for; -1: nothing */
    GArray *logprobs; /* of TokenLogprob in the order of the text; NULL: not known */
} Reply;
/* Frees what is inside; leaves a REPLY_GARBAGE about which nothing is known. */
void reply_clear(Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_clear)

typedef struct {
    Reply reply;         /* what is known so far; kind REPLY_ERROR once an error was reported */
    GString *text;       /* of the answer so far */
    GString *refusal;    /* what the model says instead of an answer */
    gint tool;           /* number of the tool call that `text` is from; -1: from none */
    GString *token_text; /* the texts of all tokens */
    GArray *tokens;      /* of TokenLogprob in token_text */
    gboolean ended;      /* the mark came that ends a stream */
    JsonReader *reader;  /* of a stream's events; NULL before the first */
} Draft;
void draft_init(Draft *draft);
void draft_clear(Draft *draft);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

void draft_model(Draft *draft, const char *model);   /* NULL and "" are passed over */
void draft_finish(Draft *draft, const char *finish); /* the same */
void draft_text(Draft *draft, const char *text);
/* The arguments of tool call `number`: where a record is asked for as a call, they are the answer,
 * and text beside them is talk. Of several calls the first counts. */
void draft_tool(Draft *draft, gint number, const char *text);
void draft_token(Draft *draft, const char *bytes, gsize length, double logprob);

/* Puts a number of tokens into `*count` if it is one (finite, not negative). */
void draft_count(gint64 *count, double number);

typedef struct {
    const char *word; /* the provider's reason for ending */
    ReplyKind kind;
} FinishWord;

/* Makes `reply` (cleared) out of the draft, which is empty afterwards. `words`, ended by a NULL
 * word, say what reasons mean; others mean an answer. An answer without text is EMPTY. */
void draft_close(Draft *draft, const FinishWord *words, Reply *reply);

/* Sets a reply or draft to REPLY_GARBAGE with what the body looks like. */
void reply_garbage(Reply *reply, const char *body, gsize length, const char *why);
