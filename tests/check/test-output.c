/* Standard output: the official output tests, annotations keyword by keyword, and for every required
 * test of 2020-12 the units of both kinds - held against the official output schema, which our own
 * validator checks, and every location in them followed. The suite is read from $DOCKET_CORPUS;
 * without it those tests are skipped. */
#include "stages/check/schema/explain.h"
#include "tests/check/suite.h"

#include <stdlib.h>
#include <string.h>

/* ---- the suite's files ---- */

static SchemaRegistry *registry_new(const char *draft)
{
    SchemaRegistry *registry = schema_registry_new();
    g_autofree char *below = g_strconcat("output-tests/draft", draft, "/output-schema.json", NULL);
    g_autofree char *path = suite_path(below);
    g_autofree char *uri =
        g_strconcat("https://json-schema.org/draft/", draft, "/output/schema", NULL);
    g_assert_true(schema_registry_add(registry, uri, suite_load(path), NULL));
    g_autofree char *remotes = suite_path("remotes");
    suite_add_remotes(registry, remotes, SUITE_REMOTE);
    return registry;
}

static Schema *compile(const cJSON *document, SchemaRegistry *registry, const char *draft)
{
    g_autofree char *dialect =
        g_strconcat("https://json-schema.org/draft/", draft, "/schema", NULL);
    const SchemaOptions options = {.registry = registry, .dialect = dialect};
    g_autoptr(GError) error = NULL;
    Schema *schema = schema_compile(document, &options, &error);
    g_assert_no_error(error);
    return schema;
}

typedef void (*GroupTest)(const cJSON *group, SchemaRegistry *registry, const char *draft,
                          guint *count);

/* Every group of every file in a folder; the number that `test` counted. */
static guint each_group(const char *draft, const char *below, GroupTest test)
{
    g_autofree char *folder = suite_path(below);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    g_autoptr(SchemaRegistry) registry = registry_new(draft);
    guint count = 0;
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_suffix(name, ".json"))
            continue;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(cJSON) groups = suite_load(path);
        const cJSON *group;
        cJSON_ArrayForEach(group, groups) test(group, registry, draft, &count);
    }
    return count;
}

static gboolean skip_without_suite(void)
{
    g_autofree char *path = suite_path("output-tests");
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return FALSE;
    g_test_skip("the test suite is not here");
    return TRUE;
}

/* ---- the official output tests ---- */

static void check_official(const cJSON *group, SchemaRegistry *registry, const char *draft,
                           guint *count)
{
    g_autoptr(Schema) schema =
        compile(cJSON_GetObjectItemCaseSensitive(group, "schema"), registry, draft);
    const cJSON *test, *wanted;
    cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(group, "tests"))
    {
        cJSON_ArrayForEach(wanted, cJSON_GetObjectItemCaseSensitive(test, "output"))
        {
            g_autoptr(Schema) form = compile(wanted, registry, draft);
            const int kind = schema_output_from_name(wanted->string);
            g_assert_cmpint(kind, >=, 0);
            g_autoptr(cJSON) unit = schema_output((SchemaOutput)kind, schema,
                                                  cJSON_GetObjectItemCaseSensitive(test, "data"));
            g_autofree char *text = json_print(unit, FALSE);
            g_test_message("%s: %s", json_string(test, "description", ""), text);
            g_assert_cmpint(schema_check(form, unit), ==, SCHEMA_VALID);
            ++*count;
        }
    }
}

static void test_official(void)
{
    if (skip_without_suite())
        return;
    g_assert_cmpuint(each_group("2020-12", "output-tests/draft2020-12/content", check_official), ==,
                     4);
    g_assert_cmpuint(each_group("2019-09", "output-tests/draft2019-09/content", check_official), ==,
                     4);
}

/* ---- every required test's output ---- */

typedef struct {
    const Schema *schema;
    const cJSON *instance;
    guint units;
} Walk;

/* An absolute location leads to an existing place of a known document. */
static void follow_absolute(const Walk *walk, const char *absolute, const char *keyword)
{
    g_autofree char *uri = g_strdup(absolute);
    char *hash = strchr(uri, '#');
    g_assert_nonnull(hash);
    *hash = '\0';
    g_autofree char *pointer = g_uri_unescape_string(hash + 1, NULL);
    const SchemaResource *resource = g_hash_table_lookup(walk->schema->resources, uri);
    g_test_message("%s", absolute);
    g_assert_nonnull(resource);
    g_assert_nonnull(json_at(resource->root, pointer));
    /* After the last reference, both pointers go the same way; without one, it is the same way. */
    const char *tail = keyword;
    const char *const references[] = {"/$ref", "/$dynamicRef", "/$recursiveRef"};
    gboolean crossed = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(references); i++) {
        const char *last = g_strrstr(keyword, references[i]);
        crossed |= last != NULL;
        if (last != NULL && last + strlen(references[i]) > tail)
            tail = last + strlen(references[i]);
    }
    g_assert_true(g_str_has_suffix(pointer, tail) || g_str_has_suffix(tail, pointer));
    if (!crossed)
        g_assert_nonnull(json_at(walk->schema->document, keyword));
}

