/* What the schema library says when an instance is invalid: exact sentences, keyword by keyword, the
 * branch that was meant, safe and short values, and limits that hostile instances meet. */
#include "stages/check/schema/explain.h"

#include <pthread.h>
#include <string.h>

/* Cases write JSON with ' for ". */
static cJSON *parse(const char *text)
{
    g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
    cJSON *json = cJSON_Parse(quoted);
    if (json == NULL)
        g_test_message("%s", quoted);
    g_assert_nonnull(json);
    return json;
}

static Schema *compile(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) document = parse(text);
    g_assert_no_error(error);
    const SchemaOptions options = {.assert_format = TRUE, .assert_content = TRUE};
    Schema *schema = schema_compile(document, &options, &error);
    g_assert_no_error(error);
    return schema;
}

static GPtrArray *findings_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
}

static GPtrArray *findings_of(const char *schema_text, const char *instance_text)
{
    g_autoptr(Schema) schema = compile(schema_text);
    g_autoptr(cJSON) instance = parse(instance_text);
    GPtrArray *findings = findings_new();
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, SCHEMA_INVALID);
    return findings;
}

static char *sentences_of(const char *schema_text, const char *instance_text)
{
    g_autoptr(GPtrArray) findings = findings_of(schema_text, instance_text);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(findings, i);
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", finding->sentence);
    }
    return g_string_free(text, FALSE);
}

typedef struct {
    const char *schema, *instance, *sentences; /* one a line */
} Case;

static void check_cases(const Case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *said = sentences_of(cases[i].schema, cases[i].instance);
        if (strcmp(said, cases[i].sentences) != 0)
            g_test_message("%s of %s", cases[i].schema, cases[i].instance);
        g_assert_cmpstr(said, ==, cases[i].sentences);
    }
}

#define CHECK(cases) check_cases(cases, G_N_ELEMENTS(cases))

/* ---- keywords ---- */

static void test_values(void)
{
    static const Case cases[] = {
        {"false", "1", "the record must not be there: nothing is allowed at this place"},
        {"{'type': 'string'}", "7", "the record must be a string, found 7"},
        {"{'type': 'string'}", "[1, [2]]", "the record must be a string, found [1, [2]]"},
        {"{'type': 'string'}", "true", "the record must be a string, found true"},
        {"{'type': ['string', 'null']}", "{}", "the record must be a string or null, found {}"},
        {"{'type': 'integer'}", "1.5", "the record must be a whole number, found 1.5"},
        {"{'type': 'integer'}", "'12'",
         "the record must be a whole number, found the text \"12\": write it without quotes"},
        {"{'type': ['number', 'integer']}", "'twelve'",
         "the record must be a number, found \"twelve\""},
        {"{'type': 'boolean'}", "null", "the record must be true or false, found null"},
        {"{'type': 'array'}", "{'a': 1}", "the record must be a list, found {\"a\": 1}"},
        {"{'type': 'object'}", "[1,2,3,4,5,6,7,8,9,10,11,12,13]",
         "the record must be an object, found a list of 13 items"},
        {"{'const': 'EUR'}", "'USD'", "the record must be \"EUR\", found \"USD\""},
        {"{'const': {'a': [1]}}", "null", "the record must be {\"a\": [1]}, found null"},
        {"{'const': 0.1}", "0.2", "the record must be 0.1, found 0.2"},
        {"{'enum': ['kg', 'm']}", "'lb'",
         "the record is \"lb\", which is not one of the allowed values: \"kg\", \"m\""},
        {"{'enum': ['kg', 'm']}", "'Kg'",
         "the record is \"Kg\", which is not one of the allowed values: \"kg\", \"m\"; \"kg\" was "
         "probably meant"},
        {"{'enum': ['invoice', 'receipt']}", "'recipet'",
         "the record is \"recipet\", which is not one of the allowed values: \"invoice\", "
         "\"receipt\"; \"receipt\" was probably meant"},
        {"{'enum': ['bank_transfer', 'cash']}", "'Bank transfer'",
         "the record is \"Bank transfer\", which is not one of the allowed values: "
         "\"bank_transfer\", \"cash\"; \"bank_transfer\" was probably meant"},
        {"{'enum': [1, 2]}", "'2'",
         "the record is \"2\", which is not one of the allowed values: 1, 2; 2 was probably meant"},
        {"{'enum': [11, 12]}", "13",
         "the record is 13, which is not one of the allowed values: 11, 12"},
        {"{'enum': ['EUR']}", "'eur'", "the record must be \"EUR\", found \"eur\""},
        {"{'enum': []}", "1", "the record is 1, but no value is allowed here"},
    };
    CHECK(cases);
}

