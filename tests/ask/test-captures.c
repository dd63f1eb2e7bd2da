/* Every recorded response of a real server is understood, streams cut anywhere. Skipped where the
 * recordings are not at hand. */
#include <string.h>

#include "stages/ask/dialect.h"

#define CAPTURES "../reference/captures/llama-server" /* beside the corpus */

/* What is not named here is an answer, or an error when its name begins with "error-". */
static const struct {
    const char *name;
    ReplyKind kind;
} exceptions[] = {
    {"anthropic", REPLY_CUT},
    {"anthropic-output_config-ignored", REPLY_CUT},
    {"anthropic-stream", REPLY_CUT},
    {"anthropic-thinking-stream", REPLY_CUT},
    {"chat-logprobs", REPLY_CUT},
    {"chat-n2-stream", REPLY_CUT},
    {"chat-other-model-name-accepted", REPLY_CUT},
    {"chat-stream-logprobs-usage", REPLY_CUT},
    {"chat-stream-no-usage", REPLY_CUT},
    {"schema-logprobs-leading-space", REPLY_CUT},
    {"schema-stream-logprobs", REPLY_CUT},
    {"schema-truncated", REPLY_CUT},
    {"thinking", REPLY_CUT},
    {"thinking-truncated", REPLY_CUT},
    {"tools-auto-answered-with-text", REPLY_CUT},
    {"vision-data-url", REPLY_CUT},
    {"anthropic-error-not-anthropic-shaped", REPLY_ERROR},
    {"props-404-without-flag-post", REPLY_ERROR},
    /* other protocols */
    {"anthropic-count-tokens", REPLY_GARBAGE},
    {"chat-input-tokens", REPLY_GARBAGE},
    {"health", REPLY_GARBAGE},
    {"models", REPLY_GARBAGE},
    {"responses-schema-ignored", REPLY_GARBAGE},
    {"responses-stream", REPLY_TORN},
    {"responses-truncated-says-completed", REPLY_GARBAGE},
    {"tokenize", REPLY_GARBAGE},
};

typedef struct {
    char *name;
    char *text; /* of the file */
    guint status;
    const char *body;
    gboolean stream;
    const Dialect *dialect;
} Capture;

static void capture_clear(Capture *capture)
{
    g_free(capture->name);
    g_free(capture->text);
}

static char *captures_folder(void)
{
    const char *corpus = g_getenv("DOCKET_CORPUS"), *source = g_getenv("DOCKET_SOURCE");
    return corpus ? g_build_filename(corpus, CAPTURES, NULL)
                  : g_build_filename(source ? source : ".", "../shared/corpus", CAPTURES, NULL);
}

static void load(const char *folder, const char *file, Capture *capture)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    *capture = (Capture){.name = g_strndup(file, strlen(file) - strlen(".response.http"))};
    g_assert_true(g_file_get_contents(path, &capture->text, NULL, NULL));
    char *end = strstr(capture->text, "\r\n\r\n");
    gsize gap = end ? 4 : 2;
    if (!end)
        end = strstr(capture->text, "\n\n");
    g_assert_nonnull(end);
    capture->body = end + gap;
    *end = '\0'; /* the head ends here */
    capture->status = (guint)g_ascii_strtoull(capture->text + strlen("HTTP/1.1 "), NULL, 10);
    capture->stream = strstr(capture->text, "text/event-stream") != NULL;
    capture->dialect =
        g_str_has_prefix(capture->name, "anthropic") ? &dialect_anthropic : &dialect_openai;
}

typedef struct {
    const Dialect *dialect;
    Draft draft;
} Taking;

static gboolean on_event(const SseEvent *event, gpointer data)
{
    Taking *taking = data;
    return taking->dialect->event(event, &taking->draft);
}

static void read_capture(const Capture *capture, gsize piece, Reply *reply)
{
    gsize length = strlen(capture->body);
    if (!capture->stream) {
        capture->dialect->reply(capture->status, capture->body, length, reply);
        return;
    }
    Taking taking = {.dialect = capture->dialect};
    draft_init(&taking.draft);
    g_autoptr(Sse) sse = sse_new(on_event, &taking);
    for (gsize at = 0; at < length; at += piece)
        if (!sse_feed(sse, capture->body + at, MIN(piece, length - at)))
            break;
    dialect_stream_reply(capture->dialect, &taking.draft, FALSE, reply);
}

