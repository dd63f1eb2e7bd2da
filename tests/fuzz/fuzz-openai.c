/* Any bytes as a server's response: understood as something, and never as an answer without text.
 * Any bytes as a schema and an answer under it: rewritten to what is an object, undone to JSON. */
#include <string.h>

#include "stages/ask/retry.h"
#include "stages/ask/settings.h"
#include "tests/fuzz/fuzz.h"

static void try_reply(guint status, const char *data, size_t size)
{
    g_auto(Reply) reply = {0};
    dialect_openai.reply(status, data, size, &reply);
    g_assert(reply.kind != REPLY_ANSWER || (reply.text && *reply.text));
    g_assert(reply.tokens_in >= -1 && reply.tokens_out >= -1 && reply.tokens_cached >= -1);
    Response response = {.status = status, .should_retry = -1, .reply = &reply};
    RetryVerdict verdict = retry_judge(&response);
    g_assert(verdict.word && verdict.advice);
    g_assert((verdict.judgement == JUDGE_ANSWERED) ==
             (status / 100 == 2 && reply.kind == REPLY_ANSWER));
    if (reply.message) {
        g_autofree char *shown = model_settings_scrub(NULL, reply.message, 300);
        g_assert(g_utf8_validate(shown, -1, NULL) && g_utf8_strlen(shown, -1) <= 301);
    }
}

/* The first line is a schema, the rest an answer. */
static void try_schema(const char *data, size_t size)
{
    const char *line = size ? memchr(data, '\n', size) : NULL;
    size_t length = line ? (size_t)(line - data) : size;
    g_autoptr(cJSON) schema = json_parse(data, length, NULL);
    if (!schema)
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(DialectSchema) rewritten = dialect_openai.schema("fuzz", schema, &error);
    g_assert((rewritten == NULL) == (error != NULL));
    if (!rewritten)
        return;
    g_assert(cJSON_IsObject(rewritten->schema));
    g_autofree char *answer = line ? g_strndup(line + 1, size - length - 1) : g_strdup("");
    g_autofree char *restored = dialect_openai.restore(schema, answer);
    if (restored) {
        g_autoptr(cJSON) again = json_parse(restored, strlen(restored), NULL);
        g_assert(again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    try_reply(200, text, size);
    try_reply(429, text, size);
    try_reply(400, text, size);
    try_schema(text, size);
    return 0;
}
