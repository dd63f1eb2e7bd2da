/* One server and model that can be asked: [model], or one of [model NAME]. */
#pragma once

#include "pipeline/host/engine.h"
#include "pipeline/host/ledger-calls.h"
#include "stages/ask/caller.h"
#include "stages/ask/watch.h"

typedef struct {
    ModelSettings *settings;
    const Dialect *dialect;
    const Subset *subset; /* of JSON Schema that it takes */
    Caller *caller;
    LedgerUsage usage; /* what its calls used before this run */
} Endpoint;

/* The endpoint of that name ("default": [model]). Caller frees. */
Endpoint *endpoint_new(Engine *engine, const char *name, GError **error);
void endpoint_free(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_free)

/* The schema of an answer, as each provider takes it. */
typedef struct AnswerSchema AnswerSchema;
/* `schema` is lent, the name is for the provider. DOCKET_ERROR_PACK. Caller frees. */
AnswerSchema *answer_schema_new(const char *name, const cJSON *schema, GError **error);
/* The same, which takes the schema. */
AnswerSchema *answer_schema_take(const char *name, cJSON *schema, GError **error);
void answer_schema_free(AnswerSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnswerSchema, answer_schema_free)
/* As it was written; and as that of a subset. Lent. */
const cJSON *answer_schema_written(const AnswerSchema *schema);
const DialectSchema *answer_schema_for(const AnswerSchema *schema, const Subset *subset);

/* The body of a request to it. `streams`: the answer may come as it is made, if the settings say so.
 * Caller frees. */
char *endpoint_request(const Endpoint *endpoint, const GPtrArray *messages,
                       const AnswerSchema *schema, gboolean streams);
/* A watch over an answer of it that streams. Caller frees. */
Watch *endpoint_watch(const Endpoint *endpoint, const AnswerSchema *schema);

/* SHA-256 over everything that can change the answer: whose server, which model, and every byte of
 * the request, which holds the prompt with the document as it was read, the schema and the
 * parameters. Caller frees. */
char *endpoint_hash(const Endpoint *endpoint, const char *body);
