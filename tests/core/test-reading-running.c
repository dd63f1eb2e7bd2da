/* Running headers and page numbers, and what Markdown prints of them. */
#include "pipeline/core/reading.h"

#include <string.h>

static void add_line(Reading *r, double y, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    double x = 50;
    reading_begin_block(r, BLOCK_PARAGRAPH, 0);
    reading_begin_line(r);
    for (char **word = words; *word; word++, x += 60)
        g_assert_true(reading_add_word(r, *word, -1, (Rect){x, y, x + 50, y + 10}, -1, -1, 0));
}

static Reading *three_pages(void)
{
    Reading *r = reading_new("application/pdf");
    for (guint p = 1; p <= 3; p++) {
        g_autofree char *head = g_strdup_printf("Report 2024 part %u", p * 11);
        g_autofree char *body = g_strdup_printf("Body of page %u", p);
        g_autofree char *number = g_strdup_printf("%u", p);
        reading_begin_page(r, p, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 600, 800);
        add_line(r, 30, head);
        add_line(r, 300, body);
        add_line(r, 500, "Said on every page in the middle");
        add_line(r, 760, number);
        reading_end_page(r);
    }
    return r;
}

static void test_marked(void)
{
    g_autoptr(Reading) r = three_pages();
    reading_mark_running(r);
    for (guint b = 0; b < r->blocks->len; b += 4) {
        g_assert_cmpuint(reading_block(r, b)->flags, ==, BLOCK_HEADER);
        g_assert_cmpuint(reading_block(r, b + 1)->flags, ==, 0);
        g_assert_cmpuint(reading_block(r, b + 2)->flags, ==, 0);
        g_assert_cmpuint(reading_block(r, b + 3)->flags, ==, BLOCK_FOOTER);
    }
}

static void test_printed_once(void)
{
    g_autoptr(Reading) r = three_pages();
    reading_mark_running(r);
    g_autofree char *markdown = reading_to_markdown(r), *text = reading_to_text(r);
    g_assert_nonnull(strstr(markdown, "Report 2024 part 11"));
    g_assert_null(strstr(markdown, "Report 2024 part 22"));
    g_assert_nonnull(strstr(markdown, "Body of page 3"));
    g_assert_nonnull(strstr(text, "Report 2024 part 22"));
}

/* Amounts at the foot of two pages are no footer, nor is what stands on one page only. */
static void test_not_marked(void)
{
    g_autoptr(Reading) r = reading_new("application/pdf");
    for (guint p = 1; p <= 2; p++) {
        reading_begin_page(r, p, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 600, 800);
        add_line(r, 30, p == 1 ? "Dear Sir" : "Yours faithfully");
        add_line(r, 760, p == 1 ? "12.50 13.50" : "14.50 15.50");
        reading_end_page(r);
    }
    reading_mark_running(r);
    for (guint b = 0; b < r->blocks->len; b++)
        g_assert_cmpuint(reading_block(r, b)->flags, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/running/marked", test_marked);
    g_test_add_func("/running/printed-once", test_printed_once);
    g_test_add_func("/running/not-marked", test_not_marked);
    return g_test_run();
}
