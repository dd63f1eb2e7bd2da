/* Anthropic's and Google's protocols: the bytes of a request, and what answers and streams mean.
 * OpenAI's has test-openai.c; recorded traffic test-captures.c. */
#include <string.h>

#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"

static GPtrArray *conversation(void)
{
    static char system[] = "Extract.", user[] = "Total \"5\"\n€", answer[] = "{}", again[] = "No.";
    static Message messages[] = {{ROLE_SYSTEM, system, TRUE},
                                 {ROLE_USER, user, FALSE},
                                 {ROLE_ASSISTANT, answer, FALSE},
                                 {ROLE_USER, again, FALSE}};
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++)
        g_ptr_array_add(list, &messages[i]);
    return list;
}

static DialectSchema *record_schema(void)
{
    DialectSchema *schema = g_new0(DialectSchema, 1);
    *schema = (DialectSchema){
        .name = g_strdup("rec"), .schema = cJSON_CreateObject(), .strict = TRUE, .usable = TRUE};
    cJSON_AddStringToObject(schema->schema, "type", "object");
    return schema;
}

static void assert_request(const Dialect *dialect, const ModelSettings *settings,
                           const char *wanted)
{
    g_autoptr(GPtrArray) messages = conversation();
    g_autoptr(DialectSchema) schema = record_schema();
    g_autofree char *body = dialect->request(settings, messages, schema);
    g_assert_cmpstr(body, ==, wanted);
    g_autofree char *again = dialect->request(settings, messages, schema);
    g_assert_cmpstr(body, ==, again);
}

static void test_anthropic_request(void)
{
    static char model[] = "c", effort[] = "low";
    ModelSettings s = {.model = model,
                       .max_output_tokens = 500,
                       .effort = effort,
                       .cache_marks = TRUE,
                       .stream = TRUE};
    assert_request(
        &dialect_anthropic, &s,
        "{\"model\":\"c\",\"max_tokens\":500,\"system\":[{\"type\":\"text\",\"text\":\"Extract.\","
        "\"cache_control\":{\"type\":\"ephemeral\"}}],\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Total \\\"5\\\"\\n€\"}]},"
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"{}\"}]},"
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"No.\"}]}],"
        "\"output_config\":{\"effort\":\"low\",\"format\":{\"type\":\"json_schema\",\"schema\":"
        "{\"type\":\"object\"}}},\"stream\":true}");
    s = (ModelSettings){.model = model, .max_output_tokens = 500, .format = FORMAT_TOOL};
    assert_request(
        &dialect_anthropic, &s,
        "{\"model\":\"c\",\"max_tokens\":500,\"system\":[{\"type\":\"text\",\"text\":\"Extract.\"}]"
        ","
        "\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Total \\\"5\\\"\\n€\"}]},"
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"{}\"}]},"
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"No.\"}]}],"
        "\"tools\":[{\"name\":\"rec\",\"input_schema\":{\"type\":\"object\"},\"strict\":true}],"
        "\"tool_choice\":{\"type\":\"tool\",\"name\":\"rec\"}}");
}

static void test_gemini_request(void)
{
    static char model[] = "g", effort[] = "low", zero[] = "0";
    ModelSettings s = {.model = model,
                       .max_output_tokens = 500,
                       .effort = effort,
                       .temperature = zero,
                       .logprobs = TRUE};
    assert_request(
        &dialect_gemini, &s,
        "{\"systemInstruction\":{\"parts\":[{\"text\":\"Extract.\"}]},\"contents\":["
        "{\"role\":\"user\",\"parts\":[{\"text\":\"Total \\\"5\\\"\\n€\"}]},"
        "{\"role\":\"model\",\"parts\":[{\"text\":\"{}\"}]},"
        "{\"role\":\"user\",\"parts\":[{\"text\":\"No.\"}]}],"
        "\"generationConfig\":{\"temperature\":0,\"maxOutputTokens\":500,"
        "\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"object\"},"
        "\"thinkingConfig\":{\"thinkingLevel\":\"LOW\"},\"responseLogprobs\":true}}");
}

