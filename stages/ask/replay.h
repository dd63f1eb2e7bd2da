/* A request that the ledger keeps, sent once more: what would the model say today? The answer becomes
 * nobody's record, and no later request gets it from the ledger. */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/ledger-calls.h"

typedef struct {
    Call *call;     /* as the ledger has it now, purpose "replay" */
    char *answer;   /* NULL: there was none */
    char *sentence; /* why there was none; NULL */
} Replay;
void replay_clear(Replay *replay);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Replay, replay_clear)

/* Sends the request of a call to the endpoint that it went to, byte for byte, as that is configured
 * now, within the budget of its pack (of `packs`) and tenant. Blocks. `call` has its request.
 * DOCKET_ERROR_NO_BUDGET, DOCKET_ERROR_CONFIG; a model that does not answer is no error. */
gboolean replay_run(const Config *config, GPtrArray *packs, Ledger *ledger, const LedgerCall *call,
                    Replay *replay, GError **error);
