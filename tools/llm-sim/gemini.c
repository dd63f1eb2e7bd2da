/* Google Gemini generateContent. */
#include <string.h>

#include "tools/llm-sim/protocol.h"

#define WHOLE ":generateContent"
#define STREAM ":streamGenerateContent"

static gboolean takes(const char *path)
{
    return (g_str_has_prefix(path, "/v1/models/") || g_str_has_prefix(path, "/v1beta/models/")) &&
           (g_str_has_suffix(path, WHOLE) || g_str_has_suffix(path, STREAM));
}

static gboolean authorized(const HttpRequest *request, const char *key)
{
    return g_strcmp0(http_header(request, "x-goog-api-key"), key) == 0 ||
           g_strcmp0(http_argument(request, "key"), key) == 0;
}

/* ---- the request ---- */

/* JSON names may come in either spelling. */
static const cJSON *member(const cJSON *object, const char *camel, const char *snake)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, camel);
    return value ? value : cJSON_GetObjectItemCaseSensitive(object, snake);
}

static gboolean bad(Trouble *trouble, const char *message)
{
    return trouble_set(trouble, 400, "INVALID_ARGUMENT", NULL, NULL, "%s", message);
}

static gboolean read_parts(const cJSON *content, const char *role, Question *question,
                           Trouble *trouble)
{
    const cJSON *parts = cJSON_GetObjectItemCaseSensitive(content, "parts"), *each = NULL;
    if (cJSON_IsObject(parts)) { /* one part may stand for a list of one */
        question_add(question, role, json_string(parts, "text", ""));
        return TRUE;
    }
    if (!cJSON_IsArray(parts) || !parts->child)
        return bad(trouble, "* GenerateContentRequest.contents[0].parts: contents.parts must not "
                            "be empty.\n");
    cJSON_ArrayForEach(each, parts)
    {
        const char *text = json_string(each, "text", NULL);
        const cJSON *data = member(each, "inlineData", "inline_data");
        if (text)
            question_add(question, role, text);
        else if (data) {
            const cJSON *type = member(data, "mimeType", "mime_type");
            const char *wrong =
                question_add_image(question, cJSON_IsString(type) ? type->valuestring : "",
                                   json_string(data, "data", ""));
            if (wrong)
                return bad(trouble, wrong);
        } else
            return bad(trouble, "* GenerateContentRequest.contents[0].parts[0].data: required "
                                "oneof field 'data' must have one initialized field\n");
    }
    return TRUE;
}

