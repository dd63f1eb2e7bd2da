/* The JSON test suite and the instances of the benchmark: the right verdict on every file, and the
 * tree that cJSON would have built. */
#include "pipeline/core/json.h"
#include <stdio.h>
#include <string.h>

/* Where we refuse what RFC 8259 allows, on purpose. */
static const struct {
    const char *file, *why;
} refused[] = {
    {"test_parsing/y_object_duplicated_key.json", "two values of one key: readers disagree"},
    {"test_parsing/y_object_duplicated_key_and_value.json", "the same"},
    {"test_parsing/y_object_escaped_null_in_key.json", "a NUL would end the key"},
    {"test_parsing/y_string_null_escape.json", "a NUL would end the string"},
};

static const char *corpus;

/* A copy of exactly this size: a sanitizer sees one byte too far. */
static const cJSON *parse(JsonReader *reader, const char *text, gsize length, GError **error)
{
    g_autofree char *copy = length ? g_memdup2(text, length) : NULL;
    return json_reader_parse(reader, copy, length, error);
}

/* Every field, as cJSON sets it. */
static void assert_same(const cJSON *a, const cJSON *b)
{
    g_assert_cmpint(a->type, ==, b->type);
    g_assert_cmpint(a->valueint, ==, b->valueint);
    g_assert_cmpint(memcmp(&a->valuedouble, &b->valuedouble, sizeof a->valuedouble), ==, 0);
    g_assert_cmpstr(a->valuestring, ==, b->valuestring);
    g_assert_cmpstr(a->string, ==, b->string);
    const cJSON *x = a->child, *y = b->child, *last = NULL;
    for (; x && y; last = x, x = x->next, y = y->next) {
        g_assert_true(!last || x->prev == last);
        assert_same(x, y);
    }
    g_assert_true(!x && !y);
    g_assert_true(!last || a->child->prev == last);
}

static void compare_with_cjson(JsonReader *reader, const char *text, gsize length)
{
    g_autoptr(GError) error = NULL;
    const cJSON *ours = parse(reader, text, length, &error);
    g_assert_no_error(error);
    g_autoptr(cJSON) theirs = cJSON_ParseWithLength(text, length);
    g_assert_nonnull(theirs);
    assert_same(ours, theirs);
    g_assert_true(cJSON_Compare(ours, theirs, TRUE));
    g_assert_true(json_equal(ours, theirs));
    g_autoptr(cJSON) copy = cJSON_Duplicate(ours, TRUE);
    assert_same(copy, theirs);
    g_autofree char *printed = json_print(copy, FALSE);
    const cJSON *again = parse(reader, printed, strlen(printed), &error);
    g_assert_no_error(error);
    assert_same(again, copy);
}

static gboolean is_refused_on_purpose(const char *file)
{
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
        if (strcmp(refused[i].file, file) == 0)
            return TRUE;
    return FALSE;
}

static void test_verdicts(void)
{
    g_autofree char *list = g_build_filename(corpus, "json-parsing/expected.jsonl", NULL);
    FILE *rows = fopen(list, "r");
    g_assert_nonnull(rows);
    g_autoptr(JsonReader) reader = json_reader_new();
    char line[512];
    guint files = 0, on_purpose = 0;
    while (fgets(line, sizeof line, rows)) {
        g_autoptr(cJSON) row = cJSON_Parse(line);
        const char *file = json_string(row, "file", NULL), *expect = json_string(row, "expect", "");
        g_autofree char *path = g_build_filename(corpus, "json-parsing", file, NULL), *text = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(path, &text, &length, NULL));
        g_autoptr(GError) error = NULL;
        gboolean accepted = parse(reader, text, length, &error) != NULL;
        g_assert_true(accepted == (error == NULL));
        gboolean known = is_refused_on_purpose(file);
        gboolean right =
            strcmp(expect, "either") == 0 || accepted == (strcmp(expect, "accept") == 0);
        if (right == known)
            g_error("%s: %s expected, %s", file, expect, accepted ? "accepted" : error->message);
        if (accepted)
            compare_with_cjson(reader, text, length);
        on_purpose += known;
        files++;
    }
    fclose(rows);
    g_assert_cmpuint(files, >=, 318);
    g_assert_cmpuint(on_purpose, ==, G_N_ELEMENTS(refused));
}

/* All files of a folder: no crash, an error for whoever is refused. */
static void test_no_crash(gconstpointer folder)
{
    g_autofree char *path = g_build_filename(corpus, "json-parsing", folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_assert_nonnull(dir);
    g_autoptr(JsonReader) reader = json_reader_new();
    const char *name;
    guint files = 0;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL), *text = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(file, &text, &length, NULL));
        for (gsize cut = 0; cut <= length; cut += 1 + cut / 64) {
            g_autoptr(GError) error = NULL;
            const cJSON *value = parse(reader, text, cut, &error);
            g_assert_true((value == NULL) == (error != NULL));
            g_assert_true(!error || g_str_has_prefix(error->message, "line "));
        }
        files++;
    }
    g_assert_cmpuint(files, >, 0);
}

static void test_instances(gconstpointer set)
{
    g_autofree char *path =
        g_build_filename(corpus, "json-schema-bench", set, "instances.jsonl", NULL);
    g_autofree char *schema_path =
        g_build_filename(corpus, "json-schema-bench", set, "schema.json", NULL);
    g_autofree char *text = NULL, *schema = NULL;
    gsize length;
    g_autoptr(JsonReader) reader = json_reader_new();
    g_assert_true(g_file_get_contents(schema_path, &schema, &length, NULL));
    compare_with_cjson(reader, schema, length);
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        g_assert_nonnull(end);
        compare_with_cjson(reader, line, (gsize)(end - line));
    }
}

int main(int argc, char **argv)
{
    static const char *const sets[] = {
        "cmake-presets", "court-record", "cql2", "helm-chart-lock", "invoice",
        "krakend",       "listing",      "omc",  "users-array",     "vercel"};
    g_test_init(&argc, &argv, NULL);
    const char *source = g_getenv("DOCKET_SOURCE");
    g_autofree char *beside =
        g_build_filename(source ? source : ".", "..", "shared", "corpus", NULL);
    corpus = g_getenv("DOCKET_CORPUS") ? g_getenv("DOCKET_CORPUS") : beside;
    g_autofree char *there = g_build_filename(corpus, "json-parsing", NULL);
    if (!g_file_test(there, G_FILE_TEST_IS_DIR))
        return 77;
    g_test_add_func("/json-corpus/verdicts", test_verdicts);
    g_test_add_data_func("/json-corpus/parsing", "test_parsing", test_no_crash);
    g_test_add_data_func("/json-corpus/transform", "test_transform", test_no_crash);
    for (guint i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autofree char *name = g_strconcat("/json-corpus/instances/", sets[i], NULL);
        g_test_add_data_func(name, sets[i], test_instances);
    }
    return g_test_run();
}
