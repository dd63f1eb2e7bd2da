/* The stage that asks the model. A request is in the ledger before it is sent, and its answer is
 * there before the document goes on: what was paid for once is never paid for again. */
#include <string.h>

#include "pipeline/core/clock.h"
#include "stages/ask/account.h"
#include "stages/ask/endpoint.h"
#include "stages/ask/estimate.h"
#include "stages/ask/foresee.h"
#include "stages/ask/watch.h"
#include "stages/stages.h"

#define STAGE "ask"
#define BYTES_PER_TOKEN 4u /* of an answer, about */

/* What the stage keeps for a run. */
typedef struct {
    GHashTable *endpoints; /* name (the settings') -> Endpoint; empty: no model is configured */
    Endpoint *first;       /* that documents are asked at; NULL: none */
    Account *account;
    gint64 answers_since_us; /* epoch: older answers are not used again */
    gboolean keep_requests;
} Ask;

/* What it keeps on a job while its request is under way. */
typedef struct {
    Ask *ask;
    Job *job;
    Endpoint *endpoint;
    char *body;       /* until it is sent */
    Ticket *ticket;   /* while it is sent */
    Watch *watch;     /* over a streamed answer; NULL: it comes in one piece */
    Call *call;       /* until it belongs to the job */
    gboolean counted; /* the account waits for its end */
    StageStep step;   /* what follows when the answer is durable */
    GError *error;    /* with STAGE_ERROR */
} Pending;

static void pending_free(gpointer data)
{
    Pending *pending = data;
    caller_cancel(pending->ticket);
    account_forget(pending->ask->account, pending->job);
    if (pending->counted)
        account_abandon(pending->ask->account);
    watch_free(pending->watch);
    g_free(pending->body);
    if (pending->call)
        call_free(pending->call);
    g_clear_error(&pending->error);
    g_free(pending);
}

/* ---- the run ---- */

static gint64 days_ago(const Config *config, const char *key, gint64 now_us)
{
    return now_us - (gint64)(config_double(config, key) * 24 * 3600 * G_USEC_PER_SEC);
}

static void stop(gpointer state)
{
    Ask *ask = state;
    if (!ask)
        return;
    g_hash_table_unref(ask->endpoints);
    account_free(ask->account);
    g_free(ask);
}

static Endpoint *add_endpoint(Ask *ask, Engine *engine, const char *name, GError **error)
{
    Endpoint *endpoint = endpoint_new(engine, name, error);
    if (endpoint)
        g_hash_table_insert(ask->endpoints, endpoint->settings->name, endpoint);
    return endpoint;
}

/* Takes out of the ledger what it shall not keep any longer. */
static gboolean prune(const Config *config, Ledger *ledger, GError **error)
{
    gint64 now = clock_now_us();
    gboolean off = g_str_equal(config_string(config, "log.payloads"), "off");
    LedgerCallKeep keep = {
        .answers_until_us = off ? now : MAX(days_ago(config, "cache.ttl_days", now), 0),
        .answer_bytes = (guint64)config_int(config, "cache.size_mb") << 20,
        .payloads_until_us = off ? now : days_ago(config, "log.days", now),
    };
    return ledger_calls_prune(ledger, &keep, error);
}

static gpointer start(Engine *engine, GError **error)
{
    const Config *config = engine_config(engine);
    Ask *ask = g_new0(Ask, 1);
    ask->account = account_new(engine_ledger(engine), config, engine_packs(engine));
    ask->answers_since_us = days_ago(config, "cache.ttl_days", clock_now_us());
    ask->keep_requests = g_str_equal(config_string(config, "log.payloads"), "full");
    ask->endpoints =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)endpoint_free);
    if (!engine_has_model(engine))
        return ask;
    g_auto(GStrv) names = config_names(engine_config(engine), "model");
    gboolean good = prune(config, engine_ledger(engine), error);
    for (guint i = 0; names[i] && good; i++)
        good = add_endpoint(ask, engine, names[i], error) != NULL;
    if (good)
        ask->first = add_endpoint(ask, engine, CONFIG_DEFAULT_NAME, error);
    if (!ask->first) {
        stop(ask);
        return NULL;
    }
    return ask;
}

/* ---- outcomes ---- */

/* Without a usable answer: an earlier one of this document has to do, else the template makes the
 * record; or the document waits. */
