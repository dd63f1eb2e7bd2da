/* OpenAI's dialect: the bytes of a request, the schema's rewriting and the way back, and what a
 * response of any kind means. */
#include <string.h>

#include "pipeline/host/job.h"
#include "stages/ask/dialect.h"

static cJSON *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    cJSON *value = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return value;
}

static DialectSchema *rewrite(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) schema = parse(text);
    DialectSchema *result = subset_schema(&subsets[0], "pack", schema, NULL, &error);
    g_assert_no_error(error);
    return result;
}

static void assert_rewritten(const char *schema, const char *wanted, gboolean strict)
{
    g_autoptr(DialectSchema) result = rewrite(schema);
    g_autofree char *text = json_print(result->schema, FALSE);
    g_assert_cmpstr(text, ==, wanted);
    g_assert_true(result->strict == strict);
}

/* ---- the request ---- */

static void add(GPtrArray *messages, Role role, char *text)
{
    Message *message = g_new0(Message, 1);
    *message = (Message){role, text};
    g_ptr_array_add(messages, message);
}

static void test_request(void)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    char system[] = "Extract.", user[] = "Total \"5\"\n€", answer[] = "{}", again[] = "No.";
    add(messages, ROLE_SYSTEM, system);
    add(messages, ROLE_USER, user);
    add(messages, ROLE_ASSISTANT, answer);
    add(messages, ROLE_USER, again);
    g_autoptr(DialectSchema) schema = rewrite(
        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}");
    char model[] = "m-1", tokens[] = "max_completion_tokens", temperature[] = "0";
    ModelSettings settings = {.model = model, .max_output_tokens = 500, .token_parameter = tokens};
    g_autofree char *body = dialect_openai.request(&settings, messages, schema);
    g_assert_cmpstr(
        body, ==,
        "{\"model\":\"m-1\",\"messages\":[{\"role\":\"system\",\"content\":\"Extract.\"},"
        "{\"role\":\"user\",\"content\":\"Total "
        "\\\"5\\\"\\n€\"},{\"role\":\"assistant\",\"content\":"
        "\"{}\"},{\"role\":\"user\",\"content\":\"No.\"}],\"max_completion_tokens\":500,"
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"pack\","
        "\"strict\":"
        "true,\"schema\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},"
        "\"required\":[\"n\"],\"additionalProperties\":false}}}}");
    settings.format = FORMAT_NONE;
    settings.temperature = temperature;
    g_autofree char *plain = dialect_openai.request(&settings, messages, schema);
    g_assert_nonnull(strstr(plain, ",\"temperature\":0,\"max_completion_tokens\":500}"));
    settings.format = FORMAT_JSON_OBJECT;
    g_autofree char *object = dialect_openai.request(&settings, messages, schema);
    g_assert_true(g_str_has_suffix(object, "\"response_format\":{\"type\":\"json_object\"}}"));
}

/* ---- the schema ---- */

static void test_schema_drops_what_strict_mode_refuses(void)
{
    assert_rewritten(
        "{\"$schema\":\"x\",\"$id\":\"y\",\"title\":\"T\",\"type\":\"object\",\"properties\":{"
        "\"a\":{\"type\":\"string\",\"minLength\":1,\"pattern\":\"^x\",\"format\":\"date\","
        "\"default\":\"x\",\"description\":\"d\"},"
        "\"pattern\":{\"type\":\"number\",\"minimum\":0}},"
        "\"required\":[\"a\",\"pattern\"],\"if\":{},\"minProperties\":1}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"pattern\":{\"type\":"
        "\"number\"}},\"required\":[\"a\",\"pattern\"],\"additionalProperties\":false}",
        TRUE);
}

