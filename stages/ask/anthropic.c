/* Anthropic Messages. */
#include <string.h>

#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"

#define PATH "messages"
#define DEFAULT_VERSION "2023-06-01"
#define MAX_MARKS 4u /* blocks of one request that the provider shall cache */

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- the address ---- */

static char *below(const ModelSettings *settings, const char *path, const char *query,
                   GError **error)
{
    return model_settings_url(settings->base_url, "/v1", PATH, path, query, error);
}

static char *url(const ModelSettings *settings, GError **error)
{
    return below(settings, PATH, NULL, error);
}

static char *models_url(const ModelSettings *settings, GError **error)
{
    return below(settings, "models", "limit=1000", error);
}

static void headers(const ModelSettings *settings, GPtrArray *lines)
{
    gboolean named = settings->api_version && *settings->api_version;
    g_ptr_array_add(lines, g_strconcat("anthropic-version: ",
                                       named ? settings->api_version : DEFAULT_VERSION, NULL));
}

/* ---- the request ---- */

static void add_block(cJSON *list, const char *text, gboolean mark)
{
    cJSON *block = cJSON_CreateObject();
    cJSON_AddStringToObject(block, "type", "text");
    /* A reference: texts are long and need no copy before they are printed. */
    cJSON_AddItemToObject(block, "text", cJSON_CreateStringReference(text));
    if (mark) {
        cJSON *control = cJSON_AddObjectToObject(block, "cache_control");
        cJSON_AddStringToObject(control, "type", "ephemeral");
    }
    cJSON_AddItemToArray(list, block);
}

static void add_pictures(cJSON *list, const Message *message)
{
    for (guint i = 0; message->pictures && i < message->pictures->len; i++) {
        const Picture *picture = message->pictures->pdata[i];
        g_autofree char *caption = dialect_caption(picture);
        cJSON *text = cJSON_CreateObject(), *image = cJSON_CreateObject();
        cJSON_AddStringToObject(text, "type", "text");
        cJSON_AddStringToObject(text, "text", caption);
        cJSON_AddItemToArray(list, text);
        cJSON_AddStringToObject(image, "type", "image");
        cJSON *source = cJSON_AddObjectToObject(image, "source");
        cJSON_AddStringToObject(source, "type", "base64");
        cJSON_AddStringToObject(source, "media_type", "image/jpeg");
        cJSON_AddItemToObject(source, "data", dialect_base64("", picture));
        cJSON_AddItemToArray(list, image);
    }
}

/* System messages have a place of their own. */
static void add_messages(cJSON *body, const ModelSettings *settings, const GPtrArray *messages)
{
    cJSON *system = cJSON_CreateArray();
    cJSON *list = cJSON_CreateArray();
    guint marks = 0;
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = messages->pdata[i];
        gboolean mark = settings->cache_marks && message->cache && marks < MAX_MARKS;
        marks += mark;
        if (message->role == ROLE_SYSTEM) {
            add_block(system, message->text, mark);
            continue;
        }
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "role", message->role == ROLE_USER ? "user" : "assistant");
        cJSON *content = cJSON_AddArrayToObject(each, "content");
        add_block(content, message->text, mark);
        add_pictures(content, message);
        cJSON_AddItemToArray(list, each);
    }
    if (system->child)
        cJSON_AddItemToObject(body, "system", system);
    else
        cJSON_Delete(system);
    cJSON_AddItemToObject(body, "messages", list);
}

/* One tool, which the model must call with the record. */
static void add_tool(cJSON *body, const DialectSchema *schema)
{
    cJSON *tool = cJSON_CreateObject();
    cJSON_AddStringToObject(tool, "name", schema->name);
    cJSON_AddItemReferenceToObject(tool, "input_schema", schema->schema);
    if (schema->usable)
        cJSON_AddTrueToObject(tool, "strict");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "tools"), tool);
    cJSON *choice = cJSON_AddObjectToObject(body, "tool_choice");
    cJSON_AddStringToObject(choice, "type", "tool");
    cJSON_AddStringToObject(choice, "name", schema->name);
}

/* There is no way to ask for just any JSON object: the prompt does. */
static void add_format(cJSON *body, const ModelSettings *settings, const DialectSchema *schema)
{
    gboolean by_schema = settings->format == FORMAT_JSON_SCHEMA && schema->usable;
    if (settings->format == FORMAT_TOOL)
        add_tool(body, schema);
    if (!settings->effort && !by_schema)
        return;
    cJSON *config = cJSON_AddObjectToObject(body, "output_config");
    if (settings->effort)
        cJSON_AddStringToObject(config, "effort", settings->effort);
    if (!by_schema)
        return;
    cJSON *format = cJSON_AddObjectToObject(config, "format");
    cJSON_AddStringToObject(format, "type", "json_schema");
    cJSON_AddItemReferenceToObject(format, "schema", schema->schema);
}