static void test_numbers(void)
{
    static const Case cases[] = {
        {"{'minimum': 3}", "2", "the record must be at least 3, found 2"},
        {"{'maximum': 0.3}", "0.30000000000000004",
         "the record must be at most 0.3, found 0.30000000000000004"},
        {"{'exclusiveMinimum': 0}", "0", "the record must be greater than 0, found 0"},
        {"{'exclusiveMaximum': 1e300}", "1e301",
         "the record must be less than 1e+300, found 1e+301"},
        {"{'multipleOf': 0.01}", "19.995", "the record must be a multiple of 0.01, found 19.995"},
        {"{'minimum': 3, 'multipleOf': 2}", "1",
         "the record must be at least 3, found 1\nthe record must be a multiple of 2, found 1"},
    };
    CHECK(cases);
}

static void test_strings(void)
{
    static const Case cases[] = {
        {"{'minLength': 1}", "''", "the record must have at least 1 character, found 0: \"\""},
        {"{'maxLength': 2}", "'äöü'",
         "the record must have at most 2 characters, found 3: \"äöü\""},
        {"{'pattern': '^[A-Z]{3}$'}", "'eur'",
         "the record must match the pattern ^[A-Z]{3}$, found \"eur\""},
        {"{'format': 'date'}", "'01.02.2024'",
         "the record must be a date as YYYY-MM-DD, found \"01.02.2024\""},
    };
    CHECK(cases);
}

static void test_arrays(void)
{
    static const Case cases[] = {
        {"{'minItems': 2}", "[1]", "the record must have at least 2 items, found 1"},
        {"{'maxItems': 1}", "[1, 2]", "the record must have at most 1 item, found 2"},
        {"{'items': {'type': 'string'}}", "['a', 1]", "/1 must be a string, found 1"},
        {"{'items': false}", "[1]", "/0 must not be there: the list must be empty"},
        {"{'prefixItems': [{'type': 'string'}], 'items': false}", "[1, 2]",
         "/0 must be a string, found 1\n/1 must not be there: the list ends after 1 item"},
        {"{'uniqueItems': true}", "[1, 'a', 1.0]",
         "the record must not hold a value twice, but items 0 and 2 are both 1"},
        {"{'contains': {'const': 'a'}}", "['b', 'c']",
         "the record must hold at least 1 item that is \"a\", found 0 in 2 items"},
        {"{'contains': {'type': 'string'}, 'minContains': 2}", "['b', 1]",
         "the record must hold at least 2 items that are a string, found 1 in 2 items"},
        {"{'contains': {'title': 'Total', 'required': ['t']}, 'maxContains': 1}",
         "[{'t': 1}, {'t': 2}]",
         "the record must hold at most 1 item that is \"Total\", found 2 in 2 items"},
        {"{'contains': {'minimum': 3}}", "[]",
         "the record must hold at least 1 item of the wanted form, found 0 in 0 items"},
        {"{'prefixItems': [true], 'unevaluatedItems': false}", "[1, 2]",
         "/1 must not be there: no rule of the schema allows this item"},
    };
    CHECK(cases);
}

