/* The schema library by itself: traps of the specification that packs could step into, and limits.
 * The official suite is test-schema-suite.c, the sentences are test-explain.c. */
#include "stages/check/schema/decimal.h"
#include "stages/check/schema/formats/formats.h"
#include "stages/check/schema/regex/pattern.h"
#include "stages/check/schema/schema.h"

#include <string.h>

static cJSON *parse(const char *text)
{
    cJSON *json = cJSON_Parse(text);
    g_assert_nonnull(json);
    return json;
}

static Schema *compile(const char *text, gboolean assert_format)
{
    g_autoptr(cJSON) document = parse(text);
    g_autoptr(GError) error = NULL;
    SchemaOptions options = {.assert_format = assert_format};
    Schema *schema = schema_compile(document, &options, &error);
    g_assert_no_error(error);
    g_assert_nonnull(schema);
    return schema;
}

static SchemaVerdict verdict_of(const char *schema_text, const char *instance_text)
{
    g_autoptr(Schema) schema = compile(schema_text, TRUE);
    g_autoptr(cJSON) instance = parse(instance_text);
    SchemaVerdict quick = schema_check(schema, instance);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, quick);
    g_assert_cmpint(findings->len == 0, ==, quick == SCHEMA_VALID);
    return quick;
}

static void check(const char *schema, const char *instance, gboolean valid)
{
    g_assert_cmpint(verdict_of(schema, instance), ==, valid ? SCHEMA_VALID : SCHEMA_INVALID);
}

static void refuse(const char *schema_text, const char *pointer)
{
    g_autoptr(cJSON) document = parse(schema_text);
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = schema_compile(document, NULL, &error);
    g_assert_null(schema);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, pointer));
}

/* ---- compiling ---- */

static void test_broken_schemas(void)
{
    refuse("{\"properties\": {\"a\": {\"type\": \"text\"}}}", "/properties/a/type: ");
    refuse("{\"properties\": {\"a\": 7}}", "/properties/a: ");
    refuse("{\"items\": {\"$ref\": \"#/$defs/none\"}}", "/items/$ref: ");
    refuse("{\"$ref\": \"https://example.org/elsewhere\"}", "/$ref: ");
    refuse("{\"pattern\": \"(\"}", "/pattern: ");
    refuse("{\"pattern\": \"(?i)a\"}", "/pattern: ");
    refuse("{\"minLength\": -1}", "/minLength: ");
    refuse("{\"minLength\": 1.5}", "/minLength: ");
    refuse("{\"multipleOf\": 0}", "/multipleOf: ");
    refuse("{\"required\": [1]}", "/required: ");
    refuse("{\"allOf\": []}", "/allOf: ");
    refuse("{\"enum\": 1}", "/enum: ");
    refuse("{\"$id\": \"#here\"}", "/$id: ");
    refuse("{\"$schema\": \"http://json-schema.org/draft-03/schema#\"}", "/$schema: ");
    refuse("{\"$defs\": {\"a\": {\"$anchor\": \"x\"}, \"b\": {\"$anchor\": \"x\"}}}",
           "/$defs/b/$anchor: ");
    refuse("3", "the document: ");
}

static void test_identifiers_in_data(void)
{
    /* An $id inside of enum is a value, not a resource. */
    check("{\"enum\": [{\"$id\": \"#\", \"$ref\": \"#/none\"}]}",
          "{\"$id\": \"#\", \"$ref\": \"#/none\"}", TRUE);
    /* A property that is called $ref is a property. */
    check("{\"properties\": {\"$ref\": {\"type\": \"number\"}}}", "{\"$ref\": \"a\"}", FALSE);
}

static void test_references(void)
{
    const char *recursive = "{\"properties\": {\"child\": {\"$ref\": \"#\"}},"
                            " \"additionalProperties\": false}";
    check(recursive, "{\"child\": {\"child\": {}}}", TRUE);
    check(recursive, "{\"child\": {\"other\": {}}}", FALSE);
    check("{\"$defs\": {\"a~/b\": {\"type\": \"string\"}}, \"$ref\": \"#/$defs/a~0~1b\"}", "1",
          FALSE);
    check("{\"$ref\": \"#/unknown/place\", \"unknown\": {\"place\": {\"minimum\": 3}}}", "2",
          FALSE);
    check("{\"$ref\": \"https://json-schema.org/draft/2020-12/schema\"}", "{\"type\": 7}", FALSE);
    check("{\"$ref\": \"https://json-schema.org/draft/2020-12/schema\"}", "{\"type\": \"null\"}",
          TRUE);
}

