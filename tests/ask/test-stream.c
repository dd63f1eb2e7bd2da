/* The caller and answers that stream: whole ones, torn ones, errors inside, and a stream that is
 * stopped because its text went wrong. */
#include "pipeline/core/clock.h"
#include "pipeline/core/limits.h"
#include "stages/ask/caller.h"
#include "tests/ask/canned.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define EVENT(json) "data: " json "\n\n"
#define DELTA(text)                                                                                \
    EVENT("{\"model\":\"m-7\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}")
#define FINISH(word)                                                                               \
    EVENT("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" word "\"}]}")
#define USAGE                                                                                      \
    EVENT("{\"choices\":[],\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":4,"               \
          "\"prompt_tokens_details\":{\"cached_tokens\":20},"                                      \
          "\"completion_tokens_details\":{\"reasoning_tokens\":1}}}")
#define DONE "data: [DONE]\n\n"
#define WHOLE                                                                                      \
    HEAD ": waiting\n\n" DELTA("") CANNED_PAUSE DELTA("{\\\"a\\\":") DELTA("1}") FINISH("stop")    \
        USAGE DONE

typedef struct {
    Outcome outcome; /* of the last request; texts are ours */
    gboolean done;
    gsize stop_at; /* bytes of text after which the watch ends the stream; 0: never */
    gsize seen;    /* bytes of text that the watch was told of */
} Result;

static void on_done(const Outcome *outcome, gpointer data)
{
    Result *result = data;
    result->outcome = *outcome;
    result->outcome.sentence = g_strdup(outcome->sentence);
    result->outcome.text = g_strdup(outcome->text);
    result->outcome.model = g_strdup(outcome->model);
    result->outcome.finish = g_strdup(outcome->finish);
    result->outcome.logprobs = outcome->logprobs ? g_array_ref(outcome->logprobs) : NULL;
    result->done = TRUE;
}

static gboolean watch(const char *text, gsize from, gsize length, gpointer data)
{
    Result *result = data;
    if (from == 0) /* another sending */
        result->seen = 0;
    g_assert_cmpuint(from, ==, result->seen);
    g_assert_cmpuint(strlen(text), ==, length);
    result->seen = length;
    return !result->stop_at || length < result->stop_at;
}

static gboolean on_deadline(gpointer data)
{
    g_error("a request without an end");
    return G_SOURCE_REMOVE;
}

/* One request to a server with these responses, of at most three sendings. */
static void ask(const char *const *responses, gsize stop_at, Result *result)
{
    static char model[] = "m", parameter[] = "max_tokens";
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    Canned *canned = canned_start(responses);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/v1", canned->port);
    ModelSettings settings = {.base_url = url,
                              .model = model,
                              .max_in_flight = 4,
                              .timeout_s = 2,
                              .attempts = 3,
                              .deadline_s = 20,
                              .max_output_tokens = 100,
                              .token_parameter = parameter,
                              .stream = TRUE};
    g_autoptr(Caller) caller = caller_new(&settings, &dialect_openai, context, &error);
    g_assert_no_error(error);
    *result = (Result){.stop_at = stop_at};
    Ticket *ticket = NULL;
    caller_ask(caller, g_strdup("{}"), &ticket, on_done, result);
    caller_watch(ticket, watch);
    GSource *deadline = g_timeout_source_new_seconds(30);
    g_source_set_callback(deadline, on_deadline, NULL, NULL);
    g_source_attach(deadline, context);
    while (!result->done)
        g_main_context_iteration(context, TRUE);
    g_source_destroy(deadline);
    g_source_unref(deadline);
    canned_stop(canned);
}

static void assert_result(Result *result, Judgement judgement, const char *word, const char *text,
                          guint sendings)
{
    g_test_message("%s: %s", result->outcome.word, result->outcome.sentence);
    g_assert_cmpstr(result->outcome.word, ==, word);
    g_assert_cmpint(result->outcome.judgement, ==, judgement);
    g_assert_cmpstr(result->outcome.text, ==, text);
    g_assert_cmpuint(result->outcome.sendings, ==, sendings);
}

static void test_whole(void)
{
    const char *responses[] = {WHOLE, NULL};
    Result result;
    ask(responses, 0, &result);
    assert_result(&result, JUDGE_ANSWERED, "ok", "{\"a\":1}", 1);
    g_assert_cmpuint(result.seen, ==, 7);
    g_assert_cmpstr(result.outcome.model, ==, "m-7");
    g_assert_cmpstr(result.outcome.finish, ==, "stop");
    g_assert_cmpint(result.outcome.tokens_in, ==, 30);
    g_assert_cmpint(result.outcome.tokens_cached, ==, 20);
    g_assert_cmpint(result.outcome.tokens_out, ==, 4);
    g_assert_cmpint(result.outcome.tokens_reasoning, ==, 1);
    g_assert_cmpint(result.outcome.first_token_ms, >=, 90); /* the pause comes before it */
    g_assert_cmpint(result.outcome.first_token_ms, <=, result.outcome.latency_ms);
    outcome_clear(&result.outcome);
}

