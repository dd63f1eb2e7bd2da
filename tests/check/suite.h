/* The official JSON Schema Test Suite as the tests here read it: from $DOCKET_CORPUS, or beside the
 * source. What fails is a failure of the test. */
#pragma once

#include "stages/check/schema/schema.h"

#include <string.h>

/* Where the suite's remotes are meant to be served. */
#define SUITE_REMOTE "http://localhost:1234/"

/* A file or folder of the suite, which need not be there. Caller frees. */
static inline char *suite_path(const char *below)
{
    const char *corpus = g_getenv("DOCKET_CORPUS");
    const char *source = g_getenv("DOCKET_SOURCE");
    if (corpus != NULL)
        return g_build_filename(corpus, "json-schema-test-suite", below, NULL);
    return g_build_filename(source == NULL ? "." : source, "..", "shared", "corpus",
                            "json-schema-test-suite", below, NULL);
}

/* A string of cJSON ends at U+0000, and docket's own reader refuses such texts; a noncharacter
 * stands in for it here, which no rule of these tests tells from it. */
static inline cJSON *suite_load(const char *path)
{
    g_autofree char *text = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (char *at = text; (at = strstr(at, "\\u0000")) != NULL;)
        memcpy(at, "\\ufdd0", 6);
    cJSON *json = cJSON_ParseWithLength(text, length);
    g_assert_nonnull(json);
    return json;
}

static inline gint suite_by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths of what a folder holds, in order. Caller unrefs. */
static inline GPtrArray *suite_files(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, suite_by_name);
    return names;
}

/* Registers every file below a folder by its URI, which begins with `base`. */
static inline void suite_add_remotes(SchemaRegistry *registry, const char *folder, const char *base)
{
    g_autoptr(GPtrArray) files = suite_files(folder);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *name = g_path_get_basename(path);
        g_autofree char *uri = g_strconcat(base, name, NULL);
        g_autofree char *deeper = g_strconcat(uri, "/", NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            suite_add_remotes(registry, path, deeper);
        else
            g_assert_true(schema_registry_add(registry, uri, suite_load(path), NULL));
    }
}
