/* Layout: tables with and without drawn lines, headers over several columns, broken words. */
#include "pipeline/core/reading.h"
#include "stages/read/techniques/layout/layout.h"
#include "stages/read/techniques/pages/rulings.h"

#include <math.h>
#include <string.h>

#define LETTER 5.0 /* points a character */
#define HEIGHT 10.0

typedef struct {
    GArray *words, *rulings;
    GPtrArray *strings;
} Sheet;

static Sheet sheet_new(void)
{
    return (Sheet){.words = g_array_new(FALSE, TRUE, sizeof(LayoutWord)),
                   .rulings = g_array_new(FALSE, FALSE, sizeof(Ruling)),
                   .strings = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev)};
}

static void sheet_clear(Sheet *sheet)
{
    g_array_unref(sheet->words);
    g_array_unref(sheet->rulings);
    g_ptr_array_unref(sheet->strings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheet, sheet_clear)

/* Words of `text` from (x, y) on, a space of a quarter of their height between them. */
static void write_at(Sheet *sheet, double x, double y, const char *text)
{
    char **parts = g_strsplit(text, " ", -1);
    g_ptr_array_add(sheet->strings, parts);
    for (char **part = parts; *part; part++) {
        double width = LETTER * (double)g_utf8_strlen(*part, -1);
        Rect rect = {x, y, x + width, y + HEIGHT};
        LayoutWord word = {.rect = rect,
                           .page_rect = rect,
                           .text = *part,
                           .size = HEIGHT,
                           .confidence = -1,
                           .line = -1};
        g_array_append_val(sheet->words, word);
        x += width + 0.25 * HEIGHT;
    }
}

/* The words of `text` from (x, y) upwards, turned by a quarter. */
static void write_up(Sheet *sheet, double x, double y, const char *text)
{
    char **parts = g_strsplit(text, " ", -1);
    g_ptr_array_add(sheet->strings, parts);
    for (char **part = parts; *part; part++) {
        double length = LETTER * (double)g_utf8_strlen(*part, -1);
        Rect rect = {x, y - length, x + HEIGHT, y};
        LayoutWord word = {.rect = rect,
                           .page_rect = rect,
                           .text = *part,
                           .size = HEIGHT,
                           .confidence = -1,
                           .line = -1};
        g_array_append_val(sheet->words, word);
        y -= length + 0.25 * HEIGHT;
    }
}

static void rule(Sheet *sheet, gboolean vertical, double at, double from, double to)
{
    Ruling ruling = {vertical, at, from, to};
    g_array_append_val(sheet->rulings, ruling);
}

static GArray *lend_rulings(gpointer data)
{
    return g_array_ref(((Sheet *)data)->rulings);
}

static Reading *lay_out(Sheet *sheet)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) reading = reading_new("application/pdf");
    LayoutHelp help = {.rulings = lend_rulings, .data = sheet, .cheap = TRUE};
    reading_begin_page(reading, 1, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 600, 800);
    g_assert_true(layout_add_helped(reading, sheet->words, &help, &error));
    g_assert_no_error(error);
    reading_end_page(reading);
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(reading));
    g_autoptr(Reading) checked = reading_from_variant(variant, &error);
    g_assert_no_error(error);
    return g_steal_pointer(&reading);
}

/* The cells of the reading's only table: "row column text", a line each. */
static char *cells_of(const Reading *reading)
{
    const Block *table = NULL;
    for (guint b = 0; b < reading->blocks->len; b++)
        if (reading_block(reading, b)->kind == BLOCK_TABLE) {
            g_assert_null(table);
            table = reading_block(reading, b);
        }
    g_assert_nonnull(table);
    g_autoptr(GArray) cells = reading_cells(reading, table);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < cells->len; i++) {
        const ReadingCell *cell = &g_array_index(cells, ReadingCell, i);
        g_string_append_printf(out, "%u %u %s\n", cell->row, cell->column, cell->text);
    }
    return g_string_free(out, FALSE);
}

static void expect_cells(Sheet *sheet, const char *expected)
{
    g_autoptr(Reading) reading = lay_out(sheet);
    g_autofree char *cells = cells_of(reading);
    g_assert_cmpstr(cells, ==, expected);
}

