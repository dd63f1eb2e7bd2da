#include "stages/ask/question.h"

#include <string.h>

#include "pipeline/host/ledger-batches.h"
#include "stages/ask/batch-dialect.h"
#include "stages/ask/estimate.h"
#include "stages/ask/foresee.h"
#include "stages/ask/watch.h"

#define BYTES_PER_TOKEN 4u /* of an answer, about */
#define MOST_BATCHES 3u    /* that may bring no answer before a question is sent by itself */

struct Question {
    Servers *servers;
    Job *job;
    QuestionTerms terms;
    Question **location;
    QuestionDone done;
    gpointer data;
    char *body;       /* until it is sent */
    Ticket *ticket;   /* while it is sent */
    Watch *watch;     /* over a streamed answer; NULL: it comes in one piece */
    Call *call;       /* until it belongs to the job */
    gboolean joined;  /* it waits with others, or is under way with them */
    gboolean alone;   /* with others it came to nothing */
    gboolean batched; /* it is not sent: a batch takes it along */
    gboolean counted; /* the account waits for its end */
    Answer answer;    /* until it is durable */
};

static void answer_clear(Answer *answer)
{
    g_free(answer->text);
    g_free(answer->stopped);
    g_free(answer->sentence);
    g_clear_error(&answer->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

void question_free(Question *question)
{
    if (!question)
        return;
    *question->location = NULL;
    caller_cancel(question->ticket);
    if (question->joined)
        together_part(question->servers->together, question);
    account_forget(question->servers->account, question);
    if (question->counted)
        account_abandon(question->servers->account);
    watch_free(question->watch);
    g_free(question->body);
    if (question->call)
        call_free(question->call);
    answer_clear(&question->answer);
    g_free(question);
}

/* The question is over before its owner hears of it, who may ask the next one at once. */
static void end(Question *question)
{
    g_auto(Answer) answer = question->answer;
    QuestionDone done = question->done;
    Job *job = question->job;
    gpointer data = question->data;
    question->answer = (Answer){0};
    question_free(question);
    done(job, &answer, data);
}

static void end_with_fault(Question *question, GError *error)
{
    question->answer = (Answer){.end = QUESTION_FAULT, .word = "fault", .error = error};
    end(question);
}

/* An end without a call: who waits for money may be waiting for nobody. */
static void end_unsent(Question *question)
{
    Account *account = question->servers->account;
    end(question);
    account_left(account);
}

/* ---- its end ---- */

static void take_text(Question *question, const char *text)
{
    const QuestionTerms *terms = &question->terms;
    char *restored =
        subset_restore(terms->endpoint->subset, answer_schema_written(terms->schema), text);
    question->answer.end = QUESTION_ANSWERED;
    question->answer.word = "ok";
    question->answer.text = restored ? restored : g_strdup(text);
}

/* What had come when the watch ended an answer goes on to be corrected: the model is told what went
 * wrong. */
static void take_stopped(Question *question, const Outcome *outcome)
{
    guint most = question->terms.endpoint->settings->max_output_tokens;
    question->answer.stopped = g_strdup(watch_why(question->watch));
    question->answer.stopped_tokens = (guint)MIN(strlen(outcome->text) / BYTES_PER_TOKEN, most);
    question->answer.word = outcome->word;
}

static void take_failure(Question *question, const Outcome *outcome)
{
    question->answer = (Answer){.end = QUESTION_UNANSWERED,
                                .judgement = outcome->judgement,
                                .word = outcome->word,
                                .sentence = g_strdup(outcome->sentence)};
}

static void on_answer_durable(Job *job, gpointer data)
{
    (void)job;
    end(data);
}

static void call_ended(const Outcome *outcome, gpointer data)
{
    Question *question = data;
    Job *job = question->job;
    gboolean answered = outcome->judgement == JUDGE_ANSWERED;
    gboolean stopped = answered && question->watch && watch_why(question->watch);
    GError *error = NULL;
    if (question->watch && question->terms.shown)
        engine_text(job, "\n", 1);
    question->counted = FALSE;
    if (!account_end(question->servers->account, question->terms.endpoint->settings, job,
                     question->call, outcome, answered && !stopped ? outcome->text : NULL,
                     &error)) {
        end_with_fault(question, error);
        return;
    }
    if (!job->asked_us)
        job->asked_us = outcome->begun_us;
    g_ptr_array_add(job->calls, g_steal_pointer(&question->call));
    if (answered)
        take_text(question, outcome->text);
    else
        take_failure(question, outcome);
    if (stopped)
        take_stopped(question, outcome);
    engine_after_commit(job, on_answer_durable, question);
}

/* ---- its sending ---- */

static void on_leave_durable(Job *job, gpointer data)
{
    (void)job;
    const Question *question = data;
    if (question->ticket)
        caller_go_on(question->ticket);
}

/* An answer was lost that may have to be paid: the next sending needs money of its own. */
static void on_again(Ticket *ticket, gpointer data)
{
    Question *question = data;
    g_autoptr(GError) bad = NULL;
    if (account_again(question->servers->account, question->terms.endpoint->settings, question->job,
                      question->call, &bad))
        engine_after_commit(question->job, on_leave_durable, question);
    else
        caller_stop(ticket); /* a fault of the ledger comes back with the end of the call */
}

/* A piece of an answer that streams. */
static gboolean on_text(const char *text, gsize from, gsize length, gpointer data)
{
    const Question *question = data;
    if (question->terms.shown)
        engine_text(question->job, text + from, length - from);
    return watch_feed(question->watch, text, from, length);
}

static void send_alone(gpointer data)
{
    Question *question = data;
    Endpoint *endpoint = question->terms.endpoint;
    question->joined = FALSE;
    CallerTerms terms = {
        .tokens = estimate_tokens(endpoint->settings, &endpoint->usage, question->call->bytes),
        .begun_us = question->job->asked_us,
        .again = on_again,
        .first = !g_str_equal(question->terms.purpose, "ask"),
    };
    caller_ask_on(endpoint->caller, g_steal_pointer(&question->body), &terms, &question->ticket,
                  call_ended, question);
    if (!endpoint->settings->stream || !question->ticket)
        return;
    question->watch = endpoint_watch(endpoint, question->terms.schema);
    caller_watch(question->ticket, on_text);
}

/* ---- with others ---- */

static void begin(gpointer data);

static gboolean again_together(gpointer data)
{
    const Question *question = data;
    g_autoptr(GError) bad = NULL;
    return account_again(question->servers->account, question->terms.endpoint->settings,
                         question->job, question->call, &bad);
}

/* The question may have ended since: its address only names the member, if there is one yet. */
static void on_shared_leave_durable(Job *job, gpointer data)
{
    const Servers *servers = engine_stage_state(job->engine, "ask");
    together_go_on(servers->together, data);
}

static void leave_together(gpointer data)
{
    const Question *question = data;
    engine_after_commit(question->job, on_shared_leave_durable, (gpointer)question);
}

/* It is asked once more, by itself, once the ledger has what it cost so far. */
static void begin_alone(Question *question, const Outcome *outcome)
{
    Outcome lost = *outcome;
    GError *error = NULL;
    if (outcome->judgement == JUDGE_ANSWERED)
        lost.word = "left_out";
    question->counted = FALSE;
    question->alone = TRUE;
    if (!account_end(question->servers->account, question->terms.endpoint->settings, question->job,
                     question->call, &lost, NULL, &error)) {
        end_with_fault(question, error);
        return;
    }
    g_ptr_array_add(question->job->calls, g_steal_pointer(&question->call));
    begin(question);
}

static void ended_together(const Outcome *outcome, gsize bytes, guint documents, gpointer data)
{
    Question *question = data;
    question->joined = FALSE;
    question->call->bytes = bytes;
    question->call->documents = documents;
    if (outcome->judgement == JUDGE_REFUSED ||
        (outcome->judgement == JUDGE_ANSWERED && outcome->text))
        call_ended(outcome, question);
    else
        begin_alone(question, outcome);
}

static void on_request_durable(Job *job, gpointer data)
{
    Question *question = data;
    const QuestionTerms *terms = &question->terms;
    if (!terms->together || question->alone || !together_suits(job, terms->endpoint)) {
        send_alone(question);
        return;
    }
    TogetherMember member = {
        .job = job,
        .endpoint = terms->endpoint,
        .bytes = question->call->bytes,
        .alone = send_alone,
        .again = again_together,
        .leave = leave_together,
        .ended = ended_together,
        .data = question,
    };
    question->joined = TRUE;
    together_join(question->servers->together, &member);
}

/* ---- its beginning ---- */

static gsize weight_of(const Question *question)
{
    return dialect_weight(question->terms.endpoint->dialect, question->terms.messages,
                          strlen(question->body));
}

/* The answer of an earlier run, when the very same request was answered before. */
static gboolean use_cached(Question *question, const char *request_sha256, GError **error)
{
    g_autoptr(GError) bad = NULL;
    Job *job = question->job;
    Call *call = NULL;
    g_autofree char *text = ledger_call_cached(engine_ledger(job->engine), request_sha256, job->id,
                                               question->servers->answers_since_us, &call, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return FALSE;
    }
    if (!text)
        return FALSE;
    g_ptr_array_add(job->calls, call);
    take_text(question, text);
    return TRUE;
}

static void on_batched_durable(Job *job, gpointer data)
{
    (void)job;
    Question *question = data;
    question->answer = (Answer){.end = QUESTION_IN_BATCH,
                                .word = "in_batch",
                                .sentence = g_strdup("a batch will ask the model")};
    end(question);
}

static void open_call(Question *question, const char *request_sha256)
{
    const Servers *servers = question->servers;
    const ModelSettings *settings = question->terms.endpoint->settings;
    Job *job = question->job;
    GError *error = NULL;
    if (!question->call)
        question->call = call_new(question->terms.purpose, settings->name, settings->model);
    LedgerRequest request = {.sha256 = request_sha256,
                             .body = question->body,
                             .length = strlen(question->body),
                             .weight = weight_of(question),
                             .keep = servers->keep_requests || question->batched,
                             .batch = question->batched};
    AccountWaiter waiter = {begin, question};
    g_autofree char *refusal = NULL;
    switch (account_begin(servers->account, settings, job, question->call, &request, &waiter,
                          &refusal, &error)) {
    case ACCOUNT_OPEN:
        question->counted = TRUE;
        engine_after_commit(job, question->batched ? on_batched_durable : on_request_durable,
                            question);
        return;
    case ACCOUNT_WAIT:
        g_clear_pointer(&question->body, g_free); /* it is made again: many may wait */
        return;
    case ACCOUNT_FULL:
        question->answer = (Answer){
            .end = QUESTION_NO_MONEY, .word = "no_budget", .sentence = g_steal_pointer(&refusal)};
        end_unsent(question);
        return;
    case ACCOUNT_FAULT:
        end_with_fault(question, error);
        return;
    }
}

/* TRUE: it is known without asking how the question ends. */
static gboolean foregone(Question *question, const char *request_sha256, GError **error)
{
    Job *job = question->job;
    Endpoint *endpoint = question->terms.endpoint;
    if (engine_interrupted(job->engine)) { /* an answer would come too late to be kept */
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED, "the model was not asked");
        return TRUE;
    }
    if (engine_forecast(job->engine)) {
        if (foresee(job, endpoint, servers_for(question->servers, job, MODEL_STRONG),
                    weight_of(question), request_sha256, question->servers->answers_since_us,
                    error))
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL, "the model was not asked");
        return TRUE;
    }
    g_autoptr(GError) bad = NULL;
    if (use_cached(question, request_sha256, &bad))
        return TRUE;
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return TRUE;
    }
    const Outcome *given_up = caller_given_up(endpoint->caller);
    if (given_up)
        take_failure(question, given_up);
    return given_up != NULL;
}

