/* Identifiers, references and the documents that they lead to: every trap by name. */
#include "tests/check/drafts.h"

/* ---- identifiers ---- */

static void test_identifiers_in_data(void)
{
    static const char *const holders[] = {"'enum': [%s]", "'const': %s", "'unknown': {'a': %s}",
                                          "'examples': [%s]", "'default': %s"};
    for (gsize i = 0; i < G_N_ELEMENTS(holders); i++) {
        g_autofree char *holder =
            g_strdup_printf(holders[i], "{'$id': 'http://example.org/x', '$anchor': 'x'}");
        g_autofree char *by_id =
            g_strdup_printf("{'$defs': {'a': {%s}}, '$ref': 'http://example.org/x'}", holder);
        g_autofree char *by_anchor =
            g_strdup_printf("{'$defs': {'a': {%s}}, '$ref': '#x'}", holder);
        g_autofree char *twice = g_strdup_printf(
            "{'$defs': {'a': {%s}, 'b': {'$id': 'http://example.org/x', 'type': 'null'}},"
            " '$ref': 'http://example.org/x'}",
            holder);
        refuse(by_id, "/$ref", "leads nowhere");
        refuse(by_anchor, "/$ref", "leads nowhere");
        reject(twice, "1");
    }
    /* Members that are called like keywords are members. */
    reject("{'properties': {'$id': {'type': 'null'}, '$ref': {'type': 'null'}}}", "{'$id': 1}");
    reject("{" D7 ", 'properties': {'$ref': {'type': 'null'}}}", "{'$ref': 1}");
}

static void test_pointers_outside_keywords(void)
{
    reject("{'examples': [{'type': 'null'}], '$ref': '#/examples/0'}", "1");
    reject("{'x/y': {'~z': {'type': 'null'}}, '$ref': '#/x~1y/~0z'}", "1");
    reject("{'x': {'properties': {'a': {'$ref': '#/x/b'}}, 'b': {'type': 'null'}},"
           " '$ref': '#/x'}",
           "{'a': 1}");
    /* What it finds there may be a resource of its own. */
    reject("{'$id': 'http://example.org/a', 'x': {'$id': 'b/', '$ref': '#/y', 'y': false},"
           " '$ref': '#/x', 'y': true}",
           "1");
    /* A map of schemas is no schema, but it may be taken for one. */
    reject("{'$defs': {'not': {}}, '$ref': '#/$defs'}", "1");
    reject("{'$defs': {'properties': {'a': {'type': 'null'}}}, '$ref': '#/$defs'}", "{'a': 1}");
    refuse("{'x': 7, '$ref': '#/x'}", "/$ref", "/x: a schema must be an object");
    refuse("{'x': [1], '$ref': '#/x/00'}", "/$ref", "leads nowhere");
    refuse("{'x': [1], '$ref': '#/x/1'}", "/$ref", "leads nowhere");
    refuse("{'x': [1], '$ref': '#/x/-'}", "/$ref", "leads nowhere");
}

static void test_pointer_across_resources(void)
{
    const char *text = "{'$id': 'http://example.org/a/', '$ref': '#/$defs/b/$defs/c',"
                       " '$defs': {'b': {'$id': 'b/', '$defs': {'c': {'$ref': 'd'},"
                       "  'd': {'$id': 'd', 'type': 'null'}}},"
                       "  'd': {'$id': 'd', 'type': 'number'}}}";
    accept(text, "null"); /* "d" against a/b/ */
    reject(text, "1");
    const char *unknown = "{'$id': 'http://example.org/a/', '$ref': '#/$defs/b/x/y',"
                          " '$defs': {'b': {'$id': 'b/', 'x': {'y': {'$ref': 'd'}},"
                          "  '$defs': {'d': {'$id': 'd', 'type': 'null'}}}}}";
    accept(unknown, "null");
    reject(unknown, "1");
}

