#include "fixture.h"

#include "pipeline/core/limits.h"

static Warm *warm;

typedef struct {
    GByteArray *bytes;
    cairo_surface_t *surface;
    cairo_t *cr;
} Pdf;

static Pdf pdf_begin(double width, double height)
{
    Pdf pdf = {.bytes = g_byte_array_new()};
    pdf.surface = cairo_pdf_surface_create_for_stream(fixture_append, pdf.bytes, width, height);
    pdf.cr = cairo_create(pdf.surface);
    cairo_select_font_face(pdf.cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pdf.cr, 10);
    return pdf;
}

static void pdf_text(Pdf *pdf, double x, double y, const char *text)
{
    cairo_move_to(pdf->cr, x, y);
    cairo_show_text(pdf->cr, text);
}

static GBytes *pdf_end(Pdf *pdf)
{
    cairo_destroy(pdf->cr);
    cairo_surface_finish(pdf->surface);
    cairo_surface_destroy(pdf->surface);
    return g_byte_array_free_to_bytes(pdf->bytes);
}

/* A PDF of one page with this content stream and Helvetica as /F1. */
static GBytes *pdf_of_content(const char *content)
{
    GString *out = g_string_new("%PDF-1.4\n");
    gsize at[6];
    at[1] = out->len;
    g_string_append(out, "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n");
    at[2] = out->len;
    g_string_append(out, "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n");
    at[3] = out->len;
    g_string_append(out, "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R"
                         "/Resources<</Font<</F1 5 0 R>>>>>>endobj\n");
    at[4] = out->len;
    g_string_append_printf(out, "4 0 obj<</Length %zu>>stream\n%s\nendstream endobj\n",
                           strlen(content), content);
    at[5] = out->len;
    g_string_append(out, "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n");
    gsize table = out->len;
    g_string_append(out, "xref\n0 6\n0000000000 65535 f \n");
    for (guint i = 1; i < 6; i++)
        g_string_append_printf(out, "%010zu 00000 n \n", at[i]);
    g_string_append_printf(out, "trailer<</Size 6/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", table);
    return g_string_free_to_bytes(out);
}

static void test_words(void)
{
    Pdf pdf = pdf_begin(400, 300);
    pdf_text(&pdf, 40, 50, "Invoice number: 4711");
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
    g_assert_cmpuint(r->page_count, ==, 1);
    g_assert_cmpuint(reading_page(r, 0)->technique, ==, TECHNIQUE_PDF_TEXT);
    g_assert_cmpfloat(reading_page(r, 0)->width, ==, 400);
    g_assert_cmpuint(r->words->len, ==, 3);
    const Word *word = reading_word(r, 0);
    g_assert_cmpstr(reading_word_text(r, word), ==, "Invoice");
    g_assert_cmpfloat_with_epsilon(word->rect.x0, 40, 2);
    g_assert_cmpfloat(word->rect.y0, <, 44);
    g_assert_cmpfloat(word->rect.y1, >, 49);
}

/* Label and value far apart stay on one line, two blocks of text are read one after the other, and
 * aligned rows become a table. */
static void test_layout(void)
{
    Pdf pdf = pdf_begin(595, 842);
    static const char *const left[] = {"Acme Pumps Ltd", "12 Long Street", "Springfield North"};
    static const char *const labels[] = {"Invoice no:", "Invoice date:", "Due date:"};
    static const char *const values[] = {"4711", "2026-11-20", "2026-12-20"};
    for (guint i = 0; i < 3; i++) {
        pdf_text(&pdf, 40, 60 + 14 * i, left[i]);
        pdf_text(&pdf, 350, 60 + 14 * i, labels[i]);
        pdf_text(&pdf, 480, 60 + 14 * i, values[i]);
    }
    static const char *const cells[3][3] = {
        {"Item", "Qty", "Amount"}, {"Red pump", "2", "24.00"}, {"Blue hose", "1", "7.50"}};
    for (guint i = 0; i < 3; i++)
        for (guint k = 0; k < 3; k++)
            pdf_text(&pdf, 40 + 200 * k, 250 + 16 * i, cells[i][k]);
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
    fixture_has(r, "Acme Pumps Ltd\n12 Long Street\nSpringfield North\n");
    fixture_has(r, "Invoice no: 4711\nInvoice date: 2026-11-20\nDue date: 2026-12-20\n");
    g_autofree char *markdown = reading_to_markdown(r);
    g_assert_nonnull(strstr(markdown, "| Red pump | 2 | 24.00 |"));
    g_assert_nonnull(strstr(markdown, "| Blue hose | 1 | 7.50 |"));
}

