/* The stage that asks a model for the record, and decides what becomes of a document for which there
 * is no answer. */
#include "stages/ask/question.h"
#include "stages/stages.h"

#define STAGE "ask"

static gboolean prepare(Pack *pack, GError **error)
{
    AnswerSchema *schema = answer_schema_new(pack->name, pack->schema, error);
    if (schema)
        pack_attach(pack, STAGE, schema, (GDestroyNotify)answer_schema_free);
    return schema != NULL && together_prepare(pack, error);
}

static gpointer start(Engine *engine, GError **error)
{
    return servers_new(engine, error);
}

static void stop(gpointer state)
{
    servers_free(state);
}

/* ---- without an answer ---- */

/* An earlier answer of this document has to do, else the template makes the record. */
static StageStep go_without(Job *job, const Answer *answer)
{
    job_reason(job, answer->word, "%s", answer->sentence);
    if (job->repairs > 0) {
        g_clear_pointer(&job->answer, g_free);
        return STAGE_NEXT;
    }
    job->model_failed = TRUE;
    return STAGE_FALLBACK;
}

static StageStep without_answer(Job *job, const Answer *answer, GError **error)
{
    const ModelSettings *settings =
        servers_for(engine_stage_state(job->engine, STAGE), job, MODEL_FIRST)->settings;
    gboolean whole_run = answer->judgement != JUDGE_UNUSABLE;
    if ((whole_run ? settings->on_unreachable : settings->on_refused) == FAILURE_FALLBACK)
        return go_without(job, answer);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "%s: %s", answer->word,
                answer->sentence);
    return STAGE_ERROR;
}

/* The same choice, made by the pack or the configuration. */
static StageStep without_money(Job *job, const Answer *answer, GError **error)
{
    const Servers *servers = engine_stage_state(job->engine, STAGE);
    if (account_at_limit(servers->account, job->pack) == BUDGET_TEMPLATE)
        return go_without(job, answer);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_BUDGET, "%s", answer->sentence);
    return STAGE_ERROR;
}

/* ---- with one ---- */

static StageStep take_answer(Job *job, const Servers *servers, Answer *answer)
{
    g_free(job->answer);
    job->answer = g_steal_pointer(&answer->text);
    g_free(job->answer_fault);
    job->answer_fault = g_steal_pointer(&answer->stopped);
    if (job->answer_fault)
        job_reason(job, answer->word, "%s; of %u tokens that it could have had, about %u were made",
                   job->answer_fault,
                   servers_for(servers, job, MODEL_FIRST)->settings->max_output_tokens,
                   answer->stopped_tokens);
    return STAGE_NEXT;
}

static StageStep take(Job *job, Answer *answer, GError **error)
{
    switch (answer->end) {
    case QUESTION_ANSWERED:
        return take_answer(job, engine_stage_state(job->engine, STAGE), answer);
    case QUESTION_UNANSWERED:
        return without_answer(job, answer, error);
    case QUESTION_NO_MONEY:
        return without_money(job, answer, error);
    case QUESTION_FAULT:
        break;
    }
    g_propagate_error(error, g_steal_pointer(&answer->error));
    return STAGE_ERROR;
}

/* ---- the stage ---- */

static void on_answer(Job *job, Answer *answer, gpointer data)
{
    (void)data;
    GError *error = NULL;
    StageStep step = take(job, answer, &error);
    job_set_data(job, STAGE, NULL, NULL);
    engine_resume(job, step, error);
}

static void pending_free(gpointer data)
{
    Question **pending = data;
    question_free(*pending);
    g_free(pending);
}

static StageStep run(Job *job, GError **error)
{
    Servers *servers = engine_stage_state(job->engine, STAGE);
    Endpoint *endpoint = servers ? servers_for(servers, job, MODEL_FIRST) : NULL;
    if (!endpoint) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "no model is configured");
        return STAGE_ERROR;
    }
    QuestionTerms terms = {
        .endpoint = endpoint,
        .purpose = job->repairs ? "repair" : "ask",
        .messages = job->messages,
        .schema = pack_attached(job->pack, STAGE),
        .together = job->repairs == 0,
        .shown = TRUE,
    };
    g_clear_pointer(&job->answer_fault, g_free);
    Question **pending = g_new0(Question *, 1);
    job_set_data(job, STAGE, pending, pending_free);
    question_ask(servers, job, &terms, pending, on_answer, NULL);
    return STAGE_WAIT;
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
