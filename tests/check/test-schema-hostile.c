/* Schemas made to be wrong, slow or large: the shortcuts that a program is made with give way, and
 * the verdict stays what it is without them. */
#include "stages/check/schema/schema.h"

#include <string.h>

#define MOST_SECONDS 30 /* without the brakes these take minutes or hours */

static Schema *compile(const char *text)
{
    g_autoptr(cJSON) document = cJSON_Parse(text);
    g_assert_nonnull(document);
    g_autoptr(GError) error = NULL;
    Schema *schema = schema_compile(document, NULL, &error);
    g_assert_no_error(error);
    return schema;
}

/* By the program, and by the evaluator that gives reasons. */
static void check(const Schema *schema, const char *text, SchemaVerdict wanted)
{
    g_autoptr(cJSON) instance = cJSON_Parse(text);
    g_assert_nonnull(instance);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    const gint64 start = g_get_monotonic_time();
    g_assert_cmpint(schema_check(schema, instance), ==, wanted);
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, wanted);
    g_assert_cmpint(findings->len == 0, ==, wanted == SCHEMA_VALID);
    g_assert_cmpint(g_get_monotonic_time() - start, <, MOST_SECONDS * G_USEC_PER_SEC);
}

/* So many copies of a text with a comma between them; %u in it is the copy's number. */
static char *copies(const char *text, guint count)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(text, "%u", -1);
        g_autofree char *one = g_strjoinv(number, parts);
        g_string_append_printf(all, "%s%s", i > 0 ? "," : "", one);
    }
    return g_string_free(all, FALSE);
}

static char *filled(char c, gsize count)
{
    char *text = g_malloc(count + 3);
    memset(text, c, count + 2);
    text[0] = text[count + 1] = '"';
    text[count + 2] = '\0';
    return text;
}

/* A choice of a hundred choices of a hundred choices of … uses up what may be looked at before the
 * other schemas are; they are rules all the same. */
static void test_looks_used_up(void)
{
    g_autoptr(GString) text = g_string_new("{\"$defs\": {");
    for (guint i = 0; i < 3; i++) {
        g_autofree char *next = g_strdup_printf("{\"$ref\": \"#/$defs/c%u\"}", i + 1);
        g_autofree char *branches = copies(next, 100);
        g_string_append_printf(text, "\"c%u\": {\"oneOf\": [%s]},", i, branches);
    }
    g_string_append(text, "\"c3\": {\"properties\": {\"kind\": {\"const\": \"a\"}}}},"
                          "\"properties\": {\"a\": {\"type\": \"string\"}, \"b\": false,"
                          "\"c\": {\"enum\": [null, true]}, \"d\": {\"type\": \"integer\"},"
                          "\"z\": {\"oneOf\": [{\"$ref\": \"#/$defs/c0\"},"
                          "{\"$ref\": \"#/$defs/c0\"}, {\"properties\": {\"kind\": true}}]}}}");
    g_autoptr(Schema) schema = compile(text->str);
    check(schema, "{\"a\": \"x\", \"c\": null, \"d\": 1}", SCHEMA_VALID);
    check(schema, "{\"a\": 1}", SCHEMA_INVALID);
    check(schema, "{\"b\": 1}", SCHEMA_INVALID);
    check(schema, "{\"c\": false}", SCHEMA_INVALID);
    check(schema, "{\"d\": \"x\"}", SCHEMA_INVALID);
}

/* Beside a $ref that stands alone `properties` may be anything, even a list. */
static void test_unread_properties(void)
{
    g_autoptr(Schema) sentence =
        compile("{\"$schema\": \"https://json-schema.org/draft/2019-09/schema\","
                "\"$ref\": \"#/$defs/o\", \"unevaluatedProperties\": false, \"$defs\": {\"o\": {"
                "\"$id\": \"https://example.org/o\", \"$schema\": "
                "\"http://json-schema.org/draft-07/schema#\","
                "\"$ref\": \"#/definitions/p\", \"properties\": [true, true],"
                "\"definitions\": {\"p\": {\"properties\": {\"q\": true}}}}}}");
    check(sentence, "{\"q\": 1}", SCHEMA_VALID);
    check(sentence, "{\"q\": 1, \"b\": 2}", SCHEMA_INVALID);

    g_autoptr(GString) chain = g_string_new(
        "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"definitions\": {");
    for (guint i = 0; i < 20; i++)
        g_string_append_printf(chain,
                               "\"r%u\": {\"$ref\": \"#/definitions/r%u\","
                               " \"properties\": [true]},",
                               i, i + 1);
    g_string_append(chain, "\"r20\": {\"type\": \"object\"}}, \"anyOf\": ["
                           "{\"$ref\": \"#/definitions/r0\"}, {\"$ref\": \"#/definitions/r1\"}]}");
    g_autoptr(Schema) tags = compile(chain->str);
    check(tags, "{}", SCHEMA_VALID);
    check(tags, "1", SCHEMA_INVALID);
}

