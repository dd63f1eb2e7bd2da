/* Anthropic Messages. */
#include <string.h>

#include "tools/llm-sim/protocol.h"
#include "tools/llm-sim/strict.h"

#define BAD "invalid_request_error"
#define MOST_MARKS 4
#define FIRST_TOKENS 1 /* of the answer that a stream's first event tells of, and that are billed */
#define NEWEST_VERSION "2026-10-21" /* refuses sampling parameters */

static gboolean takes(const char *path)
{
    return g_str_equal(path, "/v1/messages");
}

static gboolean authorized(const HttpRequest *request, const char *key)
{
    g_autofree char *wanted = g_strconcat("Bearer ", key, NULL);
    return g_strcmp0(http_header(request, "x-api-key"), key) == 0 ||
           g_strcmp0(http_header(request, "Authorization"), wanted) == 0;
}

/* ---- the request ---- */

static void mark(const cJSON *block, Question *question)
{
    if (cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(block, "cache_control")))
        question_mark(question);
}

/* The blocks of one message, or its text. */
static gboolean read_blocks(const cJSON *content, const char *role, Question *question,
                            Trouble *trouble)
{
    const cJSON *block = NULL;
    if (cJSON_IsString(content)) {
        question_add(question, role, content->valuestring);
        return TRUE;
    }
    if (!cJSON_IsArray(content))
        return trouble_set(trouble, 400, BAD, NULL, NULL, "%s.content: Field required", role);
    cJSON_ArrayForEach(block, content)
    {
        const char *type = json_string(block, "type", "");
        if (g_str_equal(type, "text"))
            question_add(question, role, json_string(block, "text", ""));
        else if (g_str_equal(type, "image")) {
            const cJSON *source = cJSON_GetObjectItemCaseSensitive(block, "source");
            const char *wrong = question_add_image(question, json_string(source, "media_type", ""),
                                                   json_string(source, "data", ""));
            if (wrong)
                return trouble_set(trouble, 400, BAD, NULL, NULL, "messages: %s", wrong);
        } else if (g_str_equal(type, "tool_use"))
            question_add(question, "assistant", "");
        else if (g_str_equal(type, "tool_result"))
            read_blocks(cJSON_GetObjectItemCaseSensitive(block, "content"), "user", question,
                        trouble);
        else
            return trouble_set(trouble, 400, BAD, NULL, NULL,
                               "messages: Input tag '%s' found using 'type' does not match any of "
                               "the expected tags",
                               type);
        mark(block, question);
    }
    return TRUE;
}

static gboolean read_messages(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(body, "messages"), *each = NULL;
    const cJSON *system = cJSON_GetObjectItemCaseSensitive(body, "system");
    if (system && !read_blocks(system, "system", question, trouble))
        return FALSE;
    if (!cJSON_IsArray(messages))
        return trouble_set(trouble, 400, BAD, NULL, NULL, "messages: Field required");
    if (!messages->child)
        return trouble_set(trouble, 400, BAD, NULL, NULL,
                           "messages: at least one message is required");
    const char *role = "";
    cJSON_ArrayForEach(each, messages)
    {
        role = json_string(each, "role", "");
        if (!g_str_equal(role, "user") && !g_str_equal(role, "assistant"))
            return trouble_set(trouble, 400, BAD, NULL, NULL,
                               "messages: Unexpected role \"%s\". The Messages API accepts a "
                               "top-level `system` parameter, not \"system\" as an input message "
                               "role.",
                               role);
        const cJSON *content = cJSON_GetObjectItemCaseSensitive(each, "content");
        if (!read_blocks(content, role, question, trouble))
            return FALSE;
    }
    if (g_str_equal(role, "assistant"))
        return trouble_set(trouble, 400, BAD, NULL, NULL,
                           "Prefilling assistant messages is not supported for this model.");
    if (question->marks && question->marks->len > MOST_MARKS)
        return trouble_set(trouble, 400, BAD, NULL, NULL,
                           "A maximum of 4 blocks with cache_control may be provided. Found %u.",
                           question->marks->len);
    return TRUE;
}

static gboolean read_schema(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *config = cJSON_GetObjectItemCaseSensitive(body, "output_config");
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(config, "format");
    const cJSON *tools = cJSON_GetObjectItemCaseSensitive(body, "tools");
    const cJSON *choice = cJSON_GetObjectItemCaseSensitive(body, "tool_choice");
    const cJSON *tool = cJSON_IsArray(tools) ? tools->child : NULL;
    const char *wanted = json_string(choice, "type", "");
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(format, "schema");
    if (format && (!g_str_equal(json_string(format, "type", ""), "json_schema") || !schema))
        return trouble_set(trouble, 400, BAD, NULL, NULL,
                           "output_config.format.schema: Field required");
    gboolean strict = format != NULL;
    if (tool && (g_str_equal(wanted, "tool") || g_str_equal(wanted, "any"))) {
        schema = cJSON_GetObjectItemCaseSensitive(tool, "input_schema");
        strict = json_bool(tool, "strict", FALSE);
        question->tool = g_strdup(json_string(tool, "name", "?"));
        if (!schema)
            return trouble_set(trouble, 400, BAD, NULL, NULL,
                               "tools.0.custom.input_schema: Field required");
    }
    g_autofree char *complaint = strict ? strict_check(schema, STRICT_ANTHROPIC) : NULL;
    if (complaint)
        return trouble_set(trouble, 400, BAD, NULL, NULL, "%s: %s",
                           question->tool ? "tools.0.custom.input_schema"
                                          : "output_config.format.schema",
                           complaint);
    if (schema)
        question_add_schema(question, schema);
    return TRUE;
}

