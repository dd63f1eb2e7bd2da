/* The stage that asks the model. A request is in the ledger before it is sent, and its answer is
 * there before the document goes on: what was paid for once is never paid for again. */
#include <string.h>

#include "pipeline/core/bytes.h"
#include "pipeline/host/engine.h"
#include "stages/ask/caller.h"
#include "stages/stages.h"

#define STAGE "ask"

/* One server and model that can be asked. */
typedef struct {
    ModelSettings *settings;
    const Dialect *dialect;
    const Subset *subset; /* of JSON Schema that it takes */
    Caller *caller;
} Endpoint;

/* What the stage keeps for a run. */
typedef struct {
    GHashTable *endpoints; /* name (the settings') -> Endpoint; empty: no model is configured */
    Endpoint *first;       /* that documents are asked at; NULL: none */
} Ask;

/* What it keeps on a job while its request is under way. */
typedef struct {
    Endpoint *endpoint;
    char *body;     /* until it is sent */
    Ticket *ticket; /* while it is sent */
    Call *call;     /* until it belongs to the job */
    StageStep step; /* what follows when the answer is durable */
    GError *error;  /* with STAGE_ERROR */
} Pending;

static void call_ended(const Outcome *outcome, gpointer data);

static void pending_free(gpointer data)
{
    Pending *pending = data;
    caller_cancel(pending->ticket);
    g_free(pending->body);
    if (pending->call)
        call_free(pending->call);
    g_clear_error(&pending->error);
    g_free(pending);
}

/* ---- packs ---- */

static gboolean prepare(Pack *pack, GError **error)
{
    for (const Subset *subset = subsets; subset->name; subset++) {
        DialectSchema *schema = subset_schema(subset, pack->name, pack->schema, NULL, error);
        if (!schema)
            return FALSE;
        g_autofree char *key = g_strconcat(STAGE ":", subset->name, NULL);
        pack_attach(pack, key, schema, (GDestroyNotify)dialect_schema_free);
    }
    return TRUE;
}

static const DialectSchema *prepared_schema(const Pack *pack, const Subset *subset)
{
    g_autofree char *key = g_strconcat(STAGE ":", subset->name, NULL);
    return pack_attached(pack, key);
}

/* ---- the run ---- */

static void endpoint_free(gpointer data)
{
    Endpoint *endpoint = data;
    caller_free(endpoint->caller);
    model_settings_free(endpoint->settings);
    g_free(endpoint);
}

static void stop(gpointer state)
{
    Ask *ask = state;
    if (!ask)
        return;
    g_hash_table_unref(ask->endpoints);
    g_free(ask);
}

static Endpoint *add_endpoint(Ask *ask, Engine *engine, const char *name, GError **error)
{
    Endpoint *endpoint = g_new0(Endpoint, 1);
    endpoint->settings = model_settings_new(engine_config(engine), name, error);
    if (endpoint->settings) {
        endpoint->dialect = dialect_by_name(endpoint->settings->dialect);
        endpoint->subset = subset_by_name(endpoint->settings->schema);
        endpoint->caller =
            caller_new(endpoint->settings, endpoint->dialect, engine_context(engine), error);
    }
    if (!endpoint->caller) {
        endpoint_free(endpoint);
        return NULL;
    }
    g_hash_table_insert(ask->endpoints, endpoint->settings->name, endpoint);
    return endpoint;
}

static gpointer start(Engine *engine, GError **error)
{
    Ask *ask = g_new0(Ask, 1);
    ask->endpoints = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, endpoint_free);
    if (!engine_has_model(engine))
        return ask;
    g_auto(GStrv) names = config_names(engine_config(engine), "model");
    gboolean good = TRUE;
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