static void test_schema_optional_becomes_nullable(void)
{
    assert_rewritten(
        "{\"type\":\"object\",\"$defs\":{\"d\":{\"type\":\"boolean\"}},\"properties\":{"
        "\"s\":{\"type\":\"string\"},\"sn\":{\"type\":[\"string\",\"null\"]},"
        "\"e\":{\"enum\":[\"a\",\"b\"]},\"en\":{\"enum\":[\"a\",null]},"
        "\"o\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}},\"required\":["
        "\"x\"]"
        "},\"l\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":3},"
        "\"r\":{\"$ref\":\"#/$defs/d\"},\"c\":{\"const\":7}}}",
        "{\"type\":\"object\",\"properties\":{"
        "\"s\":{\"type\":[\"string\",\"null\"]},\"sn\":{\"type\":[\"string\",\"null\"]},"
        "\"e\":{\"anyOf\":[{\"type\":\"string\",\"enum\":[\"a\",\"b\"]},{\"type\":\"null\"}]},"
        "\"en\":{\"enum\":[\"a\",null]},"
        "\"o\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}},"
        "\"required\":[\"x\"],\"additionalProperties\":false},{\"type\":\"null\"}]},"
        "\"l\":{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"string\"}},{\"type\":\"null\"}"
        "]},"
        "\"r\":{\"anyOf\":[{\"$ref\":\"#/$defs/d\"},{\"type\":\"null\"}]},"
        "\"c\":{\"anyOf\":[{\"type\":\"number\",\"enum\":[7]},{\"type\":\"null\"}]}},"
        "\"required\":[\"s\",\"sn\",\"e\",\"en\",\"o\",\"l\",\"r\",\"c\"],"
        "\"additionalProperties\":false,\"$defs\":{\"d\":{\"type\":\"boolean\"}}}",
        TRUE);
}

static void test_schema_combinations(void)
{
    assert_rewritten(
        "{\"type\":\"object\",\"required\":[\"a\",\"b\",\"c\"],\"properties\":{"
        "\"a\":{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]},"
        "\"b\":{\"allOf\":[{\"properties\":{\"x\":{\"type\":\"string\"}},\"required\":[\"x\"]},"
        "{\"properties\":{\"y\":{\"type\":\"null\"}},\"required\":[\"y\"]}]},"
        "\"c\":{\"type\":[\"object\",\"null\"],\"properties\":{\"z\":{\"type\":\"string\"}},"
        "\"required\":[\"z\"]}}}",
        "{\"type\":\"object\",\"properties\":{"
        "\"a\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]},"
        "\"b\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\"},\"y\":{\"type\":"
        "\"null\"}},\"required\":[\"x\",\"y\"],\"additionalProperties\":false},"
        "\"c\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"z\":{\"type\":\"string\"}},"
        "\"required\":[\"z\"],\"additionalProperties\":false},{\"type\":\"null\"}]}},"
        "\"required\":[\"a\",\"b\",\"c\"],\"additionalProperties\":false}",
        TRUE);
}

/* What strict mode cannot say is still sent, but not as strict: our validator has the last word. */
static void test_schema_that_cannot_be_strict(void)
{
    const char *schemas[] = {
        "{\"type\":\"object\",\"properties\":{\"m\":{\"type\":\"object\",\"additionalProperties\":"
        "{\"type\":\"string\"}}}}",
        "{\"type\":\"object\",\"properties\":{\"any\":{}}}",
        "{\"type\":\"object\",\"properties\":{\"gone\":{\"$ref\":\"#/nowhere\"}}}",
        "{\"type\":\"object\",\"properties\":{\"far\":{\"$ref\":\"https://host.example/s\"}}}",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}",
        "{\"type\":\"object\",\"properties\":{\"x\":true}}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(schemas); i++) {
        g_autoptr(DialectSchema) result = rewrite(schemas[i]);
        g_assert_false(result->strict);
    }
}

