/* The HTTP client: which headers are kept, what streams, and where bodies end. */
#include <string.h>

#include "stages/ask/client.h"
#include "tests/ask/canned.h"

typedef struct {
    gboolean done;
    CURLcode code;
    guint status;
    gboolean too_large, streamed, stopped;
    GString *pieces; /* through ClientBytes */
    char *body;
    char *headers[4];
    gsize stop_at; /* bytes of pieces after which no more are wanted; 0: never */
} Result;

static const char *const names[] = {"retry-after", "x-ratelimit-remaining-tokens",
                                    "anthropic-ratelimit-requests-reset", "x-secret-thing"};

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    Result *result = data;
    g_string_append_len(result->pieces, bytes, (gssize)length);
    return !result->stop_at || result->pieces->len < result->stop_at;
}

static void on_done(const ClientResponse *response, gpointer data)
{
    Result *result = data;
    result->done = TRUE;
    result->code = response->code;
    result->status = response->status;
    result->too_large = response->too_large;
    result->streamed = response->streamed;
    result->stopped = response->stopped;
    result->body = g_strdup(response->body);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        result->headers[i] = g_strdup(client_header(response, names[i]));
}

/* The request that the server saw. Caller frees. */
static char *send_one(const char *response, const char *body, gsize stop_at, Result *result)
{
    const char *responses[] = {response, NULL};
    const char *headers[] = {"X-Test: 1", NULL};
    g_autoptr(GMainContext) context = g_main_context_new();
    Canned *canned = canned_start(responses);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/p", canned->port);
    g_autoptr(Client) client = client_new(context, 2);
    ClientRequest request = {.url = url,
                             .headers = headers,
                             .body = body,
                             .length = body ? strlen(body) : 0,
                             .connect_timeout_ms = 5000,
                             .timeout_ms = 10000,
                             .max_bytes = 1000,
                             .bytes = on_bytes};
    *result = (Result){.stop_at = stop_at, .pieces = g_string_new(NULL)};
    client_send(client, &request, on_done, result);
    while (!result->done)
        g_main_context_iteration(context, TRUE);
    char *seen = canned_requests(canned);
    canned_stop(canned);
    return seen;
}

static void result_clear(Result *result)
{
    g_string_free(result->pieces, TRUE);
    g_free(result->body);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_free(result->headers[i]);
}

#define OK(type) "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: " type "\r\n"

static void test_headers(void)
{
    Result result;
    g_autofree char *seen = send_one(
        "HTTP/1.1 100 Continue\r\nRetry-After: 9\r\n\r\n" OK(
            "application/json") "RETRY-AFTER:  3 \r\nX-RateLimit-Remaining-Tokens: 17\r\n"
                                "anthropic-ratelimit-requests-reset: 2026-11-30T10:00:00Z\r\n"
                                "X-Secret-Thing: 1\r\nRetry-After: 5\r\n\r\n{}",
        "{}", 0, &result);
    g_assert_cmpuint(result.status, ==, 200);
    g_assert_cmpstr(result.headers[0], ==, "3"); /* the first of its name, of the last response */
    g_assert_cmpstr(result.headers[1], ==, "17");
    g_assert_cmpstr(result.headers[2], ==, "2026-11-30T10:00:00Z");
    g_assert_null(result.headers[3]);
    g_assert_true(g_str_has_prefix(seen, "POST /p HTTP/1.1\r\n"));
    result_clear(&result);
}

static void test_get(void)
{
    Result result;
    g_autofree char *seen = send_one(OK("application/json") "\r\n{\"data\":[]}", NULL, 0, &result);
    g_assert_true(g_str_has_prefix(seen, "GET /p HTTP/1.1\r\n"));
    g_assert_cmpstr(result.body, ==, "{\"data\":[]}");
    result_clear(&result);
}

/* Only what says that it is an event stream, with a good status, goes through the callback. */
static void test_what_streams(void)
{
    static const struct {
        const char *response;
        gboolean streamed;
    } cases[] = {
        {OK("text/event-stream") "\r\ndata: a\n\n", TRUE},
        {OK("Text/Event-Stream; charset=utf-8") "\r\ndata: a\n\n", TRUE},
        {OK("text/event-stream") "\r\n", TRUE},
        {OK("application/json") "\r\ndata: a\n\n", FALSE},
        {"HTTP/1.1 500 No\r\nConnection: close\r\nContent-Type: text/event-stream\r\n\r\n"
         "data: a\n\n",
         FALSE},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: a\n\n", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Result result;
        g_free(send_one(cases[i].response, "{}", 0, &result));
        g_assert_true(result.streamed == cases[i].streamed);
        const char *text = strstr(cases[i].response, "\r\n\r\n") + 4;
        g_assert_cmpstr(result.pieces->str, ==, cases[i].streamed ? text : "");
        g_assert_cmpstr(result.body, ==, cases[i].streamed ? "" : text);
        result_clear(&result);
    }
}

static void test_ends(void)
{
    g_autofree char *much = g_strnfill(2000, ':');
    g_autofree char *stream = g_strconcat(OK("text/event-stream") "\r\n", much, NULL);
    g_autofree char *body = g_strconcat(OK("application/json") "\r\n", much, NULL);
    Result result;
    g_free(send_one(stream, "{}", 0, &result));
    g_assert_true(result.too_large && !result.stopped);
    g_assert_cmpuint(result.pieces->len, <=, 1000);
    result_clear(&result);
    g_free(send_one(body, "{}", 0, &result));
    g_assert_true(result.too_large);
    result_clear(&result);
    g_free(send_one(OK("text/event-stream") "\r\ndata: a\n\n" CANNED_PAUSE CANNED_PAUSE "data: b\n",
                    "{}", 5, &result));
    g_assert_true(result.stopped && !result.too_large);
    g_assert_cmpint(result.code, ==, CURLE_WRITE_ERROR);
    g_assert_null(strstr(result.pieces->str, "b"));
    result_clear(&result);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* A proxy of the host has no place between this test and loopback. */
    g_setenv("no_proxy", "*", TRUE);
    g_test_add_func("/client/headers", test_headers);
    g_test_add_func("/client/get", test_get);
    g_test_add_func("/client/what-streams", test_what_streams);
    g_test_add_func("/client/ends", test_ends);
    return g_test_run();
}