static void test_objects(void)
{
    static const Case cases[] = {
        {"{'required': ['total']}", "{}", "the record lacks the required property \"total\""},
        {"{'required': ['a', 'b', 'c']}", "{'b': 1}",
         "the record lacks the required properties \"a\", \"c\""},
        {"{'required': ['total'], 'properties': {'total': true}}", "{'Total': 1}",
         "the record lacks the required property \"total\"; \"Total\" was probably meant to be "
         "\"total\""},
        {"{'dependentRequired': {'iban': ['bic', 'bank']}}", "{'iban': 1}",
         "the record lacks the properties \"bic\", \"bank\", which the property \"iban\" demands"},
        {"{'dependentSchemas': {'a': {'required': ['b']}}}", "{'a': 1}",
         "the record lacks the required property \"b\""},
        {"{'minProperties': 1}", "{}", "the record must have at least 1 property, found 0"},
        {"{'maxProperties': 1}", "{'a': 1, 'b': 2}",
         "the record must have at most 1 property, found 2"},
        {"{'properties': {'a/b': {'properties': {'~': {'type': 'null'}}}}}", "{'a/b': {'~': 1}}",
         "/a~1b/~0 must be null, found 1"},
        {"{'properties': {'a': false}}", "{'a': 1}",
         "/a must not be there: nothing is allowed at this place"},
        {"{'patternProperties': {'^x': {'type': 'null'}}}", "{'xy': 1}",
         "/xy must be null, found 1"},
        {"{'additionalProperties': {'type': 'null'}}", "{'a': 1}", "/a must be null, found 1"},
        {"{'additionalProperties': false}", "{'a': 1}",
         "/a must not be there: no property \"a\" is allowed here"},
        {"{'properties': {'total': true, 'tax': true}, 'additionalProperties': false}", "{'c': 1}",
         "/c must not be there: no property \"c\" is allowed here, only \"total\", \"tax\""},
        {"{'properties': {'a': true}, 'patternProperties': {'^x-': true, '^y$': true},"
         " 'additionalProperties': false}",
         "{'z': 1}",
         "/z must not be there: no property \"z\" is allowed here, only \"a\" or names that match "
         "^x- or names that match ^y$"},
        {"{'patternProperties': {'^x-': true}, 'additionalProperties': false}", "{'z': 1}",
         "/z must not be there: no property \"z\" is allowed here, only names that match ^x-"},
        {"{'properties': {'total': true, 'tax': true}, 'additionalProperties': false}",
         "{'totla': 1}",
         "/totla must not be there: no property \"totla\" is allowed here, only \"total\", "
         "\"tax\"; \"total\" was probably meant"},
        {"{'propertyNames': {'maxLength': 2}}", "{'abc': 1}",
         "/abc has a name that must have at most 2 characters, found 3: \"abc\""},
        {"{'propertyNames': false}", "{'a': 1}",
         "/a has a name that must not be there: nothing is allowed at this place"},
        {"{'allOf': [{'properties': {'a': true}}], 'properties': {'b': true},"
         " 'unevaluatedProperties': false}",
         "{'a': 1, 'b': 1, 'cc': 1}",
         "/cc must not be there: no property \"cc\" is allowed here, only \"b\", \"a\""},
    };
    CHECK(cases);
}

static void test_in_place(void)
{
    static const Case cases[] = {
        {"{'not': {'const': 'x'}}", "'x'", "the record must not be \"x\", found \"x\""},
        {"{'not': {'type': 'string'}}", "'x'", "the record must not be a string, found \"x\""},
        {"{'not': {'title': 'Draft', 'required': ['a']}}", "{'a': 1}",
         "the record must not be \"Draft\", found {\"a\": 1}"},
        {"{'not': {'required': ['a']}}", "{'a': 1}",
         "the record has the form that is not allowed here, found {\"a\": 1}"},
        {"{'if': {'required': ['a']}, 'then': {'required': ['b']}}", "{'a': 1}",
         "the record lacks the required property \"b\""},
        {"{'if': {'required': ['a']}, 'else': {'required': ['b']}}", "{}",
         "the record lacks the required property \"b\""},
        {"{'allOf': [{'minimum': 3}, {'multipleOf': 2}]}", "1",
         "the record must be at least 3, found 1\nthe record must be a multiple of 2, found 1"},
        {"{'$ref': '#/$defs/a', '$defs': {'a': {'type': 'null'}}}", "1",
         "the record must be null, found 1"},
    };
    CHECK(cases);
}

/* ---- branches ---- */