static void test_columns(void)
{
    Pdf pdf = pdf_begin(595, 842);
    for (guint i = 0; i < 12; i++) {
        g_autofree char *one = g_strdup_printf("left column line %u is running text too", i);
        g_autofree char *two = g_strdup_printf("right column line %u is more of the text", i);
        pdf_text(&pdf, 40, 100 + 13 * i, one);
        pdf_text(&pdf, 320, 100 + 13 * i, two);
    }
    pdf_text(&pdf, 40, 80,
             "A title that reaches over both of the columns of this page of text here");
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
    g_autofree char *text = reading_to_text(r);
    const char *title = strstr(text, "A title"), *left = strstr(text, "left column line 11");
    const char *right = strstr(text, "right column line 0");
    g_assert_true(title && left && right && title < left && left < right);
}

static void test_heading(void)
{
    Pdf pdf = pdf_begin(400, 300);
    for (guint i = 0; i < 5; i++)
        pdf_text(&pdf, 40, 100 + 14 * i, "ordinary words of running text");
    cairo_set_font_size(pdf.cr, 20);
    pdf_text(&pdf, 40, 60, "Invoice");
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
    g_assert_cmpuint(reading_block(r, 0)->kind, ==, BLOCK_HEADING);
    g_assert_cmpuint(reading_block(r, 0)->level, ==, 1);
    g_assert_cmpuint(reading_block(r, 1)->kind, ==, BLOCK_PARAGRAPH);
}

/* Each way of writing what nobody sees: counted, never content. */
static void test_hidden(void)
{
    static const char *const ways[] = {
        "3 Tr 1 0 0 1 40 150 Tm (secret order) Tj",
        "1 1 1 rg 1 0 0 1 40 150 Tm (secret order) Tj",
        "0.99 g 1 0 0 1 40 150 Tm (secret order) Tj",
        "1 0 0 1 40 150 Tm (secret order) Tj ET 1 g 30 140 200 30 re f BT",
        "/F1 0.5 Tf 1 0 0 1 40 150 Tm (secret order) Tj",
        "ET q 0 0 1 1 re W n BT /F1 12 Tf 1 0 0 1 40 150 Tm (secret order) Tj ET Q BT",
    };
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *content =
            g_strdup_printf("BT /F1 12 Tf 1 0 0 1 40 250 Tm (seen words) Tj %s ET", ways[i]);
        g_autoptr(GBytes) bytes = pdf_of_content(content);
        g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
        g_autofree char *text = reading_to_text(r);
        g_assert_cmpstr(text, ==, "seen words\n");
        g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 2);
        g_assert_cmpstr(r->notes->pdata[0], ==, "hidden text: 2 words on page 1");
    }
}

static void test_not_hidden(void)
{
    static const char *const ways[] = {
        "0.8 g (plain words) Tj",
        "ET 0 0 0.5 rg 30 90 300 40 re f BT /F1 12 Tf 1 g 1 0 0 1 40 100 Tm (plain words) Tj",
        "1 0 0 rg (plain words) Tj",
        "/F1 5 Tf (plain words) Tj",
        "1 Tr (plain words) Tj",
    };
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *content = g_strdup_printf("BT /F1 12 Tf 1 0 0 1 40 150 Tm %s ET", ways[i]);
        g_autoptr(GBytes) bytes = pdf_of_content(content);
        g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
        fixture_has(r, "plain words");
        g_assert_cmpuint(reading_page(r, 0)->hidden, ==, 0);
    }
}