/* A frame with two columns and two rows; texts of several lines in each cell. */
static void test_drawn(void)
{
    g_auto(Sheet) sheet = sheet_new();
    for (int i = 0; i < 4; i++)
        rule(&sheet, FALSE, 98 + 40 * i, 50, 350);
    for (int i = 0; i < 3; i++)
        rule(&sheet, TRUE, 50 + 150 * i, 98, 218);
    write_at(&sheet, 55, 102, "Kind");
    write_at(&sheet, 205, 102, "What it means");
    write_at(&sheet, 55, 142, "First");
    write_at(&sheet, 205, 142, "Some words that go");
    write_at(&sheet, 205, 154, "on in a second line");
    write_at(&sheet, 55, 182, "Second of the");
    write_at(&sheet, 55, 194, "kinds");
    write_at(&sheet, 205, 182, "Short");
    expect_cells(&sheet, "0 0 Kind\n0 1 What it means\n1 0 First\n"
                         "1 1 Some words that go on in a second line\n"
                         "2 0 Second of the kinds\n2 1 Short\n");
}

/* A cell over two rows stands in the middle of them, and begins in the first. */
static void test_tall_cell(void)
{
    g_auto(Sheet) sheet = sheet_new();
    static const double full[] = {100, 120, 160};
    for (int i = 0; i < 3; i++)
        rule(&sheet, FALSE, full[i], 50, 350);
    rule(&sheet, FALSE, 140, 150, 350);
    for (int i = 0; i < 4; i++)
        rule(&sheet, TRUE, 50 + 100 * i, 100, 160);
    write_at(&sheet, 55, 105, "Group");
    write_at(&sheet, 155, 105, "Member");
    write_at(&sheet, 255, 105, "Sum");
    write_at(&sheet, 55, 136, "Both");
    write_at(&sheet, 155, 125, "one");
    write_at(&sheet, 255, 125, "11");
    write_at(&sheet, 155, 146, "two");
    write_at(&sheet, 255, 146, "12");
    expect_cells(&sheet, "0 0 Group\n0 1 Member\n0 2 Sum\n1 0 Both\n1 1 one\n1 2 11\n"
                         "2 1 two\n2 2 12\n");
}

/* Three lines across, as books have them; a heading over two columns is underlined. */
static void test_book_rules(void)
{
    g_auto(Sheet) sheet = sheet_new();
    rule(&sheet, FALSE, 98, 50, 400);
    rule(&sheet, FALSE, 112, 195, 400);
    rule(&sheet, FALSE, 140, 50, 400);
    rule(&sheet, FALSE, 200, 50, 400);
    write_at(&sheet, 260, 100, "Counts");
    write_at(&sheet, 50, 126, "Name");
    write_at(&sheet, 200, 114, "Number");
    write_at(&sheet, 200, 126, "here");
    write_at(&sheet, 350, 126, "There");
    for (int i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("Line%d", i);
        g_autofree char *number = g_strdup_printf("%d", 100 + i);
        write_at(&sheet, 50, 144 + 14 * i, name);
        write_at(&sheet, 200, 144 + 14 * i, number);
        write_at(&sheet, 350, 144 + 14 * i, number);
    }
    expect_cells(&sheet, "0 0 Name\n0 1 Counts\n1 1 Number here\n1 2 There\n"
                         "2 0 Line0\n2 1 100\n2 2 100\n3 0 Line1\n3 1 101\n3 2 101\n"
                         "4 0 Line2\n4 1 102\n4 2 102\n5 0 Line3\n5 1 103\n5 2 103\n");
}

/* No line at all: figures say where columns are, though one label is nearly as wide as its column. */
static void test_not_drawn(void)
{
    g_auto(Sheet) sheet = sheet_new();
    static const char *const labels[] = {"Rent", "Heating and electric light", "Food", "Sum"};
    for (int i = 0; i < 4; i++) {
        g_autofree char *one = g_strdup_printf("1%d.50", i), *two = g_strdup_printf("2%d.75", i);
        write_at(&sheet, 50, 100 + 14 * i, labels[i]);
        write_at(&sheet, 200, 100 + 14 * i, one);
        write_at(&sheet, 300, 100 + 14 * i, two);
    }
    expect_cells(&sheet, "0 0 Rent\n0 1 10.50\n0 2 20.75\n"
                         "1 0 Heating and electric light\n1 1 11.50\n1 2 21.75\n"
                         "2 0 Food\n2 1 12.50\n2 2 22.75\n3 0 Sum\n3 1 13.50\n3 2 23.75\n");
}

static void expect_markdown(const char *first, const char *second, const char *expected)
{
    g_auto(Sheet) sheet = sheet_new();
    write_at(&sheet, 50, 100, first);
    write_at(&sheet, 50, 112, second);
    g_autoptr(Reading) reading = lay_out(&sheet);
    g_autofree char *markdown = reading_to_markdown(reading);
    g_assert_cmpstr(markdown, ==, expected);
}