#define PAYMENTS                                                                                   \
    "{'oneOf': [{'title': 'Cash', 'required': ['kind'], 'properties': {'kind': {'const': "         \
    "'cash'}, 'paid': {'type': 'number'}}}, {'$ref': '#/$defs/card'}], '$defs': {'card': "         \
    "{'required': ['kind', 'number'], 'properties': {'kind': {'enum': ['card', 'debit']}, "        \
    "'number': {'type': 'string'}}}}}"

static void test_branches(void)
{
    static const Case cases[] = {
        {PAYMENTS, "{'kind': 'cash', 'paid': 'much'}",
         "the record fits none of the 2 allowed forms; its \"kind\" is \"cash\", so number 1 "
         "(\"Cash\") is meant\n/paid must be a number, found \"much\""},
        {PAYMENTS, "{'kind': 'debit', 'paid': 'much'}",
         "the record fits none of the 2 allowed forms; its \"kind\" is \"debit\", so number 2 "
         "(\"card\") is meant\nthe record lacks the required property \"number\""},
        {PAYMENTS, "{'kind': 'crad', 'number': '1'}",
         "the record fits none of the 2 allowed forms: its \"kind\" is \"crad\", and must be one "
         "of \"cash\", \"card\", \"debit\"; \"card\" was probably meant"},
        {PAYMENTS, "{'number': '1'}",
         "the record fits none of the 2 allowed forms: it lacks \"kind\", which must be one of "
         "\"cash\", \"card\", \"debit\""},
        {PAYMENTS, "17",
         "the record fits the forms number 1 (\"Cash\") and number 2 (\"card\"), and must fit "
         "exactly one"},
        {"{'anyOf': [{'type': 'string'}, {'type': 'null'}]}", "17",
         "the record must be a string or null, found 17"},
        {"{'anyOf': [{'type': 'string', 'maxLength': 1}, {'type': 'null'}]}", "'ab'",
         "the record fits none of the 2 allowed forms; only number 1 is for a string\nthe record "
         "must have at most 1 character, found 2: \"ab\""},
        {"{'anyOf': [{'required': ['x']}, {'properties': {'a': {'required': ['b']}}}]}",
         "{'a': {}}",
         "the record fits none of the 2 allowed forms; the nearest is number 2\n/a lacks the "
         "required property \"b\""},
        {"{'anyOf': [{'required': ['x'], 'minProperties': 9}, {'required': ['y']}]}", "{}",
         "the record fits none of the 2 allowed forms; the nearest is number 2\nthe record lacks "
         "the required property \"y\""},
        {"{'anyOf': [{'title': 'Only', 'minimum': 3}]}", "1",
         "the record does not fit the only allowed form, number 1 (\"Only\")\nthe record must be "
         "at least 3, found 1"},
        {"{'oneOf': [{'minimum': 1}, {'title': 'Even', 'multipleOf': 2}, {'type': 'null'}]}", "4",
         "the record fits the forms number 1 and number 2 (\"Even\"), and must fit exactly one"},
        {"{'items': {'anyOf': [{'anyOf': [{'type': 'null'}, {'const': 3}]}, {'type': 'array'}]}}",
         "[true]", "/0 must be a whole number or a list or null, found true"},
        {"{'oneOf': [{'const': 'net', 'title': 'Net'}, {'enum': ['gross']}, {'type': 'null'}]}",
         "'Gross'",
         "the record is \"Gross\", which is not one of the allowed values: \"net\", \"gross\", "
         "null; \"gross\" was probably meant"},
    };
    CHECK(cases);
}

/* ---- findings ---- */

static void test_places(void)
{
    g_autoptr(GPtrArray) findings =
        findings_of("{'$id': 'https://example.org/s', 'required': ['total'], 'properties': {"
                    "'items': {'items': {'$ref': '#/$defs/an item'}}},"
                    "'$defs': {'an item': {'properties': {'a/b%': {'enum': ['kg', 'm']}}}}}",
                    "{'items': [{}, {'a/b%': 'lb'}]}");
    g_assert_cmpuint(findings->len, ==, 2);
    const SchemaFinding *unit = g_ptr_array_index(findings, 1);
    g_assert_cmpstr(unit->instance, ==, "/items/1/a~1b%");
    g_assert_cmpstr(unit->keyword, ==, "/properties/items/items/$ref/properties/a~1b%/enum");
    g_assert_cmpstr(unit->absolute, ==,
                    "https://example.org/s#/$defs/an%20item/properties/a~1b%25/enum");
    g_assert_cmpstr(unit->rule, ==, "enum");
}