static void follow(Walk *walk, const cJSON *unit)
{
    walk->units++;
    const char *keyword = json_string(unit, "keywordLocation", NULL);
    const char *place = json_string(unit, "instanceLocation", NULL);
    const char *absolute = json_string(unit, "absoluteKeywordLocation", NULL);
    g_assert_nonnull(keyword);
    g_assert_nonnull(place);
    g_assert_nonnull(json_at(walk->instance, place));
    g_assert_nonnull(absolute);
    follow_absolute(walk, absolute, keyword);
    const cJSON *child;
    cJSON_ArrayForEach(child, cJSON_GetObjectItemCaseSensitive(unit, "errors")) follow(walk, child);
    cJSON_ArrayForEach(child, cJSON_GetObjectItemCaseSensitive(unit, "annotations"))
        follow(walk, child);
}

static void check_unit(const Schema *form, const Schema *schema, const cJSON *data,
                       SchemaOutput kind, gboolean valid)
{
    g_autoptr(cJSON) unit = schema_output(kind, schema, data);
    g_autofree char *text = json_print(unit, FALSE);
    g_test_message("%s", text);
    g_assert_cmpint(json_bool(unit, "valid", !valid), ==, valid);
    g_assert_cmpint(schema_check(form, unit), ==, SCHEMA_VALID);
    /* An invalid instance has errors and no annotations, at every level. */
    g_assert_true(strstr(text, valid ? "\"errors\":" : "\"annotations\":") == NULL);
    g_assert_true(strstr(text, valid ? "\"valid\":false" : "\"valid\":true") == NULL ||
                  strstr(text, "\"annotation\":{") != NULL);
    g_assert_null(cJSON_GetObjectItemCaseSensitive(unit, "incomplete"));
    Walk walk = {schema, data, 0};
    follow(&walk, unit);
}

static void check_required(const cJSON *group, SchemaRegistry *registry, const char *draft,
                           guint *count)
{
    g_autofree char *strict = g_strdup_printf(
        "{\"$ref\": \"https://json-schema.org/draft/%s/output/schema#/$defs/outputUnit\"}", draft);
    g_autoptr(cJSON) reference = cJSON_Parse(strict);
    g_autoptr(Schema) form = compile(reference, registry, draft);
    g_autoptr(Schema) schema =
        compile(cJSON_GetObjectItemCaseSensitive(group, "schema"), registry, draft);
    const cJSON *test;
    cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(group, "tests"))
    {
        const cJSON *data = cJSON_GetObjectItemCaseSensitive(test, "data");
        const gboolean valid = json_bool(test, "valid", FALSE);
        const char *limit;
        g_test_message("%s | %s", json_string(group, "description", ""),
                       json_string(test, "description", ""));
        /* The explaining evaluator by itself comes to the same verdict. */
        g_assert_cmpint(explain_run(schema, data, NULL, &limit), ==, valid);
        g_assert_null(limit);
        check_unit(form, schema, data, SCHEMA_OUTPUT_BASIC, valid);
        check_unit(form, schema, data, SCHEMA_OUTPUT_DETAILED, valid);
        ++*count;
    }
}

static void test_required(void)
{
    if (skip_without_suite())
        return;
    g_assert_cmpuint(each_group("2020-12", "tests/draft2020-12", check_required), ==, 1299);
}

static void test_required_2019(void)
{
    if (skip_without_suite())
        return;
    g_assert_cmpuint(each_group("2019-09", "tests/draft2019-09", check_required), ==, 1259);
}

/* ---- units by example ---- */

/* JSON with ' for ". */
static cJSON *parse(const char *text)
{
    g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
    cJSON *json = cJSON_Parse(quoted);
    g_assert_nonnull(json);
    return json;
}

static cJSON *unit_of(SchemaOutput kind, const char *schema_text, const char *instance_text)
{
    g_autoptr(cJSON) document = parse(schema_text);
    g_autoptr(cJSON) instance = parse(instance_text);
    g_autoptr(Schema) schema = compile(document, NULL, "2020-12");
    return schema_output(kind, schema, instance);
}

