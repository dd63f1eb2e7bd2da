/* One server and model that can be asked: [model], or one of [model NAME]. */
#pragma once

#include "pipeline/host/engine.h"
#include "pipeline/host/ledger-calls.h"
#include "stages/ask/caller.h"

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

/* Attaches to the pack its schema as each provider takes it. DOCKET_ERROR_PACK. */
gboolean endpoint_prepare_pack(Pack *pack, GError **error);
/* That of a subset. Lent. */
const DialectSchema *endpoint_schema(const Pack *pack, const Subset *subset);

/* SHA-256 over everything that can change the answer: whose server, which model, and every byte of
 * the request, which holds the prompt with the document as it was read, the schema and the
 * parameters. Caller frees. */
char *endpoint_hash(const Endpoint *endpoint, const char *body);
