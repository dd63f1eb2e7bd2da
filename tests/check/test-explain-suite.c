/* The explaining evaluator against the program, over the official test suite: all drafts, required,
 * optional and format tests, and every schema of a file with every instance of that file. Both must
 * come to the same verdict, and each reason must name a place that exists in words that can be
 * shown. The suite is read from $DOCKET_CORPUS; without it the test is skipped. */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/program.h"
#include "tests/check/suite.h"

#include <string.h>

typedef struct {
    SchemaOptions options;
    guint pairs, invalid, refused, undecided;
} Run;

/* ---- one schema, one instance ---- */

static gboolean can_be_shown(const char *sentence)
{
    if (!g_utf8_validate(sentence, -1, NULL) || strlen(sentence) > 4000)
        return FALSE;
    for (const char *c = sentence; *c != '\0'; c = g_utf8_next_char(c)) {
        if (!g_unichar_isprint(g_utf8_get_char(c)))
            return FALSE;
    }
    return TRUE;
}

static void check_reasons(const Schema *schema, const cJSON *instance)
{
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    const char *limit;
    g_assert_false(explain_run(schema, instance, findings, &limit));
    g_assert_cmpuint(findings->len, >, 0);
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(findings, i);
        if (!can_be_shown(finding->sentence))
            g_test_message("%s", finding->sentence);
        g_assert_true(can_be_shown(finding->sentence));
        g_assert_nonnull(json_at(instance, finding->instance));
        g_assert_nonnull(strchr(finding->absolute, '#'));
    }
}

static void check_pair(Run *run, const Schema *schema, const cJSON *instance)
{
    const char *fast_limit, *slow_limit;
    const gboolean fast = program_run(schema->program, instance, &fast_limit);
    const gboolean slow = explain_run(schema, instance, NULL, &slow_limit);
    run->pairs++;
    if (fast_limit != NULL || slow_limit != NULL) {
        run->undecided++;
        return;
    }
    if (fast != slow) {
        g_autofree char *schema_text = json_print(schema->document, FALSE);
        g_autofree char *instance_text = json_print(instance, FALSE);
        g_test_message("%s of %s", schema_text, instance_text);
    }
    g_assert_cmpint(fast, ==, slow);
    if (fast)
        return;
    run->invalid++;
    check_reasons(schema, instance);
}

/* ---- files ---- */

static void check_file(Run *run, const char *path)
{
    g_autoptr(cJSON) groups = suite_load(path);
    const cJSON *group, *other, *test;
    cJSON_ArrayForEach(group, groups)
    {
        g_autoptr(Schema) schema =
            schema_compile(cJSON_GetObjectItemCaseSensitive(group, "schema"), &run->options, NULL);
        if (schema == NULL) {
            run->refused++;
            continue;
        }
        cJSON_ArrayForEach(other, groups)
        {
            cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(other, "tests"))
                check_pair(run, schema, cJSON_GetObjectItemCaseSensitive(test, "data"));
        }
    }
}

static void check_folder(Run *run, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            check_folder(run, path);
        else if (g_str_has_suffix(name, ".json"))
            check_file(run, path);
    }
}

static void test_draft(gconstpointer data)
{
    const char *const *draft = data;
    g_autofree char *folder = suite_path(draft[0]);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_test_skip("the test suite is not here");
        return;
    }
    g_autoptr(SchemaRegistry) registry = schema_registry_new();
    g_autofree char *remotes = suite_path("remotes");
    suite_add_remotes(registry, remotes, SUITE_REMOTE);
    for (int asserting = 0; asserting < 2; asserting++) {
        Run run = {.options = {.assert_format = asserting,
                               .assert_content = asserting,
                               .dialect = draft[1],
                               .registry = registry}};
        check_folder(&run, folder);
        g_test_message("%s: %u pairs, %u invalid, %u undecided, %u schemas refused", draft[1],
                       run.pairs, run.invalid, run.undecided, run.refused);
        g_assert_cmpuint(run.undecided, ==, 0);
        g_assert_cmpuint(run.pairs, >, 5000);
        g_assert_cmpuint(run.invalid, >, run.pairs / 5);
        g_assert_cmpuint(run.refused, <, 40);
    }
}

int main(int argc, char **argv)
{
    static const char *const drafts[][3] = {
        {"tests/draft2020-12", "https://json-schema.org/draft/2020-12/schema", "2020-12"},
        {"tests/draft2019-09", "https://json-schema.org/draft/2019-09/schema", "2019-09"},
        {"tests/draft7", "http://json-schema.org/draft-07/schema#", "07"},
        /* The same files read as older drafts, unless they name theirs: other keywords are known. */
        {"tests/draft7", "http://json-schema.org/draft-06/schema#", "06"},
        {"tests/draft7", "http://json-schema.org/draft-04/schema#", "04"},
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(drafts); i++) {
        g_autofree char *name = g_strconcat("/explain-suite/", drafts[i][2], NULL);
        g_test_add_data_func(name, drafts[i], test_draft);
    }
    return g_test_run();
}
