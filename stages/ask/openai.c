/* OpenAI Chat Completions, and every server that is compatible with it. */
#include <string.h>

#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"
#include "stages/ask/openai-schema.h"
#include "stages/ask/reply-error.h"

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- the request ---- */

static char *authorize(const char *key)
{
    return g_strconcat("Authorization: Bearer ", key, NULL);
}

static void add_messages(cJSON *body, const GPtrArray *messages)
{
    static const char *const roles[] = {
        [ROLE_SYSTEM] = "system",
        [ROLE_USER] = "user",
        [ROLE_ASSISTANT] = "assistant",
    };
    cJSON *list = cJSON_AddArrayToObject(body, "messages");
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = messages->pdata[i];
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "role", roles[message->role]);
        /* A reference: texts are long and need no copy before they are printed. */
        cJSON_AddItemToObject(each, "content", cJSON_CreateStringReference(message->text));
        cJSON_AddItemToArray(list, each);
    }
}

static void add_format(cJSON *body, AnswerFormat format, const DialectSchema *schema)
{
    if (format == FORMAT_NONE)
        return;
    cJSON *out = cJSON_AddObjectToObject(body, "response_format");
    if (format == FORMAT_JSON_OBJECT) {
        cJSON_AddStringToObject(out, "type", "json_object");
        return;
    }
    cJSON_AddStringToObject(out, "type", "json_schema");
    cJSON *json_schema = cJSON_AddObjectToObject(out, "json_schema");
    cJSON_AddStringToObject(json_schema, "name", schema->name);
    cJSON_AddBoolToObject(json_schema, "strict", schema->strict);
    cJSON_AddItemReferenceToObject(json_schema, "schema", schema->schema);
}

static void add_stream(cJSON *body, const ModelSettings *settings)
{
    if (!settings->stream)
        return;
    cJSON_AddTrueToObject(body, "stream");
    if (settings->stream_usage) {
        cJSON *options = cJSON_AddObjectToObject(body, "stream_options");
        cJSON_AddTrueToObject(options, "include_usage");
    }
}

static char *request(const ModelSettings *settings, const GPtrArray *messages,
                     const DialectSchema *schema)
{
    g_autoptr(cJSON) body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "model", settings->model);
    add_messages(body, messages);
    if (settings->temperature)
        cJSON_AddRawToObject(body, "temperature", settings->temperature);
    cJSON_AddNumberToObject(body, settings->token_parameter, settings->max_output_tokens);
    add_format(body, settings->format, schema);
    if (settings->logprobs)
        cJSON_AddTrueToObject(body, "logprobs");
    add_stream(body, settings);
    return json_print(body, FALSE);
}

/* ---- what the whole answer and its pieces have in common ---- */

static void read_usage(const cJSON *usage, Reply *reply)
{
    const cJSON *in = get(usage, "prompt_tokens_details");
    const cJSON *out = get(usage, "completion_tokens_details");
    draft_count(&reply->tokens_in, json_number(usage, "prompt_tokens", -1));
    draft_count(&reply->tokens_out, json_number(usage, "completion_tokens", -1));
    draft_count(&reply->tokens_cached, json_number(in, "cached_tokens", -1));
    draft_count(&reply->tokens_cache_write, json_number(in, "cache_write_tokens", -1));
    draft_count(&reply->tokens_reasoning, json_number(out, "reasoning_tokens", -1));
}

/* The bytes of a token: characters that are split between tokens can only be told so. */
static void read_token(const cJSON *token, Draft *draft)
{
    const cJSON *bytes = get(token, "bytes"), *each = NULL;
    double logprob = json_number(token, "logprob", 0);
    if (!cJSON_IsNumber(get(token, "logprob")))
        return;
    if (!cJSON_IsArray(bytes)) {
        const char *text = json_string(token, "token", "");
        draft_token(draft, text, strlen(text), logprob);
        return;
    }
    g_autoptr(GString) raw = g_string_new(NULL);
    cJSON_ArrayForEach(each, bytes)
    {
        if (cJSON_IsNumber(each) && each->valuedouble >= 0 && each->valuedouble <= 255)
            g_string_append_c(raw, (char)(guchar)each->valuedouble);
    }
    draft_token(draft, raw->str, raw->len, logprob);
}

