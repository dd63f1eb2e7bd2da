/* Overlays, and what readers do between the ranges of one document: ranges that end early, and the
 * document that stays open. */
#include "fixture.h"

#include "stages/read/techniques/pages/overlay.h"

#include <allheaders.h>

#define PAGES 5

static Warm *warm;

static GBytes *pdf_of_pages(void)
{
    GByteArray *out = g_byte_array_new();
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(fixture_append, out, 200, 100);
    cairo_t *cr = cairo_create(surface);
    cairo_set_font_size(cr, 12);
    for (guint i = 1; i <= PAGES; i++) {
        g_autofree char *text = g_strdup_printf("Text of page%u", i);
        cairo_move_to(cr, 20, 50);
        cairo_show_text(cr, text);
        cairo_show_page(cr);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return g_byte_array_free_to_bytes(out);
}

static gboolean at_once(gpointer data)
{
    return TRUE;
}

static void test_ends_early(void)
{
    g_autoptr(GBytes) bytes = pdf_of_pages();
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, "application/pdf", warm);
    input.time_is_up = at_once;
    for (guint page = 1; page <= PAGES; page += 2) {
        input.first_page = page;
        g_autoptr(Reading) r = fixture_find("application/pdf")->read(&input, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(r->pages->len, ==, 1); /* at least one, whatever the time */
        g_assert_cmpuint(reading_page(r, 0)->number, ==, page);
        g_assert_cmpuint(r->page_count, ==, PAGES);
    }
}

static void count_close(gpointer data)
{
    ++*(guint *)data;
}

static void test_kept(void)
{
    guint closed = 0;
    g_autoptr(Warm) own = warm_new("eng", NULL);
    g_autoptr(GBytes) one = g_bytes_new_static("same", 4);
    g_autoptr(GBytes) two = g_bytes_new_static("same", 4);
    g_assert_null(warm_kept(NULL, one));
    g_assert_null(warm_kept(own, one));
    warm_keep(own, one, &closed, count_close);
    g_assert_true(warm_kept(own, one) == &closed);
    g_assert_null(warm_kept(own, two)); /* equal bytes are not the same document */
    warm_keep(own, two, &closed, count_close);
    g_assert_cmpuint(closed, ==, 1);
    g_assert_null(warm_kept(own, one));
    g_clear_pointer(&own, warm_free);
    g_assert_cmpuint(closed, ==, 2);
}

/* The overlay of a document, and the reading that came with it. Caller unrefs the picture. */
static GBytes *draw(GBytes *bytes, const char *media_type, guint flags, guint page, guint n_pages)
{
    g_autoptr(GError) error = NULL;
    GBytes *picture = NULL;
    TechniqueInput input = fixture_input(bytes, media_type, warm);
    input.flags = flags;
    input.first_page = page;
    g_autoptr(Reading) r = overlay_read(fixture_find(media_type), &input, &picture, &error);
    g_assert_no_error(error);
    g_assert_nonnull(picture);
    g_assert_cmpuint(r->pages->len, ==, n_pages);
    return picture;
}

static gboolean begins_with(GBytes *bytes, const char *head)
{
    return g_bytes_get_size(bytes) > strlen(head) &&
           memcmp(g_bytes_get_data(bytes, NULL), head, strlen(head)) == 0;
}

static void test_pdf(void)
{
    g_autoptr(GBytes) bytes = pdf_of_pages();
    g_autoptr(GBytes) png = draw(bytes, "application/pdf", WIRE_OVERLAY_PNG, 3, 1);
    g_assert_true(begins_with(png, "\x89PNG"));
    g_autoptr(GBytes) pdf = draw(bytes, "application/pdf", WIRE_OVERLAY_PDF, 1, PAGES);
    g_assert_true(begins_with(pdf, "%PDF-"));
    g_autoptr(Reading) again = fixture_read(pdf, "application/pdf", warm, WIRE_OCR_NEVER);
    g_assert_cmpuint(again->page_count, ==, PAGES);
    fixture_has(again, "Text of page5"); /* the page itself */
    fixture_has(again, "paragraph");     /* the legend */
}

static void test_image(void)
{
    PIX *pix = pixCreate(300, 200, 8);
    l_uint8 *data = NULL;
    size_t size = 0;
    pixSetAll(pix);
    g_assert_cmpint(pixWriteMem(&data, &size, pix, IFF_PNG), ==, 0);
    pixDestroy(&pix);
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    lept_free(data);
    g_autoptr(GBytes) png = draw(bytes, "image/png", WIRE_OVERLAY_PNG | WIRE_OCR_NEVER, 1, 1);
    g_assert_true(begins_with(png, "\x89PNG"));
}

static void test_grid(void)
{
    static const char text[] = "Two words\n\nand a line\n";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    g_autoptr(GBytes) pdf = draw(bytes, "text/plain", WIRE_OVERLAY_PDF, 1, 1);
    g_autoptr(Reading) again = fixture_read(pdf, "application/pdf", warm, WIRE_OCR_NEVER);
    fixture_has(again, "words");
}

static void test_no_such_page(void)
{
    g_autoptr(GBytes) bytes = pdf_of_pages();
    g_autoptr(GError) error = NULL;
    GBytes *picture = NULL;
    TechniqueInput input = fixture_input(bytes, "application/pdf", warm);
    input.flags = WIRE_OVERLAY_PNG;
    input.first_page = PAGES + 1;
    g_assert_null(overlay_read(fixture_find("application/pdf"), &input, &picture, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY);
    g_assert_null(picture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    warm = warm_new("eng", NULL);
    g_test_add_func("/overlay/range-ends-early", test_ends_early);
    g_test_add_func("/overlay/kept", test_kept);
    g_test_add_func("/overlay/pdf", test_pdf);
    g_test_add_func("/overlay/image", test_image);
    g_test_add_func("/overlay/grid", test_grid);
    g_test_add_func("/overlay/no-such-page", test_no_such_page);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