/* The annotations as lines: place, keyword, value. */
static char *notes_of(const char *schema_text, const char *instance_text)
{
    g_autoptr(cJSON) unit = unit_of(SCHEMA_OUTPUT_BASIC, schema_text, instance_text);
    GString *text = g_string_new(NULL);
    const cJSON *note;
    cJSON_ArrayForEach(note, cJSON_GetObjectItemCaseSensitive(unit, "annotations"))
    {
        g_autofree char *value =
            json_print(cJSON_GetObjectItemCaseSensitive(note, "annotation"), FALSE);
        g_string_append_printf(text, "%s%s %s %s", text->len > 0 ? "\n" : "",
                               json_string(note, "instanceLocation", "?"),
                               json_string(note, "keywordLocation", "?"), value);
    }
    return g_string_free(text, FALSE);
}

static void test_annotations(void)
{
    static const struct {
        const char *schema, *instance, *notes;
    } cases[] = {
        {"{'title': 'T', 'description': 'D', 'default': {'a': 1}, 'deprecated': true,"
         " 'readOnly': false, 'writeOnly': true, 'examples': [1], 'format': 'date',"
         " 'x-own': null, '$comment': 'C'}",
         "1",
         " /title \"T\"\n /description \"D\"\n /default {\"a\":1}\n /deprecated true\n"
         " /readOnly false\n /writeOnly true\n /examples [1]\n /format \"date\"\n /x-own null"},
        {"{'contentEncoding': 'base64', 'contentMediaType': 'application/json',"
         " 'contentSchema': {'type': 'null'}}",
         "'bnVsbA=='",
         " /contentEncoding \"base64\"\n /contentMediaType \"application/json\"\n"
         " /contentSchema {\"type\":\"null\"}"},
        {"{'contentEncoding': 'base64', 'contentSchema': true}", "'a'",
         " /contentEncoding \"base64\""},
        {"{'contentEncoding': 'base64'}", "1", ""},
        {"{'properties': {'a': {'title': 'A'}, 'b': {'title': 'B'}},"
         " 'patternProperties': {'^c': true}, 'additionalProperties': {'title': 'X'}}",
         "{'a': 1, 'cc': 2, 'd': 3}",
         "/a /properties/a/title \"A\"\n/d /additionalProperties/title \"X\"\n"
         " /properties [\"a\"]\n /patternProperties [\"cc\"]\n /additionalProperties [\"d\"]"},
        {"{'properties': {'a': true}}", "1", ""},
        {"{'prefixItems': [true, true]}", "[1]", " /prefixItems true"},
        {"{'prefixItems': [true], 'items': {'title': 'I'}}", "[1, 2]",
         "/1 /items/title \"I\"\n /prefixItems 0\n /items true"},
        {"{'items': {'title': 'I'}}", "[]", ""},
        {"{'contains': {'const': 1, 'title': 'C'}}", "[1, 2, 1]",
         "/0 /contains/title \"C\"\n/2 /contains/title \"C\"\n /contains [0,2]"},
        {"{'contains': {'const': 1}}", "[1, 1]", " /contains true"},
        {"{'contains': true, 'minContains': 0}", "[]", " /contains []"},
        {"{'prefixItems': [true], 'unevaluatedItems': {'title': 'U'}}", "[1, 2]",
         "/1 /unevaluatedItems/title \"U\"\n /unevaluatedItems true\n /prefixItems 0"},
        {"{'properties': {'a': true}, 'unevaluatedProperties': {'title': 'U'}}", "{'a': 1, 'b': 2}",
         "/b /unevaluatedProperties/title \"U\"\n /unevaluatedProperties [\"b\"]\n"
         " /properties [\"a\"]"},
        {"{'anyOf': [{'title': '1'}, {'title': '2', 'type': 'null'}, {'title': '3'}]}", "7",
         " /anyOf/0/title \"1\"\n /anyOf/2/title \"3\""},
        {"{'oneOf': [{'title': '1', 'type': 'null'}, {'title': '2'}]}", "7",
         " /oneOf/1/title \"2\""},
        {"{'allOf': [{'title': '1'}, {'title': '2'}]}", "7",
         " /allOf/0/title \"1\"\n /allOf/1/title \"2\""},
        {"{'not': {'title': 'N', 'type': 'null'}}", "7", ""},
        {"{'not': {'not': {'title': 'N'}}}", "7", ""},
        {"{'if': {'title': 'I'}, 'then': {'title': 'T'}, 'else': {'title': 'E'}}", "7",
         " /if/title \"I\"\n /then/title \"T\""},
        {"{'if': {'title': 'I', 'type': 'null'}, 'then': {'title': 'T'}, 'else': {'title': 'E'}}",
         "7", " /else/title \"E\""},
        {"{'dependentSchemas': {'a': {'title': 'A'}, 'b': {'title': 'B'}}}", "{'a': 1}",
         " /dependentSchemas/a/title \"A\""},
        {"{'propertyNames': {'title': 'N'}}", "{'a': 1}", ""},
        {"{'$ref': '#/$defs/a', 'title': 'T', '$defs': {'a': {'title': 'A'}}}", "1",
         " /$ref/title \"A\"\n /title \"T\""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *notes = notes_of(cases[i].schema, cases[i].instance);
        g_test_message("%s", cases[i].schema);
        g_assert_cmpstr(notes, ==, cases[i].notes);
    }
}

static void check_unit_text(SchemaOutput kind, const char *schema, const char *instance,
                            const char *wanted_text)
{
    g_autoptr(cJSON) unit = unit_of(kind, schema, instance);
    g_autoptr(cJSON) wanted = parse(wanted_text);
    g_autofree char *text = json_print(unit, TRUE);
    g_autofree char *wanted_shown = json_print(wanted, TRUE);
    g_assert_cmpstr(text, ==, wanted_shown);
}

/* The specification's own example, a polygon (2020-12 core, section 12.4). */
#define POLYGON                                                                                    \
    "{'$id': 'https://example.com/polygon', '$defs': {'point': {'type': 'object', 'properties': "  \
    "{'x': {'type': 'number'}, 'y': {'type': 'number'}}, 'additionalProperties': false, "          \
    "'required': ['x', 'y']}}, 'type': 'array', 'items': {'$ref': '#/$defs/point'}, 'minItems': "  \
    "3}"

static void test_polygon(void)
{
    check_unit_text(
        SCHEMA_OUTPUT_DETAILED, POLYGON, "[{'x': 2.5, 'y': 1.3}, {'x': 1, 'z': 6.7}]",
        "{'valid': false, 'keywordLocation': '',"
        " 'absoluteKeywordLocation': 'https://example.com/polygon#', 'instanceLocation': '',"
        " 'errors': [{'valid': false, 'keywordLocation': '/minItems',"
        "  'absoluteKeywordLocation': 'https://example.com/polygon#/minItems',"
        "  'instanceLocation': '', 'error': 'the record must have at least 3 items, found 2'},"
        " {'valid': false, 'keywordLocation': '/items/$ref',"
        "  'absoluteKeywordLocation': 'https://example.com/polygon#/$defs/point',"
        "  'instanceLocation': '/1', 'errors': ["
        "  {'valid': false, 'keywordLocation': '/items/$ref/required',"
        "   'absoluteKeywordLocation': 'https://example.com/polygon#/$defs/point/required',"
        "   'instanceLocation': '/1',"
        "   'error': '/1 lacks the required property \\'y\\''},"
        "  {'valid': false, 'keywordLocation': '/items/$ref/additionalProperties',"
        "   'absoluteKeywordLocation':"
        "    'https://example.com/polygon#/$defs/point/additionalProperties',"
        "   'instanceLocation': '/1/z', 'error': '/1/z must not be there: no property \\'z\\' "
        "is"
        " allowed here, only \\'x\\', \\'y\\''}]}]}");
}

/* Two items with errors share the unit of their keyword; one with an error of its own keeps it. */
static void test_tree(void)
{
    g_autoptr(cJSON) unit =
        unit_of(SCHEMA_OUTPUT_DETAILED, "{'items': {'anyOf': [{'type': 'null'}, {'minimum': 3}]}}",
                "[1, null, 2]");
    g_assert_cmpstr(json_string(unit, "keywordLocation", ""), ==, "/items");
    g_assert_cmpstr(json_string(unit, "instanceLocation", "?"), ==, "");
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(unit, "errors");
    g_assert_cmpint(cJSON_GetArraySize(items), ==, 2);
    const cJSON *second = cJSON_GetArrayItem(items, 1);
    g_assert_cmpstr(json_string(second, "keywordLocation", ""), ==, "/items/anyOf");
    g_assert_cmpstr(json_string(second, "instanceLocation", ""), ==, "/2");
    g_assert_nonnull(json_string(second, "error", NULL));
    const cJSON *branches = cJSON_GetObjectItemCaseSensitive(second, "errors");
    g_assert_cmpint(cJSON_GetArraySize(branches), ==, 2);
    g_assert_cmpstr(json_string(branches->child, "keywordLocation", ""), ==, "/items/anyOf/0/type");
    g_autoptr(cJSON) notes =
        unit_of(SCHEMA_OUTPUT_DETAILED,
                "{'title': 'T', 'properties': {'a': {'title': 'A', 'default': 1}}}", "{'a': 1}");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(notes, "annotations");
    g_assert_cmpint(cJSON_GetArraySize(list), ==, 2); /* /properties and /title */
    g_assert_true(json_bool(notes, "valid", FALSE));
}

static void test_whole(void)
{
    check_unit_text(SCHEMA_OUTPUT_FLAG, "{'type': 'null'}", "1", "{'valid': false}");
    check_unit_text(SCHEMA_OUTPUT_FLAG, "{'title': 'T'}", "1", "{'valid': true}");
    check_unit_text(
        SCHEMA_OUTPUT_BASIC, "{'$id': 'https://example.org/a'}", "1",
        "{'valid': true, 'keywordLocation': '',"
        " 'absoluteKeywordLocation': 'https://example.org/a#', 'instanceLocation': ''}");
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 900; i++)
        g_string_append_c(deep, '[');
    for (int i = 0; i < 900; i++)
        g_string_append_c(deep, ']');
    g_autoptr(cJSON) undecided =
        unit_of(SCHEMA_OUTPUT_BASIC, "{'items': {'$ref': '#'}}", deep->str);
    g_assert_false(json_bool(undecided, "valid", TRUE));
    g_assert_nonnull(strstr(json_string(undecided, "error", ""), "cannot be decided"));
    g_autoptr(cJSON) refusal = schema_output_refusal(SCHEMA_OUTPUT_DETAILED, "no JSON");
    g_assert_cmpstr(json_string(refusal, "error", ""), ==, "no JSON");
}

