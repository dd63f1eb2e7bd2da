/* The official JSON Schema Test Suite, draft 2020-12, with floors: a change that passes fewer tests
 * than before fails here. The suite is read from $DOCKET_CORPUS; without it the test is skipped.
 * DOCKET_SUITE_VERBOSE=1 lists every test with a wrong verdict. */
#include "stages/check/schema/schema.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define REMOTE "http://localhost:1234/"

typedef struct {
    guint tests, passed, undecided;
} Score;

static char *suite_folder(void)
{
    const char *corpus = g_getenv("DOCKET_CORPUS");
    const char *source = g_getenv("DOCKET_SOURCE");
    if (corpus != NULL)
        return g_build_filename(corpus, "json-schema-test-suite", NULL);
    return g_build_filename(source == NULL ? "." : source, "..", "shared", "corpus",
                            "json-schema-test-suite", NULL);
}

static cJSON *load(const char *path)
{
    g_autofree char *text = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    cJSON *json = cJSON_ParseWithLength(text, length);
    g_assert_nonnull(json);
    return json;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *list_files(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

/* The documents that tests refer to as served from localhost. */
static void load_remotes(SchemaRegistry *registry, const char *folder, const char *below)
{
    g_autoptr(GPtrArray) files = list_files(folder);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *base = g_path_get_basename(path);
        g_autofree char *name = g_strconcat(below, base, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            g_autofree char *deeper = g_strconcat(name, "/", NULL);
            load_remotes(registry, path, deeper);
            continue;
        }
        g_autofree char *uri = g_strconcat(REMOTE, name, NULL);
        g_assert_true(schema_registry_add(registry, uri, load(path), NULL));
    }
}

static void run_group(const char *file, const cJSON *group, const SchemaOptions *options,
                      Score *score)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema =
        schema_compile(cJSON_GetObjectItemCaseSensitive(group, "schema"), options, &error);
    const cJSON *test;
    cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(group, "tests"))
    {
        SchemaVerdict verdict =
            schema == NULL ? SCHEMA_UNDECIDED
                           : schema_check(schema, cJSON_GetObjectItemCaseSensitive(test, "data"));
        gboolean wanted = json_bool(test, "valid", FALSE);
        gboolean right = verdict == (wanted ? SCHEMA_VALID : SCHEMA_INVALID);
        score->tests++;
        score->passed += right;
        score->undecided += verdict == SCHEMA_UNDECIDED;
        if (right && schema != NULL) {
            /* Both ways of evaluating agree, and a finding is there exactly when it is invalid. */
            g_autoptr(GPtrArray) findings =
                g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
            g_assert_cmpint(
                schema_evaluate(schema, cJSON_GetObjectItemCaseSensitive(test, "data"), findings),
                ==, verdict);
            g_assert_cmpint(findings->len > 0, ==, verdict == SCHEMA_INVALID);
        }
        if (!right && g_getenv("DOCKET_SUITE_VERBOSE") != NULL)
            g_test_message("%s | %s | %s | wanted %s%s%s", file,
                           json_string(group, "description", ""),
                           json_string(test, "description", ""), wanted ? "valid" : "invalid",
                           error == NULL ? "" : " | ", error == NULL ? "" : error->message);
    }
}

static Score run_folder(const char *suite, const char *below, gboolean formats)
{
    g_autoptr(SchemaRegistry) registry = schema_registry_new();
    g_autofree char *remotes = g_build_filename(suite, "remotes", NULL);
    load_remotes(registry, remotes, "");
    SchemaOptions options = {.assert_format = formats, .registry = registry};

    Score score = {0};
    g_autofree char *folder = g_build_filename(suite, "tests", "draft2020-12", below, NULL);
    g_autoptr(GPtrArray) files = list_files(folder);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        if (!g_str_has_suffix(path, ".json"))
            continue;
        g_autofree char *base = g_path_get_basename(path);
        g_autoptr(cJSON) groups = load(path);
        const cJSON *group;
        cJSON_ArrayForEach(group, groups) run_group(base, group, &options, &score);
    }
    g_test_message("draft2020-12/%s: %u of %u right, %u not decided", below, score.passed,
                   score.tests, score.undecided);
    return score;
}

static void check_floor(const char *below, gboolean formats, guint floor)
{
    g_autofree char *suite = suite_folder();
    Score score = run_folder(suite, below, formats);
    g_assert_cmpuint(score.passed, >=, floor);
}

static void test_required(void)
{
    check_floor("", FALSE, 1299);
}

static void test_optional(void)
{
    check_floor("optional", FALSE, 147);
}

static void test_format(void)
{
    check_floor("optional/format", TRUE, 710);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *suite = suite_folder();
    if (!g_file_test(suite, G_FILE_TEST_IS_DIR)) {
        g_print("skipped: no JSON Schema Test Suite at %s (set DOCKET_CORPUS)\n", suite);
        return 77;
    }
    g_test_add_func("/schema-suite/required", test_required);
    g_test_add_func("/schema-suite/optional", test_optional);
    g_test_add_func("/schema-suite/format", test_format);
    return g_test_run();
}
