/* Google Gemini generateContent. */
#include <string.h>

#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- the address ---- */

static char *below(const ModelSettings *settings, const char *path, const char *query,
                   GError **error)
{
    return model_settings_url(settings->base_url, "/v1beta", path, path, query, error);
}

static char *url(const ModelSettings *settings, GError **error)
{
    const char *folder = strchr(settings->model, '/') ? "" : "models/";
    g_autofree char *model = g_uri_escape_string(settings->model, "/", FALSE);
    g_autofree char *path = g_strconcat(
        folder, model, settings->stream ? ":streamGenerateContent" : ":generateContent", NULL);
    return below(settings, path, settings->stream ? "alt=sse" : NULL, error);
}

static char *models_url(const ModelSettings *settings, GError **error)
{
    return below(settings, "models", "pageSize=1000", error);
}

/* ---- the request ---- */

static void add_part(cJSON *content, const char *text)
{
    cJSON *part = cJSON_CreateObject();
    /* A reference: texts are long and need no copy before they are printed. */
    cJSON_AddItemToObject(part, "text", cJSON_CreateStringReference(text));
    cJSON *parts = cJSON_GetObjectItemCaseSensitive(content, "parts");
    cJSON_AddItemToArray(parts ? parts : cJSON_AddArrayToObject(content, "parts"), part);
}

/* Behind the message's text, so that the parts are there. */
static void add_pictures(cJSON *content, const Message *message)
{
    cJSON *parts = cJSON_GetObjectItemCaseSensitive(content, "parts");
    for (guint i = 0; message->pictures && i < message->pictures->len; i++) {
        const Picture *picture = message->pictures->pdata[i];
        g_autofree char *caption = dialect_caption(picture);
        cJSON *text = cJSON_CreateObject(), *image = cJSON_CreateObject();
        cJSON_AddStringToObject(text, "text", caption);
        cJSON_AddItemToArray(parts, text);
        cJSON *data = cJSON_AddObjectToObject(image, "inlineData");
        cJSON_AddStringToObject(data, "mimeType", "image/jpeg");
        cJSON_AddItemToObject(data, "data", dialect_base64("", picture));
        cJSON_AddItemToArray(parts, image);
    }
}

static void add_messages(cJSON *body, const GPtrArray *messages)
{
    cJSON *system = cJSON_CreateObject();
    cJSON *list = cJSON_CreateArray();
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = messages->pdata[i];
        if (message->role == ROLE_SYSTEM) {
            add_part(system, message->text);
            continue;
        }
        cJSON *content = cJSON_CreateObject();
        cJSON_AddStringToObject(content, "role", message->role == ROLE_USER ? "user" : "model");
        add_part(content, message->text);
        add_pictures(content, message);
        cJSON_AddItemToArray(list, content);
    }
    if (system->child)
        cJSON_AddItemToObject(body, "systemInstruction", system);
    else
        cJSON_Delete(system);
    cJSON_AddItemToObject(body, "contents", list);
}

static void add_config(cJSON *body, const ModelSettings *settings, const DialectSchema *schema)
{
    cJSON *config = cJSON_AddObjectToObject(body, "generationConfig");
    if (settings->temperature)
        cJSON_AddRawToObject(config, "temperature", settings->temperature);
    cJSON_AddNumberToObject(config, "maxOutputTokens", settings->max_output_tokens);
    if (settings->format != FORMAT_NONE)
        cJSON_AddStringToObject(config, "responseMimeType", "application/json");
    if (settings->format == FORMAT_JSON_SCHEMA && schema->usable)
        cJSON_AddItemReferenceToObject(config, "responseJsonSchema", schema->schema);
    if (settings->effort) {
        g_autofree char *level = g_ascii_strup(settings->effort, -1);
        cJSON *thinking = cJSON_AddObjectToObject(config, "thinkingConfig");
        cJSON_AddStringToObject(thinking, "thinkingLevel", level);
    }
    if (settings->logprobs)
        cJSON_AddTrueToObject(config, "responseLogprobs");
}

static char *request(const ModelSettings *settings, const GPtrArray *messages,
                     const DialectSchema *schema)
{
    g_autoptr(cJSON) body = cJSON_CreateObject();
    add_messages(body, messages);
    add_config(body, settings, schema);
    return dialect_print(body, settings);
}