/* More annotations than the limits allow are not left out in silence. */
static void test_limits(void)
{
    g_autoptr(cJSON) document = parse("{'items': {'title': 'T'}}");
    g_autoptr(Schema) schema = compile(document, NULL, "2020-12");
    g_autoptr(cJSON) instance = cJSON_CreateArray();
    for (guint i = 0; i <= SCHEMA_MAX_ANNOTATIONS; i++)
        cJSON_AddItemToArray(instance, cJSON_CreateNull());
    g_autoptr(cJSON) unit = schema_output(SCHEMA_OUTPUT_BASIC, schema, instance);
    g_assert_true(json_bool(unit, "valid", FALSE));
    g_assert_true(json_bool(unit, "incomplete", FALSE));
    g_assert_cmpint(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(unit, "annotations")), ==,
                    SCHEMA_MAX_ANNOTATIONS);
    g_autoptr(cJSON) closed = parse("{'items': false}");
    g_autoptr(Schema) never = compile(closed, NULL, "2020-12");
    g_autoptr(cJSON) errors = schema_output(SCHEMA_OUTPUT_DETAILED, never, instance);
    g_assert_true(json_bool(errors, "incomplete", FALSE));
    g_assert_cmpint(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(errors, "errors")), ==,
                    SCHEMA_MAX_FINDINGS);
}