static void read_logprobs(const cJSON *choice, Draft *draft)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(get(choice, "logprobs"), "content")) read_token(each, draft);
}

/* The content of a message: a string, or (some gateways) a list of parts. */
static void read_content(const cJSON *content, Draft *draft)
{
    const cJSON *part = NULL;
    if (cJSON_IsString(content))
        g_string_append(draft->text, content->valuestring);
    else if (cJSON_IsArray(content))
        cJSON_ArrayForEach(part, content)
            g_string_append(draft->text, json_string(part, "text", ""));
}

/* A choice of an answer has its "message", one of a stream's chunk its "delta". */
static void read_choice(const cJSON *choice, const char *member, Draft *draft)
{
    const cJSON *message = get(choice, member);
    read_content(get(message, "content"), draft);
    g_string_append(draft->refusal, json_string(message, "refusal", ""));
    read_logprobs(choice, draft);
    draft_finish(draft, json_string(choice, "finish_reason", NULL));
}

/* ---- the reply ---- */

static const FinishWord finish_words[] = {
    {"length", REPLY_CUT},
    {"content_filter", REPLY_FILTERED},
    {NULL, REPLY_ANSWER},
};

static void reply_from(guint status, const char *body, gsize length, Reply *reply)
{
    reply_clear(reply);
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) root = json_parse(body, length, &bad);
    const cJSON *choices = get(root, "choices");
    if (!cJSON_IsObject(root)) {
        reply_garbage(reply, body, length, bad ? bad->message : "JSON that is no object");
        return;
    }
    /* Gateways send an error with status 200, too: once a model has begun. */
    if (status >= 300 || !cJSON_IsArray(choices) || cJSON_IsObject(get(root, "error"))) {
        if (!reply_error(root, reply))
            reply_garbage(reply, "?", 1, "JSON without \"choices\" or \"error\"");
        return;
    }
    g_auto(Draft) draft = {0};
    draft_init(&draft);
    read_usage(get(root, "usage"), &draft.reply);
    draft_model(&draft, json_string(root, "model", NULL));
    read_choice(choices->child, "message", &draft);
    draft_close(&draft, finish_words, reply);
}

/* An error that comes in a stream, where no status can tell. */
static gboolean is_error(const SseEvent *event, const cJSON *root)
{
    const cJSON *error = get(root, "error");
    return g_str_equal(event->type, "error") || cJSON_IsObject(error) || cJSON_IsString(error);
}

static gboolean event(const SseEvent *event, Draft *draft)
{
    if (g_str_equal(event->data, "[DONE]")) {
        draft->ended = TRUE;
        return TRUE;
    }
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) root = json_parse(event->data, event->length, &bad);
    if (!cJSON_IsObject(root)) {
        reply_garbage(&draft->reply, event->data, event->length,
                      bad ? bad->message : "an event that is no JSON object");
        return FALSE;
    }
    if (is_error(event, root)) {
        if (!reply_error(root, &draft->reply))
            draft->reply.kind = REPLY_ERROR;
        return FALSE;
    }
    read_usage(get(root, "usage"), &draft->reply);
    draft_model(draft, json_string(root, "model", NULL));
    const cJSON *choice = NULL; /* none in a chunk that only reports usage */
    cJSON_ArrayForEach(choice, get(root, "choices"))
    {
        if (json_number(choice, "index", 0) == 0)
            read_choice(choice, "delta", draft);
    }
    return TRUE;
}

const Dialect dialect_openai = {
    .name = "openai",
    .path = "chat/completions",
    .authorize = authorize,
    .schema = openai_schema,
    .request = request,
    .reply = reply_from,
    .event = event,
    .finish_words = finish_words,
    .restore = openai_schema_restore,
};