static gboolean read_contents(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *system = member(body, "systemInstruction", "system_instruction"), *each = NULL;
    const cJSON *contents = cJSON_GetObjectItemCaseSensitive(body, "contents");
    if (system && !read_parts(system, "system", question, trouble))
        return FALSE;
    if (!cJSON_IsArray(contents) || !contents->child)
        return bad(trouble, "* GenerateContentRequest.contents: contents is not specified\n");
    cJSON_ArrayForEach(each, contents)
    {
        const char *role = json_string(each, "role", "user");
        if (!g_str_equal(role, "user") && !g_str_equal(role, "model"))
            return bad(trouble, "Please use a valid role: user, model.");
        role = g_str_equal(role, "model") ? "assistant" : "user";
        if (!read_parts(each, role, question, trouble))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_names(const cJSON *body, Trouble *trouble)
{
    static const char *const known[] = {"contents",
                                        "systemInstruction",
                                        "system_instruction",
                                        "generationConfig",
                                        "safetySettings",
                                        "tools",
                                        "toolConfig",
                                        "generation_config",
                                        "cachedContent",
                                        "serviceTier",
                                        "labels",
                                        "continuationToken",
                                        "model",
                                        "store",
                                        NULL};
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, body)
    {
        if (!g_strv_contains(known, each->string))
            return trouble_set(trouble, 400, "INVALID_ARGUMENT", NULL, NULL,
                               "Invalid JSON payload received. Unknown name \"%s\": Cannot find "
                               "field.",
                               each->string);
    }
    return TRUE;
}

static gboolean read_config(const cJSON *body, Question *question, Trouble *trouble)
{
    const cJSON *config = member(body, "generationConfig", "generation_config");
    const cJSON *schema = member(config, "responseJsonSchema", "response_json_schema");
    const cJSON *most = member(config, "maxOutputTokens", "max_output_tokens");
    const cJSON *media = member(config, "responseMimeType", "response_mime_type");
    if (!schema)
        schema = member(config, "responseSchema", "response_schema");
    if (schema && g_strcmp0(cJSON_GetStringValue(media), "application/json") != 0)
        return bad(trouble, "response_schema is only supported when response_mime_type is set to "
                            "a JSON type.");
    if (schema)
        question_add_schema(question, schema);
    question->most_tokens = cJSON_IsNumber(most) ? (gint64)most->valuedouble : -1;
    gboolean logprobs = cJSON_IsTrue(member(config, "responseLogprobs", "response_logprobs"));
    double top = json_number(config, "logprobs", -1);
    if (top >= 0 && !logprobs)
        return bad(trouble, "Logprobs is not enabled: set response_logprobs to true.");
    question->top_logprobs = logprobs ? (int)CLAMP(top, 0, 20) : -1;
    return TRUE;
}

static gboolean ask(const HttpRequest *request, const cJSON *body, Question *question,
                    Trouble *trouble)
{
    const char *name = strstr(request->path, "/models/") + strlen("/models/");
    question->model = g_strndup(name, strcspn(name, ":"));
    question->stream = g_str_has_suffix(request->path, STREAM);
    question->stream_usage = TRUE;
    if (question->stream && g_strcmp0(http_argument(request, "alt"), "sse") != 0)
        return bad(trouble, "this server streams with alt=sse only");
    return check_names(body, trouble) && read_contents(body, question, trouble) &&
           read_config(body, question, trouble);
}

/* ---- the answer ---- */

static void add_usage(cJSON *root, const Usage *used, gint64 out)
{
    cJSON *usage = cJSON_AddObjectToObject(root, "usageMetadata");
    cJSON_AddNumberToObject(usage, "promptTokenCount", (double)used->in);
    cJSON_AddNumberToObject(usage, "candidatesTokenCount", (double)MAX(out - used->thought, 0));
    if (used->thought)
        cJSON_AddNumberToObject(usage, "thoughtsTokenCount", (double)used->thought);
    if (used->cached)
        cJSON_AddNumberToObject(usage, "cachedContentTokenCount", (double)used->cached);
    cJSON_AddNumberToObject(usage, "totalTokenCount", (double)(used->in + out));
    cJSON *details = cJSON_CreateObject();
    cJSON_AddStringToObject(details, "modality", "TEXT");
    cJSON_AddNumberToObject(details, "tokenCount", (double)used->in);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(usage, "promptTokensDetails"), details);
}

static void add_logprobs(cJSON *candidate, const Completion *completion, guint from, guint to)
{
    cJSON *result = cJSON_AddObjectToObject(candidate, "logprobsResult");
    cJSON *chosen = cJSON_AddArrayToObject(result, "chosenCandidates");
    cJSON *top = cJSON_AddArrayToObject(result, "topCandidates");
    for (guint i = from; i < to; i++) {
        const Piece *piece = &g_array_index(completion->pieces, Piece, i);
        g_autofree char *text = protocol_text(completion, i, i + 1);
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, "token", text);
        cJSON_AddNumberToObject(entry, "tokenId", i);
        cJSON_AddNumberToObject(entry, "logProbability", piece->logprob);
        cJSON *set = cJSON_CreateObject();
        cJSON_AddItemToArray(cJSON_AddArrayToObject(set, "candidates"),
                             cJSON_Duplicate(entry, TRUE));
        cJSON_AddItemToArray(chosen, entry);
        cJSON_AddItemToArray(top, set);
    }
}

/* A response with the pieces from..to; `finish` NULL: more will come. */
static cJSON *part(const Question *question, const Completion *completion, guint from, guint to,
                   const char *finish, gint64 out)
{
    cJSON *root = cJSON_CreateObject(), *candidate = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "candidates"), candidate);
    cJSON *content = cJSON_AddObjectToObject(candidate, "content");
    cJSON_AddStringToObject(content, "role", "model");
    if (to > from && completion->finish != FINISH_REFUSAL) {
        g_autofree char *text = protocol_text(completion, from, to);
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "text", text);
        cJSON_AddItemToArray(cJSON_AddArrayToObject(content, "parts"), each);
        if (question->top_logprobs >= 0)
            add_logprobs(candidate, completion, from, to);
    }
    if (finish)
        cJSON_AddStringToObject(candidate, "finishReason", finish);
    cJSON_AddNumberToObject(candidate, "index", 0);
    if (completion->tells_usage)
        add_usage(root, &completion->usage, out);
    cJSON_AddStringToObject(root, "modelVersion", completion->model);
    cJSON_AddStringToObject(root, "responseId", completion->id);
    return root;
}