static void test_percent_encoding(void)
{
    reject("{'$defs': {'a b': {'type': 'null'}}, '$ref': '#/$defs/a%20b'}", "1");
    reject("{'$defs': {'a%b': {'type': 'null'}}, '$ref': '#/$defs/a%25b'}", "1");
    reject("{'$defs': {'a/b': {'type': 'null'}}, '$ref': '#/$defs/a%7E1b'}", "1");
    reject("{'$defs': {'ä': {'type': 'null'}}, '$ref': '#/$defs/%C3%A4'}", "1");
    reject("{'$defs': {'ä': {'type': 'null'}}, '$ref': '#/$defs/ä'}", "1");
    reject("{'$defs': {'a%2': {'type': 'null'}}, '$ref': '#/$defs/a%2'}", "1");
    refuse("{'$defs': {'a': {'type': 'null'}}, '$ref': '#/$defs/a%00'}", "/$ref", "leads nowhere");
    refuse("{'$defs': {'a': {'type': 'null'}}, '$ref': '#/$defs/%FF'}", "/$ref", "leads nowhere");
}

static void test_normal_form(void)
{
    static const char *const references[] = {"http://example.org/a/b",
                                             "HTTP://Example.ORG/a/b",
                                             "http://example.org/a/b#",
                                             "http://example.org/a/./c/../b",
                                             "http://example.org/a/%62",
                                             "/a/b",
                                             "../a/b",
                                             "b",
                                             "./b",
                                             "//example.org/a/b",
                                             "http://example.org/x/../a/b"};
    for (gsize i = 0; i < G_N_ELEMENTS(references); i++) {
        g_autofree char *text = g_strdup_printf("{'$id': 'http://example.org/a/root', '$ref': '%s',"
                                                " '$defs': {'b': {'$id': 'b', 'type': 'null'}}}",
                                                references[i]);
        reject(text, "1");
        accept(text, "null");
        g_autofree char *named =
            g_strdup_printf("{'$id': 'http://example.org/a/root', '$ref': 'http://example.org/a/b',"
                            " '$defs': {'b': {'$id': '%s', 'type': 'null'}}}",
                            references[i]);
        reject(named, "1");
    }
    static const char *const others[] = {"http://example.org/A/b", "http://example.org/a/b/",
                                         "http://example.org/a%2Fb", "http://example.org/a/b?",
                                         "https://example.org/a/b"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *text = g_strdup_printf("{'$id': 'http://example.org/a/root', '$ref': '%s',"
                                                " '$defs': {'b': {'$id': 'b', 'type': 'null'}}}",
                                                others[i]);
        refuse(text, "/$ref", "leads nowhere");
    }
    reject("{'$id': 'http://example.org', '$ref': 'b', '$defs': {'b': {'$id': '/b', 'not': {}}}}",
           "1");
    reject("{'$id': 'a/b', '$ref': 'c', '$defs': {'c': {'$id': '../a/c', 'not': {}}}}", "1");
}

static void test_names_without_path(void)
{
    reject("{'$id': 'urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed', '$ref': '#/$defs/a',"
           " '$defs': {'a': {'type': 'null'}}}",
           "1");
    reject("{'$id': 'tag:example.org,2020:root', '$ref': 'tag:example.org,2020:a#x',"
           " '$defs': {'a': {'$id': 'tag:example.org,2020:a', '$defs': {'b': {'$anchor': 'x',"
           "  'type': 'null'}}}}}",
           "1");
    reject("{'$id': 'URN:example:a', '$ref': 'urn:example:a#x',"
           " '$defs': {'b': {'$anchor': 'x', 'type': 'null'}}}",
           "1");
    reject("{'$id': 'urn:a/../b', 'properties': {'a': {'$ref': ''}}, 'type': 'object'}",
           "{'a': 1}");
    reject("{'$id': 'urn:example:a?+x', '$ref': '#x',"
           " '$defs': {'b': {'$anchor': 'x', 'type': 'null'}}}",
           "1");
}

