/* A page drawn for a model: its size, its turn, grey or colour, and what cannot be drawn. */
#include "fixture.h"

#include "pipeline/core/picture.h"
#include "stages/read/techniques/pages/picture.h"

#include <allheaders.h>

static Warm *warm;

/* Pages of 400 x 200 points: black ink in the upper left corner, a red one there, and nothing. */
static GBytes *pdf_of_corners(void)
{
    GByteArray *out = g_byte_array_new();
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(fixture_append, out, 400, 200);
    cairo_t *cr = cairo_create(surface);
    for (guint i = 0; i < 3; i++) {
        cairo_set_source_rgb(cr, i == 1, 0, 0);
        cairo_rectangle(cr, 0, 0, i < 2 ? 40 : 0, 40);
        cairo_fill(cr);
        cairo_show_page(cr);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return g_byte_array_free_to_bytes(out);
}

static GBytes *draw(GBytes *bytes, const char *media_type, guint page, guint turn, GError **error)
{
    GBytes *picture = NULL;
    TechniqueInput input = fixture_input(bytes, media_type, warm);
    input.first_page = page;
    input.flags = WIRE_PICTURE | turn << WIRE_TURN_SHIFT;
    g_autoptr(Reading) r = picture_read(fixture_find(media_type), &input, &picture, error);
    g_assert_true((r != NULL) == (picture != NULL));
    if (r) { /* the supervisor's check takes it */
        g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(r));
        g_autoptr(Reading) checked = reading_from_variant(variant, error);
        g_assert_nonnull(checked);
    }
    return picture;
}

/* Is the corner dark? x and y are 0 or 1. */
static gboolean is_dark(PIX *pix, int x, int y)
{
    l_uint32 value = 0;
    pixGetPixel(pix, x ? pixGetWidth(pix) - 10 : 10, y ? pixGetHeight(pix) - 10 : 10, &value);
    return value < 64;
}

static void test_turns(void)
{
    /* Where the ink of the upper left corner comes to lie after 0 to 3 quarter turns clockwise. */
    static const int corners[][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    g_autoptr(GBytes) pdf = pdf_of_corners();
    for (guint turn = 0; turn < 4; turn++) {
        g_autoptr(GError) error = NULL;
        guint width = 0, height = 0;
        g_autoptr(GBytes) jpeg = draw(pdf, "application/pdf", 1, turn, &error);
        g_assert_no_error(error);
        PIX *pix = pixReadMem(g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg));
        picture_pixels(400, 200, turn, &width, &height);
        g_assert_cmpint(pixGetWidth(pix), ==, width);
        g_assert_cmpint(pixGetHeight(pix), ==, height);
        g_assert_cmpint(pixGetDepth(pix), ==, 8); /* there is no colour on it */
        for (int x = 0; x < 2; x++)
            for (int y = 0; y < 2; y++)
                g_assert_cmpint(is_dark(pix, x, y), ==,
                                x == corners[turn][0] && y == corners[turn][1]);
        pixDestroy(&pix);
    }
}

static void test_colour(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pdf = pdf_of_corners();
    g_autoptr(GBytes) jpeg = draw(pdf, "application/pdf", 2, 0, &error);
    g_assert_no_error(error);
    PIX *pix = pixReadMem(g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg));
    g_assert_cmpint(pixGetDepth(pix), ==, 32);
    pixDestroy(&pix);
}

static void test_image(void)
{
    g_autoptr(GError) error = NULL;
    PIX *pix = pixCreate(3000, 1500, 8);
    l_uint8 *data = NULL;
    size_t size = 0;
    pixSetAll(pix);
    for (int y = 0; y < 300; y++)
        for (int x = 0; x < 300; x++)
            pixSetPixel(pix, x, y, 0);
    g_assert_cmpint(pixWriteMem(&data, &size, pix, IFF_PNG), ==, 0);
    pixDestroy(&pix);
    g_autoptr(GBytes) png = g_bytes_new(data, size);
    lept_free(data);
    g_autoptr(GBytes) jpeg = draw(png, "image/png", 1, 0, &error);
    g_assert_no_error(error);
    pix = pixReadMem(g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg));
    g_assert_cmpint(pixGetWidth(pix), <=, PICTURE_LONG_SIDE);
    g_assert_cmpint(pixGetWidth(pix), >, PICTURE_LONG_SIDE / 2);
    g_assert_true(is_dark(pix, 0, 0));
    g_assert_false(is_dark(pix, 1, 1));
    pixDestroy(&pix);
}

static void test_nothing_to_draw(void)
{
    static const char junk[] = "%PDF-1.7\nnothing of a PDF";
    g_autoptr(GBytes) pdf = pdf_of_corners();
    g_autoptr(GBytes) broken = g_bytes_new_static(junk, strlen(junk));
    g_autoptr(GError) blank = NULL, missing = NULL, damaged = NULL;
    g_assert_null(draw(pdf, "application/pdf", 3, 0, &blank));
    g_assert_error(blank, DOCKET_ERROR, DOCKET_ERROR_EMPTY);
    g_assert_null(draw(pdf, "application/pdf", 4, 0, &missing));
    g_assert_error(missing, DOCKET_ERROR, DOCKET_ERROR_EMPTY);
    g_assert_null(draw(broken, "application/pdf", 1, 0, &damaged));
    g_assert_nonnull(damaged);
}

static void test_size(void)
{
    guint width = 0, height = 0;
    g_assert_cmpfloat(picture_pixels(144, 72, 0, &width, &height), ==, PICTURE_DPI);
    g_assert_cmpuint(width, ==, 300);
    g_assert_cmpuint(height, ==, 150);
    g_assert_cmpfloat(picture_pixels(595, 842, 1, &width, &height), <, PICTURE_DPI);
    g_assert_cmpuint(width, ==, PICTURE_LONG_SIDE);
    g_assert_cmpuint(height, ==, 1108);
    picture_pixels(20000, 0.001, 0, &width, &height);
    g_assert_cmpuint(width, ==, PICTURE_LONG_SIDE);
    g_assert_cmpuint(height, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    warm = warm_new("eng", NULL);
    g_test_add_func("/picture/turns", test_turns);
    g_test_add_func("/picture/colour", test_colour);
    g_test_add_func("/picture/image", test_image);
    g_test_add_func("/picture/nothing-to-draw", test_nothing_to_draw);
    g_test_add_func("/picture/size", test_size);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
