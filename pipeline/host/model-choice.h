/* Which of the configured models is asked for what: the pack's [models], else the configuration's
 * [route]. Each may be a split; which part a document gets follows from its hash (split.h). */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/pack.h"

typedef struct ModelChoice ModelChoice;

/* Reads [route] and holds it and every pack's [models] against the groups [model NAME] that there
 * are. DOCKET_ERROR_CONFIG or DOCKET_ERROR_PACK with what to do. Configuration and packs (of Pack)
 * are lent. Caller frees. */
ModelChoice *model_choice_new(const Config *config, GPtrArray *packs, GError **error);
void model_choice_free(ModelChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModelChoice, model_choice_free)

/* The name of the endpoint ("default", NAME of [model NAME]) for this document; NULL: nobody plays
 * this role. Only MODEL_FIRST is never NULL once a model is configured. Lent. */
const char *model_choice_for(const ModelChoice *choice, ModelRole role, const Pack *pack,
                             const char *sha256);

/* Every endpoint that some document may be asked at, "default" among them where [model] names a
 * server. NULL-terminated; caller frees with g_strfreev. */
char **model_choice_endpoints(const Config *config);
