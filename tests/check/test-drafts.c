/* What the drafts do differently, dialects of one's own, and schemas that cannot be decided: every
 * trap by name. */
#include "tests/check/drafts.h"

/* ---- dialects ---- */

static void test_spellings_of_dialects(void)
{
    static const char *const spellings[] = {
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft-07/schema",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_autofree char *text = g_strdup_printf(
            "{'$schema': '%s', 'items': [{'type': 'null'}], '$ref': '#/definitions/a',"
            " 'definitions': {'a': {'type': 'array'}}}",
            spellings[i]);
        accept(text, "[1]");
        reject(text, "1");
        /* The meta-schema itself goes by all of its names. */
        g_autofree char *meta = g_strdup_printf("{'$ref': '%s'}", spellings[i]);
        reject(meta, "{'type': 1}");
        accept(meta, "{'type': 'null'}");
    }
    accept("{'$schema': 'http://json-schema.org/draft/2020-12/schema#'}", "1");
}

static void test_meta_schemas(void)
{
    for (const char *const *uri = schema_dialects(); *uri != NULL; uri++) {
        g_autofree char *text = g_strdup_printf("{'$schema': '%s', '$ref': '%s'}", *uri, *uri);
        accept(text, "{'properties': {'a': {'minLength': 1}}}");
        reject(text, "{'properties': {'a': {'minLength': -1}}}");
        reject(text, "{'properties': {'a': {'type': 'text'}}}");
        g_assert_nonnull(strstr(*uri, "json-schema.org/draft"));
    }
    accept("{'$ref': 'https://json-schema.org/draft/2020-12/meta/validation'}", "{'minimum': 1}");
    reject("{'$ref': 'https://json-schema.org/draft/2019-09/meta/validation'}", "{'minimum': '1'}");
}