static void test_lone_ref(void)
{
    /* Until draft-07 nothing counts beside a $ref. */
    const char *beside = "'$ref': '#/definitions/a', 'maxLength': 1,"
                         " 'definitions': {'a': {'type': 'string'}}}";
    g_autofree char *seven = g_strconcat("{" D7 ", ", beside, NULL);
    g_autofree char *new = g_strconcat("{" D2019 ", ", beside, NULL);
    accept(seven, "'long'");
    reject(new, "'long'");
    reject(seven, "1");
    accept("{" D7 ", '$ref': '#/definitions/a', 'definitions': {'a': {}}, 'type': 'text',"
           " 'properties': 7}",
           "1");
    /* Nor does its identifier: the base stays. */
    const char *base = "{" D7 ", '$id': 'http://example.org/a/', 'definitions': {"
                       " 'x': {'$id': 'http://example.org/a/b.json', 'type': 'null'},"
                       " 'y': {'$id': 'http://example.org/c/b.json', 'type': 'number'}},"
                       " 'allOf': [{'$id': 'http://example.org/c/', '$ref': 'b.json'}]}";
    accept(base, "null");
    reject(base, "1");
    refuse("{" D7 ", 'definitions': {'x': {'$ref': '#', '$id': '#y'}},"
           " 'properties': {'a': {'$ref': '#y'}}}",
           "/properties/a/$ref", "leads nowhere");
    /* Definitions beside a $ref are there to be referred to, by name as well. */
    reject("{" D7 ", '$ref': '#y', 'definitions': {'x': {'$id': '#y', 'type': 'null'}}}", "1");
}

static void test_names_in_old_identifiers(void)
{
    reject("{" D7 ", '$ref': '#x', 'definitions': {'a': {'$id': '#x', 'type': 'null'}}}", "1");
    reject("{" D4 ", '$ref': '#x', 'definitions': {'a': {'id': '#x', 'type': 'null'}}}", "1");
    reject("{" D7 ", '$id': 'http://example.org/r', 'allOf': [{'$ref': 'b#x'}],"
           " 'definitions': {'a': {'$id': 'b#x', 'type': 'null'}}}",
           "1");
    reject("{" D7 ", '$id': 'http://example.org/r#', 'allOf': [{'$ref': 'r#x'}],"
           " 'definitions': {'a': {'$id': 'http://example.org/r#x', 'type': 'null'}}}",
           "1");
    /* Some generators name a schema by its place. */
    accept("{" D7 ", 'properties': {'a': {'$id': '#/properties/a', 'type': 'number'}}}",
           "{'a': 1}");
    accept("{" D7 ", 'properties': {'a': {'$id': '#'}, 'b': {'$id': ''}}}", "{'a': 1}");
    refuse("{" D2019 ", '$id': '#x'}", "/$id", "$anchor");
    refuse("{" D2020 ", '$defs': {'a': {'$id': 'http://example.org/b#x'}}}", "/$defs/a/$id",
           "$anchor");
    accept("{" D2020 ", '$defs': {'a': {'$id': 'http://example.org/b#'}}}", "1");
}

