#include "tools/llm-sim/answer.h"

#include <string.h>

#include "pipeline/core/clock.h"

#define MAX_GUESS_DEPTH 16
#define GIANT_BYTES (20u << 20)

static const struct {
    const char *name;
    gboolean billed;
    const char *help;
} faults[FAULT_LAST] = {
    [FAULT_NONE] = {"none", TRUE, ""},
    [FAULT_400] = {"400", FALSE, "bad request"},
    [FAULT_401] = {"401", FALSE, "the key is refused"},
    [FAULT_404] = {"404", FALSE, "the model does not exist"},
    [FAULT_429] = {"429", FALSE, "rate limit with Retry-After: 1"},
    [FAULT_429_BARE] = {"429-bare", FALSE, "rate limit without Retry-After"},
    [FAULT_500] = {"500", FALSE, "internal error"},
    [FAULT_502] = {"502", FALSE, "bad gateway, with a web page"},
    [FAULT_503] = {"503", FALSE, "overloaded"},
    [FAULT_RESET] = {"reset", FALSE, "the connection is reset"},
    [FAULT_HANG] = {"hang", FALSE, "no answer for a minute"},
    [FAULT_HTML] = {"html", FALSE, "a web page with status 200"},
    [FAULT_SLOW] = {"slow", TRUE, "ten times the latency, two seconds at least"},
    [FAULT_CUT] = {"cut", TRUE, "the connection ends in the middle of the body"},
    [FAULT_EMPTY] = {"empty", TRUE, "a completion without text"},
    [FAULT_REFUSAL] = {"refusal", TRUE, "the model declines"},
    [FAULT_LENGTH] = {"length", TRUE, "half the answer, finish_reason length"},
    [FAULT_BROKEN_JSON] = {"broken-json", TRUE, "half the answer, finish_reason stop"},
    [FAULT_PROSE] = {"prose", TRUE, "sentences around the JSON"},
    [FAULT_FENCE] = {"fence", TRUE, "a Markdown fence around the JSON"},
    [FAULT_WRONG_TYPES] = {"wrong-types", TRUE, "numbers as words, texts as lists"},
    [FAULT_EXTRA_KEYS] = {"extra-keys", TRUE, "a key that the schema does not know"},
    [FAULT_GIANT] = {"giant", TRUE, "20 MiB of text"},
};

const char *fault_name(Fault fault)
{
    return faults[fault].name;
}

int fault_from_name(const char *name)
{
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        if (g_str_equal(faults[i].name, name))
            return i;
    return -1;
}

gboolean fault_is_billed(Fault fault)
{
    return faults[fault].billed;
}

const char *fault_help(Fault fault)
{
    return faults[fault].help;
}

void answer_clear(Answer *answer)
{
    g_free(answer->body);
    *answer = (Answer){0};
}

/* ---- the prompt ---- */

char *answer_prompt(const cJSON *request)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(request, "messages"), *each = NULL;
    if (!cJSON_IsArray(messages) || !messages->child)
        return NULL;
    GString *text = g_string_new(NULL);
    cJSON_ArrayForEach(each, messages)
    {
        if (g_str_equal(json_string(each, "role", ""), "user"))
            g_string_append_printf(text, "%s\n", json_string(each, "content", ""));
    }
    return g_string_free(text, FALSE);
}

static const cJSON *request_schema(const cJSON *request)
{
    const cJSON *format = cJSON_GetObjectItemCaseSensitive(request, "response_format");
    const cJSON *json_schema = cJSON_GetObjectItemCaseSensitive(format, "json_schema");
    return cJSON_GetObjectItemCaseSensitive(json_schema, "schema");
}

static const cJSON *follow(const cJSON *root, const cJSON *node)
{
    for (int hops = 0; hops < MAX_GUESS_DEPTH; hops++) {
        const char *ref = json_string(node, "$ref", NULL);
        if (!ref || *ref != '#')
            break;
        node = json_at(root, ref + 1);
    }
    return node;
}

/* ---- answers ---- */

