/* The batch APIs of OpenAI (files and batches) and Anthropic (message batches): many requests at
 * once, worked on after a while, for a share of the price. */
#pragma once

#include "tools/llm-sim/work.h"

typedef struct Batches Batches;
/* `world` must outlive it. */
Batches *batches_new(World *world);
void batches_free(Batches *batches);

/* FALSE: the path is none of theirs. */
gboolean batches_handle(Batches *batches, const HttpRequest *request, Reply *reply);

/* ---- for the providers' files ---- */

/* One request of a batch, and what became of it. */
typedef struct {
    char *custom_id;
    cJSON *body;
    enum { ENTRY_WAITING, ENTRY_SUCCEEDED, ENTRY_ERRORED, ENTRY_CANCELED, ENTRY_EXPIRED } state;
    guint status;
    char *request_id;
    cJSON *answer; /* or error */
} BatchEntry;

typedef struct {
    char *id;
    GPtrArray *entries;                    /* of BatchEntry */
    gint64 created_us, ready_us, ended_us; /* since the epoch; ended 0: not yet */
    gboolean canceled;
    char *failure; /* why none of it was worked on; NULL */
    guint failed_line;
    cJSON *metadata;  /* NULL: none */
    char *input_file; /* OpenAI's */
    char *endpoint;
} Batch;

struct Batches {
    World *world;
    GPtrArray *all;    /* of Batch, oldest first */
    GHashTable *files; /* id -> GBytes */
    guint64 last_id;
};

/* Caller fills it; it belongs to `batches`. `prefix` is of the id. */
Batch *batch_new(Batches *batches, const char *prefix);
void batch_add(Batch *batch, const char *custom_id, cJSON *body);
/* Works on it when its time has come. */
void batch_advance(Batches *batches, Batch *batch, const Protocol *protocol);
/* NULL: there is none. Lent. */
Batch *batch_find(const Batches *batches, const char *id);
guint batch_count(const Batch *batch, int state);

gboolean batch_openai_handle(Batches *batches, const HttpRequest *request, Reply *reply);
gboolean batch_anthropic_handle(Batches *batches, const HttpRequest *request, Reply *reply);
/* An error in the provider's shape. */
void batch_refuse(const Protocol *protocol, guint status, const char *message, Reply *reply);