/* TRUE when the question waits for a batch already, or is in one: whatever this run does with others,
 * asking it again would be paid again. Otherwise, in a run of batches, its request becomes that of a
 * batch; one that came to nothing in several is sent like any other. */
static gboolean waits_already(Question *question, const char *request_sha256, GError **error)
{
    const Endpoint *endpoint = question->terms.endpoint;
    guint failures = 0;
    gboolean waits = FALSE;
    question->batched = FALSE;
    if (!question->servers->has_batches || !batch_dialect_for(endpoint->settings))
        return FALSE;
    if (!ledger_batch_asked(engine_ledger(question->job->engine), request_sha256, &waits, &failures,
                            error))
        return TRUE;
    if (waits)
        question->answer = (Answer){.end = QUESTION_IN_BATCH,
                                    .word = "in_batch",
                                    .sentence = g_strdup("a batch has the question")};
    question->batched = question->servers->enters_batches && !waits && failures < MOST_BATCHES;
    if (question->batched) {
        g_free(question->body);
        question->body = endpoint_request(endpoint, question->terms.messages,
                                          question->terms.schema, FALSE); /* no batch streams */
    }
    return waits;
}

static void begin(gpointer data)
{
    Question *question = data;
    const QuestionTerms *terms = &question->terms;
    const Endpoint *endpoint = terms->endpoint;
    GError *error = NULL;
    g_free(question->body);
    question->body = endpoint_request(endpoint, terms->messages, terms->schema, TRUE);
    g_autofree char *request_sha256 = endpoint_hash(endpoint, question->body);
    if (!foregone(question, request_sha256, &error) &&
        !waits_already(question, request_sha256, &error))
        open_call(question, request_sha256);
    else if (error)
        end_with_fault(question, error);
    else
        end_unsent(question);
}

void question_ask(Servers *servers, Job *job, const QuestionTerms *terms, Question **location,
                  QuestionDone done, gpointer data)
{
    Question *question = g_new0(Question, 1);
    *question = (Question){.servers = servers,
                           .job = job,
                           .terms = *terms,
                           .location = location,
                           .done = done,
                           .data = data};
    *location = question;
    begin(question);
}