static void test_rules(void)
{
    static const struct {
        const char *schema, *instance, *rule, *keyword, *place;
    } cases[] = {
        {"false", "1", "false", "", ""},
        {"{'additionalProperties': false}", "{'a': 1}", "additionalProperties",
         "/additionalProperties", "/a"},
        {"{'unevaluatedProperties': false}", "{'a': 1}", "unevaluatedProperties",
         "/unevaluatedProperties", "/a"},
        {"{'items': false}", "[1]", "items", "/items", "/0"},
        {"{'$schema': 'http://json-schema.org/draft-07/schema#', 'items': [true],"
         " 'additionalItems': false}",
         "[1, 2]", "additionalItems", "/additionalItems", "/1"},
        {"{'$schema': 'http://json-schema.org/draft-07/schema#', 'items': [false]}", "[1]", "false",
         "/items/0", "/0"},
        {"{'$schema': 'http://json-schema.org/draft-07/schema#', 'dependencies': {'a': ['b']}}",
         "{'a': 1}", "dependencies", "/dependencies", ""},
        {"{'$schema': 'http://json-schema.org/draft-07/schema#',"
         " 'dependencies': {'a': {'maxProperties': 0}}}",
         "{'a': 1}", "maxProperties", "/dependencies/a/maxProperties", ""},
        {"{'$schema': 'https://json-schema.org/draft/2019-09/schema', '$recursiveRef': '#/$defs/a',"
         " '$defs': {'a': {'type': 'null'}}}",
         "1", "type", "/$recursiveRef/type", ""},
        {"{'$dynamicRef': '#/$defs/a', '$defs': {'a': {'type': 'null'}}}", "1", "type",
         "/$dynamicRef/type", ""},
        {"{'propertyNames': {'const': 'b'}}", "{'a': 1}", "const", "/propertyNames/const", "/a"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) findings = findings_of(cases[i].schema, cases[i].instance);
        const SchemaFinding *finding = g_ptr_array_index(findings, 0);
        g_test_message("%s", cases[i].schema);
        g_assert_cmpstr(finding->rule, ==, cases[i].rule);
        g_assert_cmpstr(finding->keyword, ==, cases[i].keyword);
        g_assert_cmpstr(finding->instance, ==, cases[i].place);
    }
}

/* ---- hostile values ---- */

static void test_terminal_safe(void)
{
    static const Case cases[] = {
        {"{'type': 'null'}", "'a\\u001b[31m\\n\\u202eb\\u0085\\\\'",
         "the record must be null, found \"a\\u001B[31m\\n\\u202Eb\\u0085\\\\\""},
        {"{'additionalProperties': {'type': 'null'}}", "{'a\\n\\u001b': 1}",
         "/a\\n\\u001B must be null, found 1"},
        {"{'pattern': 'a\\nb'}", "'x'", "the record must match the pattern a\\nb, found \"x\""},
        {"{'required': ['a\\u0007']}", "{}", "the record lacks the required property \"a\\u0007\""},
    };
    CHECK(cases);
}