static double price(const ModelSettings *settings, const Outcome *outcome)
{
    return ((double)MAX(outcome->tokens_in, 0) * settings->price_in +
            (double)MAX(outcome->tokens_out, 0) * settings->price_out) /
           1e6;
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

static void on_request_durable(Job *job, gpointer data)
{
    (void)data;
    Pending *pending = job_data(job, STAGE);
    caller_ask(pending->endpoint->caller, g_steal_pointer(&pending->body), &pending->ticket,
               call_ended, job);
}

static void call_ended(const Outcome *outcome, gpointer data)
{
    Job *job = data;
    Pending *pending = job_data(job, STAGE);
    Call *call = pending->call;
    gboolean answered = outcome->judgement == JUDGE_ANSWERED;
    call->tokens_in = outcome->tokens_in;
    call->tokens_cached = outcome->tokens_cached;
    call->tokens_out = outcome->tokens_out;
    call->cost = price(pending->endpoint->settings, outcome);
    call->latency_ms = outcome->latency_ms;
    g_free(call->outcome);
    call->outcome = g_strdup(outcome->word);
    GError *error = NULL;
    if (!ledger_call_end(engine_ledger(job->engine), call, answered ? outcome->text : NULL,
                         &error)) {
        job_set_data(job, STAGE, NULL, NULL);
        engine_resume(job, STAGE_ERROR, error);
        return;
    }
    g_ptr_array_add(job->calls, g_steal_pointer(&pending->call));
    if (answered) {
        take_answer(job, pending->endpoint, outcome->text);
        pending->step = STAGE_NEXT;
    } else {
        pending->step = without_answer(job, pending->endpoint, outcome, &pending->error);
    }
    engine_after_commit(job, on_answer_durable, NULL);
}

/* The answer of an earlier run, when the very same request was answered before. */
static gboolean use_cached(Job *job, const Endpoint *endpoint, const char *request_sha256,
                           GError **error)
{
    g_autoptr(GError) bad = NULL;
    Call *call = NULL;
    g_autofree char *answer =
        ledger_call_cached(engine_ledger(job->engine), request_sha256, &call, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return FALSE;
    }
    if (!answer)
        return FALSE;
    call->cached = TRUE;
    call->cost = 0;
    g_ptr_array_add(job->calls, call);
    take_answer(job, endpoint, answer);
    return TRUE;
}

/* Everything that can change the answer: where it goes and every byte of the request. */
static char *hash_request(const Endpoint *endpoint, const char *body)
{
    g_autofree char *all = g_strconcat(caller_url(endpoint->caller), "\n", body, NULL);
    return bytes_sha256(all, strlen(all));
}

static StageStep begin(Job *job, Endpoint *endpoint, char *body, const char *request_sha256,
                       GError **error)
{
    Call *call = g_new0(Call, 1);
    call->purpose = g_strdup(job->repairs ? "repair" : "ask");
    call->model = g_strdup(endpoint->settings->model);
    call->tokens_in = call->tokens_cached = call->tokens_out = -1;
    Pending *pending = g_new0(Pending, 1);
    *pending = (Pending){.endpoint = endpoint, .body = body, .call = call};
    job_set_data(job, STAGE, pending, pending_free);
    if (!ledger_call_begin(engine_ledger(job->engine), job, call->purpose, call->model,
                           job->pack->prompt_version, job->pack->prompt_sha256, request_sha256,
                           &call->id, error)) {
        job_set_data(job, STAGE, NULL, NULL);
        return STAGE_ERROR;
    }
    engine_after_commit(job, on_request_durable, NULL);
    return STAGE_WAIT;
}

static StageStep run(Job *job, GError **error)
{
    Ask *ask = engine_stage_state(job->engine, STAGE);
    Endpoint *endpoint = ask ? ask->first : NULL;
    if (!endpoint) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "no model is configured");
        return STAGE_ERROR;
    }
    if (engine_interrupted(job->engine)) { /* an answer would come too late to be kept */
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED, "the model was not asked");
        return STAGE_ERROR;
    }
    const DialectSchema *schema = prepared_schema(job->pack, endpoint->subset);
    g_autofree char *body = endpoint->dialect->request(endpoint->settings, job->messages, schema);
    g_autofree char *request_sha256 = hash_request(endpoint, body);
    g_autoptr(GError) bad = NULL;
    if (use_cached(job, endpoint, request_sha256, &bad))
        return STAGE_NEXT;
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return STAGE_ERROR;
    }
    const Outcome *given_up = caller_given_up(endpoint->caller);
    if (given_up)
        return without_answer(job, endpoint, given_up, error);
    return begin(job, endpoint, g_steal_pointer(&body), request_sha256, error);
}

const Stage stage_ask = {
    .name = STAGE,
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW | STAGE_FOR_MODEL,
    .fallback_to = "template",
    .prepare = prepare,
    .start = start,
    .stop = stop,
    .run = run,
};
