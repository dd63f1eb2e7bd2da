/* A dialect: how one family of providers is asked and how it answers. One file and one row of
 * `dialects` each; everything else of this stage speaks in Requests and Replies. */
#pragma once

#include "pipeline/core/json.h"
#include "stages/ask/settings.h"

/* The schema as a provider takes it. */
typedef struct {
    char *name;      /* [a-zA-Z0-9_-], at most 64 */
    cJSON *schema;   /* rewritten to the provider's subset */
    gboolean strict; /* the provider can hold the answer to all of it */
} DialectSchema;
void dialect_schema_free(DialectSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DialectSchema, dialect_schema_free)

/* What came back, in normal form. */
typedef enum {
    REPLY_ANSWER,   /* `text` is the model's whole answer */
    REPLY_CUT,      /* the answer ended at a length limit */
    REPLY_REFUSED,  /* the model declined; `message` is what it said */
    REPLY_FILTERED, /* the provider's content filter stopped it */
    REPLY_EMPTY,    /* a proper answer without any text */
    REPLY_ERROR,    /* the server reports an error: message, type, code, parameter */
    REPLY_GARBAGE   /* not what this protocol answers (HTML, broken JSON): message says what */
} ReplyKind;

typedef struct {
    ReplyKind kind;
    char *text;      /* ANSWER, CUT */
    char *message;   /* as the server worded it, not yet scrubbed; may be NULL */
    char *type;      /* of an error; may be NULL */
    char *code;      /* of an error, numbers as text; may be NULL */
    char *parameter; /* of the request that an error is about; may be NULL */
    char *model;     /* that answered; may be NULL */
    gint64 tokens_in, tokens_cached, tokens_out; /* -1 unknown */
} Reply;
void reply_clear(Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_clear)

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
    /* Undoes in an answer what schema() had to change ("optional" sent as "or null"), by the pack's
     * schema. NULL when there is nothing to undo. Caller frees. */
    char *(*restore)(const cJSON *schema, const char *answer);
} Dialect;

extern const Dialect dialect_openai; /* openai.c */

extern const Dialect *const dialects[]; /* dialect.c; NULL-terminated, the first is the default */