/* A schema that refers to itself without going down never ends: that is no verdict. */
static void test_limits(void)
{
    g_assert_cmpint(verdict_of("{\"anyOf\": [{\"$ref\": \"#\"}]}", "1"), ==, SCHEMA_UNDECIDED);
    g_assert_cmpint(verdict_of("{\"oneOf\": [{\"not\": {\"$ref\": \"#\"}}]}", "1"), ==,
                    SCHEMA_UNDECIDED);
    g_autoptr(GString) hostile = g_string_new("\"");
    for (int i = 0; i < 40; i++)
        g_string_append(hostile, "aaaaaaaaaa");
    g_string_append(hostile, "!\"");
    gint64 start = g_get_monotonic_time();
    g_assert_cmpint(verdict_of("{\"pattern\": \"^(a+)+(a+)+$\"}", hostile->str), !=, SCHEMA_VALID);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
    /* What is invalid before the limit stays invalid when all findings are wanted. */
    g_assert_cmpint(
        verdict_of("{\"type\": \"object\", \"pattern\": \"^(a+)+(a+)+$\"}", hostile->str), ==,
        SCHEMA_INVALID);
}

/* ---- evaluating ---- */

static void test_numbers(void)
{
    check("{\"type\": \"integer\"}", "1.0", TRUE);
    check("{\"type\": \"integer\"}", "1e300", TRUE);
    check("{\"type\": \"integer\"}", "1.5", FALSE);
    check("{\"multipleOf\": 0.01}", "19.99", TRUE);
    check("{\"multipleOf\": 0.0001}", "0.0075", TRUE);
    check("{\"multipleOf\": 0.01}", "19.995", FALSE);
    check("{\"multipleOf\": 0.123456789}", "1e308", FALSE);
    check("{\"multipleOf\": 1e308}", "1e307", FALSE);
    check("{\"minLength\": 2.0}", "\"a\"", FALSE);
    check("{\"const\": 1}", "1.0", TRUE);
    check("{\"const\": 1}", "true", FALSE);
}

static void test_decimal(void)
{
    Decimal d = decimal_from_double(-12.5);
    g_assert_cmpuint(d.mantissa, ==, 125);
    g_assert_cmpint(d.exponent, ==, -1);
    d = decimal_from_double(0);
    g_assert_cmpuint(d.mantissa, ==, 0);
    g_assert_true(decimal_is_multiple(decimal_from_double(4.35), decimal_from_double(0.01)));
    g_assert_false(decimal_is_multiple(decimal_from_double(5e-324), decimal_from_double(1)));
    g_assert_true(decimal_is_multiple(decimal_from_double(1e22), decimal_from_double(1e-5)));
}

static void test_strings(void)
{
    check("{\"maxLength\": 2}", "\"äö\"", TRUE);
    check("{\"minLength\": 2}", "\"\U0001F4A9\"", FALSE);
    check("{\"pattern\": \"\\\\d\"}", "\"\u0663\"", FALSE); /* ASCII digits only */
    check("{\"pattern\": \"^.$\"}", "\"\\u2028\"", FALSE);
    check("{\"pattern\": \"a$\"}", "\"a\\n\"", FALSE);
    check("{\"pattern\": \"\\\\bb\"}", "\"äb\"", TRUE);   /* ä is no word letter in ECMA */
    check("{\"pattern\": \"[\\\\w-]+\"}", "\"-\"", TRUE); /* lenient, as authors write it */
    check("{\"pattern\": \"^[[:x]$\"}", "\"[\"", TRUE);
    check("{\"enum\": []}", "1", FALSE);
}

static void test_tracking(void)
{
    const char *schema = "{\"anyOf\": [{\"properties\": {\"a\": true}, \"required\": [\"a\"]},"
                         "{\"properties\": {\"b\": true}, \"required\": [\"b\"]}],"
                         "\"unevaluatedProperties\": false}";
    check(schema, "{\"a\": 1, \"b\": 2}", TRUE); /* both branches mark */
    check(schema, "{\"a\": 1, \"c\": 2}", FALSE);
    /* A failing branch marks nothing. */
    check("{\"anyOf\": [{\"properties\": {\"a\": {\"type\": \"null\"}}}, true],"
          "\"unevaluatedProperties\": false}",
          "{\"a\": 1}", FALSE);
    check("{\"contains\": {\"const\": 1}, \"unevaluatedItems\": {\"const\": 2}}", "[1, 2, 1]",
          TRUE);
    check("{\"contains\": {\"const\": 1}, \"unevaluatedItems\": {\"const\": 2}}", "[1, 3]", FALSE);
}

