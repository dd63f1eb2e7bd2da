#include "samples/make/expected.h"

#include <string.h>

static void add_words(cJSON *object, const char *key, const char *words, const char *separator)
{
    if (!words)
        return;
    g_auto(GStrv) parts = g_strsplit(words, separator, -1);
    cJSON *array = cJSON_AddArrayToObject(object, key);
    for (guint i = 0; parts[i]; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(parts[i]));
}

static cJSON *describe(const Expected *expected)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "why", expected->why);
    if (expected->pack)
        cJSON_AddStringToObject(root, "pack", expected->pack);
    add_words(root, "verdict", expected->verdicts, " ");
    add_words(root, "reason", expected->reason, " ");
    return root;
}

static void write_json(const char *samples, const Expected *expected, const cJSON *root)
{
    g_autofree char *name = g_strconcat(expected->path, ".expected.json", NULL);
    g_autofree char *path = g_build_filename(samples, "expected", name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_mkdir_with_parents(folder, 0755);
    g_autofree char *text = json_print(root, TRUE);
    g_autofree char *file = g_strconcat(text, "\n", NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, file, -1, &error))
        g_error("%s", error->message);
}

static cJSON *object_of(const Expected *expected, cJSON *truth)
{
    cJSON *root = describe(expected);
    if (expected->fields) {
        g_auto(GStrv) pointers = g_strsplit(expected->fields, " ", -1);
        cJSON *record = cJSON_AddObjectToObject(root, "record");
        for (guint i = 0; pointers[i]; i++) {
            const cJSON *value = json_at(truth, pointers[i]);
            if (!value)
                g_error("%s: no %s in the truth", expected->path, pointers[i]);
            cJSON_AddItemToObject(record, pointers[i], cJSON_Duplicate(value, TRUE));
        }
    }
    add_words(root, "forbidden", expected->forbidden, "|");
    if (truth)
        cJSON_AddItemToObject(root, "truth", truth);
    return root;
}

void expected_write(const char *samples, const Expected *expected, cJSON *truth)
{
    g_autoptr(cJSON) root = object_of(expected, truth);
    write_json(samples, expected, root);
}

void expected_write_children(const char *samples, const Expected *expected, cJSON *children)
{
    g_autoptr(cJSON) root = describe(expected);
    cJSON_AddItemToObject(root, "children", children);
    write_json(samples, expected, root);
}

void expected_add_child(cJSON *children, const Expected *expected, cJSON *truth)
{
    cJSON_AddItemToObject(children, expected->path, object_of(expected, truth));
}

void expected_write_rows(const char *samples, const Expected *expected, cJSON *rows)
{
    g_autoptr(cJSON) root = describe(expected);
    add_words(root, "record", expected->fields, " ");
    cJSON_AddItemToObject(root, "rows", rows);
    write_json(samples, expected, root);
}
