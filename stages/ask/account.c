#include "stages/ask/account.h"

#include "pipeline/core/clock.h"
#include "pipeline/core/log.h"
#include "pipeline/host/event.h"
#include "stages/ask/estimate.h"

struct Account {
    Ledger *ledger;       /* lent */
    const Config *config; /* lent */
    Budget *budget;
    guint under_way; /* calls begun and not ended */
    GQueue waiting;  /* of AccountWaiter, for money that others have set aside */
    guint wakes;     /* owed to them */
    gboolean waking;
};

Account *account_new(Ledger *ledger, const Config *config, GPtrArray *packs)
{
    Account *account = g_new0(Account, 1);
    account->ledger = ledger;
    account->config = config;
    account->budget = budget_new(config, packs);
    g_queue_init(&account->waiting);
    return account;
}

void account_free(Account *account)
{
    if (!account)
        return;
    budget_free(account->budget);
    g_queue_clear_full(&account->waiting, g_free);
    g_free(account);
}

BudgetAtLimit account_at_limit(const Account *account, const Pack *pack)
{
    return budget_at_limit(account->budget, pack);
}

/* ---- who waits for money ---- */

/* One at a time: each that finds no room waits again, and each that ends wakes the next. Whoever is
 * woken may end at once; a loop bears more of them than the stack. */
static void wake_one(Account *account)
{
    account->wakes++;
    if (account->waking)
        return;
    account->waking = TRUE;
    for (; account->wakes > 0; account->wakes--) {
        if (g_queue_is_empty(&account->waiting))
            continue;
        g_autofree AccountWaiter *waiter = g_queue_pop_head(&account->waiting);
        waiter->wake(waiter->data);
    }
    account->waking = FALSE;
}

void account_left(Account *account)
{
    if (account->under_way == 0)
        wake_one(account);
}

void account_forget(Account *account, gconstpointer data)
{
    for (GList *link = account->waiting.head; link; link = link->next) {
        AccountWaiter *waiter = link->data;
        if (waiter->data != data)
            continue;
        g_free(waiter);
        g_queue_delete_link(&account->waiting, link);
        return;
    }
}

/* ---- the life of a call ---- */

AccountState account_begin(Account *account, const ModelSettings *settings, const Job *job,
                           Call *call, const LedgerRequest *request, const AccountWaiter *waiter,
                           char **refusal, GError **error)
{
    gboolean fits = FALSE;
    call->began_us = clock_now_us();
    call->reserved =
        estimate_bound(settings, request->weight) * (request->batch ? settings->prices.batch : 1);
    if (!budget_fits(account->budget, account->ledger, job->pack, job->tenant, call->began_us,
                     call->reserved, &fits, refusal, error))
        return ACCOUNT_FAULT;
    if (!fits && waiter && account->under_way > 0) {
        g_clear_pointer(refusal, g_free);
        g_queue_push_tail(&account->waiting, g_memdup2(waiter, sizeof(*waiter)));
        return ACCOUNT_WAIT;
    }
    if (!fits)
        return ACCOUNT_FULL;
    if (!ledger_call_begin(account->ledger, job, call, request, error))
        return ACCOUNT_FAULT;
    account->under_way++;
    return ACCOUNT_OPEN;
}

gboolean account_again(Account *account, const ModelSettings *settings, const Job *job, Call *call,
                       GError **error)
{
    gboolean fits = FALSE;
    g_autofree char *refusal = NULL;
    double more = estimate_bound(settings, call->bytes);
    return budget_fits(account->budget, account->ledger, job->pack, job->tenant, call->began_us,
                       more, &fits, &refusal, error) &&
           fits && ledger_call_reserve(account->ledger, call, more, error);
}

static void take_outcome(Call *call, const Outcome *outcome)
{
    call->tokens_in = outcome->tokens_in;
    call->tokens_cached = outcome->tokens_cached;
    call->tokens_cache_write = outcome->tokens_cache_write;
    call->tokens_out = outcome->tokens_out;
    call->tokens_reasoning = outcome->tokens_reasoning;
    call->latency_ms = outcome->latency_ms;
    call->first_token_ms = outcome->first_token_ms;
    call->sendings = outcome->sendings;
    call->answered_by = g_strdup(outcome->model);
    call->outcome = g_strdup(outcome->word);
}

static gboolean notify(const Account *account, const char *warning, gint64 at_us, GError **error)
{
    g_autofree char *occasion = clock_format(at_us);
    g_autofree char *text = g_strconcat("docket: ", warning, NULL);
    return event_notice(account->config, account->ledger, "budget", occasion, text, error);
}

gboolean account_end(Account *account, const ModelSettings *settings, const Job *job, Call *call,
                     const Outcome *outcome, const char *answer, GError **error)
{
    g_autoptr(GError) bad = NULL;
    take_outcome(call, outcome);
    call->cost = prices_exact(prices_cost(&settings->prices, call, FALSE));
    call->reserved = estimate_bound(settings, call->bytes) * outcome->unseen;
    account->under_way--;
    if (!ledger_call_end(account->ledger, call, answer, error))
        return FALSE;
    wake_one(account); /* now that it has given back what it did not use */
    g_autofree char *warning = budget_warning(account->budget, account->ledger, job->pack,
                                              job->tenant, call->began_us, &bad);
    if (warning)
        log_info("%s", warning);
    /* It is given once a day or month, so its time is occasion enough. */
    if (warning)
        notify(account, warning, call->began_us, &bad);
    if (bad)
        g_propagate_error(error, g_steal_pointer(&bad));
    return !bad;
}

void account_abandon(Account *account)
{
    account->under_way--;
    account_left(account);
}
