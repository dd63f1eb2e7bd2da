/* Real schemas (GitHub, SchemaStore, Kubernetes, Snowplow and others) with valid and invalid instances: every
 * verdict is the one that two other validators agreed on. Schemas that we refuse are listed with the reason; what
 * is listed must be refused, so that the list cannot grow old. Formats are asserted, as they were at the origin.
 * The cases are read from $DOCKET_CORPUS; without them the test is skipped. */
#include "stages/check/schema/schema.h"

#include <string.h>

/* Schemas that we refuse, and why. */
static const struct {
    const char *file, *reason;
} refused[] = {
    {"Github_easy---o27356.json",
     "U+0000 in a pattern and in an instance, where the strings of our trees would end"},
};

typedef struct {
    guint schemas, refused, tests, right;
} Score;

static char *cases_folder(void)
{
    const char *corpus = g_getenv("DOCKET_CORPUS");
    const char *source = g_getenv("DOCKET_SOURCE");
    if (corpus != NULL)
        return g_build_filename(corpus, "json-schema-real", "cases", NULL);
    return g_build_filename(source == NULL ? "." : source, "..", "shared", "corpus",
                            "json-schema-real", "cases", NULL);
}

static const char *why_refused(const char *file)
{
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
        if (strcmp(refused[i].file, file) == 0)
            return refused[i].reason;
    return NULL;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *list_cases(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_suffix(name, ".json"))
            g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

/* "Github_easy---o27356.json" -> "Github_easy"; names of one case each are BFCL's. */
static char *family_of(const char *file)
{
    const char *end = strstr(file, "---");
    return end == NULL ? g_strdup("BFCL") : g_strndup(file, (gsize)(end - file));
}

static SchemaVerdict judge(const Schema *schema, const cJSON *instance)
{
    const SchemaVerdict verdict = schema_check(schema, instance);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, verdict);
    g_assert_cmpint(findings->len > 0, ==, verdict != SCHEMA_VALID);
    return verdict;
}

static void run_tests(const char *file, const cJSON *tests, const Schema *schema, Score *score)
{
    guint index = 0;
    const cJSON *test;
    cJSON_ArrayForEach(test, tests)
    {
        const gboolean wanted = json_bool(test, "valid", FALSE);
        const SchemaVerdict verdict = judge(schema, json_at(test, "/data"));
        const gboolean right = verdict == (wanted ? SCHEMA_VALID : SCHEMA_INVALID);
        score->tests++;
        score->right += right;
        if (!right) {
            g_test_message("%s: test %u (%s): %s", file, index,
                           json_string(test, "description", ""),
                           verdict == SCHEMA_UNDECIDED ? "not decided"
                           : wanted                    ? "should be valid"
                                                       : "should be invalid");
            g_test_fail();
        }
        index++;
    }
}

/* A case that our reader refuses (a NUL in a string) counts as a schema that is refused. */
static void run_case(const char *folder, const char *file, Score *score)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) document = json_load(path, &error);
    const SchemaOptions options = {.assert_format = TRUE};
    g_autoptr(Schema) schema =
        document == NULL ? NULL : schema_compile(json_at(document, "/schema"), &options, &error);
    const char *reason = why_refused(file);
    score->schemas++;
    if ((schema == NULL) != (reason != NULL))
        g_test_fail();
    if (schema == NULL) {
        score->refused++;
        g_test_message("%s: refused: %s (%s)", file, error->message,
                       reason == NULL ? "not listed" : reason);
        return;
    }
    if (reason != NULL)
        g_test_message("%s: listed as refused, but it is not", file);
    run_tests(file, json_at(document, "/tests"), schema, score);
}

static void test_real(gconstpointer data)
{
    const char *folder = data;
    g_autoptr(GPtrArray) files = list_cases(folder);
    Score all = {0}, family = {0};
    g_autofree char *name = NULL;
    for (guint i = 0; i <= files->len; i++) {
        const char *file = i < files->len ? g_ptr_array_index(files, i) : NULL;
        g_autofree char *next = file == NULL ? NULL : family_of(file);
        if (name != NULL && g_strcmp0(name, next) != 0) {
            g_test_message("%-16s %3u schemas, %u refused; %4u tests, %4u right", name,
                           family.schemas, family.refused, family.tests, family.right);
            family = (Score){0};
        }
        if (file == NULL)
            break;
        g_free(name);
        name = g_steal_pointer(&next);
        Score one = {0};
        run_case(folder, file, &one);
        for (guint j = 0; j < sizeof one / sizeof(guint); j++) {
            ((guint *)&all)[j] += ((guint *)&one)[j];
            ((guint *)&family)[j] += ((guint *)&one)[j];
        }
    }
    g_test_message("all: %u schemas, %u refused; %u tests, %u right", all.schemas, all.refused,
                   all.tests, all.right);
    g_assert_cmpuint(all.schemas, ==, 329);
    g_assert_cmpuint(all.tests, ==, 1396);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = cases_folder();
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_print("skipped: no real schemas at %s (set DOCKET_CORPUS)\n", folder);
        return 77;
    }
    g_test_add_data_func("/schema-real/verdicts", folder, test_real);
    return g_test_run();
}