static void test_many_members(void)
{
    /* More children than the marks on the stack hold. */
    g_autoptr(GString) list = g_string_new("[");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(list, "%s%d", i > 0 ? "," : "", i);
    g_autofree char *same = g_strconcat(list->str, ", 999]", NULL);
    g_autofree char *unique = g_strconcat(list->str, "]", NULL);
    const char *schema = "{\"uniqueItems\": true, \"prefixItems\": [true],"
                         " \"unevaluatedItems\": {\"type\": \"integer\"}}";
    check(schema, unique, TRUE);
    check(schema, same, FALSE);
    check("{\"uniqueItems\": true}", "[{\"a\": 1, \"b\": [2]}, {\"b\": [2.0], \"a\": 1}]", FALSE);
    check("{\"uniqueItems\": true}", "[0, false, \"0\", null, [], {}]", TRUE);
}

/* ---- formats ---- */

static void test_formats(void)
{
    static const struct {
        const char *format, *text;
        gboolean valid;
    } cases[] = {
        {"date", "2024-02-29", TRUE},
        {"date", "2023-02-29", FALSE},
        {"date", "2024-1-01", FALSE},
        {"date", "2024-01-01\n", FALSE},
        {"time", "23:59:60Z", TRUE},
        {"time", "22:59:60Z", FALSE},
        {"time", "01:29:60+01:30", TRUE},
        {"date-time", "2024-01-01T00:00:00", FALSE},
        {"date-time", "2024-01-01t00:00:00.5z", TRUE},
        {"duration", "P1Y2M3DT4H", TRUE},
        {"duration", "P1D2H", FALSE},
        {"duration", "P", FALSE},
        {"email", "a.b@example.org", TRUE},
        {"email", "a..b@example.org", FALSE},
        {"email", "\"a b\"@[127.0.0.1]", TRUE},
        {"hostname", "a-b.example", TRUE},
        {"hostname", "-a.example", FALSE},
        {"ipv4", "1.2.3.04", FALSE},
        {"ipv6", "::ffff:1.2.3.4", TRUE},
        {"ipv6", "1::2::3", FALSE},
        {"uri", "https://example.org/a?b#c", TRUE},
        {"uri", "example.org", FALSE},
        {"uri", "https://example.org/a b", FALSE},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", TRUE},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa73b441d16380", FALSE},
        {"json-pointer", "/a/~2", FALSE},
        {"regex", "(?<=a+)b", TRUE},
        {"regex", "^a{2,1}$", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s %s", cases[i].format, cases[i].text);
        g_assert_cmpint(format_find(cases[i].format)->check(cases[i].text), ==, cases[i].valid);
    }
    g_assert_null(format_find("no-such-format"));
}

/* Formats are notes unless they are asked for. */
static void test_format_annotation(void)
{
    g_autoptr(Schema) schema = compile("{\"format\": \"date\"}", FALSE);
    g_autoptr(cJSON) instance = parse("\"yesterday\"");
    g_assert_cmpint(schema_check(schema, instance), ==, SCHEMA_VALID);
    check("{\"format\": \"date\"}", "\"yesterday\"", FALSE);
    check("{\"format\": \"date\"}", "12", TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schema/broken-schemas", test_broken_schemas);
    g_test_add_func("/schema/identifiers-in-data", test_identifiers_in_data);
    g_test_add_func("/schema/references", test_references);
    g_test_add_func("/schema/limits", test_limits);
    g_test_add_func("/schema/numbers", test_numbers);
    g_test_add_func("/schema/decimal", test_decimal);
    g_test_add_func("/schema/strings", test_strings);
    g_test_add_func("/schema/tracking", test_tracking);
    g_test_add_func("/schema/many-members", test_many_members);
    g_test_add_func("/schema/formats", test_formats);
    g_test_add_func("/schema/format-annotation", test_format_annotation);
    return g_test_run();
}
