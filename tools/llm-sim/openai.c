/* OpenAI Chat Completions. */
#include <string.h>

#include "tools/llm-sim/protocol.h"
#include "tools/llm-sim/strict.h"

#define BAD "invalid_request_error"
#define MOST_TOP_LOGPROBS 20

static gboolean takes(const char *path)
{
    return g_str_has_suffix(path, "/chat/completions");
}

static gboolean authorized(const HttpRequest *request, const char *key)
{
    g_autofree char *wanted = g_strconcat("Bearer ", key, NULL);
    return g_strcmp0(http_header(request, "Authorization"), wanted) == 0 ||
           g_strcmp0(http_header(request, "api-key"), key) == 0; /* as Azure has it */
}

/* ---- the request ---- */

/* By its address only a data URL comes along; others would be fetched. */
static const char *add_image(const cJSON *part, Question *question)
{
    const cJSON *image = cJSON_GetObjectItemCaseSensitive(part, "image_url");
    const char *url = json_string(image, "url", "");
    if (!g_str_has_prefix(url, "data:"))
        return "only data URLs are taken here";
    const char *semicolon = strstr(url, ";base64,");
    if (!semicolon)
        return "the image is no valid base64";
    g_autofree char *media_type = g_strndup(url + 5, (gsize)(semicolon - url - 5));
    return question_add_image(question, media_type, semicolon + 8);
}

static gboolean read_content(const cJSON *message, const char *role, Question *question,
                             Trouble *trouble)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content"), *part = NULL;
    if (cJSON_IsString(content)) {
        question_add(question, role, content->valuestring);
        return TRUE;
    }
    if (!cJSON_IsArray(content))
        return trouble_set(trouble, 400, BAD, NULL, "messages",
                           "Invalid value for 'content': expected a string, got %s.",
                           content ? "another type" : "null");
    cJSON_ArrayForEach(part, content)
    {
        const char *type = json_string(part, "type", "");
        if (g_str_equal(type, "text"))
            question_add(question, role, json_string(part, "text", ""));
        else if (g_str_equal(type, "image_url")) {
            const char *wrong = add_image(part, question);
            if (wrong)
                return trouble_set(trouble, 400, BAD, "invalid_base64_image", "messages", "%s",
                                   wrong);
        } else
            return trouble_set(trouble, 400, BAD, "invalid_value", "messages",
                               "Invalid value: '%s'. Supported values are: 'text', 'image_url', "
                               "'input_audio', 'refusal', 'audio', and 'file'.",
                               type);
    }
    return TRUE;
}

