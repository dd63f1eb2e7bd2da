/* Real texts in forty encodings, and the odd ways of CSV, against what they are. */
#include "fixture.h"

#include "pipeline/core/json.h"
#include "stages/read/techniques/text/charset.h"

/* Johab's byte 5C and Big5's A14E are a matter of which table: these texts differ in a sign. */
#define EXACT_AT_LEAST 37

static char *corpus;

static char *load(const char *name, gsize *length)
{
    g_autofree char *path = g_build_filename(corpus, name, NULL);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, length, NULL));
    return text;
}

static gboolean is_exact(const char *name, const char *truth_name)
{
    gsize length, mark, truth_length;
    g_autofree char *data = load(name, &length), *truth = load(truth_name, &truth_length);
    g_autofree char *charset = charset_guess(data, length, NULL, &mark);
    g_autofree char *text = charset_decode(data + mark, length - mark, charset);
    return strcmp(text, truth) == 0;
}

static void test_charsets(void)
{
    gsize length;
    guint exact = 0, all = 0;
    g_autofree char *index = load("index.jsonl", &length);
    g_auto(GStrv) lines = g_strsplit(index, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autoptr(cJSON) item = json_parse(lines[i], strlen(lines[i]), NULL);
        const cJSON *file = cJSON_GetObjectItem(item, "file");
        const cJSON *truth = cJSON_GetObjectItem(item, "truth_text");
        if (!cJSON_IsString(file) || !cJSON_IsString(truth))
            continue;
        all++;
        exact += is_exact(file->valuestring, truth->valuestring);
    }
    g_test_message("%u of %u texts are exact", exact, all);
    g_assert_cmpuint(exact, >=, EXACT_AT_LEAST);
}

static void on_row(guint64 number, const char *json, Reading *reading, gpointer data)
{
    cJSON_AddItemToArray(data, json_parse(json, strlen(json), NULL));
    reading_free(reading);
}

static void on_bad_row(guint64 number, int code, const char *sentence, gpointer data)
{
    g_error("row %" G_GUINT64_FORMAT ": %s", number, sentence);
}

static void check_csv(const char *name)
{
    gsize length;
    g_autofree char *csv_name = g_strdup_printf("csv-spectrum/csvs/%s.csv", name);
    g_autofree char *json_name = g_strdup_printf("csv-spectrum/json/%s.json", name);
    g_autofree char *truth_text = load(json_name, &length);
    g_autoptr(cJSON) truth = json_parse(truth_text, length, NULL);
    char *data = load(csv_name, &length);
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, length);
    g_autoptr(cJSON) rows = cJSON_CreateArray();
    RowSink sink = {.row = on_row, .bad_row = on_bad_row, .data = rows};
    TechniqueInput input = fixture_input(bytes, "text/csv", NULL);
    guint64 offset = 0, row = 0;
    g_autoptr(GError) error = NULL;
    g_assert_true(rows_read(&input, 0, 0, 1000, &sink, &offset, &row, &error));
    if (!json_equal(rows, truth)) {
        g_autofree char *text = json_print(rows, FALSE);
        g_error("%s is read as %s", name, text);
    }
}

static void test_spectrum(void)
{
    g_autofree char *folder = g_build_filename(corpus, "csv-spectrum", "csvs", NULL);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *base = g_strndup(name, strlen(name) - strlen(".csv"));
        if (strcmp(base, "newlines_crlf") != 0) /* this copy of it has lost its line ends */
            check_csv(base);
    }
    g_dir_close(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *source = g_getenv("DOCKET_SOURCE"), *given = g_getenv("DOCKET_CORPUS");
    g_autofree char *beside =
        g_build_filename(source ? source : ".", "..", "shared", "corpus", NULL);
    corpus = g_build_filename(given ? given : beside, "csv-and-encodings", NULL);
    if (!g_file_test(corpus, G_FILE_TEST_IS_DIR))
        return 77;
    g_test_add_func("/encodings/charsets", test_charsets);
    g_test_add_func("/encodings/csv-spectrum", test_spectrum);
    int status = g_test_run();
    g_free(corpus);
    return status;
}
