/* How one provider takes many requests at once: one file and one row of `batch_dialects` each. */
#pragma once

#include "stages/ask/batch-link.h"

/* A batch as the provider tells of it. */
typedef struct {
    char *id;
    char *key;         /* ours, where the provider keeps it; NULL: it does not tell, or has none */
    gint64 created_us; /* epoch; 0 unknown */
    gboolean ended;
    char *note;       /* why it ended otherwise than well; NULL */
    char *results[2]; /* paths of JSON Lines below the base URL; NULL: none */
} RemoteBatch;
void remote_batch_free(gpointer batch);

/* One line of results. */
typedef struct {
    const char *custom_id; /* lent by the line, as all else */
    guint status;          /* HTTP, of the request alone; 0: it was not worked on */
    const cJSON *body;     /* of its answer; NULL: there is none */
    const char *error;     /* the provider's word for why not; NULL */
} BatchResult;

typedef struct {
    const char *dialect; /* name of the protocol that its requests are in */
    guint most_requests;
    guint64 most_bytes;
    gboolean keeps_key; /* RemoteBatch.key tells whose it is */
    /* Adds a request to what will be submitted. */
    void (*add)(GString *upload, const char *custom_id, const char *request);
    /* Submits and says the provider's id; `unsure` as of batch_link_ask(). Caller frees. */
    char *(*submit)(BatchLink *link, const char *key, GString *upload, gboolean *unsure,
                    GError **error);
    /* The present state of one. Caller frees with remote_batch_free(). */
    RemoteBatch *(*look)(BatchLink *link, const char *id, GError **error);
    /* All that were created since (of RemoteBatch). Caller frees. */
    GPtrArray *(*list)(BatchLink *link, gint64 since_us, GError **error);
    /* Reads a line of results; FALSE when it is none. */
    gboolean (*result)(const cJSON *line, BatchResult *result);
} BatchDialect;

extern const BatchDialect batch_openai;    /* batch-openai.c */
extern const BatchDialect batch_anthropic; /* batch-anthropic.c */

/* That of an endpoint, NULL when its server has none that we know of. */
const BatchDialect *batch_dialect_for(const ModelSettings *settings);

/* Walks the pages of a list, newest first, up to what is older than `since_us`. `after` is the
 * parameter that takes the last id of the page before. Of RemoteBatch; caller frees. */
GPtrArray *batch_list(BatchLink *link, const char *path, const char *after,
                      RemoteBatch *(*read)(const cJSON *object), gint64 since_us, GError **error);

/* An id that may stand in an address: letters, digits, - and _, at most 128. */
gboolean batch_id_is_safe(const char *id);
/* The object's "id", if it is safe; DOCKET_ERROR_NO_MODEL otherwise. Lent. */
const char *batch_id_of(const cJSON *object, GError **error);