/* A default of a megabyte, noted at each of many places, would fill the memory. */
static void test_heavy_notes(void)
{
    g_autoptr(cJSON) document = parse("{'items': {'default': ''}}");
    g_autofree char *large = g_strnfill(1 << 20, 'x');
    cJSON_SetValuestring(cJSON_GetObjectItemCaseSensitive(document->child, "default"), large);
    g_autoptr(Schema) schema = compile(document, NULL, "2020-12");
    g_autoptr(cJSON) instance = cJSON_CreateArray();
    for (guint i = 0; i < 1000; i++)
        cJSON_AddItemToArray(instance, cJSON_CreateNull());
    g_autoptr(cJSON) unit = schema_output(SCHEMA_OUTPUT_BASIC, schema, instance);
    g_assert_true(json_bool(unit, "incomplete", FALSE));
    g_assert_cmpint(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(unit, "annotations")), <,
                    64);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/output/official", test_official);
    g_test_add_func("/output/required", test_required);
    g_test_add_func("/output/required-2019-09", test_required_2019);
    g_test_add_func("/output/annotations", test_annotations);
    g_test_add_func("/output/polygon", test_polygon);
    g_test_add_func("/output/tree", test_tree);
    g_test_add_func("/output/whole", test_whole);
    g_test_add_func("/output/limits", test_limits);
    g_test_add_func("/output/heavy-notes", test_heavy_notes);
    return g_test_run();
}