static void test_unknown_dialect(void)
{
    refuse("{'$schema': 'http://json-schema.org/draft-03/schema#'}", "/$schema",
           "http://json-schema.org/draft-07/schema");
    refuse("{'$schema': 'https://example.org/mine'}", "/$schema", "is unknown");
    refuse("{'$schema': 7}", "/$schema", "must be a string");
    const SchemaOptions options = {.dialect = "https://example.org/mine"};
    g_autoptr(cJSON) document = parse("{}");
    g_autoptr(GError) error = NULL;
    g_assert_null(schema_compile(document, &options, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
}

static void test_default_dialect(void)
{
    const char *text = "{'items': [{'type': 'null'}]}";
    const SchemaOptions seven = {.dialect = "http://json-schema.org/draft-07/schema#"};
    check_with(text, &seven, "[1]", FALSE);
    check_with(text, &seven, "[null]", TRUE);
    refuse(text, "/items", "must be an object, true or false");
    /* A document's own $schema goes before. */
    check_with("{" D2020 ", 'prefixItems': [false]}", &seven, "[1]", FALSE);
}

/* ---- drafts ---- */

static void test_draft_04(void)
{
    reject("{" D4 ", 'minimum': 3, 'exclusiveMinimum': true}", "3");
    accept("{" D4 ", 'minimum': 3, 'exclusiveMinimum': false}", "3");
    accept("{" D4 ", 'maximum': 3, 'exclusiveMaximum': true}", "2.9");
    reject("{" D4 ", 'maximum': 3, 'exclusiveMaximum': true}", "3");
    accept("{" D4 ", 'exclusiveMinimum': true}", "3");
    refuse("{" D4 ", 'minimum': 1, 'exclusiveMinimum': 3}", "/exclusiveMinimum", "true or false");
    accept("{" D4 ", 'const': 1, 'contains': false, 'propertyNames': false, 'if': true,"
           " 'then': false}",
           "[2]");
    accept("{" D4 ", '$id': 7}", "1");
    reject("{" D4
           ", 'id': 'http://example.org/a', 'properties': {'x': {'$ref': 'b#/definitions/c'}},"
           " 'definitions': {'b': {'id': 'b', 'definitions': {'c': {'type': 'null'}}}}}",
           "{'x': 1}");
    reject("{" D4 ", 'items': [{}], 'additionalItems': false}", "[1, 2]");
    refuse("{" D4 ", 'id': 7}", "/id", "must be a string");
}

static void test_draft_06(void)
{
    reject("{" D6 ", 'const': 1}", "2");
    reject("{" D6 ", 'exclusiveMinimum': 3}", "3");
    reject("{" D6 ", 'contains': {'const': 1}}", "[2]");
    accept("{" D6 ", 'if': true, 'then': false}", "2");
    accept("{" D6 ", 'id': 7}", "2");
}

static void test_draft_07(void)
{
    reject("{" D7 ", 'if': true, 'then': false}", "2");
    accept("{" D7 ", 'dependentRequired': {'a': ['b']}, 'dependentSchemas': {'a': false},"
           " 'unevaluatedProperties': false, 'minContains': 3, 'prefixItems': [false]}",
           "{'a': 1}");
    accept("{" D7 ", '$anchor': 7, '$dynamicRef': 7, '$defs': 7}", "1");
    accept("{" D7 ", 'additionalItems': false, 'items': {'type': 'number'}}", "[1]");
    accept("{" D7 ", 'additionalItems': false}", "[1]");
    reject("{" D7 ", 'dependencies': {'a': ['b'], 'c': {'maxProperties': 1}}}", "{'a': 1}");
    reject("{" D7 ", 'dependencies': {'a': ['b'], 'c': {'maxProperties': 1}}}", "{'c': 1, 'd': 1}");
    accept("{" D7 ", 'dependencies': {'a': ['b'], 'c': {'maxProperties': 1}}}", "{'d': 1}");
    reject("{" D7 ", 'dependencies': {'a': false}}", "{'a': 1}");
    refuse("{" D7 ", 'dependencies': {'a': 'b'}}", "/dependencies/a", "must be an object, true");
    refuse("{" D7 ", 'dependencies': {'a': [1]}}", "/dependencies", "list of property names");
}

static void test_draft_2019(void)
{
    reject("{" D2019 ", 'items': [{'type': 'null'}], 'additionalItems': false}", "[null, 1]");
    /* contains marks nothing here, and does from 2020-12 on. */
    reject("{" D2019 ", 'contains': {'const': 1}, 'unevaluatedItems': false}", "[1]");
    accept("{" D2020 ", 'contains': {'const': 1}, 'unevaluatedItems': false}", "[1]");
    accept("{" D2019 ", 'prefixItems': [false]}", "[1]");
    accept("{" D2020 ", 'additionalItems': false}", "[1]");
    accept("{" D2019 ", '$dynamicRef': '#none', '$dynamicAnchor': 7}", "[1]");
    accept("{" D2020 ", '$recursiveRef': '#none', '$recursiveAnchor': 7}", "[1]");
    refuse("{" D2019 ", '$recursiveAnchor': 'a'}", "/$recursiveAnchor", "true or false");
    reject("{" D2019 ", '$id': 'http://example.org/strict', '$recursiveAnchor': true,"
           " '$ref': 'tree', 'unevaluatedProperties': false,"
           " '$defs': {'tree': {'$id': 'tree', '$recursiveAnchor': true,"
           "  'properties': {'kids': {'items': {'$recursiveRef': '#'}}}}}}",
           "{'kids': [{'x': 1}]}");
}

static void test_old_dependencies(void)
{
    const SchemaOptions old = {.old_dependencies = TRUE};
    const char *text = "{'dependencies': {'a': ['b'], 'c': {'$id': 'd', 'maxProperties': 1}}}";
    accept(text, "{'a': 1}");
    check_with(text, &old, "{'a': 1}", FALSE);
    check_with(text, &old, "{'c': 1, 'd': 1}", FALSE);
    check_with("{" D2019 ", 'dependencies': {'a': ['b']}}", &old, "{'a': 1}", FALSE);
    /* Where it is unknown, its schemas are data. */
    refuse("{'dependencies': {'a': {'$anchor': 'b'}}, '$ref': '#b'}", "/$ref", "leads nowhere");
}

static void test_contents(void)
{
    const SchemaOptions asserted = {.assert_content = TRUE};
    const char *json = "{'contentMediaType': 'application/json'}";
    const char *base64 = "{'contentEncoding': 'base64'}";
    const char *both = "{'contentMediaType': 'Application/JSON; charset=utf-8',"
                       " 'contentEncoding': 'BASE64'}";
    accept(json, "'{:}'");
    check_with(json, &asserted, "'{:}'", FALSE);
    check_with(json, &asserted, "'[1]'", TRUE);
    check_with(json, &asserted, "7", TRUE);
    check_with(base64, &asserted, "'aGk='", TRUE);
    check_with(base64, &asserted, "'aGk'", FALSE);
    check_with(base64, &asserted, "'a=k='", FALSE);
    check_with(base64, &asserted, "'a==='", FALSE);
    check_with(base64, &asserted, "''", TRUE);
    check_with(both, &asserted, "'WzFd'", TRUE);
    check_with(both, &asserted, "'ezp9Cg=='", FALSE);
    check_with(both, &asserted, "'[1]'", FALSE);
    /* What cannot be decoded cannot be read, in either order of the keywords. */
    check_with("{'contentMediaType': 'application/json', 'contentEncoding': 'base32'}", &asserted,
               "'{:}'", TRUE);
    check_with("{'contentEncoding': 'base32', 'contentMediaType': 'application/json'}", &asserted,
               "'{:}'", TRUE);
    check_with("{" D6 ", 'contentEncoding': 'base64'}", &asserted, "'%'", TRUE);
    check_with("{" D7 ", 'contentEncoding': 'base64'}", &asserted, "'%'", FALSE);
}

/* ---- dialects of one's own ---- */

#define V2019 "https://json-schema.org/draft/2019-09/vocab/"
#define V2020 "https://json-schema.org/draft/2020-12/vocab/"

static void test_vocabularies(void)
{
    static const char *const documents[] = {
        "https://example.org/shape",
        "{'$vocabulary': {'" V2020 "core': true, '" V2020 "applicator': true}, " D2020 "}",
        "https://example.org/values",
        "{'$vocabulary': {'" V2020 "core': true, '" V2020 "validation': true}, " D2020 "}",
        "https://example.org/more",
        "{'$vocabulary': {'" V2020 "core': true, 'https://example.org/v': true}, " D2020 "}",
        "https://example.org/maybe",
        "{'$vocabulary': {'" V2020 "core': true, 'https://example.org/v': false,"
        " '" V2020 "validation': false}, " D2020 "}",
        "https://example.org/own",
        "{'$vocabulary': {'" V2020 "core': true, '" V2020 "validation': true},"
        " '$schema': 'https://example.org/own'}",
        "https://example.org/like-seven",
        "{" D7 "}",
        "https://example.org/like-shape",
        "{'$schema': 'https://example.org/shape'}",
        "https://example.org/circle",
        "{'$schema': 'https://example.org/circle'}",
        "https://example.org/mixed",
        "{'$vocabulary': {'" V2020 "core': true, '" V2019 "validation': true}, " D2020 "}",
        NULL,
    };
    g_autoptr(SchemaRegistry) registry = registry_of(documents);
    const SchemaOptions options = {.registry = registry};
#define IN(name) "'$schema': 'https://example.org/" name "'"
    check_with("{" IN("shape") ", 'minimum': 3}", &options, "1", TRUE);
    check_with("{" IN("shape") ", 'not': {}}", &options, "1", FALSE);
    check_with("{" IN("values") ", 'minimum': 3}", &options, "1", FALSE);
    check_with("{" IN("values") ", 'not': {'$id': 7}}", &options, "1", TRUE);
    check_with("{" IN("maybe") ", 'minimum': 3}", &options, "1", FALSE);
    check_with("{" IN("own") ", 'minimum': 3}", &options, "1", FALSE);
    check_with("{" IN("like-seven") ", 'items': [false]}", &options, "[1]", FALSE);
    check_with("{" IN("like-shape") ", 'minimum': 3}", &options, "1", FALSE);
    refuse_with("{" IN("more") "}", &options, "/$schema", "https://example.org/v");
    refuse_with("{" IN("mixed") "}", &options, "/$schema", V2019 "validation");
    refuse_with("{" IN("circle") "}", &options, "/$schema", "unknown");
    /* By the option too; and each resource by its own. */
    const SchemaOptions shape = {.registry = registry, .dialect = "https://example.org/shape"};
    check_with("{'minimum': 3}", &shape, "1", TRUE);
    check_with("{'$id': 'http://example.org/a', 'allOf': [{'$id': 'b', " D2020 ", 'minimum': 3}]}",
               &shape, "1", FALSE);
#undef IN
}

static void test_format_vocabularies(void)
{
    static const char *const documents[] = {
        "https://example.org/2020-true",
        "{'$vocabulary': {'" V2020 "core': true, '" V2020 "format-assertion': true}, " D2020 "}",
        "https://example.org/2020-false",
        "{'$vocabulary': {'" V2020 "core': true, '" V2020 "format-assertion': false}, " D2020 "}",
        "https://example.org/2020-note",
        "{'$vocabulary': {'" V2020 "core': true, '" V2020 "format-annotation': true}, " D2020 "}",
        "https://example.org/2019-true",
        "{'$vocabulary': {'" V2019 "core': true, '" V2019 "format': true}, " D2019 "}",
        "https://example.org/2019-false",
        "{'$vocabulary': {'" V2019 "core': true, '" V2019 "format': false}, " D2019 "}",
        NULL,
    };
    static const gboolean asserts[] = {TRUE, TRUE, FALSE, TRUE, FALSE};
    g_autoptr(SchemaRegistry) registry = registry_of(documents);
    const SchemaOptions options = {.registry = registry};
    for (gsize i = 0; i < G_N_ELEMENTS(asserts); i++) {
        g_autofree char *text =
            g_strdup_printf("{'$schema': '%s', 'format': 'ipv4'}", documents[2 * i]);
        check_with(text, &options, "'1.2.3'", !asserts[i]);
        check_with(text, &options, "'1.2.3.4'", TRUE);
    }
}

/* ---- what has no verdict ---- */

static void test_endless(void)
{
    refuse("{'$ref': '#'}", "/$ref", "the root");
    refuse("{'allOf': [{'$ref': '#'}]}", "/allOf/0/$ref", "the root");
    refuse("{'properties': {'a': {'$ref': '#/$defs/b'}},"
           " '$defs': {'b': {'allOf': [{}, {'$ref': '#/$defs/c'}]}, 'c': {'$ref': '#/$defs/b'}}}",
           "/$defs/c/$ref", "/$defs/b");
    refuse("{'not': {'$ref': '#'}}", "/not/$ref", "the root");
    refuse("{'if': {'$ref': '#'}}", "/if/$ref", "the root");
    refuse("{" D2019 ", '$recursiveRef': '#'}", "/$recursiveRef", "the root");
    refuse("{'$dynamicRef': '#/$defs/a', '$defs': {'a': {'$ref': '#'}}}", "/$defs/a/$ref",
           "the root");
    /* A step into the instance ends some day; a way that depends on it may. */
    accept("{'properties': {'a': {'$ref': '#'}}}", "{'a': {'a': {}}}");
    accept("{'allOf': [{'$ref': '#/$defs/a'}, {'$ref': '#/$defs/a'}], '$defs': {'a': {}}}", "1");
    accept("{'anyOf': [{'type': 'number'}, {'$ref': '#'}]}", "1");
}

static void test_wrong_values(void)
{
    static const struct {
        const char *schema, *place;
    } cases[] = {
        {"{'$ref': 7}", "/$ref"},
        {"{'$dynamicRef': 7}", "/$dynamicRef"},
        {"{'properties': []}", "/properties"},
        {"{'patternProperties': {'(': {}}}", "/patternProperties"},
        {"{'patternProperties': 7}", "/patternProperties"},
        {"{'additionalProperties': 7}", "/additionalProperties"},
        {"{'prefixItems': {}}", "/prefixItems"},
        {"{'prefixItems': []}", "/prefixItems"},
        {"{'items': [{}]}", "/items"},
        {"{'anyOf': {}}", "/anyOf"},
        {"{'oneOf': [7]}", "/oneOf/0"},
        {"{'not': null}", "/not"},
        {"{'type': []}", "/type"},
        {"{'type': ['null', 'text']}", "/type"},
        {"{'uniqueItems': 1}", "/uniqueItems"},
        {"{'minItems': '1'}", "/minItems"},
        {"{'maxContains': -1}", "/maxContains"},
        {"{'minimum': '1'}", "/minimum"},
        {"{'exclusiveMinimum': true}", "/exclusiveMinimum"},
        {"{'multipleOf': -1}", "/multipleOf"},
        {"{'format': 7}", "/format"},
        {"{'required': 'a'}", "/required"},
        {"{'dependentRequired': {'a': 'b'}}", "/dependentRequired"},
        {"{'dependentSchemas': {'a': ['b']}}", "/dependentSchemas/a"},
        {"{'$id': 7}", "/$id"},
        {"{'contentEncoding': 7}", "/contentEncoding"},
        {"{'contentMediaType': 7}", "/contentMediaType"},
        {"{'$defs': {'a~/b': {'properties': {'c': 7}}}}", "/$defs/a~0~1b/properties/c"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        refuse(cases[i].schema, cases[i].place, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        GTestFunc run;
    } tests[] = {
        {"spellings-of-dialects", test_spellings_of_dialects},
        {"meta-schemas", test_meta_schemas},
        {"unknown-dialect", test_unknown_dialect},
        {"default-dialect", test_default_dialect},
        {"draft-04", test_draft_04},
        {"draft-06", test_draft_06},
        {"draft-07", test_draft_07},
        {"draft-2019-09", test_draft_2019},
        {"old-dependencies", test_old_dependencies},
        {"contents", test_contents},
        {"vocabularies", test_vocabularies},
        {"format-vocabularies", test_format_vocabularies},
        {"endless", test_endless},
        {"wrong-values", test_wrong_values},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/drafts/", tests[i].name, NULL);
        g_test_add_func(path, tests[i].run);
    }
    return g_test_run();
}