/* ---- the reply ---- */

/* Nothing usable came of some attempts for no reason that lies in the document: as good as empty. */
static const FinishWord finish_words[] = {
    {"MAX_TOKENS", REPLY_CUT},
    {"CONTINUATION", REPLY_CUT},
    {"SAFETY", REPLY_FILTERED},
    {"RECITATION", REPLY_FILTERED},
    {"LANGUAGE", REPLY_FILTERED},
    {"BLOCKLIST", REPLY_FILTERED},
    {"PROHIBITED_CONTENT", REPLY_FILTERED},
    {"SPII", REPLY_FILTERED},
    {"IMAGE_SAFETY", REPLY_FILTERED},
    {"OTHER", REPLY_EMPTY},
    {"MALFORMED_FUNCTION_CALL", REPLY_EMPTY},
    {"UNEXPECTED_TOOL_CALL", REPLY_EMPTY},
    {"MALFORMED_RESPONSE", REPLY_EMPTY},
    {NULL, REPLY_ANSWER},
};

/* Thoughts are counted beside the answer, not in it. */
static void read_usage(const cJSON *usage, Reply *reply)
{
    gint64 answer = -1;
    draft_count(&reply->tokens_in, json_number(usage, "promptTokenCount", -1));
    draft_count(&reply->tokens_cached, json_number(usage, "cachedContentTokenCount", -1));
    draft_count(&reply->tokens_reasoning, json_number(usage, "thoughtsTokenCount", -1));
    draft_count(&answer, json_number(usage, "candidatesTokenCount", -1));
    if (answer >= 0 || reply->tokens_reasoning >= 0)
        reply->tokens_out = MAX(answer, 0) + MAX(reply->tokens_reasoning, 0);
}

static void read_logprobs(const cJSON *result, Draft *draft)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, get(result, "chosenCandidates"))
    {
        const char *token = json_string(each, "token", "");
        if (cJSON_IsNumber(get(each, "logProbability")))
            draft_token(draft, token, strlen(token), json_number(each, "logProbability", 0));
    }
}

/* A whole answer, or a piece of one in a stream: both have this form. */
static void read_response(const cJSON *root, Draft *draft)
{
    const cJSON *candidate = get(root, "candidates");
    const cJSON *part = NULL;
    candidate = candidate ? candidate->child : NULL;
    cJSON_ArrayForEach(part, get(get(candidate, "content"), "parts"))
    {
        if (!json_bool(part, "thought", FALSE))
            draft_text(draft, json_string(part, "text", ""));
    }
    read_logprobs(get(candidate, "logprobsResult"), draft);
    read_usage(get(root, "usageMetadata"), &draft->reply);
    draft_model(draft, json_string(root, "modelVersion", NULL));
    draft_finish(draft, json_string(candidate, "finishReason", NULL));
    const char *blocked = json_string(get(root, "promptFeedback"), "blockReason", NULL);
    if (blocked) {
        draft->reply.kind = REPLY_FILTERED;
        draft_finish(draft, blocked);
    }
    /* There is no end mark but the reason for the end. */
    draft->ended = draft->reply.finish != NULL;
}

static void reply_from(guint status, const char *body, gsize length, Reply *reply)
{
    /* A prompt that was blocked brings no candidates. */
    static const char *const members[] = {"candidates", "promptFeedback", NULL};
    reply_clear(reply);
    g_autoptr(cJSON) root = dialect_body(status, body, length, members, reply);
    if (!root)
        return;
    g_auto(Draft) draft = {0};
    draft_init(&draft);
    read_response(root, &draft);
    draft_close(&draft, finish_words, reply);
}

static gboolean event(const SseEvent *event, Draft *draft)
{
    const cJSON *root = dialect_event(event, draft);
    if (!root)
        return FALSE;
    read_response(root, draft);
    return TRUE;
}

const Dialect dialect_gemini = {
    .name = "gemini",
    .url = url,
    .below = below,
    .models_url = models_url,
    .request = request,
    .reply = reply_from,
    .event = event,
    /* 258 for each tile of at least 256 pixels a side. */
    .picture_tokens = 258 * 7 * 7,
    .finish_words = finish_words,
};
