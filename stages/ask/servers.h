/* The servers that a run can ask, and what their questions share: the money, and how long an answer
 * is used again. The stage `ask` opens them; whoever else asks models borrows them. */
#pragma once

#include "stages/ask/account.h"
#include "stages/ask/endpoint.h"
#include "stages/ask/together.h"

typedef struct {
    GHashTable *endpoints; /* name (the settings') -> Endpoint; empty: no model is configured */
    Account *account;
    Together *together;      /* questions that wait to be asked in one request */
    gint64 answers_since_us; /* epoch: older answers are not used again */
    gboolean keep_requests;  /* whole, in the ledger */
    gboolean
        enters_batches;   /* this run's questions wait for a provider's batch API, if it has one */
    gboolean has_batches; /* some wait or are under way, from earlier runs or this one */
} Servers;

/* Opens every endpoint of the configuration, and takes out of the ledger what it shall not keep of
 * calls any longer. Caller frees. */
Servers *servers_new(Engine *engine, GError **error);
void servers_free(Servers *servers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Servers, servers_free)

/* The endpoint that plays this role for the job's document; NULL: none. Lent. */
Endpoint *servers_for(const Servers *servers, const Job *job, ModelRole role);
