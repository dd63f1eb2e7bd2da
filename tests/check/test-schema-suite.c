/* The official JSON Schema Test Suite, test by test: every test is right but for the misses in a
 * table (one that is no more fails here too), and there are as many tests as the suite holds. The
 * drafts in use are read from $DOCKET_CORPUS; draft-04 and draft-06 from Debian's package
 * json-schema-test-suite. What is not there is skipped. */
#include "stages/check/schema/schema.h"
#include "tests/check/suite.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGED "/usr/share/json-schema-test-suite"

typedef struct {
    const char *folder;                /* in tests/ */
    const char *dialect;               /* of schemas without a $schema */
    guint required, optional, formats; /* tests that the suite holds */
    gboolean packaged;                 /* the old suite, which has other names for files */
} Draft;

static const Draft drafts[] = {
    {"draft2020-12", "https://json-schema.org/draft/2020-12/schema", 1299, 162, 764},
    {"draft2019-09", "https://json-schema.org/draft/2019-09/schema", 1259, 158, 757},
    {"draft7", "http://json-schema.org/draft-07/schema", 927, 118, 676},
    {"draft6", "http://json-schema.org/draft-06/schema#", 405, 98, 0, TRUE},
    {"draft4", "http://json-schema.org/draft-04/schema#", 320, 54, 0, TRUE},
};

/* Tests that we answer otherwise. */
static const struct {
    const char *folder, *file, *test;
    const char *reason;
} misses[] = {
    {"draft4", "zeroTerminatedFloats.json",
     "a float is not an integer even without fractional part",
     "numbers are doubles, so 1.0 is 1, as in every later draft"},
};

typedef struct {
    const Draft *draft;
    const char *below; /* "", "optional" or "optional/format" */
    guint tests, wrong;
} Run;

static char *suite_folder(const Draft *draft)
{
    return draft->packaged ? g_strdup(PACKAGED) : suite_path("");
}

static gboolean is_known_miss(const Run *run, const char *file, const char *test)
{
    for (gsize i = 0; i < G_N_ELEMENTS(misses); i++) {
        if (strcmp(misses[i].folder, run->draft->folder) == 0 &&
            strcmp(misses[i].file, file) == 0 && strcmp(misses[i].test, test) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Both ways of evaluating agree, and a finding is there exactly when it is not valid. */
static void check_agreement(const Schema *schema, const cJSON *data, SchemaVerdict verdict)
{
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    g_assert_cmpint(schema_evaluate(schema, data, findings), ==, verdict);
    g_assert_cmpint(findings->len > 0, ==, verdict != SCHEMA_VALID);
}

static void run_test(Run *run, const char *file, const cJSON *group, const cJSON *test,
                     const Schema *schema, const char *error)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(test, "data");
    const char *of = json_string(group, "description", "");
    const char *name = json_string(test, "description", "");
    const SchemaVerdict wanted = json_bool(test, "valid", FALSE) ? SCHEMA_VALID : SCHEMA_INVALID;
    SchemaVerdict verdict = SCHEMA_UNDECIDED;
    if (schema != NULL) {
        verdict = schema_check(schema, data);
        check_agreement(schema, data, verdict);
    }
    run->tests++;
    if ((verdict != wanted) == is_known_miss(run, file, name))
        return;
    run->wrong++;
    g_printerr("%s/%s | %s | %s | %s: wanted %s, got %s%s%s\n", run->draft->folder, run->below,
               file, of, name, wanted == SCHEMA_VALID ? "valid" : "invalid",
               verdict == SCHEMA_VALID     ? "valid"
               : verdict == SCHEMA_INVALID ? "invalid"
                                           : "no verdict",
               error == NULL ? "" : ": ", error == NULL ? "" : error);
}

static void run_file(Run *run, const char *path, const SchemaOptions *options)
{
    g_autofree char *file = g_path_get_basename(path);
    g_autoptr(cJSON) groups = suite_load(path);
    const cJSON *group;
    cJSON_ArrayForEach(group, groups)
    {
        g_autoptr(GError) error = NULL;
        g_autoptr(Schema) schema =
            schema_compile(cJSON_GetObjectItemCaseSensitive(group, "schema"), options, &error);
        g_assert_true((schema == NULL) == (error != NULL));
        const cJSON *test;
        cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(group, "tests"))
            run_test(run, file, group, test, schema, error == NULL ? NULL : error->message);
    }
}

static void run_folder(Run *run, SchemaOptions options, guint tests)
{
    g_autofree char *suite = suite_folder(run->draft);
    g_autoptr(SchemaRegistry) registry = schema_registry_new();
    g_autofree char *remotes = g_build_filename(suite, "remotes", NULL);
    suite_add_remotes(registry, remotes, SUITE_REMOTE);
    options.registry = registry;
    options.dialect = run->draft->dialect;

    g_autofree char *folder =
        g_build_filename(suite, "tests", run->draft->folder, run->below, NULL);
    g_autoptr(GPtrArray) files = suite_files(folder);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        if (g_str_has_suffix(path, ".json"))
            run_file(run, path, &options);
    }
    g_assert_cmpuint(run->tests, ==, tests);
    g_assert_cmpuint(run->wrong, ==, 0);
}

static void test_required(gconstpointer draft)
{
    Run run = {.draft = draft, .below = ""};
    run_folder(&run, (SchemaOptions){0}, run.draft->required);
}

/* The suite's optional tests ask for what the options switch on. */
static void test_optional(gconstpointer draft)
{
    Run run = {.draft = draft, .below = "optional"};
    /* The old suite has its tests of formats there too. */
    const SchemaOptions options = {
        .assert_content = TRUE, .old_dependencies = TRUE, .assert_format = run.draft->packaged};
    run_folder(&run, options, run.draft->optional);
}

static void test_format(gconstpointer draft)
{
    Run run = {.draft = draft, .below = "optional/format"};
    run_folder(&run, (SchemaOptions){.assert_format = TRUE}, run.draft->formats);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    guint found = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(drafts); i++) {
        const struct {
            const char *name;
            GTestDataFunc run;
            guint tests;
        } parts[] = {{"required", test_required, drafts[i].required},
                     {"optional", test_optional, drafts[i].optional},
                     {"format", test_format, drafts[i].formats}};
        g_autofree char *suite = suite_folder(&drafts[i]);
        if (!g_file_test(suite, G_FILE_TEST_IS_DIR)) {
            g_print("# no test suite for %s at %s\n", drafts[i].folder, suite);
            continue;
        }
        for (gsize k = 0; k < G_N_ELEMENTS(parts) && parts[k].tests > 0; k++) {
            g_autofree char *name =
                g_strdup_printf("/schema-suite/%s/%s", drafts[i].folder, parts[k].name);
            g_test_add_data_func(name, &drafts[i], parts[k].run);
        }
        found++;
    }
    return found == 0 ? 77 : g_test_run();
}