/* The least value that has the schema's shape. */
static cJSON *guess(const cJSON *root, const cJSON *schema, int depth)
{
    const cJSON *node = follow(root, schema), *each = NULL;
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(node, "enum");
    const cJSON *any = cJSON_GetObjectItemCaseSensitive(node, "anyOf");
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "type");
    if (choices && choices->child)
        return cJSON_Duplicate(choices->child, TRUE);
    if (depth > MAX_GUESS_DEPTH)
        return cJSON_CreateNull();
    if (any && any->child)
        return guess(root, any->child, depth + 1);
    const char *name = cJSON_GetStringValue(cJSON_IsArray(type) ? type->child : type);
    if (g_strcmp0(name, "object") == 0) {
        cJSON *object = cJSON_CreateObject();
        cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "properties"))
            cJSON_AddItemToObject(object, each->string, guess(root, each, depth + 1));
        return object;
    }
    if (g_strcmp0(name, "array") == 0)
        return cJSON_CreateArray();
    if (g_strcmp0(name, "string") == 0)
        return cJSON_CreateString("unknown");
    if (g_strcmp0(name, "number") == 0 || g_strcmp0(name, "integer") == 0)
        return cJSON_CreateNumber(0);
    return g_strcmp0(name, "boolean") == 0 ? cJSON_CreateFalse() : cJSON_CreateNull();
}

/* As a server under a strict schema would: properties that are asked for and not known are null. */
static void conform(const cJSON *root, const cJSON *schema, cJSON *value, int depth)
{
    const cJSON *node = follow(root, schema), *each = NULL;
    if (depth > MAX_GUESS_DEPTH)
        return;
    if (cJSON_IsObject(value)) {
        cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "properties"))
        {
            cJSON *member = cJSON_GetObjectItemCaseSensitive(value, each->string);
            if (member)
                conform(root, each, member, depth + 1);
            else
                cJSON_AddNullToObject(value, each->string);
        }
    }
    cJSON *item = NULL;
    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(item, value)
            conform(root, cJSON_GetObjectItemCaseSensitive(node, "items"), item, depth + 1);
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(node, "anyOf"))
        conform(root, each, value, depth + 1);
}

static void spoil_types(cJSON *record)
{
    cJSON *each = NULL;
    for (each = record->child; each;) {
        cJSON *next = each->next;
        cJSON *wrong = NULL;
        if (cJSON_IsNumber(each) || cJSON_IsNull(each))
            wrong = cJSON_CreateString("about seven");
        else if (cJSON_IsString(each)) {
            wrong = cJSON_CreateArray();
            cJSON_AddItemToArray(wrong, cJSON_CreateNumber(7));
        }
        if (wrong) {
            g_autofree char *key = g_strdup(each->string);
            cJSON_ReplaceItemInObjectCaseSensitive(record, key, wrong);
        }
        each = next;
    }
}

static char *half(const char *text)
{
    glong characters = g_utf8_strlen(text, -1);
    return g_utf8_substring(text, 0, characters / 2);
}

static char *answer_text(const cJSON *request, const cJSON *record, Fault fault)
{
    const cJSON *schema = request_schema(request);
    g_autoptr(cJSON) value = record ? cJSON_Duplicate(record, TRUE) : guess(schema, schema, 0);
    if (schema)
        conform(schema, schema, value, 0);
    if (fault == FAULT_WRONG_TYPES)
        spoil_types(value);
    if (fault == FAULT_EXTRA_KEYS && cJSON_IsObject(value))
        cJSON_AddStringToObject(value, "remark", "This is a fine document.");
    g_autofree char *text = json_print(value, FALSE);
    switch (fault) {
    case FAULT_EMPTY:
        return g_strdup("");
    case FAULT_LENGTH:
    case FAULT_BROKEN_JSON:
        return half(text);
    case FAULT_PROSE:
        return g_strdup_printf("Sure! Here is the record:\n\n%s\n\nLet me know {anything} else.",
                               text);
    case FAULT_FENCE:
        return g_strdup_printf("```json\n%s\n```", text);
    case FAULT_GIANT:
        return g_strnfill(GIANT_BYTES, 'x');
    default:
        return g_steal_pointer(&text);
    }
}

static gint64 tokens_of(gsize bytes)
{
    return (gint64)(bytes + 3) / 4;
}

static gint64 prompt_tokens(const cJSON *request)
{
    const cJSON *each = NULL;
    gsize bytes = 0;
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(request, "messages")) bytes +=
        strlen(json_string(each, "content", "")) + 16;
    return tokens_of(bytes);
}