/* Members of the configuration go in last, into objects that are there already, too. */
static void test_extra_body(void)
{
    static char model[] = "g";
    g_autoptr(cJSON) extra =
        cJSON_Parse("{\"generationConfig\":{\"seed\":7,\"maxOutputTokens\":9,"
                    "\"responseJsonSchema\":{\"x\":1}},\"labels\":{\"a\":\"b\"}}");
    ModelSettings s = {.model = model, .max_output_tokens = 500, .extra_body = extra};
    assert_request(&dialect_gemini, &s,
                   "{\"systemInstruction\":{\"parts\":[{\"text\":\"Extract.\"}]},\"contents\":["
                   "{\"role\":\"user\",\"parts\":[{\"text\":\"Total \\\"5\\\"\\n€\"}]},"
                   "{\"role\":\"model\",\"parts\":[{\"text\":\"{}\"}]},"
                   "{\"role\":\"user\",\"parts\":[{\"text\":\"No.\"}]}],"
                   "\"generationConfig\":{\"maxOutputTokens\":9,"
                   "\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"x\":1},"
                   "\"seed\":7},\"labels\":{\"a\":\"b\"}}");
}

/* ---- whole answers ---- */

static void test_replies(void)
{
    static const struct {
        const Dialect *dialect;
        guint status;
        const char *body;
        ReplyKind kind;
        const char *words; /* text or message */
    } cases[] = {
        {&dialect_anthropic, 200,
         "{\"content\":[{\"type\":\"thinking\",\"thinking\":\"{}\"},{\"type\":\"text\",\"text\":"
         "\"{1}\"}],\"stop_reason\":\"end_turn\"}",
         REPLY_ANSWER, "{1}"},
        {&dialect_anthropic, 200,
         "{\"content\":[{\"type\":\"text\",\"text\":\"Here:\"},{\"type\":\"tool_use\",\"input\":"
         "{\"n\":3}}],\"stop_reason\":\"tool_use\"}",
         REPLY_ANSWER, "{\"n\":3}"},
        {&dialect_anthropic, 200,
         "{\"content\":[{\"type\":\"text\",\"text\":\"{\"}],\"stop_reason\":\"max_tokens\"}",
         REPLY_CUT, "{"},
        {&dialect_anthropic, 200,
         "{\"content\":[{\"type\":\"text\",\"text\":\"{\"}],\"stop_reason\":"
         "\"model_context_window_exceeded\"}",
         REPLY_CUT, "{"},
        {&dialect_anthropic, 200,
         "{\"content\":[],\"stop_reason\":\"refusal\",\"stop_details\":{\"type\":\"refusal\","
         "\"category\":\"cyber\",\"explanation\":null}}",
         REPLY_REFUSED, "cyber"},
        {&dialect_anthropic, 200, "{\"content\":[],\"stop_reason\":\"end_turn\"}", REPLY_EMPTY,
         NULL},
        {&dialect_anthropic, 529,
         "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},"
         "\"request_id\":\"req_1\"}",
         REPLY_ERROR, "Overloaded"},
        {&dialect_anthropic, 200, "{\"choices\":[]}", REPLY_GARBAGE, "JSON without \"content\""},
        {&dialect_gemini, 200,
         "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true},{\"text\":"
         "\"{\"},{\"text\":\"1}\"}]},\"finishReason\":\"STOP\"}]}",
         REPLY_ANSWER, "{1}"},
        {&dialect_gemini, 200,
         "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{\"}]},\"finishReason\":"
         "\"MAX_TOKENS\"}]}",
         REPLY_CUT, "{"},
        {&dialect_gemini, 200, "{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}", REPLY_FILTERED,
         NULL},
        {&dialect_gemini, 200, "{\"candidates\":[{\"finishReason\":\"MALFORMED_RESPONSE\"}]}",
         REPLY_EMPTY, NULL},
        {&dialect_gemini, 200, "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}",
         REPLY_FILTERED, NULL},
        {&dialect_gemini, 200, "{\"candidates\":[]}", REPLY_EMPTY, NULL},
        {&dialect_gemini, 400,
         "{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":"
         "\"INVALID_ARGUMENT\"}}",
         REPLY_ERROR, "API key not valid."},
        {&dialect_gemini, 404, "<html>", REPLY_GARBAGE, "a web page"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Reply) reply = {0};
        g_test_message("%s", cases[i].body);
        cases[i].dialect->reply(cases[i].status, cases[i].body, strlen(cases[i].body), &reply);
        g_assert_cmpint(reply.kind, ==, cases[i].kind);
        const char *words = reply.text ? reply.text : reply.message;
        if (!cases[i].words || !words || reply.kind == REPLY_GARBAGE)
            g_assert_true(!cases[i].words || g_str_has_prefix(words, cases[i].words));
        else
            g_assert_cmpstr(words, ==, cases[i].words);
    }
}