static void test_schema_that_refers_to_itself(void)
{
    g_autoptr(DialectSchema) tree = rewrite(
        "{\"type\":\"object\",\"required\":[\"kids\"],\"properties\":{\"kids\":{\"type\":\"array\","
        "\"items\":{\"$ref\":\"#\"}}}}");
    g_assert_true(tree->strict);
    g_autoptr(DialectSchema) knot =
        rewrite("{\"type\":\"object\",\"properties\":{\"a\":{\"properties\":{\"l\":{\"$ref\":\"#/"
                "properties/a\"},"
                "\"r\":{\"$ref\":\"#/properties/a\"},\"s\":{\"$ref\":\"#/properties/a\"}}},"
                "\"self\":{\"$ref\":\"#/properties/self\"}}}");
    g_assert_false(knot->strict);
    g_autofree char *text = json_print(knot->schema, FALSE);
    g_assert_cmpuint(strlen(text), <, 8 << 20);
}

static void test_schema_with_a_long_enum(void)
{
    g_autoptr(GString) text =
        g_string_new("{\"type\":\"object\",\"required\":[\"c\"],\"properties\":{\"c\":{\"enum\":[");
    for (guint i = 0; i < 1200; i++)
        g_string_append_printf(text, "%s\"category %u\"", i ? "," : "", i);
    g_string_append(text, "]}}}");
    g_autoptr(DialectSchema) result = rewrite(text->str);
    g_assert_true(result->strict);
    g_autofree char *printed = json_print(json_at(result->schema, "/properties/c"), FALSE);
    g_assert_cmpstr(printed, ==, "{\"type\":\"string\"}");
}

static void test_restore(void)
{
    g_autoptr(cJSON) schema = parse(
        "{\"type\":\"object\",\"required\":[\"a\"],\"$defs\":{\"i\":{\"type\":\"object\","
        "\"properties\":"
        "{\"q\":{\"type\":\"integer\"},\"n\":{\"type\":[\"string\",\"null\"]}}}},\"properties\":{"
        "\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\"},\"c\":{\"type\":[\"string\","
        "\"null\"]},"
        "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/i\"}},"
        "\"o\":{\"anyOf\":[{\"$ref\":\"#/$defs/i\"},{\"type\":\"null\"}]}}}");
    g_autofree char *back = subset_restore(
        &subsets[0], schema,
        "{\"a\":null,\"b\":null,\"c\":null,\"items\":[{\"q\":null,\"n\":null},{\"q\":1}],"
        "\"o\":{\"q\":null},\"other\":null}");
    g_assert_cmpstr(
        back, ==,
        "{\"a\":null,\"c\":null,\"items\":[{\"n\":null},{\"q\":1}],\"o\":{},\"other\":null}");
    const char *untouched[] = {"{\"a\":\"x\",\"c\":null}", "not JSON", "", "[null]", "null"};
    for (guint i = 0; i < G_N_ELEMENTS(untouched); i++)
        g_assert_null(subset_restore(&subsets[0], schema, untouched[i]));
}

/* ---- replies ---- */

static void read_reply(guint status, const char *body, Reply *reply)
{
    dialect_openai.reply(status, body, strlen(body), reply);
}

#define COMPLETION(message, finish)                                                                \
    "{\"choices\":[{\"index\":0,\"message\":" message ",\"finish_reason\":" finish "}],"           \
    "\"model\":\"m\",\"usage\":{\"prompt_tokens\":1200,\"completion_tokens\":90,"                  \
    "\"prompt_tokens_details\":{\"cached_tokens\":1024}}}"

