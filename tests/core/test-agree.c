/* Two techniques on one page, and data beside pages. */
#include "pipeline/core/reading-agree.h"

#include <math.h>

static void add_line(Reading *r, double y, const char *text)
{
    reading_begin_line(r);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    double x = 50;
    for (guint i = 0; words[i]; i++) {
        double end = x + 6.0 * (double)g_utf8_strlen(words[i], -1);
        reading_add_word(r, words[i], -1, (Rect){x, y, end, y + 10}, -1, -1, 0);
        x = end + 6;
    }
}

static Reading *page_of(Technique technique, guint number, const char *const *lines)
{
    Reading *r = reading_new("application/pdf");
    reading_begin_page(r, number, technique, READING_LAYOUT, 595, 842);
    for (guint i = 0; lines[i]; i++)
        add_line(r, 100 + 14.0 * i, lines[i]);
    reading_end_page(r);
    return r;
}

static double agreement(const Reading *r, guint line)
{
    return reading_line(r, line)->agreement;
}

static void test_pages(void)
{
    const char *const layer[] = {"Invoice no. 4711", "Total 118.40 EUR", "a hidden sentence", NULL};
    const char *const seen[] = {"INVOICE NO. 4711", "Total 113.40 EUR", NULL};
    g_autoptr(Reading) r = page_of(TECHNIQUE_PDF_TEXT, 3, layer);
    g_assert_cmpfloat(reading_agree(r), ==, -1);
    g_assert_cmpfloat(agreement(r, 0), ==, -1);
    r->second = page_of(TECHNIQUE_OCR, 3, seen);
    double mean = reading_agree(r);
    g_assert_cmpfloat(agreement(r, 0), ==, 1);
    g_assert_cmpfloat_with_epsilon(agreement(r, 1), 1 - 1.0 / 14, 1e-9);
    g_assert_cmpfloat(agreement(r, 2), ==, 0);
    g_assert_cmpfloat_with_epsilon(agreement(r->second, 1), 1 - 1.0 / 14, 1e-9);
    g_assert_cmpfloat(mean, >, 0.5);
    g_assert_cmpfloat(mean, <, 0.9);
}

static void test_other_pages(void)
{
    const char *const lines[] = {"alone", NULL};
    g_autoptr(Reading) r = page_of(TECHNIQUE_PDF_TEXT, 1, lines);
    r->second = page_of(TECHNIQUE_OCR, 2, lines);
    g_assert_cmpfloat(reading_agree(r), ==, -1);
    g_assert_cmpfloat(agreement(r, 0), ==, -1);
}

static void add_field(Reading *r, double y, const char *key, const char *value)
{
    reading_begin_line(r);
    double x = reading_add_text(r, key, -1, 0, y, 0);
    reading_add_text(r, value, -1, x + 2, y, 1);
}

static void test_data(void)
{
    const char *const page[] = {"Rechnung RE-2024/17", "Datum: 1. März 2024", "Gesamt 1.190,00 EUR",
                                "Müller & Söhne GmbH", NULL};
    g_autoptr(Reading) r = page_of(TECHNIQUE_PDF_TEXT, 1, page);
    r->second = reading_new("application/pdf");
    reading_begin_page(r->second, 1, TECHNIQUE_DATA, READING_GRID, 80, 5);
    reading_begin_block(r->second, BLOCK_FIELDS, 0);
    add_field(r->second, 0, "Invoice number", "RE-2024/17");
    add_field(r->second, 1, "Issue date", "2024-03-01");
    add_field(r->second, 2, "Grand total", "1190.00");
    add_field(r->second, 3, "Seller name", "Müller & Söhne GmbH");
    add_field(r->second, 4, "Buyer name", "Somebody Else Ltd");
    reading_end_page(r->second);
    g_assert_cmpfloat_with_epsilon(reading_agree_data(r), 0.8, 1e-9);
    for (guint i = 0; i < 4; i++)
        g_assert_cmpfloat(agreement(r->second, i), ==, 1);
    g_assert_cmpfloat(agreement(r->second, 4), ==, 0);
    g_assert_cmpfloat(reading_agree(r), ==, -1);
}

static void test_large(void)
{
    g_autoptr(Reading) r = reading_new("application/pdf");
    reading_begin_page(r, 1, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 595, 842);
    for (guint i = 0; i < 20000; i++)
        add_line(r, i, "the same line everywhere");
    reading_end_page(r);
    r->second = reading_new("application/pdf");
    reading_begin_page(r->second, 1, TECHNIQUE_OCR, READING_LAYOUT, 595, 842);
    for (guint i = 0; i < 20000; i++)
        add_line(r->second, i, "the same line everywhere");
    reading_end_page(r->second);
    g_assert_cmpfloat(reading_agree(r), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agree/pages", test_pages);
    g_test_add_func("/agree/other-pages", test_other_pages);
    g_test_add_func("/agree/data", test_data);
    g_test_add_func("/agree/large", test_large);
    return g_test_run();
}
