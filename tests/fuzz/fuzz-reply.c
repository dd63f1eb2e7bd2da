/* Any bytes as a server's response in each dialect, whole and as a stream cut anywhere: understood
 * as something, the same however it is cut, and never as an answer without text. */
#include <string.h>

#include "stages/ask/retry.h"
#include "stages/ask/settings.h"
#include "tests/fuzz/fuzz.h"

static void check_logprobs(const Reply *reply)
{
    guint at = 0;
    for (guint i = 0; reply->logprobs && i < reply->logprobs->len; i++) {
        const TokenLogprob *token = &g_array_index(reply->logprobs, TokenLogprob, i);
        g_assert(token->start >= at && token->end >= token->start);
        g_assert(token->end <= strlen(reply->text) && token->logprob <= 0);
        at = token->end;
    }
}

static void check(guint status, const Reply *reply)
{
    g_assert(reply->kind != REPLY_ANSWER || (reply->text && *reply->text));
    g_assert(reply->tokens_in >= -1 && reply->tokens_out >= -1 && reply->tokens_cached >= -1);
    g_assert(reply->wait_ms >= -1);
    check_logprobs(reply);
    Response response = {.status = status, .should_retry = -1, .reply = reply};
    RetryVerdict verdict = retry_judge(&response);
    g_assert(verdict.word && verdict.advice);
    g_assert((verdict.judgement == JUDGE_ANSWERED) ==
             (status / 100 == 2 && reply->kind == REPLY_ANSWER));
    if (reply->message) {
        g_autofree char *shown = model_settings_scrub(NULL, reply->message, 300);
        g_assert(g_utf8_validate(shown, -1, NULL) && g_utf8_strlen(shown, -1) <= 301);
    }
}

static void try_whole(const Dialect *dialect, guint status, const char *data, size_t size)
{
    g_auto(Reply) reply = {0};
    dialect->reply(status, data, size, &reply);
    check(status, &reply);
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

static void read_stream(const Dialect *dialect, const char *data, size_t size, size_t piece,
                        Reply *reply)
{
    Taking taking = {.dialect = dialect};
    draft_init(&taking.draft);
    g_autoptr(Sse) sse = sse_new(on_event, &taking);
    for (size_t at = 0; at < size; at += piece)
        if (!sse_feed(sse, data + at, MIN(piece, size - at)))
            break;
    dialect_stream_reply(dialect, &taking.draft, FALSE, reply);
}

static void try_stream(const Dialect *dialect, const char *data, size_t size)
{
    g_auto(Reply) whole = {0};
    g_auto(Reply) pieces = {0};
    read_stream(dialect, data, size, size + 1, &whole);
    read_stream(dialect, data, size, 5, &pieces);
    check(200, &whole);
    g_assert(whole.kind == pieces.kind && g_strcmp0(whole.text, pieces.text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    for (guint i = 0; dialects[i]; i++) {
        try_whole(dialects[i], 200, text, size);
        try_whole(dialects[i], 429, text, size);
        try_stream(dialects[i], text, size);
    }
    return 0;
}