static void test_broken_words(void)
{
    expect_markdown("We ask for more infor-", "mation about it",
                    "We ask for more information about it\n");
    expect_markdown("The years 1990-", "and on", "The years 1990-\nand on\n");
    expect_markdown("A thing of North-", "America", "A thing of North-\nAmerica\n");
    expect_markdown("is state-of-", "the art", "is state-of-\nthe art\n");
    expect_markdown("THE NEW VAT-", "NUMBER", "THE NEW VAT-\nNUMBER\n");
}

/* Lines stay lines: the word is joined in the one in which it begins. */
static void test_broken_words_in_text(void)
{
    g_auto(Sheet) sheet = sheet_new();
    write_at(&sheet, 50, 100, "We ask for more infor-");
    write_at(&sheet, 50, 112, "mation about it");
    g_autoptr(Reading) reading = lay_out(&sheet);
    g_autofree char *text = reading_to_text(reading);
    g_assert_cmpstr(text, ==, "We ask for more information\nabout it\n");
}

/* Hostile pages: no numbers, huge numbers, very many words and lines. None may hang or crash. */
static void test_hostile(void)
{
    g_auto(Sheet) sheet = sheet_new();
    write_at(&sheet, NAN, 10, "a b");
    write_at(&sheet, 1e300, INFINITY, "c d");
    write_at(&sheet, 10, 10, "seen");
    g_autoptr(Reading) odd = lay_out(&sheet);
    g_assert_cmpuint(odd->words->len, ==, 1);
    g_auto(Sheet) many = sheet_new();
    for (int i = 0; i < 15000; i++)
        write_at(&many, (i % 150) * 40, (i / 150) * 6, "x");
    for (int i = 0; i < 2000; i++) {
        rule(&many, FALSE, i * 0.5, 0, 6000);
        rule(&many, TRUE, i * 3, 0, 600);
    }
    g_autoptr(Reading) full = lay_out(&many);
    g_assert_cmpuint(full->words->len, ==, 15000);
    g_auto(Sheet) huge = sheet_new();
    for (int i = 0; i < 100000; i++)
        write_at(&huge, (i % 400) * 12, (i / 400) * 12, "y");
    g_autoptr(Reading) all = lay_out(&huge);
    g_assert_cmpuint(all->words->len, ==, 100000);
}

static void test_picture(void)
{
    PIX *pix = pixCreate(200, 100, 8);
    pixSetAllArbitrary(pix, 255);
    for (int x = 20; x < 180; x++)
        pixSetPixel(pix, (l_uint32)x, 30, 120);
    for (int y = 30; y < 90; y++)
        pixSetPixel(pix, 100, (l_uint32)y, 0);
    g_autoptr(GArray) rulings = rulings_find(pix, 2);
    pixDestroy(&pix);
    g_assert_cmpuint(rulings->len, ==, 2);
    const Ruling *across = &g_array_index(rulings, Ruling, 0), *down = across + 1;
    g_assert_false(across->vertical);
    g_assert_cmpfloat_with_epsilon(across->at, 61, 2);
    g_assert_cmpfloat_with_epsilon(across->from, 40, 2);
    g_assert_cmpfloat_with_epsilon(across->to, 360, 2);
    g_assert_true(down->vertical);
    g_assert_cmpfloat_with_epsilon(down->at, 201, 2);
}

static void test_areas(void)
{
    GArray *rulings = g_array_new(FALSE, FALSE, sizeof(Ruling));
    rulings_add_area(rulings, (Rect){10, 20, 110, 20.5});
    rulings_add_area(rulings, (Rect){110, 20, 210, 20.5});
    rulings_add_area(rulings, (Rect){10, 40, 210, 60});
    g_autoptr(GArray) joined = rulings_join(rulings, 1);
    g_assert_cmpuint(joined->len, ==, 5);
    g_assert_cmpfloat(g_array_index(joined, Ruling, 0).from, ==, 10);
    g_assert_cmpfloat(g_array_index(joined, Ruling, 0).to, ==, 210);
}