/* The branches of a switch are resources, and hold the outermost dynamic anchor. */
static void test_switch_of_resources(void)
{
    g_autofree char *branches = copies(
        "{\"$id\": \"https://example.org/a%u\", \"$defs\": {\"n\": {\"$dynamicAnchor\": \"n\", "
        "\"type\":"
        " \"string\"}}, \"if\": {\"properties\": {\"kind\": {\"const\": \"k%u\"}}, \"required\":"
        " [\"kind\"]}, \"then\": {\"$id\": \"https://example.org/b%u\", \"$defs\": {\"n\": {"
        "\"$dynamicAnchor\": \"n\", \"type\": \"integer\"}}, \"properties\": {\"v\":"
        " {\"$dynamicRef\": \"#n\"}}}}",
        4);
    g_autofree char *text = g_strdup_printf("{\"allOf\": [%s]}", branches);
    g_autoptr(Schema) schema = compile(text);
    check(schema, "{\"kind\": \"k2\", \"v\": \"x\"}", SCHEMA_VALID);
    check(schema, "{\"kind\": \"k2\", \"v\": 1}", SCHEMA_INVALID);
}

static void test_large_lists(void)
{
    const gint64 start = g_get_monotonic_time();
    g_autofree char *same = copies("\"x\"", 100000);
    g_autofree char *values = g_strdup_printf("{\"enum\": [%s]}", same);
    g_autoptr(Schema) twice = compile(values);
    check(twice, "\"x\"", SCHEMA_VALID);
    check(twice, "\"y\"", SCHEMA_INVALID);

    g_autofree char *texts = copies("\"t%u\"", 6000);
    g_autofree char *free_branches = copies("{\"not\": {\"required\": [\"n%u\"]}}", 6000);
    g_autofree char *choice =
        g_strdup_printf("{\"anyOf\": [{\"properties\": {\"k\": {\"enum\": [%s]}}},"
                        "{\"properties\": {\"k\": {\"const\": \"u\"}}}, %s]}",
                        texts, free_branches);
    g_autoptr(Schema) tagged = compile(choice);
    check(tagged, "{\"k\": \"t5\"}", SCHEMA_VALID);

    g_autofree char *names = copies("\"p%u\": true", 5000);
    g_autofree char *closed = copies("{\"properties\": {\"x%u\": {\"$ref\": \"#/$defs/big\", "
                                     "\"unevaluatedProperties\": false}}}",
                                     300);
    g_autofree char *known = g_strdup_printf(
        "{\"$defs\": {\"big\": {\"properties\": {%s}}}, \"allOf\": [%s]}", names, closed);
    g_autoptr(Schema) evaluated = compile(known);
    check(evaluated, "{\"x0\": {\"p1\": 1}, \"x299\": {\"p4999\": 1}}", SCHEMA_VALID);
    check(evaluated, "{\"x0\": {\"q\": 1}}", SCHEMA_INVALID);
    check(evaluated, "{\"x299\": {\"q\": 1}}", SCHEMA_INVALID);

    g_autofree char *demands = copies("\"a%u\": [\"b\"]", 60000);
    g_autofree char *dependents = g_strdup_printf("{\"dependentRequired\": {%s}}", demands);
    g_autoptr(Schema) demanding = compile(dependents);
    check(demanding, "{\"a5\": 1, \"b\": 1}", SCHEMA_VALID);
    check(demanding, "{\"a5\": 1}", SCHEMA_INVALID);
    g_assert_cmpint(g_get_monotonic_time() - start, <, MOST_SECONDS * G_USEC_PER_SEC);
}

/* Thousands of references to an anchor that thousands of resources have share one table of them. */
static void test_dynamic_anchors(void)
{
    g_autofree char *resources =
        copies("\"r%u\": {\"$id\": \"https://example.org/%u\", \"$dynamicAnchor\": \"n\"}", 5000);
    g_autofree char *references = copies("\"q%u\": {\"$dynamicRef\": \"#n\"}", 5000);
    g_autofree char *text = g_strdup_printf(
        "{\"$dynamicAnchor\": \"n\", \"maxProperties\": 1, \"$defs\": {%s}, \"properties\": {%s}}",
        resources, references);
    const gint64 start = g_get_monotonic_time();
    g_autoptr(Schema) schema = compile(text);
    check(schema, "{\"q7\": {\"q8\": {}}}", SCHEMA_VALID);
    check(schema, "{\"q7\": {\"a\": 1, \"b\": 2}}", SCHEMA_INVALID);
    g_assert_cmpint(g_get_monotonic_time() - start, <, MOST_SECONDS * G_USEC_PER_SEC);
}