static const char *finish_reason(const Completion *completion)
{
    static const char *const reasons[] = {
        [FINISH_STOP] = "STOP", [FINISH_LENGTH] = "MAX_TOKENS", [FINISH_REFUSAL] = "SAFETY"};
    return reasons[completion->finish];
}

static cJSON *answer(const Question *question, const Completion *completion)
{
    return part(question, completion, 0, completion->pieces->len, finish_reason(completion),
                completion->usage.out);
}

static void stream(const Question *question, const Completion *completion, Reply *reply)
{
    guint step = protocol_pieces_per_event(completion), n = completion->pieces->len;
    for (guint i = 0; i + step < n; i += step) {
        gint64 out = protocol_tokens_at(completion, i + step - 1);
        reply_event(reply, NULL, part(question, completion, i, i + step, NULL, out), out);
    }
    guint rest = n ? (n - 1) / step * step : 0;
    reply_event(
        reply, NULL,
        part(question, completion, rest, n, finish_reason(completion), completion->usage.out),
        completion->usage.out);
}

/* ---- errors ---- */

static const char *status_word(guint status)
{
    static const struct {
        guint status;
        const char *word;
    } words[] = {
        {400, "INVALID_ARGUMENT"}, {401, "UNAUTHENTICATED"},    {403, "PERMISSION_DENIED"},
        {404, "NOT_FOUND"},        {429, "RESOURCE_EXHAUSTED"}, {500, "INTERNAL"},
        {503, "UNAVAILABLE"},      {504, "DEADLINE_EXCEEDED"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i].status == status)
            return words[i].word;
    return status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT";
}

static cJSON *detail(cJSON *inner, const char *type)
{
    cJSON *details = cJSON_GetObjectItemCaseSensitive(inner, "details");
    if (!details)
        details = cJSON_AddArrayToObject(inner, "details");
    cJSON *each = cJSON_CreateObject();
    cJSON_AddStringToObject(each, "@type", type);
    cJSON_AddItemToArray(details, each);
    return each;
}

static cJSON *error(const Trouble *trouble)
{
    cJSON *root = cJSON_CreateObject(), *inner = cJSON_AddObjectToObject(root, "error");
    cJSON_AddNumberToObject(inner, "code", trouble->status);
    cJSON_AddStringToObject(inner, "message", trouble->message);
    cJSON_AddStringToObject(inner, "status", status_word(trouble->status));
    if (g_strcmp0(trouble->code, "invalid_api_key") == 0)
        cJSON_AddStringToObject(detail(inner, "type.googleapis.com/google.rpc.ErrorInfo"), "reason",
                                "API_KEY_INVALID");
    if (trouble->status != 429)
        return root;
    gboolean spent = g_strcmp0(trouble->type, "insufficient_quota") == 0;
    cJSON *failure = detail(inner, "type.googleapis.com/google.rpc.QuotaFailure");
    cJSON *violation = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(failure, "violations"), violation);
    cJSON_AddStringToObject(violation, "quotaMetric", "generate_content_requests");
    cJSON_AddStringToObject(violation, "quotaId",
                            spent ? "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
                                  : "GenerateRequestsPerMinutePerProjectPerModel");
    cJSON_AddStringToObject(violation, "quotaValue", "20");
    if (trouble->wait_s) {
        g_autofree char *delay = g_strdup_printf("%us", trouble->wait_s);
        cJSON_AddStringToObject(detail(inner, "type.googleapis.com/google.rpc.RetryInfo"),
                                "retryDelay", delay);
    }
    return root;
}

static void error_event(const Trouble *trouble, gint64 tokens, Reply *reply)
{
    reply_event(reply, NULL, error(trouble), tokens);
}

const Protocol protocol_gemini = {
    .name = "gemini",
    .takes = takes,
    .authorized = authorized,
    .ask = ask,
    .answer = answer,
    .stream = stream,
    .error = error,
    .error_event = error_event,
    .request_id_header = "x-request-id",
};
