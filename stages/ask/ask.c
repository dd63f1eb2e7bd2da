/* The stage that asks a model for the record, turns to others where that one is of no use, and
 * decides what becomes of a document for which there is no answer. */
#include "stages/ask/question.h"
#include "stages/stages.h"

#define STAGE "ask"

/* What is kept on a job while it is asked about. */
typedef struct {
    Servers *servers;
    Endpoint *endpoint; /* that is asked */
    Question *question; /* until it has ended */
    char *lost;         /* what the endpoint before it came to; NULL: this is the first one */
} Asking;

static void asking_free(gpointer data)
{
    Asking *asking = data;
    question_free(asking->question);
    g_free(asking->lost);
    g_free(asking);
}

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

static void on_answer(Job *job, Answer *answer, gpointer data);

static void ask(Job *job, Asking *asking)
{
    gboolean fresh = job->repairs == 0;
    QuestionTerms terms = {
        .endpoint = asking->endpoint,
        .purpose = !fresh                      ? "repair"
                   : job->role == MODEL_STRONG ? "escalate"
                                               : "ask",
        .messages = job->messages,
        .schema = pack_attached(job->pack, STAGE),
        .together = fresh,
        .shown = TRUE,
    };
    question_ask(asking->servers, job, &terms, &asking->question, on_answer, NULL);
}

/* ---- without an answer ---- */

/* The stronger model was asked, and the first one's record is there whatever becomes of that. */
static gboolean has_first_record(const Job *job)
{
    return job->role == MODEL_STRONG && job->record && job->schema_valid;
}

/* An earlier answer or record of this document has to do, else the template makes one. */
static StageStep go_without(Job *job, const char *word, const char *sentence)
{
    job_reason(job, word, "%s", sentence);
    if (job->repairs > 0 || has_first_record(job)) {
        g_clear_pointer(&job->answer, g_free);
        return STAGE_NEXT;
    }
    job->model_failed = TRUE;
    return STAGE_FALLBACK;
}

/* The endpoint is of no use, not only for this document: the one that stands in for it is asked. */
static gboolean turn_to_fallback(Job *job, Asking *asking, const Answer *answer)
{
    Endpoint *other = servers_for(asking->servers, job, MODEL_FALLBACK);
    if (!other || asking->lost || other == asking->endpoint)
        return FALSE;
    const char *name = asking->endpoint->settings->name;
    asking->lost = g_strdup_printf("%s: %s: %s", name, answer->word, answer->sentence);
    job_reason(job, "fallback_model", "%s; the model \"%s\" is asked instead", asking->lost,
               other->settings->name);
    asking->endpoint = other;
    ask(job, asking);
    return TRUE;
}

static StageStep without_answer(Job *job, Asking *asking, const Answer *answer, GError **error)
{
    const ModelSettings *settings = servers_for(asking->servers, job, job->role)->settings;
    gboolean whole_run = answer->judgement != JUDGE_UNUSABLE;
    if (whole_run && turn_to_fallback(job, asking, answer))
        return STAGE_WAIT;
    if (!whole_run && engine_escalate(job, answer->sentence))
        return STAGE_AGAIN;
    g_autofree char *sentence =
        asking->lost ? g_strdup_printf("%s; and of %s", answer->sentence, asking->lost)
                     : g_strdup(answer->sentence);
    if (has_first_record(job) ||
        (whole_run ? settings->on_unreachable : settings->on_refused) == FAILURE_FALLBACK)
        return go_without(job, answer->word, sentence);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "%s: %s", answer->word, sentence);
    return STAGE_ERROR;
}

/* The same choice, made by the pack or the configuration. */
static StageStep without_money(Job *job, const Asking *asking, const Answer *answer, GError **error)
{
    if (has_first_record(job) ||
        account_at_limit(asking->servers->account, job->pack) == BUDGET_TEMPLATE)
        return go_without(job, answer->word, answer->sentence);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_BUDGET, "%s", answer->sentence);
    return STAGE_ERROR;
}

/* ---- with one ---- */

static StageStep take_answer(Job *job, const Asking *asking, Answer *answer)
{
    g_free(job->answer);
    job->answer = g_steal_pointer(&answer->text);
    job->answered = job->calls->pdata[job->calls->len - 1];
    g_free(job->answer_fault);
    job->answer_fault = g_steal_pointer(&answer->stopped);
    if (job->answer_fault)
        job_reason(job, answer->word, "%s; of %u tokens that it could have had, about %u were made",
                   job->answer_fault, asking->endpoint->settings->max_output_tokens,
                   answer->stopped_tokens);
    return STAGE_NEXT;
}

static StageStep take(Job *job, Asking *asking, Answer *answer, GError **error)
{
    switch (answer->end) {
    case QUESTION_ANSWERED:
        return take_answer(job, asking, answer);
    case QUESTION_UNANSWERED:
        return without_answer(job, asking, answer, error);
    case QUESTION_NO_MONEY:
        return without_money(job, asking, answer, error);
    case QUESTION_IN_BATCH:
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_IN_BATCH, "%s", answer->sentence);
        return STAGE_ERROR;
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
    StageStep step = take(job, job_data(job, STAGE), answer, &error);
    if (step == STAGE_WAIT)
        return;
    job_set_data(job, STAGE, NULL, NULL);
    engine_resume(job, step, error);
}

static StageStep run(Job *job, GError **error)
{
    Servers *servers = engine_stage_state(job->engine, STAGE);
    Endpoint *endpoint = servers ? servers_for(servers, job, job->role) : NULL;
    if (!endpoint) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "no model is configured");
        return STAGE_ERROR;
    }
    Asking *asking = g_new0(Asking, 1);
    asking->servers = servers;
    asking->endpoint = endpoint;
    job_set_data(job, STAGE, asking, asking_free);
    g_clear_pointer(&job->answer_fault, g_free);
    ask(job, asking);
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