/* Digital text, a picture of text, nothing: decided page by page. */
static void test_mixed(void)
{
    Pdf pdf = pdf_begin(400, 300);
    pdf_text(&pdf, 40, 100, "digital page with a text layer");
    cairo_show_page(pdf.cr);
    cairo_surface_t *scan = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1600, 1200);
    cairo_t *cr = cairo_create(scan);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, 50);
    cairo_move_to(cr, 160, 400);
    cairo_show_text(cr, "Scanned page");
    cairo_destroy(cr);
    cairo_save(pdf.cr);
    cairo_scale(pdf.cr, 0.25, 0.25);
    cairo_set_source_surface(pdf.cr, scan, 0, 0);
    cairo_paint(pdf.cr);
    cairo_restore(pdf.cr);
    cairo_surface_destroy(scan);
    cairo_show_page(pdf.cr);
    cairo_show_page(pdf.cr); /* blank */
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
    g_assert_cmpuint(r->pages->len, ==, 3);
    g_assert_cmpuint(reading_page(r, 0)->technique, ==, TECHNIQUE_PDF_TEXT);
    g_assert_cmpuint(reading_page(r, 1)->technique, ==, TECHNIQUE_OCR);
    g_assert_cmpuint(reading_page(r, 2)->technique, ==, TECHNIQUE_NONE);
    g_assert_cmpuint(reading_page(r, 2)->n_blocks, ==, 0);
    fixture_has(r, "Scanned page");
    /* The rectangle of a recognised word lies where the word is drawn on the page. */
    guint word =
        reading_line(r, reading_block(r, reading_page(r, 1)->first_block)->first_line)->first_word;
    Rect rect = reading_word(r, word)->rect;
    g_assert_cmpfloat_with_epsilon(rect.x0, 40, 3);
    g_assert_cmpfloat_with_epsilon(rect.y1, 100, 3);
    g_assert_cmpfloat(reading_word(r, word)->confidence, >, 0.5);
    /* Without OCR the scan is empty; with OCR alone the text layer is not asked. */
    g_autoptr(Reading) never = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_NEVER);
    g_assert_cmpuint(reading_page(never, 1)->technique, ==, TECHNIQUE_NONE);
    g_autoptr(Reading) always = fixture_read(bytes, "application/pdf", warm, WIRE_OCR_ALWAYS);
    g_assert_cmpuint(reading_page(always, 0)->technique, ==, TECHNIQUE_OCR);
}

static void count_page(guint page, gpointer data)
{
    GString *log = data;
    g_string_append_printf(log, "%u ", page);
}

static void test_page_range(void)
{
    Pdf pdf = pdf_begin(100, 100);
    for (guint i = 1; i <= 5; i++) {
        g_autofree char *text = g_strdup_printf("page%u", i);
        pdf_text(&pdf, 10, 50, text);
        cairo_show_page(pdf.cr);
    }
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) log = g_string_new(NULL);
    TechniqueInput input = fixture_input(bytes, "application/pdf", warm);
    input.first_page = 2;
    input.last_page = 3;
    input.on_page = count_page;
    input.data = log;
    g_autoptr(Reading) r = fixture_find("application/pdf")->read(&input, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(r->page_count, ==, 5);
    g_assert_cmpuint(r->pages->len, ==, 2);
    g_assert_cmpuint(reading_page(r, 0)->number, ==, 2);
    g_assert_cmpstr(log->str, ==, "2 3 ");
    fixture_has(r, "page2");
    fixture_lacks(r, "page4");
}