static gboolean read_messages(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages"), *each = NULL;
    if (!messages)
        return trouble_set(trouble, 400, BAD, "missing_required_parameter", "messages",
                           "Missing required parameter: 'messages'.");
    if (!cJSON_IsArray(messages) || !messages->child)
        return trouble_set(trouble, 400, BAD, "empty_array", "messages",
                           "Invalid 'messages': empty array. Expected an array with minimum length "
                           "1, but got an empty array instead.");
    cJSON_ArrayForEach(each, messages)
    {
        const char *role = json_string(each, "role", "");
        if (g_str_equal(role, "developer"))
            role = "system";
        if (!g_str_equal(role, "system") && !g_str_equal(role, "user") &&
            !g_str_equal(role, "assistant"))
            return trouble_set(trouble, 400, BAD, "invalid_value", "messages",
                               "Invalid value: '%s'. Supported values are: 'system', 'assistant', "
                               "'user', 'function', 'tool', and 'developer'.",
                               role);
        if (!read_content(each, role, question, trouble))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_name(const char *name)
{
    gsize length = strlen(name);
    return length >= 1 && length <= 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               length;
}

static gboolean read_format(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(body, "response_format");
    const char *type = json_string(format, "type", "text");
    if (g_str_equal(type, "json_object")) {
        g_autofree char *lower = g_ascii_strdown(question->prompt->str, -1);
        return strstr(lower, "json") ||
               trouble_set(trouble, 400, BAD, NULL, "messages",
                           "'messages' must contain the word 'json' in some form, to use "
                           "'response_format' of type 'json_object'.");
    }
    if (g_str_equal(type, "text"))
        return TRUE;
    const cJSON *wrapper = cJSON_GetObjectItemCaseSensitive(format, "json_schema");
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(wrapper, "schema");
    const char *name = json_string(wrapper, "name", "");
    if (!g_str_equal(type, "json_schema") || !is_name(name))
        return trouble_set(trouble, 400, BAD, "missing_required_parameter",
                           "response_format.json_schema.name",
                           "Missing required parameter: 'response_format.json_schema.name'.");
    g_autofree char *complaint =
        json_bool(wrapper, "strict", FALSE) ? strict_check(schema, STRICT_OPENAI) : NULL;
    if (complaint)
        return trouble_set(trouble, 400, BAD, NULL, "response_format",
                           "Invalid schema for response_format '%s': %s", name, complaint);
    if (schema)
        question_add_schema(question, schema);
    return TRUE;
}

static gboolean read_numbers(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *cap = cJSON_GetObjectItemCaseSensitive(body, "max_completion_tokens");
    if (!cap)
        cap = cJSON_GetObjectItemCaseSensitive(body, "max_tokens");
    if (cap && !(cJSON_IsNumber(cap) && cap->valuedouble >= 1))
        return trouble_set(trouble, 400, BAD, "integer_below_min_value", cap->string,
                           "Invalid '%s': integer below minimum value. Expected a value >= 1.",
                           cap->string);
    question->most_tokens = cap ? (gint64)cap->valuedouble : -1;
    double top = json_number(body, "top_logprobs", -1);
    gboolean logprobs = json_bool(body, "logprobs", FALSE);
    if (top >= 0 && !logprobs)
        return trouble_set(trouble, 400, BAD, NULL, "top_logprobs",
                           "top_logprobs requires logprobs to be set to true");
    if (top > MOST_TOP_LOGPROBS)
        return trouble_set(trouble, 400, BAD, "integer_above_max_value", "top_logprobs",
                           "Invalid 'top_logprobs': integer above maximum value.");
    question->top_logprobs = logprobs ? (int)MAX(top, 0) : -1;
    return TRUE;
}

static gboolean ask(const HttpRequest *request, const cJSON *body, Question *question,
                    Trouble *trouble)
{
    (void)request;
    const char *model = json_string(body, "model", NULL);
    if (!model || !*model)
        return trouble_set(trouble, 400, BAD, NULL, NULL, "you must provide a model parameter");
    question->model = g_strdup(model);
    question->stream = json_bool(body, "stream", FALSE);
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(body, "stream_options");
    question->stream_usage = json_bool(options, "include_usage", FALSE);
    if (cJSON_IsObject(options) && !question->stream)
        return trouble_set(trouble, 400, BAD, NULL, "stream_options",
                           "The 'stream_options' parameter is only allowed when 'stream' is "
                           "enabled.");
    return read_messages(body, question, trouble) && read_format(body, question, trouble) &&
           read_numbers(body, question, trouble);
}

/* ---- the answer ---- */

static cJSON *frame(const Completion *completion, const char *object)
{
    cJSON *root = cJSON_CreateObject();
    g_autofree char *id = protocol_id("chatcmpl-", completion);
    cJSON_AddStringToObject(root, "id", id);
    cJSON_AddStringToObject(root, "object", object);
    cJSON_AddNumberToObject(root, "created", (double)completion->created_s);
    cJSON_AddStringToObject(root, "model", completion->model);
    cJSON_AddStringToObject(root, "service_tier", "default");
    cJSON_AddStringToObject(root, "system_fingerprint", "fp_sim");
    return root;
}

static void add_usage(cJSON *root, const Usage *used)
{
    cJSON *usage = cJSON_AddObjectToObject(root, "usage");
    cJSON_AddNumberToObject(usage, "prompt_tokens", (double)used->in);
    cJSON_AddNumberToObject(usage, "completion_tokens", (double)used->out);
    cJSON_AddNumberToObject(usage, "total_tokens", (double)(used->in + used->out));
    cJSON *in = cJSON_AddObjectToObject(usage, "prompt_tokens_details");
    cJSON_AddNumberToObject(in, "cached_tokens", (double)used->cached);
    cJSON_AddNumberToObject(in, "audio_tokens", 0);
    cJSON_AddNumberToObject(in, "cache_write_tokens", (double)used->cache_write);
    cJSON *out = cJSON_AddObjectToObject(usage, "completion_tokens_details");
    cJSON_AddNumberToObject(out, "reasoning_tokens", (double)used->thought);
    cJSON_AddNumberToObject(out, "audio_tokens", 0);
    cJSON_AddNumberToObject(out, "accepted_prediction_tokens", 0);
    cJSON_AddNumberToObject(out, "rejected_prediction_tokens", 0);
}

static void add_token(cJSON *list, const char *text, gsize length, double logprob)
{
    g_autofree char *token = g_strndup(text, length);
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "token", token);
    cJSON_AddNumberToObject(entry, "logprob", logprob);
    cJSON *bytes = cJSON_AddArrayToObject(entry, "bytes");
    for (gsize i = 0; i < length; i++)
        cJSON_AddItemToArray(bytes, cJSON_CreateNumber((guchar)text[i]));
    cJSON_AddItemToArray(list, entry);
}

/* {"content": […]} for these pieces, or null. */
static cJSON *logprobs_of(const Question *question, const Completion *completion, guint from,
                          guint to)
{
    if (question->top_logprobs < 0 || completion->finish == FINISH_REFUSAL)
        return cJSON_CreateNull();
    cJSON *root = cJSON_CreateObject();
    cJSON *content = cJSON_AddArrayToObject(root, "content");
    for (guint i = from; i < to; i++) {
        const Piece *piece = &g_array_index(completion->pieces, Piece, i);
        const char *text = completion->text + piece->start;
        add_token(content, text, piece->end - piece->start, piece->logprob);
        cJSON *entry = cJSON_GetArrayItem(content, (int)(i - from));
        cJSON *top = cJSON_AddArrayToObject(entry, "top_logprobs");
        if (question->top_logprobs > 0)
            add_token(top, text, piece->end - piece->start, piece->logprob);
    }
    cJSON_AddNullToObject(root, "refusal");
    return root;
}

static cJSON *answer(const Question *question, const Completion *completion)
{
    cJSON *root = frame(completion, "chat.completion");
    cJSON *choice = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "choices"), choice);
    cJSON_AddNumberToObject(choice, "index", 0);
    cJSON *message = cJSON_AddObjectToObject(choice, "message");
    cJSON_AddStringToObject(message, "role", "assistant");
    gboolean refused = completion->finish == FINISH_REFUSAL;
    cJSON *text = cJSON_CreateString(completion->text);
    cJSON_AddItemToObject(message, "content", refused ? cJSON_CreateNull() : text);
    cJSON_AddItemToObject(message, "refusal", refused ? text : cJSON_CreateNull());
    cJSON_AddArrayToObject(message, "annotations");
    cJSON_AddItemToObject(choice, "logprobs",
                          logprobs_of(question, completion, 0, completion->pieces->len));
    cJSON_AddStringToObject(choice, "finish_reason",
                            completion->finish == FINISH_LENGTH ? "length" : "stop");
    if (completion->tells_usage)
        add_usage(root, &completion->usage);
    return root;
}