static void completion(const cJSON *request, const char *text, Fault fault, Answer *answer)
{
    g_autoptr(cJSON) root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "id", "chatcmpl-sim");
    cJSON_AddStringToObject(root, "object", "chat.completion");
    cJSON_AddNumberToObject(root, "created", (double)(clock_now_us() / G_USEC_PER_SEC));
    cJSON_AddStringToObject(root, "model", json_string(request, "model", "sim"));
    cJSON *choice = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "choices"), choice);
    cJSON_AddNumberToObject(choice, "index", 0);
    cJSON *message = cJSON_AddObjectToObject(choice, "message");
    cJSON_AddStringToObject(message, "role", "assistant");
    if (fault == FAULT_REFUSAL) {
        cJSON_AddNullToObject(message, "content");
        cJSON_AddStringToObject(message, "refusal", "I'm sorry, I cannot help with this document.");
    } else {
        cJSON_AddStringToObject(message, "content", text);
        cJSON_AddNullToObject(message, "refusal");
    }
    cJSON_AddStringToObject(choice, "finish_reason", fault == FAULT_LENGTH ? "length" : "stop");
    cJSON *usage = cJSON_AddObjectToObject(root, "usage");
    cJSON_AddNumberToObject(usage, "prompt_tokens", (double)answer->tokens_in);
    cJSON_AddNumberToObject(usage, "completion_tokens", (double)answer->tokens_out);
    cJSON_AddNumberToObject(usage, "total_tokens",
                            (double)(answer->tokens_in + answer->tokens_out));
    cJSON *details = cJSON_AddObjectToObject(usage, "prompt_tokens_details");
    cJSON_AddNumberToObject(details, "cached_tokens", (double)answer->tokens_cached);
    answer->body = json_print(root, FALSE);
}

void answer_error(guint status, const char *type, const char *code, const char *message,
                  Answer *answer)
{
    g_autoptr(cJSON) root = cJSON_CreateObject();
    cJSON *error = cJSON_AddObjectToObject(root, "error");
    cJSON_AddStringToObject(error, "message", message);
    cJSON_AddStringToObject(error, "type", type);
    cJSON_AddNullToObject(error, "param");
    cJSON_AddItemToObject(error, "code", code ? cJSON_CreateString(code) : cJSON_CreateNull());
    *answer = (Answer){
        .status = status,
        .body = json_print(root, FALSE),
        .media_type = "application/json",
    };
    answer->length = strlen(answer->body);
}

/* The faults that are an answer of the server instead of the model. */
static gboolean server_fault(const cJSON *request, Fault fault, Answer *answer)
{
    static const char page[] = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>\n";
    g_autofree char *missing =
        g_strdup_printf("The model '%s' does not exist", json_string(request, "model", "?"));
    switch (fault) {
    case FAULT_400:
        answer_error(400, "invalid_request_error", NULL, "The request is not liked", answer);
        return TRUE;
    case FAULT_401:
        answer_error(401, "invalid_request_error", "invalid_api_key",
                     "Incorrect API key provided: sk-sim-****1234", answer);
        return TRUE;
    case FAULT_404:
        answer_error(404, "invalid_request_error", "model_not_found", missing, answer);
        return TRUE;
    case FAULT_429:
    case FAULT_429_BARE:
        answer_error(429, "requests", "rate_limit_exceeded", "Rate limit reached", answer);
        return TRUE;
    case FAULT_500:
        answer_error(500, "server_error", NULL, "The server had an error", answer);
        return TRUE;
    case FAULT_503:
        answer_error(503, "server_error", "server_is_overloaded", "Overloaded", answer);
        return TRUE;
    case FAULT_502:
    case FAULT_HTML:
        *answer = (Answer){.status = fault == FAULT_502 ? 502 : 200,
                           .body = g_strdup(page),
                           .length = strlen(page),
                           .media_type = "text/html"};
        return TRUE;
    default:
        return FALSE;
    }
}

void answer_make(const cJSON *request, const cJSON *record, Fault fault, gint64 cached,
                 Answer *answer)
{
    if (server_fault(request, fault, answer))
        return;
    g_autofree char *text = answer_text(request, record, fault);
    *answer = (Answer){
        .status = 200,
        .media_type = "application/json",
        .tokens_in = prompt_tokens(request),
        .tokens_cached = cached,
        .tokens_out = MAX(tokens_of(strlen(text)), 1),
    };
    completion(request, text, fault, answer);
    answer->length = strlen(answer->body);
}
