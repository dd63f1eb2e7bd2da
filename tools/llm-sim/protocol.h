/* A provider's protocol: how it is asked, how it answers, streams and fails. One file and one row of
 * `protocols` each. Shapes are those of the providers' SDKs. */
#pragma once

#include "tools/llm-sim/completion.h"
#include "tools/llm-sim/http.h"
#include "tools/llm-sim/question.h"

/* Why there is no completion. Words are OpenAI's; the others derive theirs from the status. */
typedef struct {
    guint status;
    const char *type, *code, *parameter; /* static or of the request; NULL: none */
    char *message;
    guint wait_s; /* that the client is told to wait; 0: not told */
} Trouble;
void trouble_clear(Trouble *trouble);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trouble, trouble_clear)
/* Sets it and returns FALSE, for `return trouble_set(…)`. */
gboolean trouble_set(Trouble *trouble, guint status, const char *type, const char *code,
                     const char *parameter, const char *format, ...) G_GNUC_PRINTF(6, 7);

typedef struct {
    const char *name;
    /* Whether this path is for completions. */
    gboolean (*takes)(const char *path);
    gboolean (*authorized)(const HttpRequest *request, const char *key);
    /* Reads a request as strictly as the provider does. `request` is NULL for the entry of a batch.
     * FALSE and `trouble` when it would be refused. */
    gboolean (*ask)(const HttpRequest *request, const cJSON *body, Question *question,
                    Trouble *trouble);
    /* A whole answer. The caller owns it. */
    cJSON *(*answer)(const Question *question, const Completion *completion);
    /* The same as events. */
    void (*stream)(const Question *question, const Completion *completion, Reply *reply);
    /* The body of an error. The caller owns it. */
    cJSON *(*error)(const Trouble *trouble);
    /* An error event in a stream. */
    void (*error_event)(const Trouble *trouble, gint64 tokens, Reply *reply);
    const char *request_id_header;
} Protocol;

extern const Protocol protocol_openai;    /* openai.c */
extern const Protocol protocol_anthropic; /* anthropic.c */
extern const Protocol protocol_gemini;    /* gemini.c */
extern const Protocol *const protocols[]; /* protocol.c; NULL-terminated */

/* The protocol whose completions or other resources stand at this path. */
const Protocol *protocol_of(const char *path);

/* Tokens of the answer that are out after the pieces up to this one. */
gint64 protocol_tokens_at(const Completion *completion, guint piece);
/* Pieces that one event carries, so that large answers do not become millions of events. */
guint protocol_pieces_per_event(const Completion *completion);
/* The text of these pieces. Caller frees. */
char *protocol_text(const Completion *completion, guint from, guint to);
/* A completion's id after a provider's own word. Caller frees. */
char *protocol_id(const char *word, const Completion *completion);
