/* The money side of calls: whether the budget has room for one, and what it did cost. Nothing is
 * sent before its money is set aside in the ledger. */
#pragma once

#include "pipeline/host/budget.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/ledger-calls.h"
#include "stages/ask/caller.h"

typedef struct Account Account;

/* The budget of whatever asks; the ledger, the configuration and the packs (of Pack) are lent. */
Account *account_new(Ledger *ledger, const Config *config, GPtrArray *packs);
void account_free(Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Account, account_free)

typedef enum {
    ACCOUNT_OPEN, /* the money is set aside: the call may go when the ledger has it */
    ACCOUNT_WAIT, /* no room, but calls are under way that will give back what they did not use */
    ACCOUNT_FULL, /* no room: *refusal says which limit (caller frees) */
    ACCOUNT_FAULT /* *error is set */
} AccountState;

/* Who is told when there may be room for a call. */
typedef struct {
    void (*wake)(gpointer data);
    gpointer data; /* names the waiter, too */
} AccountWaiter;

/* Enters a call. After ACCOUNT_WAIT the waiter (NULL: nobody) is woken once, from the loop, to try
 * again. */
AccountState account_begin(Account *account, const ModelSettings *settings, const Job *job,
                           Call *call, const LedgerRequest *request, const AccountWaiter *waiter,
                           char **refusal, GError **error);
/* Sets money aside for one more sending of a call. FALSE: there is none left, or *error is set. */
gboolean account_again(Account *account, const ModelSettings *settings, const Job *job, Call *call,
                       GError **error);
/* Settles a call that account_begin() has entered: tokens, cost and outcome into the call and the
 * ledger. `answer` may be NULL. */
gboolean account_end(Account *account, const ModelSettings *settings, const Job *job, Call *call,
                     const Outcome *outcome, const char *answer, GError **error);
/* A call will not be settled: it was broken off, and its money stays set aside. */
void account_abandon(Account *account);

/* Somebody has gone without a call: who waits may be waiting for nobody. */
void account_left(Account *account);
/* Who has this `data` waits no more. */
void account_forget(Account *account, gconstpointer data);

/* What becomes of documents for which there is no money. */
BudgetAtLimit account_at_limit(const Account *account, const Pack *pack);
