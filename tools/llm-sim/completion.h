/* What the model says, and what it costs, before a protocol wraps it. */
#pragma once

#include <glib.h>

/* The rule by which tokens are counted: a token is four bytes of UTF-8; in an answer it never ends
 * inside a character; an image is 800. */
#define TOKEN_BYTES 4
#define IMAGE_TOKENS 800
gint64 tokens_of(gsize bytes);

/* A run of the text that is sent at once. */
typedef struct {
    gsize start, end; /* bytes */
    double logprob;
} Piece;

/* Tokens; `in` counts all, also those that were read from the cache or written to it. */
typedef struct {
    gint64 in, cached, cache_write, out, thought; /* `out` counts thoughts, too */
} Usage;

typedef enum { FINISH_STOP, FINISH_LENGTH, FINISH_REFUSAL } Finish;

typedef struct {
    char *id;       /* of the answer, its end only: each protocol puts its own word before it */
    char *model;    /* that answers */
    char *text;     /* of a refusal: what is said instead */
    GArray *pieces; /* of Piece, covering the text */
    Finish finish;
    Usage usage;
    gboolean tells_usage;
    gint64 created_s; /* since the epoch */
} Completion;
void completion_clear(Completion *completion);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Completion, completion_clear)

/* Cuts the text into tokens, each sure. */
GArray *completion_pieces(const char *text);
/* Ends the text after its first `pieces`. */
void completion_cut(Completion *completion, guint pieces);