/* A stamp in the margin crosses the lines beside it, and is read after them. */
static void test_vertical(void)
{
    g_auto(Sheet) sheet = sheet_new();
    write_up(&sheet, 20, 300, "arXiv:2004.04906v3 [cs.CL] 30 Sep 2020");
    for (guint i = 0; i < 12; i++)
        write_at(&sheet, 60, 100 + 14.0 * i, "a line of the paper as it is printed");
    g_autoptr(Reading) r = reading_new("application/pdf");
    reading_begin_page(r, 1, TECHNIQUE_PDF_TEXT, READING_LAYOUT, 600, 800);
    g_assert_true(layout_add(r, sheet.words, NULL));
    reading_end_page(r);
    const Block *last = reading_block(r, r->blocks->len - 1);
    g_assert_cmpuint(last->flags, ==, BLOCK_VERTICAL);
    g_assert_cmpuint(last->n_lines, ==, 1);
    g_autofree char *text = reading_line_text(r, last->first_line);
    g_assert_cmpstr(text, ==, "arXiv:2004.04906v3 [cs.CL] 30 Sep 2020");
    for (guint l = 0; l < last->first_line; l++) {
        g_autofree char *line = reading_line_text(r, l);
        g_assert_cmpstr(line, ==, "a line of the paper as it is printed");
    }
}

/* The lines of the page in the order in which they are read, a | between them. */
static void expect_lines(Sheet *sheet, const char *expected)
{
    g_autoptr(Reading) reading = lay_out(sheet);
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint l = 0; l < reading->lines->len; l++) {
        g_autofree char *line = reading_line_text(reading, l);
        g_string_append_printf(lines, "%s%s", l ? "|" : "", line);
    }
    g_assert_cmpstr(lines->str, ==, expected);
}

/* A heading makes the left column begin lower: the first line of the right one is read with it. */
static void test_higher_column(void)
{
    g_auto(Sheet) sheet = sheet_new();
    write_at(&sheet, 300, 88, "right one of the longer lines");
    for (int i = 0; i < 3; i++) {
        write_at(&sheet, 50, 100 + 12 * i, "left side of this wide page");
        write_at(&sheet, 300, 100 + 12 * i, "right side of this wide page");
    }
    expect_lines(&sheet, "left side of this wide page|left side of this wide page|"
                         "left side of this wide page|right one of the longer lines|"
                         "right side of this wide page|right side of this wide page|"
                         "right side of this wide page");
}

/* Columns whose lines are half a line apart, of which one begins lower (a picture stands above it). */
static void test_out_of_step(void)
{
    g_auto(Sheet) sheet = sheet_new();
    for (int i = 0; i < 9; i++)
        write_at(&sheet, 50, 100 + 12 * i, "left side of this wide page");
    for (int i = 0; i < 5; i++)
        write_at(&sheet, 300, 130 + 12 * i, "right side of this wide page");
    g_autoptr(GString) lines = g_string_new("left side of this wide page");
    for (int i = 1; i < 14; i++)
        g_string_append(lines,
                        i < 9 ? "|left side of this wide page" : "|right side of this wide page");
    expect_lines(&sheet, lines->str);
}

/* A line far above the columns heads the page, on whichever side it stands. */
static void test_page_head(void)
{
    g_auto(Sheet) sheet = sheet_new();
    write_at(&sheet, 300, 40, "Journal of examples");
    for (int i = 0; i < 3; i++) {
        write_at(&sheet, 50, 100 + 12 * i, "left side of this wide page");
        write_at(&sheet, 300, 100 + 12 * i, "right side of this wide page");
    }
    g_autoptr(Reading) reading = lay_out(&sheet);
    g_autofree char *first = reading_line_text(reading, 0);
    g_assert_cmpstr(first, ==, "Journal of examples");
}

/* Colons that stand before the values, as on many receipts. */
static void test_colon_values(void)
{
    g_auto(Sheet) sheet = sheet_new();
    static const char *const labels[] = {"Opened on day", "Served by desk", "Paid in all by"};
    static const char *const values[] = {": a summer day", ": the first desk", ": a good friend"};
    for (int i = 0; i < 3; i++) {
        write_at(&sheet, 50, 100 + 14 * i, labels[i]);
        write_at(&sheet, 200, 100 + 14 * i, values[i]);
    }
    expect_lines(&sheet, "Opened on day : a summer day|Served by desk : the first desk|"
                         "Paid in all by : a good friend");
}

/* A word's box that reaches over the next words of its line does not break the line. */
static void test_reaching_box(void)
{
    g_auto(Sheet) sheet = sheet_new();
    write_at(&sheet, 50, 100, "set and extended (if present) is said");
    for (guint i = 0; i < sheet.words->len; i++)
        g_array_index(sheet.words, LayoutWord, i).line = 1;
    LayoutWord *wide = &g_array_index(sheet.words, LayoutWord, 2);
    wide->rect.x1 = g_array_index(sheet.words, LayoutWord, 4).rect.x1;
    expect_lines(&sheet, "set and extended (if present) is said");
}