/* {"a0": twice a1, "a1": twice a2, …}: a million ways to the last. */
static char *doubling(const char *before, const char *last)
{
    GString *text = g_string_new("{\"$defs\": {");
    for (guint i = 0; i < 20; i++)
        g_string_append_printf(text,
                               "\"a%u\": {\"allOf\": [{\"$ref\": \"#/$defs/a%u\"},"
                               " {\"$ref\": \"#/$defs/a%u\"}]},",
                               i, i + 1, i + 1);
    g_string_append_printf(text, "\"a20\": %s}, \"allOf\": [%s{\"$ref\": \"#/$defs/a0\"}]}", last,
                           before);
    return g_string_free(text, FALSE);
}

/* Invalid by the first rule, but all reasons are wanted. */
static void test_work_of_reasons(void)
{
    g_autofree char *members = copies("\"m%u\": 1", 20000);
    g_autofree char *object = g_strdup_printf("{%s}", members);
    g_autofree char *text =
        doubling("{\"required\": [\"nope\"]},", "{\"properties\": {\"zz\": true}}");
    g_autoptr(Schema) schema = compile(text);
    check(schema, object, SCHEMA_INVALID);
    g_autofree char *longest = filled('a', 200000);
    g_autofree char *texts = doubling("{\"maxLength\": 3},", "{\"pattern\": \"^[a-z]*$\"}");
    g_autoptr(Schema) of_texts = compile(texts);
    check(of_texts, longest, SCHEMA_INVALID);
}

/* Valid as far as anybody looks: what is too much is no verdict. */
static void test_work_of_verdict(void)
{
    g_autofree char *longest = filled('a', 200000);
    g_autofree char *texts = doubling("", "{\"pattern\": \"^[a-z]*$\"}");
    g_autoptr(Schema) of_texts = compile(texts);
    check(of_texts, longest, SCHEMA_UNDECIDED);
    check(of_texts, "\"abc\"", SCHEMA_VALID);

    g_autofree char *members = copies("\"m%u\": 1", 14000);
    g_autofree char *object = g_strdup_printf("{%s}", members);
    g_autofree char *dependents = copies("\"m%u\": {\"minProperties\": 1}", 14000);
    g_autofree char *text = g_strdup_printf("{\"dependentSchemas\": {%s}}", dependents);
    g_autoptr(Schema) schema = compile(text);
    check(schema, object, SCHEMA_UNDECIDED);
    check(schema, "{\"m1\": 1, \"m2\": 2}", SCHEMA_VALID);

    g_autofree char *numbers = copies("%u", 100000);
    g_autofree char *allowed = g_strdup_printf("{\"items\": {\"enum\": [%s]}}", numbers);
    g_autofree char *lasts = copies("99999", 20000);
    g_autofree char *list = g_strdup_printf("[%s]", lasts);
    g_autoptr(Schema) of_numbers = compile(allowed);
    check(of_numbers, list, SCHEMA_UNDECIDED);
    check(of_numbers, "[0, 99999]", SCHEMA_VALID);
    check(of_numbers, "[0.5]", SCHEMA_INVALID);
}

/* Each text keeps a large automaton busy for some time, and there are thousands. */
static void test_work_of_automata(void)
{
    g_autofree char *texts =
        copies("\"%uaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 5000);
    g_autofree char *list = g_strdup_printf("[%s]", texts);
    g_autofree char *members =
        copies("\"%uaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": 1", 5000);
    g_autofree char *object = g_strdup_printf("{%s}", members);
    g_autoptr(Schema) schema =
        compile("{\"items\": {\"pattern\": \"^(?:[a-z0-9]?){20000}$\"},"
                " \"patternProperties\": {\"^(?:[a-z0-9]?){20000}$\": true}}");
    check(schema, list, SCHEMA_UNDECIDED);
    g_autoptr(cJSON) names = cJSON_Parse(object);
    g_assert_cmpint(schema_check(schema, names), ==, SCHEMA_UNDECIDED);
    check(schema, "[\"a\"]", SCHEMA_VALID);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schema-hostile/looks-used-up", test_looks_used_up);
    g_test_add_func("/schema-hostile/unread-properties", test_unread_properties);
    g_test_add_func("/schema-hostile/switch-of-resources", test_switch_of_resources);
    g_test_add_func("/schema-hostile/large-lists", test_large_lists);
    g_test_add_func("/schema-hostile/dynamic-anchors", test_dynamic_anchors);
    g_test_add_func("/schema-hostile/work-of-reasons", test_work_of_reasons);
    g_test_add_func("/schema-hostile/work-of-verdict", test_work_of_verdict);
    g_test_add_func("/schema-hostile/work-of-automata", test_work_of_automata);
    return g_test_run();
}
