#include "stages/ask/replay.h"

#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/host/model-choice.h"
#include "stages/ask/account.h"

typedef struct {
    const ModelSettings *settings;
    Account *account;
    Ledger *ledger;
    Job *job;
    Replay *replay;
    Ticket *ticket;
    gboolean ended;
    GError *error;
} Replaying;

void replay_clear(Replay *replay)
{
    g_clear_pointer(&replay->call, call_free);
    g_clear_pointer(&replay->answer, g_free);
    g_clear_pointer(&replay->sentence, g_free);
}

static void on_ended(const Outcome *outcome, gpointer data)
{
    Replaying *r = data;
    gboolean answered = outcome->judgement == JUDGE_ANSWERED;
    if (answered)
        r->replay->answer = g_strdup(outcome->text);
    else
        r->replay->sentence = g_strdup_printf("%s: %s", outcome->word, outcome->sentence);
    if (account_end(r->account, r->settings, r->job, r->replay->call, outcome,
                    answered ? outcome->text : NULL, &r->error))
        ledger_commit(r->ledger, &r->error);
    r->ended = TRUE;
}

/* One more sending may be billed, too: its money is in the ledger before it goes. */
static void on_again(Ticket *ticket, gpointer data)
{
    Replaying *r = data;
    if (!r->error && account_again(r->account, r->settings, r->job, r->replay->call, &r->error) &&
        ledger_commit(r->ledger, &r->error))
        caller_go_on(ticket);
    else
        caller_stop(ticket);
}

/* Enters the call under a hash of its own: the answers of replays are for looking at. */
static gboolean enter(Replaying *r, const LedgerCall *call, GError **error)
{
    g_autofree char *key = g_strconcat("replay\n", call->request_sha256, NULL);
    g_autofree char *sha256 = bytes_sha256(key, strlen(key));
    g_autofree char *refusal = NULL;
    LedgerRequest request = {.sha256 = sha256,
                             .body = call->request,
                             .length = strlen(call->request),
                             .weight = call->call.bytes,
                             .keep = TRUE};
    switch (account_begin(r->account, r->settings, r->job, r->replay->call, &request, NULL,
                          &refusal, error)) {
    case ACCOUNT_OPEN:
        return ledger_commit(r->ledger, error);
    case ACCOUNT_WAIT: /* no other call is under way in this process */
    case ACCOUNT_FULL:
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_BUDGET, "%s",
                    refusal ? refusal : "there is no money for it");
        return FALSE;
    case ACCOUNT_FAULT:
        break;
    }
    return FALSE;
}

static gboolean send_again(Replaying *r, const LedgerCall *call, GError **error)
{
    const Dialect *dialect = dialect_by_name(r->settings->dialect);
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(Caller) caller = caller_new(r->settings, dialect, context, error);
    if (!caller || !enter(r, call, error))
        return FALSE;
    CallerTerms terms = {.again = on_again};
    caller_ask_on(caller, g_strdup(call->request), &terms, &r->ticket, on_ended, r);
    while (!r->ended)
        g_main_context_iteration(context, TRUE);
    if (r->error)
        g_propagate_error(error, g_steal_pointer(&r->error));
    return *error == NULL;
}

gboolean replay_run(const Config *config, GPtrArray *packs, Ledger *ledger, const LedgerCall *call,
                    Replay *replay, GError **error)
{
    g_auto(GStrv) names = model_choice_endpoints(config);
    if (!g_strv_contains((const char *const *)names, call->call.endpoint)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "the model \"%s\" that was asked is configured no longer", call->call.endpoint);
        return FALSE;
    }
    g_autoptr(ModelSettings) settings = model_settings_new(config, call->call.endpoint, error);
    if (!settings)
        return FALSE;
    g_autoptr(Account) account = account_new(ledger, config, packs);
    g_autoptr(Job) job = job_new(NULL, JOB_DOCUMENT, call->name);
    Prompt prompt = {.version = call->prompt_version, .sha256 = call->prompt_sha256};
    job->id = call->document;
    job->pack = call->pack ? packs_find(packs, call->pack) : NULL;
    job->tenant = g_strdup(call->tenant);
    job->prompt = &prompt;
    replay->call = call_new("replay", settings->name, settings->model);
    Replaying r = {
        .settings = settings, .account = account, .ledger = ledger, .job = job, .replay = replay};
    g_autoptr(GError) bad = NULL;
    if (send_again(&r, call, &bad))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&bad));
    return FALSE;
}