/* However long the values, names, lists and patterns are, a sentence stays one. */
static void test_short(void)
{
    g_autofree char *many = g_strnfill(200000, 'a');
    g_autoptr(GString) list = g_string_new("'v'");
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(list, ",'%d%.100s'", i, many);
    const struct {
        char *schema, *instance;
    } cases[] = {
        {g_strdup("{'type': 'null'}"), g_strdup_printf("'%s'", many)},
        {g_strdup_printf("{'enum': [%s]}", list->str), g_strdup("'b'")},
        {g_strdup_printf("{'required': [%s]}", list->str), g_strdup("{}")},
        {g_strdup_printf("{'dependentRequired': {'%s': [%s]}}", many, list->str),
         g_strdup_printf("{'%s': 1}", many)},
        {g_strdup_printf("{'properties': {'%s': false}}", many),
         g_strdup_printf("{'%s': 1}", many)},
        {g_strdup("{'additionalProperties': false}"), g_strdup_printf("{'%s': 1}", many)},
        {g_strdup_printf("{'const': [%s]}", list->str), g_strdup_printf("[%s, 1]", list->str)},
        {g_strdup_printf("{'not': {'title': '%s'}}", many), g_strdup("1")},
        {g_strdup_printf("{'anyOf': [{'title': '%s', 'type': 'null', 'const': 1}, false]}", many),
         g_strdup("1")},
        {g_strdup_printf("{'pattern': '%.300s'}", many), g_strdup("'b'")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *schema = cases[i].schema, *instance = cases[i].instance;
        g_autoptr(GPtrArray) findings = findings_of(schema, instance);
        for (guint k = 0; k < findings->len; k++) {
            const SchemaFinding *finding = g_ptr_array_index(findings, k);
            g_assert_cmpuint(strlen(finding->sentence), <, 2500);
        }
    }
}

/* ---- limits ---- */

static void test_many_findings(void)
{
    g_autoptr(Schema) schema = compile("{'items': {'type': 'null', 'minimum': 3}}");
    g_autoptr(cJSON) instance = cJSON_CreateArray();
    for (int i = 0; i < 1000000; i++)
        cJSON_AddItemToArray(instance, cJSON_CreateNumber(0));
    g_autoptr(GPtrArray) findings = findings_new();
    const gint64 start = g_get_monotonic_time();
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, SCHEMA_INVALID);
    g_assert_cmpuint(findings->len, ==, SCHEMA_MAX_FINDINGS);
    /* Both passes stop: a walk of the whole list under a sanitizer takes longer than this. */
    g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC / 4);
}

/* Long lists without equals: numbers below 1, texts, and objects that differ deep inside. */
static void test_unique(void)
{
    g_autoptr(Schema) schema = compile("{'uniqueItems': true}");
    g_autoptr(cJSON) instance = cJSON_CreateArray();
    for (int i = 0; i < 100000; i++) {
        g_autofree char *text = g_strdup_printf("{'a': [%d], 'b': %d.5}", i, i);
        cJSON_AddItemToArray(instance, cJSON_CreateNumber(i / 131072.0));
        cJSON_AddItemToArray(instance, cJSON_CreateString(text));
        cJSON_AddItemToArray(instance, parse(text));
    }
    g_autoptr(GPtrArray) findings = findings_new();
    const char *limit;
    const gint64 start = g_get_monotonic_time();
    g_assert_true(explain_run(schema, instance, NULL, &limit));
    g_assert_null(limit);
    g_assert_cmpint(schema_check(schema, instance), ==, SCHEMA_VALID);
    cJSON_AddItemToArray(instance, parse("{'b': 7.5, 'a': [7]}"));
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, SCHEMA_INVALID);
    const SchemaFinding *finding = g_ptr_array_index(findings, 0);
    g_assert_cmpstr(finding->sentence, ==,
                    "the record must not hold a value twice, but items 23 and 300000 are both "
                    "{\"a\": [7], \"b\": 7.5}");
    /* Quadratic ways take minutes. */
    g_assert_cmpint(g_get_monotonic_time() - start, <, 15 * G_USEC_PER_SEC);
}

/* Every level tries two branches, each of which tries two. */
static Schema *compile_levels(int levels)
{
    g_autoptr(GString) text = g_string_new("{'$defs': {'d0': {'const': 0}");
    for (int i = 1; i <= levels; i++)
        g_string_append_printf(text,
                               ",'d%d': {'anyOf': [{'allOf': [{'$ref': '#/$defs/d%d'}]},"
                               "{'allOf': [{'$ref': '#/$defs/d%d'}]}]}",
                               i, i - 1, i - 1);
    g_string_append_printf(text, "}, '$ref': '#/$defs/d%d'}", levels);
    return compile(text->str);
}