/* ---- the stream ---- */

/* A chunk with this delta (taken), log-probabilities (taken, NULL: null) and finish reason. */
static cJSON *chunk(const Question *question, const Completion *completion, cJSON *delta,
                    cJSON *logprobs, const char *finish)
{
    cJSON *root = frame(completion, "chat.completion.chunk");
    cJSON *choice = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "choices"), choice);
    cJSON_AddNumberToObject(choice, "index", 0);
    cJSON_AddItemToObject(choice, "delta", delta);
    cJSON_AddItemToObject(choice, "logprobs", logprobs ? logprobs : cJSON_CreateNull());
    cJSON_AddItemToObject(choice, "finish_reason",
                          finish ? cJSON_CreateString(finish) : cJSON_CreateNull());
    if (question->stream_usage && completion->tells_usage)
        cJSON_AddNullToObject(root, "usage");
    return root;
}

static void stream(const Question *question, const Completion *completion, Reply *reply)
{
    gboolean refused = completion->finish == FINISH_REFUSAL;
    gint64 all = completion->usage.out;
    cJSON *delta = cJSON_CreateObject();
    cJSON_AddStringToObject(delta, "role", "assistant");
    cJSON_AddStringToObject(delta, "content", "");
    cJSON_AddNullToObject(delta, "refusal");
    reply_event(reply, NULL, chunk(question, completion, delta, NULL, NULL), 0);
    guint step = protocol_pieces_per_event(completion), n = completion->pieces->len;
    for (guint i = 0; i < n; i += step) {
        guint to = MIN(i + step, n);
        g_autofree char *text = protocol_text(completion, i, to);
        delta = cJSON_CreateObject();
        cJSON_AddStringToObject(delta, refused ? "refusal" : "content", text);
        cJSON *logprobs = logprobs_of(question, completion, i, to);
        reply_event(reply, NULL, chunk(question, completion, delta, logprobs, NULL),
                    protocol_tokens_at(completion, to - 1));
    }
    const char *finish = completion->finish == FINISH_LENGTH ? "length" : "stop";
    reply_event(reply, NULL, chunk(question, completion, cJSON_CreateObject(), NULL, finish), all);
    if (question->stream_usage && completion->tells_usage) {
        cJSON *last = frame(completion, "chat.completion.chunk");
        cJSON_AddArrayToObject(last, "choices");
        add_usage(last, &completion->usage);
        reply_event(reply, NULL, last, all);
    }
    reply_bytes(reply, "data: [DONE]\n\n", all);
}

/* ---- errors ---- */

static cJSON *text_or_null(const char *text)
{
    return text ? cJSON_CreateString(text) : cJSON_CreateNull();
}

static cJSON *error(const Trouble *trouble)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *inner = cJSON_AddObjectToObject(root, "error");
    cJSON_AddStringToObject(inner, "message", trouble->message);
    cJSON_AddItemToObject(inner, "type", text_or_null(trouble->type));
    cJSON_AddItemToObject(inner, "param", text_or_null(trouble->parameter));
    cJSON_AddItemToObject(inner, "code", text_or_null(trouble->code));
    return root;
}

static void error_event(const Trouble *trouble, gint64 tokens, Reply *reply)
{
    reply_event(reply, NULL, error(trouble), tokens);
}

const Protocol protocol_openai = {
    .name = "openai",
    .takes = takes,
    .authorized = authorized,
    .ask = ask,
    .answer = answer,
    .stream = stream,
    .error = error,
    .error_event = error_event,
    .request_id_header = "x-request-id",
};