/* Lines in the picture of a scanned page frame words of its running text: no table. */
static void test_cut_lines(void)
{
    g_auto(Sheet) sheet = sheet_new();
    static const char line[] = "half bone that part here soil also many well lime such more";
    for (int i = 0; i < 2; i++) { /* what makes the page worth to ask for rulings */
        write_at(&sheet, 50, 20 + 40 * i, "Page");
        write_at(&sheet, 290, 20 + 40 * i, "Part");
    }
    for (int i = 0; i < 3; i++)
        write_at(&sheet, 50, 100 + 14 * i, line);
    for (int i = 0; i < 4; i++)
        rule(&sheet, FALSE, 98 + 14 * i, 116.25, 251.25);
    for (int i = 0; i < 3; i++)
        rule(&sheet, TRUE, 116.25 + 67.5 * i, 98, 140);
    g_autofree char *expected = g_strdup_printf("Page Part|Page Part|%s|%s|%s", line, line, line);
    expect_lines(&sheet, expected);
}

/* A balance sheet: years over figures, headings among the labels, signs of currencies in columns of their
 * own, and lines drawn over and under sums, as wide as the column of figures. */
static void test_statement(void)
{
    g_auto(Sheet) sheet = sheet_new();
    static const char *const rows[][3] = {{"ASSETS", NULL, NULL},
                                          {"Cash", "8,556", "7,508"},
                                          {"Investments", "8,297", "9,346"},
                                          {"Total current assets", "16,853", "16,854"},
                                          {"Goodwill", "58,719", "58,660"},
                                          {"TOTAL ASSETS", "75,572", "75,514"}};
    for (int column = 0; column < 2; column++)
        write_at(&sheet, 345 + 150 * column, 86, column ? "July 27, 24" : "May 25, 25");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        double y = 100 + 14 * i;
        write_at(&sheet, i == 0 || i == 5 ? 50 : 60, y, rows[i][0]);
        for (int column = 0; column < 2 && rows[i][1]; column++) {
            const char *figure = rows[i][1 + column];
            double right = 400 + 150 * column;
            write_at(&sheet, right - LETTER * (double)strlen(figure), y, figure);
            if (i == 1 || i == 5)
                write_at(&sheet, right - 80, y, "$");
        }
    }
    for (int column = 0; column < 2; column++)
        for (int i = 0; i < 4; i++) {
            static const double over[] = {98, 140, 154, 182};
            rule(&sheet, FALSE, over[i], 315 + 150 * column, 402 + 150 * column);
        }
    expect_cells(&sheet, "0 1 May 25, 25\n0 2 July 27, 24\n1 0 ASSETS\n"
                         "2 0 Cash\n2 1 $ 8,556\n2 2 $ 7,508\n"
                         "3 0 Investments\n3 1 8,297\n3 2 9,346\n"
                         "4 0 Total current assets\n4 1 16,853\n4 2 16,854\n"
                         "5 0 Goodwill\n5 1 58,719\n5 2 58,660\n"
                         "6 0 TOTAL ASSETS\n6 1 $ 75,572\n6 2 $ 75,514\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layout/vertical", test_vertical);
    g_test_add_func("/layout/drawn", test_drawn);
    g_test_add_func("/layout/tall-cell", test_tall_cell);
    g_test_add_func("/layout/book-rules", test_book_rules);
    g_test_add_func("/layout/not-drawn", test_not_drawn);
    g_test_add_func("/layout/broken-words", test_broken_words);
    g_test_add_func("/layout/broken-words-in-text", test_broken_words_in_text);
    g_test_add_func("/layout/hostile", test_hostile);
    g_test_add_func("/layout/picture", test_picture);
    g_test_add_func("/layout/areas", test_areas);
    g_test_add_func("/layout/higher-column", test_higher_column);
    g_test_add_func("/layout/out-of-step", test_out_of_step);
    g_test_add_func("/layout/page-head", test_page_head);
    g_test_add_func("/layout/colon-values", test_colon_values);
    g_test_add_func("/layout/reaching-box", test_reaching_box);
    g_test_add_func("/layout/cut-lines", test_cut_lines);
    g_test_add_func("/layout/statement", test_statement);
    return g_test_run();
}