static char *request(const ModelSettings *settings, const GPtrArray *messages,
                     const DialectSchema *schema)
{
    g_autoptr(cJSON) body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "model", settings->model);
    cJSON_AddNumberToObject(body, "max_tokens", settings->max_output_tokens);
    add_messages(body, settings, messages);
    if (settings->temperature)
        cJSON_AddRawToObject(body, "temperature", settings->temperature);
    add_format(body, settings, schema);
    if (settings->stream)
        cJSON_AddTrueToObject(body, "stream");
    if (settings->user)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "metadata"), "user_id",
                                settings->user);
    return dialect_print(body, settings);
}

/* ---- the reply ---- */

static const FinishWord finish_words[] = {
    {"max_tokens", REPLY_CUT},
    {"model_context_window_exceeded", REPLY_CUT},
    {"refusal", REPLY_REFUSED},
    {NULL, REPLY_ANSWER},
};

/* input_tokens is only what was neither read from nor written to the cache. A stream tells the
 * numbers in pieces, of which later ones may repeat earlier ones. */
static void read_usage(const cJSON *usage, Draft *draft)
{
    Reply *reply = &draft->reply;
    const cJSON *out = get(usage, "output_tokens_details");
    gint64 plain = -1;
    draft_count(&plain, json_number(usage, "input_tokens", -1));
    draft_count(&reply->tokens_cached, json_number(usage, "cache_read_input_tokens", -1));
    draft_count(&reply->tokens_cache_write, json_number(usage, "cache_creation_input_tokens", -1));
    draft_count(&reply->tokens_out, json_number(usage, "output_tokens", -1));
    draft_count(&reply->tokens_reasoning, json_number(out, "thinking_tokens", -1));
    if (plain >= 0)
        reply->tokens_in = plain + MAX(reply->tokens_cached, 0) + MAX(reply->tokens_cache_write, 0);
}

static void read_stop(const cJSON *message, Draft *draft)
{
    const char *reason = json_string(message, "stop_reason", NULL);
    const cJSON *details = get(message, "stop_details");
    const char *why = json_string(details, "explanation", json_string(details, "category", NULL));
    draft_finish(draft, reason);
    if (g_strcmp0(reason, "refusal") == 0 && why) {
        g_free(draft->reply.message);
        draft->reply.message = g_strdup(why);
    }
}

/* Blocks of other types (thoughts, for one) may stand before, between and behind. */
static void read_block(const cJSON *block, gint number, Draft *draft)
{
    const char *type = json_string(block, "type", "");
    const cJSON *input = get(block, "input");
    if (g_str_equal(type, "text"))
        draft_text(draft, json_string(block, "text", ""));
    if (!g_str_equal(type, "tool_use"))
        return;
    /* In a stream the input follows in pieces, behind an empty one. */
    g_autofree char *arguments = input && input->child ? json_print(input, FALSE) : g_strdup("");
    draft_tool(draft, number, arguments);
}

static void reply_from(guint status, const char *body, gsize length, Reply *reply)
{
    static const char *const members[] = {"content", NULL};
    reply_clear(reply);
    g_autoptr(cJSON) root = dialect_body(status, body, length, members, reply);
    if (!root)
        return;
    g_auto(Draft) draft = {0};
    draft_init(&draft);
    const cJSON *block = NULL;
    gint number = 0;
    cJSON_ArrayForEach(block, get(root, "content")) read_block(block, number++, &draft);
    read_usage(get(root, "usage"), &draft);
    draft_model(&draft, json_string(root, "model", NULL));
    read_stop(root, &draft);
    draft_close(&draft, finish_words, reply);
}

/* ---- the stream ---- */

static void read_delta(const cJSON *root, Draft *draft)
{
    const cJSON *delta = get(root, "delta");
    const char *type = json_string(delta, "type", "");
    if (g_str_equal(type, "text_delta"))
        draft_text(draft, json_string(delta, "text", ""));
    else if (g_str_equal(type, "input_json_delta"))
        draft_tool(draft, (gint)CLAMP(json_number(root, "index", 0), 0, 1000),
                   json_string(delta, "partial_json", ""));
}

static gboolean event(const SseEvent *event, Draft *draft)
{
    const cJSON *root = dialect_event(event, draft);
    if (!root)
        return FALSE;
    const char *type = json_string(root, "type", "");
    if (g_str_equal(type, "message_start")) {
        const cJSON *message = get(root, "message");
        draft_model(draft, json_string(message, "model", NULL));
        read_usage(get(message, "usage"), draft);
    } else if (g_str_equal(type, "content_block_start")) {
        read_block(get(root, "content_block"), (gint)CLAMP(json_number(root, "index", 0), 0, 1000),
                   draft);
    } else if (g_str_equal(type, "content_block_delta")) {
        read_delta(root, draft);
    } else if (g_str_equal(type, "message_delta")) {
        read_stop(get(root, "delta"), draft);
        read_usage(get(root, "usage"), draft);
    } else if (g_str_equal(type, "message_stop")) {
        draft->ended = TRUE;
    }
    return TRUE; /* other types come without a new version of the protocol */
}

const Dialect dialect_anthropic = {
    .name = "anthropic",
    .url = url,
    .below = below,
    .models_url = models_url,
    .headers = headers,
    .request = request,
    .reply = reply_from,
    .event = event,
    /* Newer models bill up to 4784; width x height / 750 of others is less. */
    .picture_tokens = 4784,
    .finish_words = finish_words,
};