/* tokens_in is always all that went in, tokens_out all that came out. */
static void test_usage(void)
{
    const char *anthropic = "{\"content\":[{\"type\":\"text\",\"text\":\"{}\"}],\"model\":\"c-1\","
                            "\"usage\":{\"input_tokens\":12,\"cache_creation_input_tokens\":100,"
                            "\"cache_read_input_tokens\":2048,\"output_tokens\":31,"
                            "\"output_tokens_details\":{\"thinking_tokens\":7}}}";
    g_auto(Reply) a = {0};
    dialect_anthropic.reply(200, anthropic, strlen(anthropic), &a);
    g_assert_cmpint(a.tokens_in, ==, 2160);
    g_assert_cmpint(a.tokens_cached, ==, 2048);
    g_assert_cmpint(a.tokens_cache_write, ==, 100);
    g_assert_cmpint(a.tokens_out, ==, 31);
    g_assert_cmpint(a.tokens_reasoning, ==, 7);
    g_assert_cmpstr(a.model, ==, "c-1");
    const char *gemini =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{}\"}]},\"finishReason\":\"STOP\"}],"
        "\"usageMetadata\":{\"promptTokenCount\":270,\"candidatesTokenCount\":20,"
        "\"thoughtsTokenCount\":64,\"cachedContentTokenCount\":200},\"modelVersion\":\"g-1\"}";
    g_auto(Reply) g = {0};
    dialect_gemini.reply(200, gemini, strlen(gemini), &g);
    g_assert_cmpint(g.tokens_in, ==, 270);
    g_assert_cmpint(g.tokens_cached, ==, 200);
    g_assert_cmpint(g.tokens_out, ==, 84);
    g_assert_cmpint(g.tokens_reasoning, ==, 64);
    g_assert_cmpstr(g.model, ==, "g-1");
}

