/* Limits on money: of everything that runs on this ledger, of a pack, of a tenant; for a day and a
 * month each (UTC, see ledger-budget.h). Money is set aside before a call is sent; what does not fit
 * is not sent. */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/ledger-budget.h"

typedef struct Budget Budget;

/* What becomes of a document when there is no money left for it. */
typedef enum { BUDGET_HOLD, BUDGET_TEMPLATE } BudgetAtLimit;

/* The limits of [budget], [tenant NAME] and the packs' own [budget]; `packs` (of Pack) lent. */
Budget *budget_new(const Config *config, GPtrArray *packs);
void budget_free(Budget *budget);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Budget, budget_free)

/* The number under `key` of a tenant: from [tenant NAME], or [tenant] if there is no such group. */
double budget_of_tenant(const Config *config, const char *tenant, const char *key);

/* What the pack says, else the configuration. */
BudgetAtLimit budget_at_limit(const Budget *budget, const Pack *pack);

/* Whether a call of this pack and tenant (NULL: none) that may cost `amount` fits into every limit.
 * Holds until the turn's commit. When it does not, *refusal says which limit (caller frees). */
gboolean budget_fits(const Budget *budget, Ledger *ledger, const Pack *pack, const char *tenant,
                     gint64 at_us, double amount, gboolean *fits, char **refusal, GError **error);

/* A sentence when a limit of this call is nearly spent and nobody has said so in its period; else
 * NULL. Caller frees. */
char *budget_warning(const Budget *budget, Ledger *ledger, const Pack *pack, const char *tenant,
                     gint64 at_us, GError **error);

/* Every limit there is (of LedgerLimit), for people. Lent. */
const GArray *budget_limits(const Budget *budget);
