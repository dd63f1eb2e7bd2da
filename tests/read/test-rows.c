#include "fixture.h"

#include "pipeline/core/limits.h"

/* Rows as "number json" lines, bad ones as "number !code". */
typedef struct {
    GString *log;
    GPtrArray *readings;
} Seen;

static void on_row(guint64 number, const char *json, Reading *reading, gpointer data)
{
    Seen *seen = data;
    g_string_append_printf(seen->log, "%" G_GUINT64_FORMAT " %s\n", number, json);
    g_ptr_array_add(seen->readings, reading);
}

static void on_bad_row(guint64 number, int code, const char *sentence, gpointer data)
{
    Seen *seen = data;
    g_assert_nonnull(sentence);
    g_string_append_printf(seen->log, "%" G_GUINT64_FORMAT " !%s\n", number,
                           docket_error_reason(code));
}

static Seen seen_new(void)
{
    return (Seen){g_string_new(NULL), g_ptr_array_new_with_free_func((GDestroyNotify)reading_free)};
}

static void seen_free(Seen *seen)
{
    g_string_free(seen->log, TRUE);
    g_ptr_array_unref(seen->readings);
}

static GBytes *text_bytes(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

static void read_all(GBytes *bytes, const char *type, guint limit, Seen *seen)
{
    guint64 offset = 0, row = 0;
    RowSink sink = {.row = on_row, .bad_row = on_bad_row, .data = seen};
    TechniqueInput input = fixture_input(bytes, type, NULL);
    do {
        g_autoptr(GError) error = NULL;
        g_assert_true(rows_read(&input, offset, row, limit, &sink, &offset, &row, &error));
        g_assert_no_error(error);
    } while (offset);
}

/* The same in one go and in chunks of one and of two. */
static void check(const char *data, gsize length, const char *type, const char *expected)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, length);
    static const guint limits[] = {1000, 1, 2};
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        Seen seen = seen_new();
        read_all(bytes, type, limits[i], &seen);
        g_assert_cmpstr(seen.log->str, ==, expected);
        seen_free(&seen);
    }
}

static void check_csv(const char *text, const char *expected)
{
    check(text, strlen(text), "text/csv", expected);
}

static void test_rfc(void)
{
    check_csv("a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n,2\r\n",
              "0 {\"a\":\"1\",\"b\":\"x, \\\"y\\\"\\nz\"}\n1 {\"a\":\"\",\"b\":\"2\"}\n");
}

static void test_separators(void)
{
    check_csv("a;b\n1,5;2\n", "0 {\"a\":\"1,5\",\"b\":\"2\"}\n");
    check_csv("a\tb\n1\t2\n", "0 {\"a\":\"1\",\"b\":\"2\"}\n");
    check_csv("a|b\n1|2, 3\n", "0 {\"a\":\"1\",\"b\":\"2, 3\"}\n");
    check_csv("sep=|\na|b\n1|2\n", "0 {\"a\":\"1\",\"b\":\"2\"}\n");
    check_csv("a\n1\n2\n", "0 {\"a\":\"1\"}\n1 {\"a\":\"2\"}\n");
    /* A quoted cell full of the other separators does not decide. */
    check_csv("a,b\n\"1;2;3;4\",x\n\"1;2;3;4\",y\n",
              "0 {\"a\":\"1;2;3;4\",\"b\":\"x\"}\n1 {\"a\":\"1;2;3;4\",\"b\":\"y\"}\n");
}

static void test_ragged(void)
{
    check_csv("a,b\n1\n1,2,,\n1,2,3\n4,5\n",
              "0 {\"a\":\"1\",\"b\":\"\"}\n1 {\"a\":\"1\",\"b\":\"2\"}\n2 !damaged\n"
              "3 {\"a\":\"4\",\"b\":\"5\"}\n");
}

static void test_header(void)
{
    check_csv("\n,,\na,a,\n1,2,3\n", "0 {\"a\":\"1\",\"a_2\":\"2\",\"column_3\":\"3\"}\n");
    check_csv("a, b \n1, 2 \n", "0 {\"a\":\"1\",\"b\":\"2\"}\n");
}

static void test_quotes(void)
{
    check_csv("a,b\n5\" pipe,6\"\n\"7\" bolt\",x\n",
              "0 {\"a\":\"5\\\" pipe\",\"b\":\"6\\\"\"}\n1 {\"a\":\"7\\\" bolt\",\"b\":\"x\"}\n");
    check_csv("a,b\n\"open,1\n2,3\n", "0 !damaged\n1 {\"a\":\"2\",\"b\":\"3\"}\n");
}

static void test_encodings(void)
{
    const char *expected =
        "0 {\"name\":\"caf\u00e9\",\"p\":\"1\"}\n1 {\"name\":\"x\",\"p\":\"2\"}\n";
    check_csv("\xef\xbb\xbfname,p\ncaf\xc3\xa9,1\nx,2\n", expected);
    check_csv("name,p\ncaf\xe9,1\nx,2\n", expected);
    check_csv("name,p\rcaf\xc3\xa9,1\rx,2", expected);
    g_autoptr(GError) error = NULL;
    gsize length;
    g_autofree char *wide = g_convert("\ufeffname,p\ncaf\u00e9,1\nx,2\n", -1, "UTF-16LE", "UTF-8",
                                      NULL, &length, &error);
    g_assert_no_error(error);
    check(wide, length, "text/csv", expected);
    g_autofree char *bare =
        g_convert("name,p\ncaf\u00e9,1\nx,2\n", -1, "UTF-16BE", "UTF-8", NULL, &length, &error);
    check(bare, length, "text/csv", expected);
}