static void test_error_details(void)
{
    g_auto(Reply) reply = {0};
    const char *daily =
        "{\"error\":{\"code\":429,\"message\":\"m\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":["
        "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":"
        "\"GenerateRequestsPerDayPerProjectPerModel-FreeTier\",\"quotaValue\":\"20\"}]},"
        "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"12.5s\"}]}}";
    dialect_gemini.reply(429, daily, strlen(daily), &reply);
    g_assert_cmpstr(reply.type, ==, "RESOURCE_EXHAUSTED");
    g_assert_cmpstr(reply.code, ==, "insufficient_quota");
    g_assert_cmpint(reply.wait_ms, ==, 12500);
    const char *key =
        "{\"error\":{\"code\":400,\"message\":\"m\",\"status\":\"INVALID_ARGUMENT\",\"details\":["
        "{\"@type\":\"type.googleapis.com/"
        "google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}]}}";
    dialect_gemini.reply(400, key, strlen(key), &reply);
    g_assert_cmpstr(reply.code, ==, "API_KEY_INVALID");
    const char *limit = "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":"
                        "\"m\",\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}}";
    dialect_anthropic.reply(429, limit, strlen(limit), &reply);
    g_assert_cmpstr(reply.type, ==, "rate_limit_error");
    g_assert_cmpstr(reply.code, ==, "enforced_spend_limit_reached");
}

/* ---- streams ---- */

typedef struct {
    const Dialect *dialect;
    Draft draft;
} Taking;

static gboolean on_event(const SseEvent *event, gpointer data)
{
    Taking *taking = data;
    return taking->dialect->event(event, &taking->draft);
}

static void read_stream(const Dialect *dialect, const char *bytes, Reply *reply)
{
    Taking taking = {.dialect = dialect};
    draft_init(&taking.draft);
    g_autoptr(Sse) sse = sse_new(on_event, &taking);
    sse_feed(sse, bytes, strlen(bytes));
    dialect_stream_reply(dialect, &taking.draft, FALSE, reply);
}

#define START                                                                                      \
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"c-1\","      \
    "\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":5,\"output_tokens\":1}}}\n\n"
#define PIECE(index, delta)                                                                        \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":" index         \
    ",\"delta\":" delta "}\n\n"
#define END(reason)                                                                                \
    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" reason "\"},\"usage\":{"     \
    "\"output_tokens\":31}}\n\ndata: {\"type\":\"message_stop\"}\n\n"

static void test_anthropic_stream(void)
{
    g_auto(Reply) reply = {0};
    read_stream(&dialect_anthropic,
                START "event: ping\ndata: {\"type\":\"ping\"}\n\n"
                      "event: new_thing\ndata: {\"type\":\"new_thing\"}\n\n" PIECE(
                          "0", "{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}")
                          PIECE("1", "{\"type\":\"text_delta\",\"text\":\"{\\\"n\\\":\"}")
                              PIECE("1", "{\"type\":\"text_delta\",\"text\":\"3}\"}")
                                  END("end_turn"),
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_ANSWER);
    g_assert_cmpstr(reply.text, ==, "{\"n\":3}");
    g_assert_cmpint(reply.tokens_in, ==, 30);
    g_assert_cmpint(reply.tokens_out, ==, 31);
    g_assert_cmpstr(reply.model, ==, "c-1");

    read_stream(
        &dialect_anthropic,
        START PIECE(
            "0",
            "{\"type\":\"text_delta\",\"text\":\"Here is it:\"}") "data: "
                                                                  "{\"type\":\"content_block_"
                                                                  "start\",\"index\":1,\"content_"
                                                                  "block\":{"
                                                                  "\"type\":\"tool_use\",\"name\":"
                                                                  "\"r\",\"input\":{}}}\n\n" PIECE(
                                                                      "1",
                                                                      "{\"type\":\"input_json_"
                                                                      "delta\",\"partial_json\":\"{"
                                                                      "\\\"n\\\":\"}")
                                                                      PIECE(
                                                                          "1",
                                                                          "{\"type\":\"input_json_"
                                                                          "delta\",\"partial_"
                                                                          "json\":\"3}\"}")
                                                                          END("tool_use"),
        &reply);
    g_assert_cmpstr(reply.text, ==, "{\"n\":3}");

    read_stream(&dialect_anthropic, START PIECE("0", "{\"type\":\"text_delta\",\"text\":\"{}\"}"),
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_TORN);
    g_assert_cmpint(reply.tokens_in, ==, 30);
    g_assert_cmpint(reply.tokens_out, ==, -1);
    g_assert_null(reply.text);

    read_stream(&dialect_anthropic,
                START "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                      "\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_ERROR);
    g_assert_cmpstr(reply.type, ==, "overloaded_error");
}

static void test_gemini_stream(void)
{
    g_auto(Reply) reply = {0};
    read_stream(&dialect_gemini,
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{\\\"n\\\":\"}]},"
                "\"logprobsResult\":{\"chosenCandidates\":[{\"token\":\"{\\\"n\\\":\","
                "\"logProbability\":-0.25}]}}],\"usageMetadata\":{\"promptTokenCount\":270}}\n\n"
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"3}\"}]},"
                "\"finishReason\":\"STOP\",\"logprobsResult\":{\"chosenCandidates\":[{\"token\":"
                "\"3\",\"logProbability\":-1},{\"token\":\"}\",\"logProbability\":0}]}}],"
                "\"usageMetadata\":{\"promptTokenCount\":270,\"candidatesTokenCount\":20}}\n\n",
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_ANSWER);
    g_assert_cmpstr(reply.text, ==, "{\"n\":3}");
    g_assert_cmpint(reply.tokens_out, ==, 20);
    g_assert_cmpuint(reply.logprobs->len, ==, 3);
    const TokenLogprob *three = &g_array_index(reply.logprobs, TokenLogprob, 1);
    g_assert_cmpuint(three->start, ==, 5);
    g_assert_cmpuint(three->end, ==, 6);
    g_assert_cmpfloat(three->logprob, ==, -1);

    read_stream(&dialect_gemini,
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{}\"}]}}]}\n\n",
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_TORN);
    read_stream(&dialect_gemini, "data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}\n\n",
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_ERROR);
    g_assert_cmpstr(reply.type, ==, "UNAVAILABLE");
    read_stream(&dialect_gemini, "data: {\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\n\n",
                &reply);
    g_assert_cmpint(reply.kind, ==, REPLY_FILTERED);
}

/* ---- log-probabilities ---- */

/* More tokens than text: a fence that the server took away, thoughts that hold a draft. Less than
 * the text: nothing is known. */
static void test_alignment(void)
{
    static const FinishWord none[] = {{NULL, REPLY_ANSWER}};
    static const struct {
        const char *text, *tokens[8];
        guint first, n;
    } cases[] = {
        {"{1}", {"{", "1", "}"}, 0, 3},
        {"{1}", {"{1}", "hm", "\n", "{", "1", "}"}, 3, 3},
        {"{1}", {"``", "`{", "1", "}`", "``"}, 1, 3},
        {"{1}", {"{", "1"}, 0, 0},
        {"{1}", {NULL}, 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Draft) draft = {0};
        g_auto(Reply) reply = {0};
        draft_init(&draft);
        draft_text(&draft, cases[i].text);
        for (guint t = 0; t < 8 && cases[i].tokens[t]; t++)
            draft_token(&draft, cases[i].tokens[t], strlen(cases[i].tokens[t]), -1.0 * t);
        draft_close(&draft, none, &reply);
        g_assert_cmpuint(reply.logprobs ? reply.logprobs->len : 0, ==, cases[i].n);
        if (!reply.logprobs)
            continue;
        const TokenLogprob *first = &g_array_index(reply.logprobs, TokenLogprob, 0);
        g_assert_cmpuint(first->start, ==, 0);
        g_assert_cmpuint(first->end, ==, 1);
        g_assert_cmpfloat(first->logprob, ==, -1.0 * cases[i].first);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dialects/anthropic-request", test_anthropic_request);
    g_test_add_func("/dialects/gemini-request", test_gemini_request);
    g_test_add_func("/dialects/extra-body", test_extra_body);
    g_test_add_func("/dialects/replies", test_replies);
    g_test_add_func("/dialects/usage", test_usage);
    g_test_add_func("/dialects/error-details", test_error_details);
    g_test_add_func("/dialects/anthropic-stream", test_anthropic_stream);
    g_test_add_func("/dialects/gemini-stream", test_gemini_stream);
    g_test_add_func("/dialects/alignment", test_alignment);
    return g_test_run();
}
