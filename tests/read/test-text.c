#include "fixture.h"

static void check(const char *data, gsize length, const char *type, const char *expected)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, length);
    g_autoptr(Reading) r = fixture_read(bytes, type, NULL, 0);
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, expected);
}

static void test_paragraphs(void)
{
    const char *text = "one two\nthree\r\n\r\n \nfour\n";
    check(text, strlen(text), "text/plain", "one two\nthree\n\nfour\n");
    g_autoptr(Reading) r = fixture_read_text("a\tb\n\n  c", "text/plain");
    g_assert_cmpuint(reading_page(r, 0)->geometry, ==, READING_GRID);
    g_assert_cmpuint(r->blocks->len, ==, 2);
    g_assert_cmpfloat(reading_word(r, 1)->rect.x0, ==, 8);
    g_assert_cmpfloat(reading_word(r, 2)->rect.x0, ==, 2);
    g_assert_cmpfloat(reading_word(r, 2)->rect.y0, >, reading_word(r, 0)->rect.y1);
}

static void test_encodings(void)
{
    static const char *const charsets[] = {"UTF-8",    "UTF-16",       "UTF-16LE",
                                           "UTF-16BE", "WINDOWS-1252", "UTF-32"};
    const char *text = "Caf\u00e9 M\u00fcller, pr\u00e9c\u00e9dent \u20ac\n";
    for (guint i = 0; i < G_N_ELEMENTS(charsets); i++) {
        gsize length;
        g_autofree char *data = g_convert(text, -1, charsets[i], "UTF-8", NULL, &length, NULL);
        g_assert_nonnull(data);
        check(data, length, "text/plain", text);
    }
    gsize length;
    const char *russian =
        "\u0421\u0447\u0451\u0442 \u043d\u0430 \u043e\u043f\u043b\u0430\u0442\u0443 "
        "\u0437\u0430 \u043f\u043e\u0441\u0442\u0430\u0432\u043a\u0443 "
        "\u043d\u0430\u0441\u043e\u0441\u043e\u0432\n";
    g_autofree char *data = g_convert(russian, -1, "WINDOWS-1251", "UTF-8", NULL, &length, NULL);
    check(data, length, "text/plain", russian);
}

static void test_hidden(void)
{
    g_autoptr(Reading) r =
        fixture_read_text("pay\u200b no\u00adw \U000e0041\U000e0042", "text/plain");
    g_autofree char *text = reading_to_text(r);
    g_assert_cmpstr(text, ==, "pay now\n");
    g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
}

static void test_markdown(void)
{
    g_autoptr(Reading) r = fixture_read_text("# Title\ntext\n- one\n- two\n", "text/markdown");
    g_autofree char *text = reading_to_markdown(r);
    g_assert_cmpstr(text, ==, "# Title\n\ntext\n\n- one\n- two\n");
}

static void test_json(void)
{
    g_autoptr(Reading) r = fixture_read_text(
        "{\"order\": {\"id\": 7, \"lines\": [{\"name\": \"pump\"}]}}", "application/json");
    g_assert_cmpuint(reading_block(r, 0)->kind, ==, BLOCK_FIELDS);
    fixture_has(r, "order.id 7");
    fixture_has(r, "order.lines.0.name pump");
    g_autoptr(Reading) broken = fixture_read_text("{\"order\": pump", "application/json");
    fixture_has(broken, "pump");
    g_assert_cmpuint(broken->notes->len, ==, 1);
}

static void test_empty(void)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    fixture_refuse(nothing, "text/plain", NULL, DOCKET_ERROR_EMPTY);
    g_autoptr(GBytes) space = g_bytes_new_static(" \n\t\n", 4);
    fixture_refuse(space, "text/plain", NULL, DOCKET_ERROR_EMPTY);
}

/* Any bytes give a reading or an error. */
static void test_noise(void)
{
    guint8 data[4096];
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    static const char *const types[] = {"text/plain",       "text/html",     "text/csv",
                                        "application/json", "text/markdown", "application/jsonl"};
    for (guint i = 0; i < 60; i++) {
        for (gsize k = 0; k < sizeof data; k++)
            data[k] = (guint8)g_rand_int(random);
        g_autoptr(GBytes) bytes = g_bytes_new(data, sizeof data);
        g_autoptr(GError) error = NULL;
        const char *type = types[i % G_N_ELEMENTS(types)];
        TechniqueInput input = fixture_input(bytes, type, NULL);
        g_autoptr(Reading) r = fixture_find(type)->read(&input, &error);
        g_assert_true((r == NULL) == (error != NULL));
    }
}

/* A text and as many zeros as fit into the sample that its encoding is told from. */
static void test_zeros(void)
{
    gsize length = 4u << 20;
    char *text = g_malloc0(length);
    memcpy(text, "total 12.50", 11);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, length);
    g_autoptr(Reading) r = fixture_read(bytes, "text/plain", NULL, 0);
    fixture_has(r, "total 12.50");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/paragraphs", test_paragraphs);
    g_test_add_func("/text/encodings", test_encodings);
    g_test_add_func("/text/hidden", test_hidden);
    g_test_add_func("/text/markdown", test_markdown);
    g_test_add_func("/text/json", test_json);
    g_test_add_func("/text/empty", test_empty);
    g_test_add_func("/text/noise", test_noise);
    g_test_add_func("/text/zeros", test_zeros);
    return g_test_run();
}