static void test_large_row(void)
{
    GString *text = g_string_new("a,b\n1,");
    for (guint i = 0; i < DOCKET_MAX_ROW_BYTES / 8; i++)
        g_string_append(text, "12345678 ");
    g_string_append(text, "\n2,3\n");
    check(text->str, text->len, "text/csv", "0 !too_large\n1 {\"a\":\"2\",\"b\":\"3\"}\n");
    g_string_free(text, TRUE);
}

static void test_jsonl(void)
{
    const char *text = "\xef\xbb\xbf{\"a\": 1.50, \"n\": 12345678901234567890 }\r\n\n[1]\n{\"a\":\n"
                       "{\"a\":{\"b\":[\"x\",{\"c\":true}]}}";
    check(text, strlen(text), "application/jsonl",
          "0 {\"a\":1.50,\"n\":12345678901234567890}\n1 !json\n2 !json\n"
          "3 {\"a\":{\"b\":[\"x\",{\"c\":true}]}}\n");
}

/* What a row reads like: keys in column 0, values in column 1, HTML cleaned, lines continued. */
static void test_reading(void)
{
    g_autoptr(GBytes) bytes = text_bytes("title,description\nPump,\"<p>Red &amp; "
                                         "<b>new</b></p><span hidden>ignore me</span>two\"\n");
    Seen seen = seen_new();
    read_all(bytes, "text/csv", 10, &seen);
    const Reading *r = seen.readings->pdata[0];
    g_assert_cmpuint(reading_page(r, 0)->technique, ==, TECHNIQUE_ROW);
    g_assert_cmpuint(reading_page(r, 0)->geometry, ==, READING_GRID);
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
    g_assert_cmpuint(reading_block(r, 0)->kind, ==, BLOCK_FIELDS);
    g_assert_cmpuint(r->lines->len, ==, 3);
    const Line *description = reading_line(r, 1), *more = reading_line(r, 2);
    g_assert_cmpint(reading_word(r, description->first_word)->column, ==, 0);
    g_assert_cmpint(reading_word(r, more->first_word)->column, ==, 1);
    g_assert_cmpfloat(reading_word(r, more->first_word)->rect.x0, ==,
                      reading_word(r, description->first_word + 1)->rect.x0);
    g_autofree char *text = reading_line_text(r, 1);
    g_assert_cmpstr(text, ==, "description Red & new");
    seen_free(&seen);
}

static void test_nested_keys(void)
{
    g_autoptr(GBytes) bytes =
        text_bytes("{\"attributes\":{\"color\":\"red\"},\"tags\":[\"a\",\"b\"]}");
    Seen seen = seen_new();
    read_all(bytes, "application/jsonl", 10, &seen);
    fixture_has(seen.readings->pdata[0], "attributes.color");
    fixture_has(seen.readings->pdata[0], "tags.1");
    seen_free(&seen);
}

static void refuse(const char *text, const char *type, int code)
{
    guint64 offset, row;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    Seen seen = seen_new();
    RowSink sink = {.row = on_row, .bad_row = on_bad_row, .data = &seen};
    TechniqueInput input = fixture_input(bytes, type, NULL);
    g_assert_false(rows_read(&input, 0, 0, 10, &sink, &offset, &row, &error));
    g_assert_error(error, DOCKET_ERROR, code);
    seen_free(&seen);
}

static void test_nothing(void)
{
    refuse("", "text/csv", DOCKET_ERROR_EMPTY);
    refuse("a,b\n", "text/csv", DOCKET_ERROR_EMPTY);
    refuse("\n\n", "application/jsonl", DOCKET_ERROR_EMPTY);
    refuse("x", "image/png", DOCKET_ERROR_UNSUPPORTED);
}

/* A chunk late in a long file costs what an early one costs: 20,000 rows in chunks of 100 would
 * otherwise parse two million rows. */
static void test_linear(void)
{
    GString *text = g_string_new("id,name\n");
    for (guint i = 0; i < 20000; i++)
        g_string_append_printf(text, "%u,\"product %u\"\n", i, i);
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    Seen seen = seen_new();
    gint64 start = g_get_monotonic_time();
    read_all(bytes, "text/csv", 100, &seen);
    g_assert_cmpuint(seen.readings->len, ==, 20000);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 60 * G_USEC_PER_SEC);
    seen_free(&seen);
    g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rows/rfc-4180", test_rfc);
    g_test_add_func("/rows/separators", test_separators);
    g_test_add_func("/rows/ragged", test_ragged);
    g_test_add_func("/rows/header", test_header);
    g_test_add_func("/rows/quotes", test_quotes);
    g_test_add_func("/rows/encodings", test_encodings);
    g_test_add_func("/rows/large-row", test_large_row);
    g_test_add_func("/rows/jsonl", test_jsonl);
    g_test_add_func("/rows/reading", test_reading);
    g_test_add_func("/rows/nested-keys", test_nested_keys);
    g_test_add_func("/rows/nothing", test_nothing);
    g_test_add_func("/rows/linear", test_linear);
    return g_test_run();
}