static void test_gigantic(void)
{
    Pdf pdf = pdf_begin(DOCKET_MAX_PAGE_POINTS * 4, DOCKET_MAX_PAGE_POINTS * 4);
    cairo_set_font_size(pdf.cr, 4000);
    pdf_text(&pdf, 8000, 40000, "Large");
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(Reading) r = fixture_read(bytes, "application/pdf", warm, 0);
    g_assert_cmpfloat(reading_page(r, 0)->width, <=, DOCKET_MAX_PAGE_POINTS);
    fixture_has(r, "Large");
    g_assert_cmpfloat_with_epsilon(reading_word(r, 0)->rect.x0, 2000, 200);
}

static void test_broken(void)
{
    Pdf pdf = pdf_begin(400, 300);
    pdf_text(&pdf, 40, 100, "words");
    g_autoptr(GBytes) whole = pdf_end(&pdf);
    g_autoptr(GBytes) stump = g_bytes_new_from_bytes(whole, 0, 30);
    fixture_refuse(stump, "application/pdf", warm, DOCKET_ERROR_DAMAGED);
    g_autoptr(GBytes) other = g_bytes_new_static("hello", 5);
    fixture_refuse(other, "application/pdf", warm, DOCKET_ERROR_DAMAGED);
    /* Every truncation ends in a reading or an error, never in a crash. */
    for (gsize length = 100; length < g_bytes_get_size(whole); length += 97) {
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(whole, 0, length);
        g_autoptr(GError) error = NULL;
        TechniqueInput input = fixture_input(part, "application/pdf", warm);
        input.flags = WIRE_OCR_NEVER;
        g_autoptr(Reading) r = fixture_find("application/pdf")->read(&input, &error);
        g_assert_true((r == NULL) == (error != NULL));
    }
}

static void test_page_bomb(void)
{
    GString *out = g_string_new("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                                "2 0 obj<</Type/Pages/Count 2500/Kids[");
    for (guint i = 0; i < 2500; i++)
        g_string_append_printf(out, "%u 0 R ", i + 3);
    g_string_append(out, "]>>endobj\n");
    for (guint i = 0; i < 2500; i++)
        g_string_append_printf(out, "%u 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n",
                               i + 3);
    g_string_append(out, "trailer<</Root 1 0 R/Size 2503>>\n%%EOF\n");
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(out);
    fixture_refuse(bytes, "application/pdf", warm, DOCKET_ERROR_TOO_LARGE);
}

static void test_no_language(void)
{
    g_autoptr(Warm) bare = warm_new("xyz", NULL);
    Pdf pdf = pdf_begin(100, 100);
    cairo_rectangle(pdf.cr, 20, 20, 50, 50); /* ink, and no text */
    cairo_stroke(pdf.cr);
    g_autoptr(GBytes) bytes = pdf_end(&pdf);
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, "application/pdf", bare);
    input.languages = "xyz";
    g_assert_null(fixture_find("application/pdf")->read(&input, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE);
    g_assert_nonnull(strstr(error->message, "tesseract-ocr-xyz"));
    input.languages = "../../etc/passwd";
    g_clear_error(&error);
    g_assert_null(fixture_find("application/pdf")->read(&input, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    warm = warm_new("eng", NULL);
    g_test_add_func("/pdf/words", test_words);
    g_test_add_func("/pdf/layout", test_layout);
    g_test_add_func("/pdf/columns", test_columns);
    g_test_add_func("/pdf/heading", test_heading);
    g_test_add_func("/pdf/hidden", test_hidden);
    g_test_add_func("/pdf/not-hidden", test_not_hidden);
    g_test_add_func("/pdf/mixed", test_mixed);
    g_test_add_func("/pdf/page-range", test_page_range);
    g_test_add_func("/pdf/gigantic", test_gigantic);
    g_test_add_func("/pdf/broken", test_broken);
    g_test_add_func("/pdf/page-bomb", test_page_bomb);
    g_test_add_func("/pdf/no-language", test_no_language);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
