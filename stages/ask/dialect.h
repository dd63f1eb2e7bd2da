/* A dialect: how one family of providers is asked and how it answers. One file and one row of
 * `dialects` each; everything else of this stage speaks in Requests and Replies. */
#pragma once

#include "pipeline/core/json.h"
#include "stages/ask/reply.h"
#include "stages/ask/settings.h"
#include "stages/ask/sse.h"

/* The schema as a provider takes it. */
typedef struct {
    char *name;      /* [a-zA-Z0-9_-], at most 64 */
    cJSON *schema;   /* rewritten to the provider's subset */
    gboolean strict; /* the provider can hold the answer to all of it */
} DialectSchema;
void dialect_schema_free(DialectSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DialectSchema, dialect_schema_free)

typedef struct {
    const char *name;
    const char *path; /* of the endpoint below the base URL */

    /* A header line with the key ("Authorization: Bearer …"). Caller frees. */
    char *(*authorize)(const char *key);
    /* The pack's schema rewritten for the provider. DOCKET_ERROR_PACK. Caller frees. */
    DialectSchema *(*schema)(const char *name, const cJSON *schema, GError **error);
    /* The request's body; `messages` is of Message. Same input, same bytes. Caller frees. */
    char *(*request)(const ModelSettings *settings, const GPtrArray *messages,
                     const DialectSchema *schema);
    /* Understands a response of any status. `body` is hostile. Clear the reply afterwards. */
    void (*reply)(guint status, const char *body, gsize length, Reply *reply);
    /* Adds one event of a stream to the draft. FALSE once nothing that follows can matter: an error
     * was reported, or the event is none of this protocol. */
    gboolean (*event)(const SseEvent *event, Draft *draft);
    /* What the provider's reasons for ending mean; NULL word last. */
    const FinishWord *finish_words;
    /* Undoes in an answer what schema() had to change ("optional" sent as "or null"), by the pack's
     * schema. NULL when there is nothing to undo. Caller frees. */
    char *(*restore)(const cJSON *schema, const char *answer);
} Dialect;

extern const Dialect dialect_openai; /* openai.c */

extern const Dialect *const dialects[]; /* dialect.c; NULL-terminated, the first is the default */

/* Closes the draft of a stream that has ended: REPLY_TORN unless its end mark and a reason came. A
 * connection that broke after both broke nothing. `stopped`: we ended it, so that what came is
 * REPLY_CUT. */
void dialect_stream_reply(const Dialect *dialect, Draft *draft, gboolean stopped, Reply *reply);