/* The server may answer with a whole body although a stream was asked for. */
static void test_whole_body(void)
{
    const char *responses[] = {
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        "{\"choices\":[{\"message\":{\"content\":\"{}\"},\"finish_reason\":\"stop\"}]}",
        NULL};
    Result result;
    ask(responses, 0, &result);
    assert_result(&result, JUDGE_ANSWERED, "ok", "{}", 1);
    g_assert_cmpint(result.outcome.first_token_ms, ==, -1);
    outcome_clear(&result.outcome);
}

/* Without its end mark or a reason for its end an answer is not whole, however well it looks. */
static void test_torn(void)
{
    const char *torn[] = {
        HEAD DELTA("{}") FINISH("stop"),
        HEAD DELTA("{}") DONE,
        HEAD DELTA("{}") CANNED_PAUSE CANNED_RESET,
        HEAD,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n" DELTA(
            "{}"),
    };
    for (guint i = 0; i < G_N_ELEMENTS(torn); i++) {
        const char *responses[] = {torn[i], WHOLE, NULL};
        Result result;
        g_test_message("torn %u", i);
        ask(responses, 0, &result);
        assert_result(&result, JUDGE_ANSWERED, "ok", "{\"a\":1}", 2);
        outcome_clear(&result.outcome);
        const char *always[] = {torn[i], NULL};
        ask(always, 0, &result);
        assert_result(&result, JUDGE_AGAIN, "stream_cut", NULL, 3);
        outcome_clear(&result.outcome);
    }
}

/* What breaks behind the end mark breaks nothing. */
static void test_reset_after_the_end(void)
{
    const char *responses[] = {WHOLE CANNED_PAUSE CANNED_RESET, NULL};
    Result result;
    ask(responses, 0, &result);
    assert_result(&result, JUDGE_ANSWERED, "ok", "{\"a\":1}", 1);
    outcome_clear(&result.outcome);
}

static void test_errors_inside(void)
{
    const char *errors[] = {
        HEAD DELTA("{") EVENT("{\"error\":{\"message\":\"out of memory\",\"code\":500}}"),
        HEAD DELTA("{") "event: error\ndata: {\"message\":\"out of memory\"}\n\n",
        HEAD DELTA("{") "error: {\"code\":500,\"message\":\"out of memory\"}\n\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
        const char *responses[] = {errors[i], NULL};
        Result result;
        ask(responses, 0, &result);
        assert_result(&result, JUDGE_AGAIN, "server_error", NULL, 3);
        g_assert_nonnull(strstr(result.outcome.sentence, "out of memory"));
        outcome_clear(&result.outcome);
    }
    const char *garbage[] = {HEAD "data: <html>\n\n", NULL};
    Result result;
    ask(garbage, 0, &result);
    assert_result(&result, JUDGE_AGAIN, "not_the_protocol", NULL, 3);
    outcome_clear(&result.outcome);
}

static void test_cut_and_refused(void)
{
    const char *cut[] = {HEAD DELTA("{") FINISH("length") DONE, NULL};
    Result result;
    ask(cut, 0, &result);
    assert_result(&result, JUDGE_UNUSABLE, "answer_cut", NULL, 1);
    outcome_clear(&result.outcome);
    const char *refused[] = {HEAD EVENT("{\"choices\":[{\"delta\":{\"refusal\":\"I \"}}]}")
                                 EVENT("{\"choices\":[{\"delta\":{\"refusal\":\"cannot\"}}]}")
                                     FINISH("stop") DONE,
                             NULL};
    ask(refused, 0, &result);
    assert_result(&result, JUDGE_UNUSABLE, "declined", NULL, 1);
    g_assert_nonnull(strstr(result.outcome.sentence, "I cannot"));
    outcome_clear(&result.outcome);
}

/* A stream that hangs is waited for as long as any answer, and no longer. */
static void test_hang_in_the_middle(void)
{
    const char *responses[] = {
        HEAD DELTA(
            "{") CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE
            CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE
                CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE
                    CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE CANNED_PAUSE,
        WHOLE, NULL};
    Result result;
    ask(responses, 0, &result);
    assert_result(&result, JUDGE_ANSWERED, "ok", "{\"a\":1}", 2);
    outcome_clear(&result.outcome);
}

static void test_stopped(void)
{
    const char *responses[] = {HEAD DELTA("{\\\"a\\\":") DELTA("[[[[") CANNED_PAUSE DELTA("[[["),
                               NULL};
    Result result;
    ask(responses, 9, &result);
    assert_result(&result, JUDGE_ANSWERED, "stream_stopped", "{\"a\":[[[[", 1);
    outcome_clear(&result.outcome);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* A proxy of the host has no place between this test and loopback. */
    g_setenv("no_proxy", "*", TRUE);
    g_test_add_func("/stream/whole", test_whole);
    g_test_add_func("/stream/whole-body", test_whole_body);
    g_test_add_func("/stream/torn", test_torn);
    g_test_add_func("/stream/reset-after-the-end", test_reset_after_the_end);
    g_test_add_func("/stream/errors-inside", test_errors_inside);
    g_test_add_func("/stream/cut-and-refused", test_cut_and_refused);
    g_test_add_func("/stream/hang-in-the-middle", test_hang_in_the_middle);
    g_test_add_func("/stream/stopped", test_stopped);
    return g_test_run();
}