/* 2^16 ways can be tried, and even explained; a few levels say which branch, those below do not. */
static void test_costly(void)
{
    g_autoptr(Schema) schema = compile_levels(16);
    g_autoptr(cJSON) instance = cJSON_CreateNumber(1);
    g_autoptr(GPtrArray) findings = findings_new();
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, SCHEMA_INVALID);
    g_assert_cmpuint(findings->len, ==, 5);
    const SchemaFinding *finding = g_ptr_array_index(findings, 4);
    g_assert_cmpstr(finding->sentence, ==, "the record fits none of the 2 allowed forms");
}

static void test_exponential(void)
{
    g_autoptr(Schema) schema = compile_levels(40);
    g_autoptr(cJSON) instance = cJSON_CreateNumber(1);
    g_autoptr(GPtrArray) findings = findings_new();
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, SCHEMA_UNDECIDED);
    const SchemaFinding *finding = g_ptr_array_index(findings, 0);
    g_assert_cmpstr(finding->rule, ==, "limit");
    g_assert_cmpstr(finding->sentence, ==,
                    "it cannot be decided whether this is valid: a limit was reached, the work for "
                    "one instance");
}

typedef struct {
    const Schema *schema;
    int depth;
    SchemaVerdict verdict;
} Deep;

static void *evaluate_deep(void *data)
{
    Deep *deep = data;
    g_autoptr(cJSON) instance = cJSON_CreateNumber(1);
    for (int i = 0; i < deep->depth; i++) {
        cJSON *around = cJSON_CreateArray();
        cJSON_AddItemToArray(around, g_steal_pointer(&instance));
        instance = around;
    }
    g_autoptr(GPtrArray) findings = findings_new();
    deep->verdict = schema_evaluate(deep->schema, instance, findings);
    g_assert_cmpuint(findings->len, >, 0);
    const char *limit;
    explain_run(deep->schema, instance, findings, &limit);
    g_assert_cmpint(limit != NULL, ==, deep->verdict == SCHEMA_UNDECIDED);
    return NULL;
}

/* Sanitizers need twice the stack. */
#ifdef DOCKET_SANITIZE
#define STACK_BYTES (2u << 20)
#else
#define STACK_BYTES (1u << 20)
#endif

static SchemaVerdict verdict_in_small_stack(const Schema *schema, int depth)
{
    Deep deep = {schema, depth, SCHEMA_VALID};
    pthread_attr_t attributes;
    pthread_t thread;
    g_assert_cmpint(pthread_attr_init(&attributes), ==, 0);
    g_assert_cmpint(pthread_attr_setstacksize(&attributes, STACK_BYTES), ==, 0);
    g_assert_cmpint(pthread_create(&thread, &attributes, evaluate_deep, &deep), ==, 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    return deep.verdict;
}

/* Deep instances, in a thread with a small stack: neither pass may overflow it. */
static void test_deep(void)
{
    g_autoptr(Schema) schema =
        compile("{'anyOf': [{'items': {'$ref': '#'}, 'uniqueItems': true, 'type': 'array'}],"
                " 'unevaluatedItems': {'$ref': '#'}}");
    g_assert_cmpint(verdict_in_small_stack(schema, 128), ==, SCHEMA_INVALID);
    g_assert_cmpint(verdict_in_small_stack(schema, 190), ==, SCHEMA_INVALID);
    g_assert_cmpint(verdict_in_small_stack(schema, 900), ==, SCHEMA_UNDECIDED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explain/values", test_values);
    g_test_add_func("/explain/numbers", test_numbers);
    g_test_add_func("/explain/strings", test_strings);
    g_test_add_func("/explain/arrays", test_arrays);
    g_test_add_func("/explain/objects", test_objects);
    g_test_add_func("/explain/in-place", test_in_place);
    g_test_add_func("/explain/branches", test_branches);
    g_test_add_func("/explain/places", test_places);
    g_test_add_func("/explain/rules", test_rules);
    g_test_add_func("/explain/terminal-safe", test_terminal_safe);
    g_test_add_func("/explain/short", test_short);
    g_test_add_func("/explain/many-findings", test_many_findings);
    g_test_add_func("/explain/unique", test_unique);
    g_test_add_func("/explain/costly", test_costly);
    g_test_add_func("/explain/exponential", test_exponential);
    g_test_add_func("/explain/deep", test_deep);
    return g_test_run();
}
