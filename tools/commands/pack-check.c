#include "tools/commands/pack-check.h"

#include <string.h>

#include "pipeline/core/error.h"
#include "stages/check/check.h"
#include "tools/commands/schema-path.h"
#include "tools/commands/schema-typos.h"

#define EXPECTED ".expected.json"
#define MAX_SCHEMA_DEPTH 32

PackCheck *pack_check_new(void)
{
    PackCheck *check = g_new0(PackCheck, 1);
    check->errors = g_ptr_array_new_with_free_func(g_free);
    check->notes = g_ptr_array_new_with_free_func(g_free);
    return check;
}

void pack_check_free(PackCheck *check)
{
    if (!check)
        return;
    g_ptr_array_unref(check->errors);
    g_ptr_array_unref(check->notes);
    g_free(check);
}

static void add(GPtrArray *list, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(GPtrArray *list, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(list, g_strdup_vprintf(format, args));
    va_end(args);
}

/* ---- schema ---- */

/* A misspelt keyword is no rule, and nothing else would tell. */
static void check_keywords(PackCheck *check, const cJSON *schema)
{
    g_autoptr(GPtrArray) typos = schema_typos_find(schema);
    for (guint i = 0; i < typos->len; i++)
        add(check->notes, "schema.json: %s", (const char *)g_ptr_array_index(typos, i));
}

/* Each field should be described (people and models read it) and each object closed. */
static void check_described(PackCheck *check, const cJSON *schema, const char *pointer, guint depth)
{
    if (!cJSON_IsObject(schema) || depth > MAX_SCHEMA_DEPTH)
        return;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    if (cJSON_IsObject(properties) &&
        !cJSON_GetObjectItemCaseSensitive(schema, "additionalProperties") &&
        !cJSON_GetObjectItemCaseSensitive(schema, "unevaluatedProperties"))
        add(check->notes, "schema.json: %s is open: add \"additionalProperties\": false",
            *pointer ? pointer : "the record");
    for (const cJSON *p = cJSON_IsObject(properties) ? properties->child : NULL; p; p = p->next) {
        g_autofree char *at = json_pointer_join(pointer, p->string);
        if (!json_string(p, "description", NULL) && !json_string(p, "$ref", NULL))
            add(check->notes, "schema.json: %s has no description", at);
        check_described(check, p, at, depth + 1);
    }
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(schema, "items");
    if (cJSON_IsObject(items)) {
        g_autofree char *at = json_pointer_join(pointer, "0");
        check_described(check, items, at, depth + 1);
    }
}

/* ---- template ---- */

static void check_place(PackCheck *check, const Pack *pack, const char *pointer)
{
    if (!schema_path(pack->schema, pointer))
        add(check->errors, "template.json: the schema has no field %s", pointer);
}

static void check_template(PackCheck *check, const Pack *pack)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(pack->template, "fields");
    for (const cJSON *f = cJSON_IsObject(fields) ? fields->child : NULL; f; f = f->next) {
        g_autofree char *pointer =
            f->string[0] == '/' ? g_strdup(f->string) : json_pointer_join("", f->string);
        g_autofree char *row = json_pointer_index(pointer, 0);
        const cJSON *table = cJSON_GetObjectItemCaseSensitive(f, "table");
        const cJSON *columns = cJSON_GetObjectItemCaseSensitive(table, "columns");
        check_place(check, pack, pointer);
        for (const cJSON *c = columns ? columns->child : NULL; c; c = c->next) {
            g_autofree char *cell = json_pointer_join(row, c->string);
            check_place(check, pack, cell);
        }
    }
}

/* ---- records that come with the pack ---- */

static void try_record(PackCheck *check, Pack *pack, const cJSON *record, const char *where)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
    g_autoptr(GError) fault = NULL;
    if (check_record(pack, record, problems, &fault))
        return;
    if (fault)
        add(check->errors, "%s: %s", where, fault->message);
    for (guint i = 0; i < problems->len; i++) {
        const Problem *problem = problems->pdata[i];
        gboolean names_place = g_str_has_prefix(problem->sentence, problem->pointer);
        add(check->errors, "%s: %s%s%s", where, names_place ? "" : problem->pointer,
            names_place ? "" : ": ", problem->sentence);
    }
}

static void check_examples(PackCheck *check, Pack *pack)
{
    for (guint i = 0; i < pack->examples->len; i++) {
        g_autofree char *where = g_strdup_printf("examples.jsonl, example %u", i + 1);
        try_record(check, pack,
                   cJSON_GetObjectItemCaseSensitive(pack->examples->pdata[i], "record"), where);
    }
    check->examples = pack->examples->len;
}

/* "a.pdf.expected.json" and "a.expected.json" both stand for a document a.pdf beside it. */
static gboolean has_document(const char *folder, const char *stem)
{
    g_autofree char *whole = g_build_filename(folder, stem, NULL);
    if (g_file_test(whole, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    g_autofree char *start = g_strconcat(stem, ".", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir))
        if (g_str_has_prefix(name, start) && !g_str_has_suffix(name, EXPECTED))
            return TRUE;
    return FALSE;
}

/* What is expected: the whole record ("truth", or the file itself), or values by pointer. */
static void check_expected(PackCheck *check, Pack *pack, const cJSON *expected, const char *where)
{
    const cJSON *truth = cJSON_GetObjectItemCaseSensitive(expected, "truth");
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(expected, "record");
    if (truth)
        try_record(check, pack, truth, where);
    for (const cJSON *v = cJSON_IsObject(values) ? values->child : NULL; v; v = v->next)
        if (v->string[0] == '/' && !schema_path(pack->schema, v->string))
            add(check->errors, "%s: the schema has no field %s", where, v->string);
    if (cJSON_IsObject(values) && values->child && values->child->string[0] != '/')
        try_record(check, pack, values, where);
    if (!truth && !values)
        try_record(check, pack, expected, where);
}

static void check_case(PackCheck *check, Pack *pack, const char *folder, const char *name)
{
    g_autofree char *where = g_build_filename("cases", name, NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *stem = g_strndup(name, strlen(name) - strlen(EXPECTED));
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) expected = json_load(path, &bad);
    check->cases++;
    if (!has_document(folder, stem))
        add(check->errors, "%s: the document %s is not beside it", where, stem);
    if (!cJSON_IsObject(expected))
        add(check->errors, "%s: %s", where, bad ? bad->message : "not a JSON object");
    else
        check_expected(check, pack, expected, where);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_cases(PackCheck *check, Pack *pack)
{
    if (!pack->directory)
        return;
    g_autofree char *folder = g_build_filename(pack->directory, "cases", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir))
        if (g_str_has_suffix(name, EXPECTED))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++)
        check_case(check, pack, folder, names->pdata[i]);
    if (names->len == 0)
        add(check->notes, "cases/: there are no cases, so no eval can tell whether a change helps");
}

void pack_check(PackCheck *check, Pack *pack)
{
    check_keywords(check, pack->schema);
    check_described(check, pack->schema, "", 0);
    check_template(check, pack);
    check_examples(check, pack);
    check_cases(check, pack);
    if (pack->words->len == 0 && !pack->columns[0])
        add(check->notes,
            "pack.conf: nothing to recognise it by ([recognise] words); its documents "
            "must come in a sub-folder of its name, or with --pack");
}
