/* What the program folds from several schemas into one, case by case; test-program.c has what comes
 * by chance. */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/program.h"

static void check_both(const Schema *schema, const cJSON *value, gboolean valid)
{
    const char *limit;
    g_assert_cmpint(program_run(schema->program, value, &limit), ==, valid);
    g_assert_null(limit);
    g_assert_cmpint(explain_run(schema, value, NULL, &limit), ==, valid);
    g_assert_null(limit);
}

/* What is folded from several schemas into one. */
static void test_folded(void)
{
    static const struct {
        const char *schema, *valid, *invalid;
    } cases[] = {
        /* names and demands of all, own ones twice */
        {"{\"properties\":{\"a\":{\"minimum\":1}},\"allOf\":[{\"properties\":{\"a\":{\"type\":"
         "\"integer\"},\"b\":{\"type\":\"null\"}},\"required\":[\"b\"]}]}",
         "{\"a\":2,\"b\":null}", "{\"a\":2.5,\"b\":null}"},
        {"{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"a\":1,\"b\":1}",
         "{\"a\":1}"},
        /* closed: only its own names, with what the others say of them */
        {"{\"properties\":{\"a\":true},\"additionalProperties\":false,\"allOf\":[{\"properties\":{"
         "\"a\":{\"type\":\"string\"},\"b\":true}}]}",
         "{\"a\":\"x\"}", "{\"a\":1}"},
        {"{\"properties\":{\"a\":true},\"additionalProperties\":false,\"allOf\":[{\"properties\":{"
         "\"b\":true}}]}",
         "{\"a\":1}", "{\"b\":1}"},
        /* further members have a schema of their own */
        {"{\"additionalProperties\":{\"type\":\"string\"},\"allOf\":[{\"properties\":{\"b\":{"
         "\"minLength\":2}}}]}",
         "{\"b\":\"xx\",\"c\":\"\"}", "{\"b\":\"x\"}"},
        {"{\"additionalProperties\":{\"type\":\"string\"},\"allOf\":[{\"properties\":{\"b\":true}}]"
         "}",
         "{\"b\":\"x\"}", "{\"b\":1}"},
        /* a closed branch inside is asked apart */
        {"{\"properties\":{\"a\":true},\"allOf\":[{\"properties\":{\"b\":true},"
         "\"additionalProperties\":false}]}",
         "{\"b\":1}", "{\"a\":1}"},
        /* types */
        {"{\"type\":[\"number\",\"string\"],\"allOf\":[{\"type\":\"integer\"}]}", "3", "3.5"},
        {"{\"allOf\":[{\"type\":\"string\"},{\"type\":[\"number\",\"string\"]}]}", "\"x\"", "1"},
        /* lists */
        {"{\"items\":{\"properties\":{\"a\":true},\"additionalProperties\":false},\"allOf\":[{"
         "\"items\":{\"properties\":{\"a\":{\"type\":\"null\"}}}},{\"items\":{\"required\":[\"a\"]}"
         ","
         "\"minItems\":1}]}",
         "[{\"a\":null}]", "[{}]"},
        {"{\"prefixItems\":[true],\"allOf\":[{\"items\":{\"type\":\"null\"}}]}", "[null,null]",
         "[1]"},
        /* what is unevaluated sees the company it has, and no other */
        {"{\"properties\":{\"a\":true},\"unevaluatedProperties\":false,\"allOf\":[{\"properties\":{"
         "\"b\":true}}]}",
         "{\"a\":1,\"b\":1}", "{\"c\":1}"},
        {"{\"properties\":{\"x\":{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}},"
         "\"allOf\":[{\"properties\":{\"x\":{\"properties\":{\"b\":true}}}}]}",
         "{\"x\":{\"a\":1}}", "{\"x\":{\"b\":1}}"},
        {"{\"items\":{\"unevaluatedItems\":false},\"allOf\":[{\"items\":{\"items\":true}}]}",
         "[[]]", "[[1]]"},
        /* two that go round in each other need no end of new schemas */
        {"{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/b\"}],\"$defs\":{\"a\":{"
         "\"properties\":{\"x\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/b\"}]}}},"
         "\"b\":{\"properties\":{\"x\":{\"$ref\":\"#/$defs/b\"},\"y\":{\"type\":\"null\"}}}}}",
         "{\"x\":{\"x\":{\"y\":null}}}", "{\"x\":{\"x\":{\"x\":{\"y\":1}}}}"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(cJSON) document = cJSON_Parse(cases[i].schema);
        g_autoptr(cJSON) valid = cJSON_Parse(cases[i].valid);
        g_autoptr(cJSON) invalid = cJSON_Parse(cases[i].invalid);
        g_autoptr(GError) error = NULL;
        g_autoptr(Schema) schema = schema_compile(document, NULL, &error);
        g_assert_no_error(error);
        check_both(schema, valid, TRUE);
        check_both(schema, invalid, FALSE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program-folded/cases", test_folded);
    return g_test_run();
}
