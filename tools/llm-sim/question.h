/* One request for a completion in one form, whatever protocol it came by. */
#pragma once

#include "pipeline/core/json.h"

/* What docket writes before a document, and before its marker. */
#define QUESTION_BEGIN "=== BEGIN DOCUMENT "

typedef struct {
    char *model;
    GString *prompt; /* schema, system and messages, in the order in which prompts are cached */
    GArray *marks; /* of gsize: where the client marked the prompt for the cache; NULL: by itself */
    GString *users; /* text of all user messages */
    char *document; /* SHA-256 of the first user message: the document whatever round this is */
    guint images;
    const cJSON *schema; /* of the answer; lent from the request; NULL: free text */
    char *tool;          /* the answer is a call of this tool; NULL: text */
    gboolean stream, stream_usage, repair;
    gint64 most_tokens; /* of the answer; -1: no limit */
    int top_logprobs;   /* -1: no log-probabilities are wanted */
} Question;

void question_init(Question *question);
void question_clear(Question *question);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Question, question_clear)

/* What a document is known by to chance: its marker, else a hash of the text. Caller frees. */
char *question_identify(const char *text);
/* Adds a message's text to the prompt; `role` is "system", "user" or "assistant" (a model's own
 * word, which only a repair round has). */
void question_add(Question *question, const char *role, const char *text);
/* An image in base64. NULL, or why every provider refuses it, a static sentence. */
const char *question_add_image(Question *question, const char *media_type, const char *base64);
void question_add_schema(Question *question, const cJSON *schema);
/* The client marked the prompt up to here for the cache. */
void question_mark(Question *question);