static gboolean check_version(const HttpRequest *request, const cJSON *body, Trouble *trouble)
{
    static const char *const sampling[] = {"temperature", "top_p", "top_k"};
    const char *version = http_header(request, "anthropic-version");
    if (!version)
        return trouble_set(trouble, 400, BAD, NULL, NULL, "anthropic-version: header is required");
    for (guint i = 0; i < G_N_ELEMENTS(sampling); i++)
        if (strcmp(version, NEWEST_VERSION) >= 0 &&
            cJSON_GetObjectItemCaseSensitive(body, sampling[i]))
            return trouble_set(trouble, 400, BAD, NULL, NULL, "%s: Extra inputs are not permitted",
                               sampling[i]);
    return TRUE;
}

static gboolean ask(const HttpRequest *request, const cJSON *body, Question *question,
                    Trouble *trouble)
{
    if (request && !check_version(request, body, trouble))
        return FALSE;
    const char *model = json_string(body, "model", NULL);
    if (!model)
        return trouble_set(trouble, 400, BAD, NULL, NULL, "model: Field required");
    double most = json_number(body, "max_tokens", -1);
    if (most < 0)
        return trouble_set(trouble, 400, BAD, NULL, NULL, "max_tokens: Field required");
    question->model = g_strdup(model);
    question->most_tokens = (gint64)most;
    question->stream = json_bool(body, "stream", FALSE);
    question->stream_usage = TRUE;
    /* The cache's order is tools, system, messages: the schema goes first. */
    if (!read_schema(body, question, trouble) || !read_messages(body, question, trouble))
        return FALSE;
    if (!question->marks) /* nothing is cached that is not marked */
        question->marks = g_array_new(FALSE, FALSE, sizeof(gsize));
    return TRUE;
}

/* ---- the answer ---- */

static void add_usage(cJSON *root, const Usage *used, gint64 out)
{
    cJSON *usage = cJSON_AddObjectToObject(root, "usage");
    cJSON_AddNumberToObject(usage, "input_tokens",
                            (double)(used->in - used->cached - used->cache_write));
    cJSON_AddNumberToObject(usage, "cache_creation_input_tokens", (double)used->cache_write);
    cJSON_AddNumberToObject(usage, "cache_read_input_tokens", (double)used->cached);
    cJSON *creation = cJSON_AddObjectToObject(usage, "cache_creation");
    cJSON_AddNumberToObject(creation, "ephemeral_5m_input_tokens", (double)used->cache_write);
    cJSON_AddNumberToObject(creation, "ephemeral_1h_input_tokens", 0);
    cJSON_AddNumberToObject(usage, "output_tokens", (double)out);
    cJSON *details = cJSON_AddObjectToObject(usage, "output_tokens_details");
    cJSON_AddNumberToObject(details, "thinking_tokens", (double)MIN(used->thought, out));
    cJSON_AddStringToObject(usage, "service_tier", "standard");
}

static const char *stop_reason(const Question *question, const Completion *completion)
{
    if (completion->finish == FINISH_REFUSAL)
        return "refusal";
    if (completion->finish == FINISH_LENGTH)
        return "max_tokens";
    return question->tool ? "tool_use" : "end_turn";
}

static void add_stop(cJSON *object, const char *reason)
{
    cJSON_AddItemToObject(object, "stop_reason",
                          reason ? cJSON_CreateString(reason) : cJSON_CreateNull());
    cJSON_AddNullToObject(object, "stop_sequence");
    if (g_strcmp0(reason, "refusal") != 0) {
        cJSON_AddNullToObject(object, "stop_details");
        return;
    }
    cJSON *details = cJSON_AddObjectToObject(object, "stop_details");
    cJSON_AddStringToObject(details, "type", "refusal");
    cJSON_AddNullToObject(details, "category");
    cJSON_AddNullToObject(details, "explanation");
}

/* A message without content; `reason` NULL: not known yet. */
static cJSON *message(const Completion *completion, const char *reason)
{
    cJSON *root = cJSON_CreateObject();
    g_autofree char *id = protocol_id("msg_", completion);
    cJSON_AddStringToObject(root, "id", id);
    cJSON_AddStringToObject(root, "type", "message");
    cJSON_AddStringToObject(root, "role", "assistant");
    cJSON_AddStringToObject(root, "model", completion->model);
    cJSON_AddArrayToObject(root, "content");
    add_stop(root, reason);
    cJSON_AddNullToObject(root, "container");
    return root;
}

