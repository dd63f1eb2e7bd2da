/* The official suite's tests of formats, asked of the checks themselves: every one must be right, in
 * the three drafts. The suite is read from $DOCKET_CORPUS; without it the test is skipped. */
#include "stages/check/schema/formats/formats.h"
#include "tests/check/suite.h"

#include <cjson/cJSON.h>
#include <string.h>

typedef struct {
    const char *draft;
    guint
        tests; /* in the suite that the figures of the README are about: fewer means a broken path */
} Draft;

static const Draft drafts[] = {
    {"draft2020-12", 764},
    {"draft2019-09", 757},
    {"draft7", 676},
};

/* A NUL inside of a string would end it in C: it is written as the two bytes C0 80, which are no
 * character of UTF-8, so that the text keeps its length and the NUL can be no digit or letter. */
static cJSON *load(const char *path)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autoptr(GString) kept = g_string_new(text);
    g_string_replace(kept, "\\u0000", "\xC0\x80", 0);
    cJSON *json = cJSON_Parse(kept->str);
    g_assert_nonnull(json);
    return json;
}

/* A name that is not known is valid for every value, and so is every value but a string. */
static gboolean is_valid(const cJSON *schema, const cJSON *data)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(schema, "format"));
    const Format *format = format_find(name);
    if (format == NULL || !cJSON_IsString(data))
        return TRUE;
    return format->check(data->valuestring);
}

static guint run_group(const char *path, const cJSON *group, guint *wrong)
{
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(group, "schema");
    const cJSON *test;
    guint tests = 0;
    cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(group, "tests"))
    {
        tests++;
        gboolean wanted = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(test, "valid"));
        if (is_valid(schema, cJSON_GetObjectItemCaseSensitive(test, "data")) == wanted)
            continue;
        (*wrong)++;
        const cJSON *description = cJSON_GetObjectItemCaseSensitive(test, "description");
        g_test_message("%s: %s: wanted %s", path, description->valuestring,
                       wanted ? "valid" : "invalid");
    }
    return tests;
}

static void test_draft(gconstpointer data)
{
    const Draft *draft = data;
    g_autofree char *suite = suite_path("");
    g_autofree char *folder =
        g_build_filename(suite, "tests", draft->draft, "optional", "format", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    guint tests = 0, wrong = 0;
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        cJSON *groups = load(path);
        const cJSON *group;
        cJSON_ArrayForEach(group, groups) tests += run_group(name, group, &wrong);
        cJSON_Delete(groups);
    }
    g_test_message("%s: %u of %u right", draft->draft, tests - wrong, tests);
    g_assert_cmpuint(tests, >=, draft->tests);
    g_assert_cmpuint(wrong, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *suite = suite_path("");
    if (!g_file_test(suite, G_FILE_TEST_IS_DIR)) {
        g_print("skipped: no JSON Schema Test Suite at %s (set DOCKET_CORPUS)\n", suite);
        return 77;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(drafts); i++) {
        g_autofree char *path = g_strconcat("/formats-suite/", drafts[i].draft, NULL);
        g_test_add_data_func(path, &drafts[i], test_draft);
    }
    return g_test_run();
}