static StageStep without_answer(Job *job, const Endpoint *endpoint, const Outcome *outcome,
                                GError **error)
{
    gboolean whole_run = outcome->judgement != JUDGE_UNUSABLE;
    OnFailure choice =
        whole_run ? endpoint->settings->on_unreachable : endpoint->settings->on_refused;
    if (choice == FAILURE_FALLBACK && job->repairs > 0) {
        g_clear_pointer(&job->answer, g_free);
        job_reason(job, outcome->word, "%s", outcome->sentence);
        return STAGE_NEXT;
    }
    if (choice == FAILURE_FALLBACK) {
        job->model_failed = TRUE;
        job_reason(job, outcome->word, "%s", outcome->sentence);
        return STAGE_FALLBACK;
    }
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "%s: %s", outcome->word,
                outcome->sentence);
    return STAGE_ERROR;
}

/* The answer becomes the job's, as the pack's schema has it. */
static void take_answer(Job *job, const Endpoint *endpoint, const char *text)
{
    char *restored = subset_restore(endpoint->subset, job->pack->schema, text);
    g_free(job->answer);
    job->answer = restored ? restored : g_strdup(text);
}

/* Without money: the same choice, made by the pack or the configuration. */
static StageStep without_money(Job *job, const Ask *ask, const char *refusal, GError **error)
{
    if (account_at_limit(ask->account, job->pack) == BUDGET_HOLD) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_BUDGET, "%s", refusal);
        return STAGE_ERROR;
    }
    job_reason(job, "no_budget", "%s", refusal);
    if (job->repairs > 0) {
        g_clear_pointer(&job->answer, g_free);
        return STAGE_NEXT;
    }
    job->model_failed = TRUE;
    return STAGE_FALLBACK;
}

/* ---- asking ---- */

static void on_answer_durable(Job *job, gpointer data)
{
    (void)data;
    Pending *pending = job_data(job, STAGE);
    StageStep step = pending->step;
    GError *error = g_steal_pointer(&pending->error);
    job_set_data(job, STAGE, NULL, NULL);
    engine_resume(job, step, error);
}

/* What had come when the watch ended an answer goes on to be corrected: the next stage tells the
 * model what went wrong. */
static void take_stopped(Job *job, const Pending *pending, const Outcome *outcome)
{
    guint most = pending->endpoint->settings->max_output_tokens;
    guint made = (guint)MIN(strlen(outcome->text) / BYTES_PER_TOKEN, most);
    job->answer_fault = g_strdup(watch_why(pending->watch));
    job_reason(job, outcome->word, "%s; of %u tokens that it could have had, about %u were made",
               job->answer_fault, most, made);
}

static void call_ended(const Outcome *outcome, gpointer data)
{
    Job *job = data;
    Pending *pending = job_data(job, STAGE);
    gboolean answered = outcome->judgement == JUDGE_ANSWERED;
    gboolean stopped = answered && pending->watch && watch_why(pending->watch);
    GError *error = NULL;
    if (pending->watch)
        engine_text(job, "\n", 1);
    pending->counted = FALSE;
    if (!account_end(pending->ask->account, pending->endpoint->settings, job, pending->call,
                     outcome, answered && !stopped ? outcome->text : NULL, &error)) {
        job_set_data(job, STAGE, NULL, NULL);
        engine_resume(job, STAGE_ERROR, error);
        return;
    }
    if (!job->asked_us)
        job->asked_us = outcome->begun_us;
    g_ptr_array_add(job->calls, g_steal_pointer(&pending->call));
    if (stopped)
        take_stopped(job, pending, outcome);
    if (answered) {
        take_answer(job, pending->endpoint, outcome->text);
        pending->step = STAGE_NEXT;
    } else {
        pending->step = without_answer(job, pending->endpoint, outcome, &pending->error);
    }
    engine_after_commit(job, on_answer_durable, NULL);
}

static void on_leave_durable(Job *job, gpointer data)
{
    (void)data;
    Pending *pending = job_data(job, STAGE);
    if (pending && pending->ticket)
        caller_go_on(pending->ticket);
}

/* An answer was lost that may have to be paid: the next sending needs money of its own. */
static void on_again(Ticket *ticket, gpointer data)
{
    Job *job = data;
    Pending *pending = job_data(job, STAGE);
    g_autoptr(GError) bad = NULL;
    if (account_again(pending->ask->account, pending->endpoint->settings, job, pending->call, &bad))
        engine_after_commit(job, on_leave_durable, NULL);
    else
        caller_stop(ticket); /* a fault of the ledger comes back with the end of the call */
}

/* A piece of an answer that streams. */
static gboolean on_text(const char *text, gsize from, gsize length, gpointer data)
{
    Job *job = data;
    const Pending *pending = job_data(job, STAGE);
    engine_text(job, text + from, length - from);
    return watch_feed(pending->watch, text, from, length);
}

