/* A dialect: how one family of providers is asked and how it answers. One file and one row of
 * `dialects` each; everything else of this stage speaks in Requests and Replies. */
#pragma once

#include "pipeline/core/json.h"
#include "pipeline/host/job.h"
#include "stages/ask/reply.h"
#include "stages/ask/settings.h"
#include "stages/ask/sse.h"
#include "stages/ask/subset.h"

typedef struct {
    const char *name;

    /* Where requests go. DOCKET_ERROR_CONFIG. Caller frees. */
    char *(*url)(const ModelSettings *settings, GError **error);
    /* An address of the server beside that: `path` below the same base; the same. */
    char *(*below)(const ModelSettings *settings, const char *path, const char *query,
                   GError **error);
    /* Where the server lists its models; the same. */
    char *(*models_url)(const ModelSettings *settings, GError **error);
    /* Adds header lines (char*) that the protocol wants besides the key; NULL: none. */
    void (*headers)(const ModelSettings *settings, GPtrArray *lines);
    /* The request's body; `messages` is of Message. Same input, same bytes. Caller frees. */
    char *(*request)(const ModelSettings *settings, const GPtrArray *messages,
                     const DialectSchema *schema);
    /* Understands a response of any status. `body` is hostile. Clear the reply afterwards. */
    void (*reply)(guint status, const char *body, gsize length, Reply *reply);
    /* Adds one event of a stream to the draft. FALSE once nothing that follows can matter: an error
     * was reported, or the event is none of this protocol. */
    gboolean (*event)(const SseEvent *event, Draft *draft);
    /* The most tokens that a picture of at most PICTURE_LONG_SIDE pixels a side is billed as. */
    guint picture_tokens;
    /* What the provider's reasons for ending mean; NULL word last. */
    const FinishWord *finish_words;
} Dialect;

extern const Dialect dialect_openai;    /* openai.c */
extern const Dialect dialect_anthropic; /* anthropic.c */
extern const Dialect dialect_gemini;    /* gemini.c */

extern const Dialect *const dialects[]; /* dialect.c; NULL-terminated */

/* The dialect of that name, NULL if there is none. */
const Dialect *dialect_by_name(const char *name);

/* For request(): puts the settings' extra members into the body and prints it. Caller frees. */
char *dialect_print(cJSON *body, const ModelSettings *settings);

/* For request(): what stands before a picture in the message, and its bytes in base64 behind
 * `prefix`. Caller frees; the item is the caller's. */
char *dialect_caption(const Picture *picture);
cJSON *dialect_base64(const char *prefix, const Picture *picture);

/* What a request of `length` bytes counts as when its tokens are foreseen from its bytes: a picture
 * counts as the tokens it may be billed as, whatever its base64 needs. */
gsize dialect_weight(const Dialect *dialect, const GPtrArray *messages, gsize length);

/* For event(): an event's JSON object; NULL when it is none, or reports an error, which the draft
 * then says. Lent by the draft until its next event. */
const cJSON *dialect_event(const SseEvent *event, Draft *draft);

/* For reply(): the JSON object of a response that has one of `members` (NULL-terminated) as array
 * or object; NULL when it is an error or none of the protocol, which the reply then says. Caller
 * owns. */
cJSON *dialect_body(guint status, const char *body, gsize length, const char *const *members,
                    Reply *reply);

/* All header lines of a request, NULL-terminated: the key's, the protocol's, the configured ones.
 * The array wipes them when it is freed, since one holds the key. */
GPtrArray *dialect_headers(const Dialect *dialect, const ModelSettings *settings);

/* Closes the draft of a stream that has ended: REPLY_TORN unless its end mark and a reason came. A
 * connection that broke after both broke nothing. `stopped`: we ended it, so that what came is
 * REPLY_CUT. How many tokens came out is not known of either. */
void dialect_stream_reply(const Dialect *dialect, Draft *draft, gboolean stopped, Reply *reply);
