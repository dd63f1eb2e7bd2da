/* OpenAI Chat Completions, and every server that is compatible with it. */
#include <string.h>

#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"

#define PATH "chat/completions"

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- the address ---- */

static char *below(const ModelSettings *settings, const char *path, const char *query,
                   GError **error)
{
    /* Azure's older addresses name the deployment and want the version in the query. */
    gboolean deployment = strstr(settings->base_url, "/openai/deployments/") != NULL;
    gboolean azure = g_strcmp0(settings->auth, "api-key") == 0;
    gboolean versioned = deployment && settings->api_version && *settings->api_version;
    g_autofree char *both = versioned ? g_strconcat("api-version=", settings->api_version,
                                                    query ? "&" : NULL, query, NULL)
                                      : g_strdup(query);
    return model_settings_url(settings->base_url, azure ? "/openai/v1" : "/v1", PATH, path, both,
                              error);
}

static char *url(const ModelSettings *settings, GError **error)
{
    return below(settings, PATH, NULL, error);
}

static char *models_url(const ModelSettings *settings, GError **error)
{
    return below(settings, "models", NULL, error);
}

/* ---- the request ---- */

static void add_text_part(cJSON *list, cJSON *text)
{
    cJSON *part = cJSON_CreateObject();
    cJSON_AddStringToObject(part, "type", "text");
    cJSON_AddItemToObject(part, "text", text);
    cJSON_AddItemToArray(list, part);
}

/* A message of parts: its text, then each picture behind its caption. */
static cJSON *parts_of(const Message *message)
{
    cJSON *list = cJSON_CreateArray();
    add_text_part(list, cJSON_CreateStringReference(message->text));
    for (guint i = 0; i < message->pictures->len; i++) {
        const Picture *picture = message->pictures->pdata[i];
        g_autofree char *caption = dialect_caption(picture);
        add_text_part(list, cJSON_CreateString(caption));
        cJSON *part = cJSON_CreateObject();
        cJSON_AddStringToObject(part, "type", "image_url");
        cJSON *url = cJSON_AddObjectToObject(part, "image_url");
        cJSON_AddItemToObject(url, "url", dialect_base64("data:image/jpeg;base64,", picture));
        cJSON_AddStringToObject(url, "detail", "high");
        cJSON_AddItemToArray(list, part);
    }
    return list;
}

static void add_messages(cJSON *body, const ModelSettings *settings, const GPtrArray *messages)
{
    const char *roles[] = {
        [ROLE_SYSTEM] = settings->system_role ? settings->system_role : "system",
        [ROLE_USER] = "user",
        [ROLE_ASSISTANT] = "assistant",
    };
    cJSON *list = cJSON_AddArrayToObject(body, "messages");
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = messages->pdata[i];
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "role", roles[message->role]);
        /* A reference: texts are long and need no copy before they are printed. */
        cJSON_AddItemToObject(each, "content",
                              message->pictures ? parts_of(message)
                                                : cJSON_CreateStringReference(message->text));
        cJSON_AddItemToArray(list, each);
    }
}

/* One tool, which the model must call with the record. */
static void add_tool(cJSON *body, const DialectSchema *schema)
{
    cJSON *tool = cJSON_CreateObject();
    cJSON *function = cJSON_AddObjectToObject(tool, "function");
    cJSON_AddStringToObject(tool, "type", "function");
    cJSON_AddStringToObject(function, "name", schema->name);
    cJSON_AddBoolToObject(function, "strict", schema->strict);
    cJSON_AddItemReferenceToObject(function, "parameters", schema->schema);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "tools"), tool);
    cJSON *choice = cJSON_AddObjectToObject(body, "tool_choice");
    cJSON_AddStringToObject(choice, "type", "function");
    cJSON *chosen = cJSON_AddObjectToObject(choice, "function");
    cJSON_AddStringToObject(chosen, "name", schema->name);
}

static void add_schema(cJSON *body, const DialectSchema *schema)
{
    cJSON *out = cJSON_AddObjectToObject(body, "response_format");
    cJSON_AddStringToObject(out, "type", "json_schema");
    cJSON *json_schema = cJSON_AddObjectToObject(out, "json_schema");
    cJSON_AddStringToObject(json_schema, "name", schema->name);
    cJSON_AddBoolToObject(json_schema, "strict", schema->strict);
    cJSON_AddItemReferenceToObject(json_schema, "schema", schema->schema);
}

static void add_format(cJSON *body, AnswerFormat format, const DialectSchema *schema)
{
    switch (format) {
    case FORMAT_JSON_SCHEMA:
        add_schema(body, schema);
        break;
    case FORMAT_TOOL:
        add_tool(body, schema);
        break;
    case FORMAT_JSON_OBJECT: {
        cJSON *out = cJSON_AddObjectToObject(body, "response_format");
        cJSON_AddStringToObject(out, "type", "json_object");
        break;
    }
    case FORMAT_NONE:
        break;
    }
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
    add_messages(body, settings, messages);
    if (settings->temperature)
        cJSON_AddRawToObject(body, "temperature", settings->temperature);
    if (settings->effort)
        cJSON_AddStringToObject(body, "reasoning_effort", settings->effort);
    cJSON_AddNumberToObject(body, settings->token_parameter, settings->max_output_tokens);
    add_format(body, settings->format, schema);
    if (settings->logprobs)
        cJSON_AddTrueToObject(body, "logprobs");
    add_stream(body, settings);
    if (settings->user)
        cJSON_AddStringToObject(body, "user", settings->user);
    return dialect_print(body, settings);
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
        draft_text(draft, content->valuestring);
    else if (cJSON_IsArray(content))
        cJSON_ArrayForEach(part, content) draft_text(draft, json_string(part, "text", ""));
}

static void read_calls(const cJSON *calls, Draft *draft)
{
    const cJSON *call = NULL;
    gint number = 0;
    cJSON_ArrayForEach(call, calls)
    {
        double index = json_number(call, "index", number++);
        const char *arguments = json_string(get(call, "function"), "arguments", "");
        draft_tool(draft, (gint)CLAMP(index, 0, 1000), arguments);
    }
}

/* A choice of an answer has its "message", one of a stream's chunk its "delta". */
static void read_choice(const cJSON *choice, const char *member, Draft *draft)
{
    const cJSON *message = get(choice, member);
    read_content(get(message, "content"), draft);
    read_calls(get(message, "tool_calls"), draft);
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
    static const char *const members[] = {"choices", NULL};
    reply_clear(reply);
    g_autoptr(cJSON) root = dialect_body(status, body, length, members, reply);
    if (!root)
        return;
    g_auto(Draft) draft = {0};
    draft_init(&draft);
    read_usage(get(root, "usage"), &draft.reply);
    draft_model(&draft, json_string(root, "model", NULL));
    read_choice(get(root, "choices")->child, "message", &draft);
    draft_close(&draft, finish_words, reply);
}

static gboolean event(const SseEvent *event, Draft *draft)
{
    if (g_str_equal(event->data, "[DONE]")) {
        draft->ended = TRUE;
        return TRUE;
    }
    const cJSON *root = dialect_event(event, draft);
    if (!root)
        return FALSE;
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
    .url = url,
    .below = below,
    .models_url = models_url,
    .request = request,
    .reply = reply_from,
    .event = event,
    /* gpt-4o-mini's tiles are the dearest: 2833 + 5667 for each 512 pixels of a picture whose short
     * side is 768, 4 x 2 at most. */
    .picture_tokens = 2833 + 8 * 5667,
    .finish_words = finish_words,
};
