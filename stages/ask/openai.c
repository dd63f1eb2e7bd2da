/* OpenAI Chat Completions, and every server that is compatible with it. */
#include <string.h>

#include "pipeline/core/limits.h"
#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"
#include "stages/ask/openai-schema.h"

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
    return json_print(body, FALSE);
}

/* ---- the reply ---- */

static gint64 count(const cJSON *object, const char *key)
{
    double number = json_number(object, key, -1);
    return number >= 0 && number < 1e15 ? (gint64)number : -1;
}

static void read_usage(const cJSON *root, Reply *reply)
{
    const cJSON *usage = cJSON_GetObjectItemCaseSensitive(root, "usage");
    const cJSON *details = cJSON_GetObjectItemCaseSensitive(usage, "prompt_tokens_details");
    reply->tokens_in = count(usage, "prompt_tokens");
    reply->tokens_out = count(usage, "completion_tokens");
    reply->tokens_cached = count(details, "cached_tokens");
}

static char *word_of(const cJSON *value)
{
    if (cJSON_IsString(value) && *value->valuestring)
        return g_strdup(value->valuestring);
    if (cJSON_IsNumber(value))
        return g_strdup_printf("%.0f", value->valuedouble);
    return NULL;
}

/* Error bodies come as {"error": {…}}, {"error": "text"}, {"message": …} and {"detail": …}. */
static gboolean read_error(const cJSON *root, Reply *reply)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    if (cJSON_IsString(error)) {
        reply->message = g_strdup(error->valuestring);
        return TRUE;
    }
    if (!cJSON_IsObject(error)) {
        if (cJSON_GetObjectItemCaseSensitive(root, "choices"))
            return FALSE;
        error = root;
    }
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(error, "message");
    if (!message)
        message = cJSON_GetObjectItemCaseSensitive(error, "detail");
    if (error == root && !message)
        return FALSE;
    reply->message = cJSON_IsString(message) ? g_strdup(message->valuestring)
                     : message               ? json_print(message, FALSE)
                                             : NULL;
    reply->type = word_of(cJSON_GetObjectItemCaseSensitive(error, "type"));
    reply->code = word_of(cJSON_GetObjectItemCaseSensitive(error, "code"));
    reply->parameter = word_of(cJSON_GetObjectItemCaseSensitive(error, "param"));
    return TRUE;
}

/* The content of a message: a string, or (some gateways) a list of parts. */
static char *content_text(const cJSON *content)
{
    if (cJSON_IsString(content))
        return g_strdup(content->valuestring);
    GString *text = g_string_new(NULL);
    const cJSON *part = NULL;
    if (cJSON_IsArray(content)) {
        cJSON_ArrayForEach(part, content) g_string_append(text, json_string(part, "text", ""));
    }
    return g_string_free(text, FALSE);
}

static gboolean is_blank(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return *text == '\0';
}

static void read_choice(const cJSON *choice, Reply *reply)
{
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(choice, "message");
    const char *finish = json_string(choice, "finish_reason", "");
    const char *refusal = json_string(message, "refusal", NULL);
    reply->text = content_text(cJSON_GetObjectItemCaseSensitive(message, "content"));
    if (refusal && *refusal) {
        reply->kind = REPLY_REFUSED;
        reply->message = g_strdup(refusal);
    } else if (g_str_equal(finish, "content_filter")) {
        reply->kind = REPLY_FILTERED;
    } else if (g_str_equal(finish, "length")) {
        reply->kind = REPLY_CUT;
    } else {
        reply->kind = is_blank(reply->text) ? REPLY_EMPTY : REPLY_ANSWER;
    }
}

static void garbage(Reply *reply, const char *body, gsize length, const char *why)
{
    while (length && g_ascii_isspace(*body)) {
        body++;
        length--;
    }
    reply->kind = REPLY_GARBAGE;
    reply->message = length == 0      ? g_strdup("nothing")
                     : body[0] == '<' ? g_strdup("a web page")
                                      : g_strdup(why);
}

static void reply_from(guint status, const char *body, gsize length, Reply *reply)
{
    reply_clear(reply);
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) root = json_parse(body, length, &bad);
    if (!cJSON_IsObject(root)) {
        garbage(reply, body, length, bad ? bad->message : "JSON that is no object");
        return;
    }
    /* Gateways send an error with status 200, too: once a model has begun. */
    if (status >= 300 || !cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(root, "choices")) ||
        cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(root, "error"))) {
        if (read_error(root, reply))
            reply->kind = REPLY_ERROR;
        else
            garbage(reply, "?", 1, "JSON without \"choices\" or \"error\"");
        return;
    }
    read_usage(root, reply);
    reply->model = word_of(cJSON_GetObjectItemCaseSensitive(root, "model"));
    const cJSON *choice = cJSON_GetObjectItemCaseSensitive(root, "choices")->child;
    if (cJSON_IsObject(choice))
        read_choice(choice, reply);
    else
        reply->kind = REPLY_EMPTY;
}

const Dialect dialect_openai = {
    .name = "openai",
    .path = "chat/completions",
    .authorize = authorize,
    .schema = openai_schema,
    .request = request,
    .reply = reply_from,
    .restore = openai_schema_restore,
};