static void test_reply_kinds(void)
{
    static const struct {
        guint status;
        const char *body;
        ReplyKind kind;
    } cases[] = {
        {200, COMPLETION("{\"content\":\"{}\",\"refusal\":null}", "\"stop\""), REPLY_ANSWER},
        {200, COMPLETION("{\"content\":\"{}\"}", "null"), REPLY_ANSWER},
        {200, COMPLETION("{\"content\":[{\"type\":\"text\",\"text\":\"{}\"}]}", "\"stop\""),
         REPLY_ANSWER},
        {200, COMPLETION("{\"content\":\"{\"}", "\"length\""), REPLY_CUT},
        {200, COMPLETION("{\"content\":null,\"refusal\":\"No.\"}", "\"stop\""), REPLY_REFUSED},
        {200, COMPLETION("{\"content\":\"{}\"}", "\"content_filter\""), REPLY_FILTERED},
        {200, COMPLETION("{\"content\":\" \\n\"}", "\"stop\""), REPLY_EMPTY},
        {200, COMPLETION("{\"content\":null}", "\"tool_calls\""), REPLY_EMPTY},
        {200, COMPLETION("7", "9"), REPLY_EMPTY},
        {200, "{\"choices\":[]}", REPLY_EMPTY},
        {200, "{\"choices\":[7]}", REPLY_EMPTY},
        {200, "{\"error\":{\"message\":\"late\",\"code\":502}}", REPLY_ERROR},
        {200, "{\"error\":{\"message\":\"late\"},\"choices\":[]}", REPLY_ERROR},
        {400, "{\"error\":\"text\"}", REPLY_ERROR},
        {400, "{\"object\":\"error\",\"message\":\"old\",\"code\":40303}", REPLY_ERROR},
        {422, "{\"detail\":[{\"loc\":[\"body\"]}]}", REPLY_ERROR},
        {500, COMPLETION("{\"content\":\"{}\"}", "\"stop\""), REPLY_GARBAGE},
        {200, "<!DOCTYPE html><html></html>", REPLY_GARBAGE},
        {200, "", REPLY_GARBAGE},
        {200, "{\"choices\":[{\"mess", REPLY_GARBAGE},
        {200, "[1]", REPLY_GARBAGE},
        {200, "\xff\xfe", REPLY_GARBAGE},
        {404, "Not Found", REPLY_GARBAGE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Reply) reply = {0};
        read_reply(cases[i].status, cases[i].body, &reply);
        if (reply.kind != cases[i].kind)
            g_test_message("case %u: %s", i, cases[i].body);
        g_assert_cmpint(reply.kind, ==, cases[i].kind);
        g_assert_true(reply.kind != REPLY_ANSWER || g_str_equal(reply.text, "{}"));
    }
}

static void test_reply_details(void)
{
    g_auto(Reply) reply = {0};
    read_reply(200, COMPLETION("{\"content\":\"{}\"}", "\"stop\""), &reply);
    g_assert_cmpint(reply.tokens_in, ==, 1200);
    g_assert_cmpint(reply.tokens_cached, ==, 1024);
    g_assert_cmpint(reply.tokens_out, ==, 90);
    g_assert_cmpstr(reply.model, ==, "m");
    read_reply(200,
               "{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":-5}}",
               &reply);
    g_assert_cmpint(reply.tokens_in, ==, -1);
    g_assert_cmpint(reply.tokens_cached, ==, -1);
    read_reply(400,
               "{\"error\":{\"message\":\"Unsupported value\",\"type\":\"invalid_request_error\","
               "\"param\":\"temperature\",\"code\":\"unsupported_value\"}}",
               &reply);
    g_assert_cmpstr(reply.code, ==, "unsupported_value");
    g_assert_cmpstr(reply.parameter, ==, "temperature");
    g_assert_cmpstr(reply.type, ==, "invalid_request_error");
    g_assert_cmpstr(reply.message, ==, "Unsupported value");
    read_reply(400, "{\"error\":{\"message\":null,\"code\":400}}", &reply);
    g_assert_cmpstr(reply.code, ==, "400");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/openai/request", test_request);
    g_test_add_func("/openai/schema/keywords", test_schema_drops_what_strict_mode_refuses);
    g_test_add_func("/openai/schema/optional", test_schema_optional_becomes_nullable);
    g_test_add_func("/openai/schema/combinations", test_schema_combinations);
    g_test_add_func("/openai/schema/not-strict", test_schema_that_cannot_be_strict);
    g_test_add_func("/openai/schema/recursion", test_schema_that_refers_to_itself);
    g_test_add_func("/openai/schema/long-enum", test_schema_with_a_long_enum);
    g_test_add_func("/openai/schema/restore", test_restore);
    g_test_add_func("/openai/reply/kinds", test_reply_kinds);
    g_test_add_func("/openai/reply/details", test_reply_details);
    return g_test_run();
}