static void test_duplicates(void)
{
    refuse(
        "{'$defs': {'a': {'$id': 'http://example.org/x'}, 'b': {'$id': 'http://example.org/x'}}}",
        "/$defs/b/$id", "/$defs/a");
    refuse("{'$id': 'http://example.org/x', '$defs': {'b': {'$id': 'x'}}}", "/$defs/b/$id",
           "the root");
    refuse("{'$anchor': 'x', '$defs': {'b': {'$anchor': 'x'}}}", "/$defs/b/$anchor", "at the root");
    refuse("{" D7 ", '$defs': 1, 'definitions': {'a': {'$id': '#x'}, 'b': {'$id': '#x'}}}",
           "/definitions/b/$id", "/definitions/a");
    /* The same name in another resource is another name; $anchor and $dynamicAnchor share theirs. */
    accept("{'$anchor': 'x', '$defs': {'b': {'$id': 'b', '$anchor': 'x'}}}", "1");
    accept("{'$anchor': 'x', '$dynamicAnchor': 'x'}", "1");
    refuse("{'$anchor': '5'}", "/$anchor", "must be a name");
    refuse("{'$dynamicAnchor': 'a/b'}", "/$dynamicAnchor", "must be a name");
    g_autoptr(cJSON) document = cJSON_Parse("{\"type\": \"null\", \"type\": \"number\"}");
    g_autoptr(GError) error = NULL;
    g_assert_null(schema_compile(document, NULL, &error));
    g_assert_cmpstr(error->message, ==, "/type: stands twice");
}

/* ---- documents ---- */

static void test_own_name_and_origin(void)
{
    static const char *const documents[] = {
        "http://example.org/files/one.json",
        "{'$id': 'http://example.org/names/one', '$ref': 'two'}",
        "http://example.org/names/two",
        "{'type': 'null'}",
        "http://example.org/files/two",
        "{'type': 'number'}",
        NULL,
    };
    g_autoptr(SchemaRegistry) registry = registry_of(documents);
    const SchemaOptions options = {.registry = registry};
    /* Found by either URI; its own name is the base. */
    check_with("{'$ref': 'http://example.org/files/one.json'}", &options, "1", FALSE);
    check_with("{'$ref': 'http://example.org/names/one'}", &options, "1", FALSE);
    check_with("{'$ref': 'http://example.org/names/one'}", &options, "null", TRUE);
    /* The schema itself as well. */
    const SchemaOptions from = {.registry = registry, .base_uri = "http://example.org/files/main"};
    check_with("{'$ref': 'two'}", &from, "1", TRUE);
    check_with("{'$id': '/names/main', '$ref': 'two'}", &from, "1", FALSE);
    check_with("{'$id': '/names/main', 'properties': {'a': {'$ref': '/files/main'}},"
               " 'additionalProperties': false}",
               &from, "{'a': {'b': 1}}", FALSE);
}

static void test_cross_draft(void)
{
    static const char *const documents[] = {
        "http://example.org/7",
        "{" D7 ", 'items': [{'type': 'null'}], 'dependentRequired': {'a': ['b']}}",
        "http://example.org/2020",
        "{" D2020 ", 'prefixItems': [{'type': 'null'}], 'dependentRequired': {'a': ['b']}}",
        "http://example.org/none",
        "{'dependentRequired': {'a': ['b']}}",
        NULL,
    };
    g_autoptr(SchemaRegistry) registry = registry_of(documents);
    const SchemaOptions options = {.registry = registry};
    check_with("{" D2020 ", '$ref': 'http://example.org/7'}", &options, "[1]", FALSE);
    check_with("{" D2020 ", '$ref': 'http://example.org/7'}", &options, "{'a': 1}", TRUE);
    check_with("{" D7 ", '$ref': 'http://example.org/2020'}", &options, "[1]", FALSE);
    check_with("{" D7 ", '$ref': 'http://example.org/2020'}", &options, "{'a': 1}", FALSE);
    /* A document that names no dialect is of the one that refers to it. */
    check_with("{" D7 ", '$ref': 'http://example.org/none'}", &options, "{'a': 1}", TRUE);
    check_with("{" D2019 ", '$ref': 'http://example.org/none'}", &options, "{'a': 1}", FALSE);
    /* An embedded resource has its own; a subschema without a name of its own has not. */
    reject("{" D2020 ", '$ref': '#/$defs/a', '$defs': {'a': {'$id': 'http://example.org/a', " D4 ","
           " 'id': 'http://example.org/b', 'minimum': 1, 'exclusiveMinimum': true}}}",
           "1");
    accept("{" D2020 ", '$ref': '#/$defs/a', '$defs': {'a': {" D7 ", 'items': {}}}}", "[1]");
    accept("{" D2020 ", '$defs': {'a': {'$schema': 'https://example.org/unknown'}}}", "1");
    refuse("{" D2020 ", '$defs': {'a': {'$id': 'a', '$schema': 'https://example.org/unknown'}}}",
           "/$defs/a/$schema", "is unknown");
}

