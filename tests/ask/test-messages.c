/* What a person is told when nothing can come of asking: each cause in words of its own, without the
 * key, and without a request more than makes sense. */
#include <signal.h>

#include <glib/gstdio.h>

#include "stages/ask/caller.h"
#include "tests/ask/canned.h"

#define KEY "sk-verysecretkey123456"
#define ANSWER(status, body)                                                                       \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body

typedef struct {
    char *word, *sentence;
    Judgement judgement;
    guint sendings;
    gboolean done;
} Result;

static void on_done(const Outcome *outcome, gpointer data)
{
    Result *result = data;
    *result = (Result){.word = g_strdup(outcome->word),
                       .sentence = g_strdup(outcome->sentence),
                       .judgement = outcome->judgement,
                       .sendings = outcome->sendings,
                       .done = TRUE};
}

static void result_clear(Result *result)
{
    g_free(result->word);
    g_free(result->sentence);
}

static void ask(const char *dialect, const char *base_url, const char *ca_file, Result *result)
{
    static char model[] = "m-1", parameter[] = "max_tokens", key[] = KEY, version[] = "";
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autofree char *url = g_strdup(base_url);
    g_autofree char *name = g_strdup(dialect);
    g_autofree char *authority = g_strdup(ca_file);
    ModelSettings settings = {.base_url = url,
                              .dialect = name,
                              .model = model,
                              .api_key = key,
                              .api_version = version,
                              .ca_file = authority,
                              .max_in_flight = 2,
                              .timeout_s = 5,
                              .attempts = 2,
                              .deadline_s = 10,
                              .max_output_tokens = 100,
                              .token_parameter = parameter};
    g_autoptr(Caller) caller = caller_new(&settings, dialect_by_name(dialect), context, &error);
    g_assert_no_error(error);
    *result = (Result){0};
    Ticket *ticket = NULL;
    caller_ask(caller, g_strdup("{}"), &ticket, on_done, result);
    while (!result->done)
        g_main_context_iteration(context, TRUE);
    g_test_message("%s: %s", result->word, result->sentence);
    g_assert_null(strstr(result->sentence, "verysecret"));
}

static void assert_told(const Result *result, Judgement judgement, const char *word,
                        const char *said, guint sendings)
{
    g_assert_cmpstr(result->word, ==, word);
    g_assert_cmpint(result->judgement, ==, judgement);
    g_assert_nonnull(strstr(result->sentence, said));
    g_assert_cmpuint(result->sendings, ==, sendings);
}

static void test_answers(void)
{
    static const struct {
        const char *dialect, *response, *word;
        Judgement judgement;
        const char *said;
        guint sendings;
    } cases[] = {
        {"openai",
         ANSWER("401 Unauthorized", "{\"error\":{\"message\":\"Incorrect API key provided: " KEY
                                    "\",\"code\":\"invalid_api_key\"}}"),
         "key_refused", JUDGE_REFUSED, "api_key_env", 1},
        {"anthropic",
         ANSWER("401 Unauthorized", "{\"type\":\"error\",\"error\":{\"type\":"
                                    "\"authentication_error\",\"message\":\"invalid x-api-key\"}}"),
         "key_refused", JUDGE_REFUSED, "api_key_env", 1},
        {"gemini",
         ANSWER("400 Bad Request",
                "{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":"
                "\"INVALID_ARGUMENT\",\"details\":[{\"@type\":\"type.googleapis.com/"
                "google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}]}}"),
         "key_refused", JUDGE_REFUSED, "api_key_env", 1},
        {"openai",
         ANSWER("404 Not Found", "{\"error\":{\"message\":\"The model m-1 does not exist\","
                                 "\"code\":\"model_not_found\"}}"),
         "not_found", JUDGE_REFUSED, "model.name", 1},
        {"anthropic",
         ANSWER("404 Not Found", "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\","
                                 "\"message\":\"model: m-1\"}}"),
         "not_found", JUDGE_REFUSED, "model.name", 1},
        {"openai",
         ANSWER("400 Bad Request", "{\"error\":{\"message\":\"maximum context length is 8192\","
                                   "\"code\":\"context_length_exceeded\"}}"),
         "input_too_long", JUDGE_UNUSABLE, "max_input", 1},
        {"openai",
         ANSWER("400 Bad Request",
                "{\"error\":{\"code\":400,\"message\":\"request (40015 tokens) exceeds the "
                "available context size (8192 tokens)\",\"type\":\"exceed_context_size_error\"}}"),
         "input_too_long", JUDGE_UNUSABLE, "max_input", 1},
        {"anthropic",
         ANSWER("400 Bad Request",
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
                "\"prompt is too long: 210000 tokens > 200000 maximum\"}}"),
         "input_too_long", JUDGE_UNUSABLE, "max_input", 1},
        {"anthropic",
         ANSWER("413 Payload Too Large", "{\"type\":\"error\",\"error\":{\"type\":"
                                         "\"request_too_large\",\"message\":\"m\"}}"),
         "input_too_long", JUDGE_UNUSABLE, "max_input", 1},
        {"openai",
         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
         "<!DOCTYPE html><html>Welcome</html>",
         "not_the_protocol", JUDGE_AGAIN, "a web page", 2},
        {"openai",
         "HTTP/1.1 301 Moved\r\nLocation: https://host.example/\r\nConnection: close\r\n"
         "Content-Length: 0\r\n\r\n",
         "redirected", JUDGE_REFUSED, "redirects are not followed", 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *responses[] = {cases[i].response, NULL};
        Canned *canned = canned_start(responses);
        g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/v1", canned->port);
        Result result;
        ask(cases[i].dialect, url, NULL, &result);
        assert_told(&result, cases[i].judgement, cases[i].word, cases[i].said, cases[i].sendings);
        result_clear(&result);
        canned_stop(canned);
    }
}

/* The base URL's path is kept, and the key goes into the header of the protocol alone. */
static void test_what_is_sent(void)
{
    static const struct {
        const char *dialect, *line;
    } cases[] = {
        {"openai", "POST /gateway/team-a/v1/chat/completions HTTP/1.1\r\n"},
        {"anthropic", "POST /gateway/team-a/v1/messages HTTP/1.1\r\n"},
        {"gemini", "POST /gateway/team-a/v1/models/m-1:generateContent HTTP/1.1\r\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *responses[] = {ANSWER("401 Unauthorized", "{\"error\":\"no\"}"), NULL};
        Canned *canned = canned_start(responses);
        g_autofree char *url =
            g_strdup_printf("http://127.0.0.1:%u/gateway/team-a/v1", canned->port);
        Result result;
        ask(cases[i].dialect, url, NULL, &result);
        result_clear(&result);
        g_autofree char *request = canned_requests(canned);
        g_assert_true(g_str_has_prefix(request, cases[i].line));
        char *key = strstr(request, KEY);
        g_assert_nonnull(key);
        g_assert_null(strstr(key + 1, KEY));
        canned_stop(canned);
    }
}

static void test_proxy(void)
{
    const char *responses[] = {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n"
                               "Connection: close\r\n\r\n",
                               NULL};
    Canned *canned = canned_start(responses);
    g_autofree char *proxy = g_strdup_printf("http://127.0.0.1:%u", canned->port);
    g_unsetenv("no_proxy");
    g_setenv("http_proxy", proxy, TRUE);
    Result result;
    ask("openai", "http://model.test/v1", NULL, &result);
    assert_told(&result, JUDGE_REFUSED, "proxy_refused", "the proxy wants a password", 1);
    result_clear(&result);
    canned_stop(canned);
    g_setenv("http_proxy", "http://proxy.invalid:1", TRUE);
    ask("openai", "http://model.test/v1", NULL, &result);
    assert_told(&result, JUDGE_AGAIN, "no_such_proxy", "http_proxy", 2);
    result_clear(&result);
    g_unsetenv("http_proxy");
    g_setenv("no_proxy", "*", TRUE);
}

static guint free_port(void)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    return g_socket_listener_add_any_inet_port(listener, NULL, NULL);
}