static ReplyKind kind_of(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(exceptions); i++)
        if (g_str_equal(exceptions[i].name, name))
            return exceptions[i].kind;
    return g_str_has_prefix(name, "error-") ? REPLY_ERROR : REPLY_ANSWER;
}

/* The tokens of an answer stand one behind the other and make its text. */
static void check_logprobs(const Reply *reply)
{
    guint at = 0;
    for (guint i = 0; i < reply->logprobs->len; i++) {
        const TokenLogprob *token = &g_array_index(reply->logprobs, TokenLogprob, i);
        g_assert_cmpuint(token->start, ==, at);
        g_assert_cmpuint(token->end, >=, at);
        g_assert_cmpfloat(token->logprob, <=, 0);
        at = token->end;
    }
    g_assert_cmpuint(at, ==, strlen(reply->text));
}

static void check(const Capture *capture, const Reply *reply)
{
    g_test_message("%s: %d %s", capture->name, reply->kind, reply->message ? reply->message : "");
    g_assert_cmpint(reply->kind, ==, kind_of(capture->name));
    if (reply->kind == REPLY_ERROR)
        g_assert_true(reply->message && *reply->message);
    if (reply->kind != REPLY_ANSWER && reply->kind != REPLY_CUT)
        return;
    g_assert_cmpstr(reply->model, ==, "tiny");
    g_assert_nonnull(reply->finish);
    if (!strstr(capture->name, "no-usage") && !strstr(capture->name, "n2-stream"))
        g_assert_true(reply->tokens_in > 0 && reply->tokens_out > 0);
    gboolean asked = strstr(capture->name, "logprobs") || strstr(capture->name, "fenced");
    g_assert_true(asked == (reply->logprobs != NULL));
    if (asked)
        check_logprobs(reply);
}

static void test_all(void)
{
    g_autofree char *folder = captures_folder();
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    if (!dir) {
        g_test_skip("no recorded responses beside the corpus");
        return;
    }
    guint n = 0;
    for (const char *file = g_dir_read_name(dir); file; file = g_dir_read_name(dir)) {
        static const gsize pieces[] = {1, 7, 1000, G_MAXSIZE / 2};
        if (!g_str_has_suffix(file, ".response.http"))
            continue;
        Capture capture;
        load(folder, file, &capture);
        for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
            g_auto(Reply) reply = {0};
            read_capture(&capture, pieces[i], &reply);
            check(&capture, &reply);
        }
        capture_clear(&capture);
        n++;
    }
    g_test_message("%u responses", n);
    g_assert_cmpuint(n, >, 0);
}

/* Some of them to the letter. */
static void test_some(void)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"error-oversize-prompt", "exceeds the available context size"},
        {"error-401-wrong-key", "Invalid API Key"},
        {"error-image-without-vision", "image input is not supported"},
        {"tools-required-stream", "{\""},
        {"anthropic-tool-any-stream", "{\""},
        {"thinking-schema-stream", "{"},
        {"schema", "\"vendor\""},
    };
    g_autofree char *folder = captures_folder();
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_test_skip("no recorded responses beside the corpus");
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *file = g_strconcat(cases[i].name, ".response.http", NULL);
        Capture capture;
        g_auto(Reply) reply = {0};
        load(folder, file, &capture);
        read_capture(&capture, 100, &reply);
        g_test_message("%s: %s", cases[i].name, reply.text ? reply.text : reply.message);
        g_assert_nonnull(strstr(reply.text ? reply.text : reply.message, cases[i].text));
        if (*cases[i].text == '{')
            g_assert_true(g_str_has_prefix(reply.text, cases[i].text));
        capture_clear(&capture);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/captures/all", test_all);
    g_test_add_func("/captures/some", test_some);
    return g_test_run();
}