static void test_registry(void)
{
    g_autoptr(SchemaRegistry) registry = schema_registry_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(
        schema_registry_add(registry, "http://example.org/a", parse("{'type': 'null'}"), &error));
    g_assert_false(schema_registry_add(registry, "HTTP://example.org/a#", parse("{}"), &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
    g_clear_error(&error);
    g_assert_false(schema_registry_add(registry, "a/b", parse("{}"), &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
    /* A compiled schema keeps what it points into. */
    const SchemaOptions options = {.registry = registry};
    g_autoptr(Schema) schema = compile_with("{'$ref': 'http://example.org/a'}", &options);
    g_clear_pointer(&registry, schema_registry_unref);
    g_autoptr(cJSON) number = parse("1");
    g_assert_cmpint(schema_check(schema, number), ==, SCHEMA_INVALID);
    refuse("{'$ref': 'http://example.org/none'}", "/$ref", "nothing is fetched");
}

static void test_error_in_another_document(void)
{
    static const char *const documents[] = {"http://example.org/a",
                                            "{'$defs': {'b': {'type': 'text'}}}", NULL};
    g_autoptr(SchemaRegistry) registry = registry_of(documents);
    const SchemaOptions options = {.registry = registry};
    refuse_with("{'$ref': 'http://example.org/a#/$defs/b'}", &options, "/$defs/b/type",
                "(in http://example.org/a)");
    /* Of an embedded resource the place is the one in its document. */
    refuse("{'allOf': [{'$id': 'http://example.org/b', 'properties': {'c': {'type': 'text'}}}]}",
           "/allOf/0/properties/c/type", "is not the name");
}

/* ---- hostile sizes ---- */

/* Every one of so many references leads into the same long list or object; a walk for each of them
 * would take minutes. */
static void test_many_references(void)
{
    enum { MANY = 20000 };
    for (int lists = 0; lists < 2; lists++) {
        g_autoptr(GString) text = g_string_new(lists ? "{'x': [" : "{'x': {");
        for (int i = 0; i < MANY; i++)
            g_string_append_printf(text, lists ? "%s{}" : "%s'm%d': {}", i == 0 ? "" : ",", i);
        g_string_append(text, lists ? "], 'allOf': [" : "}, 'allOf': [");
        for (int i = 0; i < MANY; i++)
            g_string_append_printf(text, "%s{'$ref': '#/x/%s%d'}", i == 0 ? "" : ",",
                                   lists ? "" : "m", i);
        g_string_append(text, "]}");
        const gint64 start = g_get_monotonic_time();
        g_autoptr(Schema) schema = compile_with(text->str, NULL);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
    }
}

/* Each of the references would carry a copy of the base. */
static void test_long_base(void)
{
    g_autofree char *name = g_strnfill(5000, 'a');
    g_autofree char *long_id = g_strdup_printf("{'$id': 'http://example.org/%s'}", name);
    g_autofree char *long_ref = g_strdup_printf("{'$ref': 'http://example.org/%s', 'x': {}}", name);
    g_autofree char *long_pointer =
        g_strdup_printf("{'$ref': '#/x/%s', 'x': {'%s': {'type': 'null'}}}", name, name);
    refuse(long_id, "/$id", "4096 bytes");
    refuse(long_ref, "/$ref", "leads nowhere");
    reject(long_pointer, "1");
}

/* Names whose g_str_hash is one and the same: "bA" and "ab" have it, and what they are made into. */
static void test_colliding_names(void)
{
    enum { BITS = 15 };
    g_autoptr(GString) text = g_string_new("{'properties': {");
    for (guint i = 0; i < 1u << BITS; i++) {
        g_string_append(text, i == 0 ? "'" : ", '");
        for (guint bit = 0; bit < BITS; bit++)
            g_string_append(text, (i >> bit & 1) != 0 ? "bA" : "ab");
        g_string_append(text, "': {}");
    }
    g_string_append(text, "}}");
    g_assert_cmpuint(g_str_hash("bA"), ==, g_str_hash("ab"));
    const gint64 start = g_get_monotonic_time();
    g_autoptr(Schema) schema = compile_with(text->str, NULL);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_USEC_PER_SEC);
}

static void test_long_chain(void)
{
    enum { MANY = 50000 };
    g_autoptr(GString) text = g_string_new("{'$ref': '#/$defs/m0', '$defs': {");
    for (int i = 0; i < MANY; i++)
        g_string_append_printf(text, "'m%d': {'$ref': '#/$defs/m%d'},", i, i + 1);
    g_string_append_printf(text, "'m%d': {}}}", MANY);
    g_autoptr(Schema) schema = compile_with(text->str, NULL);
    g_autoptr(cJSON) instance = parse("1");
    g_assert_cmpint(schema_check(schema, instance), !=, SCHEMA_INVALID);
}

static void test_deep_schema(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 300; i++)
        g_string_append(text, "{'not': ");
    g_string_append(text, "{}");
    for (int i = 0; i < 300; i++)
        g_string_append(text, "}");
    g_autofree char *place = g_strdup("/not");
    g_autoptr(cJSON) document = parse(text->str);
    g_autoptr(GError) error = NULL;
    g_assert_null(schema_compile(document, NULL, &error));
    g_assert_true(g_str_has_prefix(error->message, place));
    g_assert_nonnull(strstr(error->message, "nested too deeply"));
}

static gpointer compile_in_thread(gpointer registry)
{
    const SchemaOptions options = {.registry = registry};
    for (int i = 0; i < 50; i++) {
        const char *const *uris = schema_dialects();
        g_autofree char *text = g_strdup_printf("{'$ref': '%s'}", uris[i % 5]);
        g_autoptr(Schema) schema = compile_with(text, &options);
        g_autoptr(cJSON) instance = parse("{'type': 7}");
        g_assert_cmpint(schema_check(schema, instance), ==, SCHEMA_INVALID);
    }
    return NULL;
}

/* One registry for several compilers at a time. */
static void test_shared_registry(void)
{
    g_autoptr(SchemaRegistry) registry = schema_registry_new();
    GThread *threads[4];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("compile", compile_in_thread, registry);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        GTestFunc run;
    } tests[] = {
        {"identifiers-in-data", test_identifiers_in_data},
        {"pointers-outside-keywords", test_pointers_outside_keywords},
        {"pointer-across-resources", test_pointer_across_resources},
        {"percent-encoding", test_percent_encoding},
        {"normal-form", test_normal_form},
        {"names-without-path", test_names_without_path},
        {"lone-ref", test_lone_ref},
        {"names-in-old-identifiers", test_names_in_old_identifiers},
        {"duplicates", test_duplicates},
        {"own-name-and-origin", test_own_name_and_origin},
        {"cross-draft", test_cross_draft},
        {"registry", test_registry},
        {"error-in-another-document", test_error_in_another_document},
        {"many-references", test_many_references},
        {"long-base", test_long_base},
        {"colliding-names", test_colliding_names},
        {"long-chain", test_long_chain},
        {"deep-schema", test_deep_schema},
        {"shared-registry", test_shared_registry},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/drafts-names/", tests[i].name, NULL);
        g_test_add_func(path, tests[i].run);
    }
    return g_test_run();
}