/* A block that holds this text, as far as there is text; as tool input it must be JSON. */
static cJSON *block(const Question *question, const Completion *completion, const char *text)
{
    cJSON *out = cJSON_CreateObject();
    if (!question->tool) {
        cJSON_AddStringToObject(out, "type", "text");
        cJSON_AddStringToObject(out, "text", text);
        cJSON_AddNullToObject(out, "citations");
        return out;
    }
    g_autofree char *id = protocol_id("toolu_", completion);
    cJSON *input = json_parse(text, strlen(text), NULL);
    cJSON_AddStringToObject(out, "type", "tool_use");
    cJSON_AddStringToObject(out, "id", id);
    cJSON_AddStringToObject(out, "name", question->tool);
    cJSON_AddItemToObject(out, "input", input ? input : cJSON_CreateObject());
    return out;
}

static gboolean has_content(const Completion *completion)
{
    return completion->finish != FINISH_REFUSAL && *completion->text;
}

static cJSON *answer(const Question *question, const Completion *completion)
{
    cJSON *root = message(completion, stop_reason(question, completion));
    if (has_content(completion))
        cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(root, "content"),
                             block(question, completion, completion->text));
    if (completion->tells_usage)
        add_usage(root, &completion->usage, completion->usage.out);
    return root;
}

/* ---- the stream ---- */

static cJSON *event(const char *type)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "type", type);
    return root;
}

static void stream_block(const Question *question, const Completion *completion, Reply *reply)
{
    cJSON *start = event("content_block_start");
    cJSON_AddNumberToObject(start, "index", 0);
    cJSON_AddItemToObject(start, "content_block", block(question, completion, ""));
    reply_event(reply, "content_block_start", start, FIRST_TOKENS);
    reply_event(reply, "ping", event("ping"), FIRST_TOKENS);
    guint step = protocol_pieces_per_event(completion), n = completion->pieces->len;
    for (guint i = 0; i < n; i += step) {
        guint to = MIN(i + step, n);
        g_autofree char *text = protocol_text(completion, i, to);
        cJSON *delta = event("content_block_delta");
        cJSON_AddNumberToObject(delta, "index", 0);
        cJSON *inner = cJSON_AddObjectToObject(delta, "delta");
        cJSON_AddStringToObject(inner, "type", question->tool ? "input_json_delta" : "text_delta");
        cJSON_AddStringToObject(inner, question->tool ? "partial_json" : "text", text);
        reply_event(reply, "content_block_delta", delta, protocol_tokens_at(completion, to - 1));
    }
    cJSON *stop = event("content_block_stop");
    cJSON_AddNumberToObject(stop, "index", 0);
    reply_event(reply, "content_block_stop", stop, completion->usage.out);
}

static void stream(const Question *question, const Completion *completion, Reply *reply)
{
    cJSON *start = event("message_start"), *inner = message(completion, NULL);
    if (completion->tells_usage)
        add_usage(inner, &completion->usage, FIRST_TOKENS);
    cJSON_AddItemToObject(start, "message", inner);
    reply_event(reply, "message_start", start, FIRST_TOKENS);
    if (has_content(completion))
        stream_block(question, completion, reply);
    cJSON *delta = event("message_delta");
    add_stop(cJSON_AddObjectToObject(delta, "delta"), stop_reason(question, completion));
    if (completion->tells_usage)
        add_usage(delta, &completion->usage, completion->usage.out);
    reply_event(reply, "message_delta", delta, completion->usage.out);
    reply_event(reply, "message_stop", event("message_stop"), completion->usage.out);
}

/* ---- errors ---- */

static const char *type_of(const Trouble *trouble)
{
    static const struct {
        guint status;
        const char *type;
    } types[] = {
        {401, "authentication_error"}, {402, "billing_error"},  {403, "permission_error"},
        {404, "not_found_error"},      {409, "conflict_error"}, {413, "request_too_large"},
        {429, "rate_limit_error"},     {504, "timeout_error"},  {529, "overloaded_error"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].status == trouble->status)
            return types[i].type;
    return trouble->status >= 500 ? "api_error" : BAD;
}

static cJSON *error(const Trouble *trouble)
{
    cJSON *root = event("error");
    cJSON *inner = cJSON_AddObjectToObject(root, "error");
    cJSON_AddStringToObject(inner, "type", type_of(trouble));
    cJSON_AddStringToObject(inner, "message", trouble->message);
    if (g_strcmp0(trouble->type, "insufficient_quota") == 0) {
        cJSON *details = cJSON_AddObjectToObject(inner, "details");
        cJSON_AddStringToObject(details, "error_code", "enforced_spend_limit_reached");
    }
    cJSON_AddStringToObject(root, "request_id", "req_sim");
    return root;
}

static void error_event(const Trouble *trouble, gint64 tokens, Reply *reply)
{
    reply_event(reply, "error", error(trouble), tokens);
}

const Protocol protocol_anthropic = {
    .name = "anthropic",
    .takes = takes,
    .authorized = authorized,
    .ask = ask,
    .answer = answer,
    .stream = stream,
    .error = error,
    .error_event = error_event,
    .request_id_header = "request-id",
};