static void wait_for(guint16 port)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    for (guint i = 0; i < 100; i++) {
        g_autoptr(GSocketConnection) connection =
            g_socket_client_connect_to_host(client, "localhost", port, NULL, NULL);
        if (connection)
            return;
        g_usleep(100000);
    }
    g_error("openssl does not listen");
}

/* A server with a certificate of its own, which is trusted only when the configuration names it. */
static void test_certificate(void)
{
    g_autofree char *program = g_find_program_in_path("openssl");
    if (!program) {
        g_test_skip("no openssl to make a certificate with");
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("docket-tls-XXXXXX", NULL);
    g_autofree char *cert = g_build_filename(folder, "cert.pem", NULL);
    g_autofree char *key = g_build_filename(folder, "key.pem", NULL);
    g_autoptr(GSubprocess) maker = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program, "req", "-x509", "-newkey", "rsa:2048",
        "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-keyout", key, "-out", cert, NULL);
    g_assert_true(g_subprocess_wait_check(maker, NULL, &error));
    g_autofree char *port = g_strdup_printf("%u", free_port());
    g_autoptr(GSubprocess) server = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program,
        "s_server", "-accept", port, "-cert", cert, "-key", key, "-www", NULL);
    g_assert_no_error(error);
    g_autofree char *url = g_strdup_printf("https://localhost:%s/v1", port);
    wait_for((guint16)g_ascii_strtoull(port, NULL, 10));
    Result result;
    ask("openai", url, NULL, &result);
    assert_told(&result, JUDGE_REFUSED, "certificate", "does not verify", 1);
    result_clear(&result);
    ask("openai", url, cert, &result);
    g_assert_cmpstr(result.word, !=, "certificate");
    result_clear(&result);
    g_subprocess_send_signal(server, SIGKILL);
    g_subprocess_wait(server, NULL, NULL);
    g_unlink(cert);
    g_unlink(key);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* A proxy of the host has no place between this test and loopback. */
    static const char *const proxies[] = {"http_proxy", "https_proxy", "all_proxy",
                                          "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"};
    for (guint i = 0; i < G_N_ELEMENTS(proxies); i++)
        g_unsetenv(proxies[i]);
    g_setenv("no_proxy", "*", TRUE);
    g_test_add_func("/messages/answers", test_answers);
    g_test_add_func("/messages/what-is-sent", test_what_is_sent);
    g_test_add_func("/messages/proxy", test_proxy);
    g_test_add_func("/messages/certificate", test_certificate);
    return g_test_run();
}