static void on_request_durable(Job *job, gpointer data)
{
    (void)data;
    Pending *pending = job_data(job, STAGE);
    Endpoint *endpoint = pending->endpoint;
    CallerTerms terms = {
        .tokens = estimate_tokens(endpoint->settings, &endpoint->usage, pending->call->bytes),
        .begun_us = job->asked_us,
        .again = on_again,
    };
    caller_ask_on(endpoint->caller, g_steal_pointer(&pending->body), &terms, &pending->ticket,
                  call_ended, job);
    if (!endpoint->settings->stream || !pending->ticket)
        return;
    /* The safe subset lets null stand for what is left out, as salvaging does. */
    const DialectSchema *schema = endpoint_schema(job->pack, &subsets[0]);
    pending->watch = watch_new(schema->schema, endpoint->settings->format != FORMAT_NONE);
    caller_watch(pending->ticket, on_text);
}

/* The answer of an earlier run, when the very same request was answered before. */
static gboolean use_cached(Job *job, const Ask *ask, const Endpoint *endpoint,
                           const char *request_sha256, GError **error)
{
    g_autoptr(GError) bad = NULL;
    Call *call = NULL;
    g_autofree char *answer = ledger_call_cached(engine_ledger(job->engine), request_sha256,
                                                 job->id, ask->answers_since_us, &call, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return FALSE;
    }
    if (!answer)
        return FALSE;
    g_ptr_array_add(job->calls, call);
    take_answer(job, endpoint, answer);
    return TRUE;
}

static StageStep begin(Job *job, Ask *ask, Endpoint *endpoint, char *body,
                       const char *request_sha256, GError **error)
{
    const ModelSettings *settings = endpoint->settings;
    Pending *pending = g_new0(Pending, 1);
    *pending = (Pending){.ask = ask, .job = job, .endpoint = endpoint, .body = body};
    pending->call = call_new(job->repairs ? "repair" : "ask", settings->name, settings->model);
    job_set_data(job, STAGE, pending, pending_free);
    LedgerRequest request = {
        .sha256 = request_sha256, .body = body, .length = strlen(body), .keep = ask->keep_requests};
    g_autofree char *refusal = NULL;
    switch (account_begin(ask->account, settings, job, pending->call, &request, &refusal, error)) {
    case ACCOUNT_OPEN:
        pending->counted = TRUE;
        engine_after_commit(job, on_request_durable, NULL);
        return STAGE_WAIT;
    case ACCOUNT_WAIT:
        g_clear_pointer(&pending->body, g_free); /* it is made again: many may wait */
        return STAGE_WAIT;
    case ACCOUNT_FULL:
        job_set_data(job, STAGE, NULL, NULL);
        return without_money(job, ask, refusal, error);
    case ACCOUNT_FAULT:
        break;
    }
    job_set_data(job, STAGE, NULL, NULL);
    return STAGE_ERROR;
}

static StageStep ask_at(Job *job, Ask *ask, Endpoint *endpoint, GError **error)
{
    const DialectSchema *schema = endpoint_schema(job->pack, endpoint->subset);
    g_clear_pointer(&job->answer_fault, g_free);
    g_autofree char *body = endpoint->dialect->request(endpoint->settings, job->messages, schema);
    g_autofree char *request_sha256 = endpoint_hash(endpoint, body);
    if (engine_forecast(job->engine)) {
        if (foresee(job, endpoint, strlen(body), request_sha256, ask->answers_since_us, error))
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "the model was not asked");
        return STAGE_ERROR;
    }
    g_autoptr(GError) bad = NULL;
    if (use_cached(job, ask, endpoint, request_sha256, &bad))
        return STAGE_NEXT;
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return STAGE_ERROR;
    }
    const Outcome *given_up = caller_given_up(endpoint->caller);
    if (given_up)
        return without_answer(job, endpoint, given_up, error);
    return begin(job, ask, endpoint, g_steal_pointer(&body), request_sha256, error);
}

static StageStep run(Job *job, GError **error)
{
    Ask *ask = engine_stage_state(job->engine, STAGE);
    if (!ask || !ask->first) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "no model is configured");
        return STAGE_ERROR;
    }
    StageStep step = STAGE_ERROR;
    if (engine_interrupted(job->engine)) /* an answer would come too late to be kept */
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED, "the model was not asked");
    else
        step = ask_at(job, ask, ask->first, error);
    if (step != STAGE_WAIT)
        account_left(ask->account);
    return step;
}

const Stage stage_ask = {
    .name = STAGE,
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_MODEL,
    .fallback_to = "template",
    .prepare = endpoint_prepare_pack,
    .start = start,
    .stop = stop,
    .run = run,
};
