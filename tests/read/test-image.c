#include "fixture.h"

#include "stages/read/techniques/ocr/prepare.h"

#include <glib/gstdio.h>
#include <math.h>

static Warm *warm;

/* Black letters on white, 200 dpi. */
static PIX *picture(const char *const *lines, int width, int height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, 34);
    for (guint i = 0; lines[i]; i++) {
        cairo_move_to(cr, 100, 120 + 60 * i);
        cairo_show_text(cr, lines[i]);
    }
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    PIX *pix = pixCreate(width, height, 8);
    const guint8 *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixSetPixel(pix, x, y, data[y * stride + 4 * x]);
    cairo_surface_destroy(surface);
    pixSetResolution(pix, 200, 200);
    return pix;
}

static const char *const letter[] = {"Dear reader of this page,",
                                     "the quick brown fox jumps over",
                                     "the lazy dog and goes home to",
                                     "have a good night of sleep there.",
                                     "Total amount: 1234.56",
                                     "thank you for the business and",
                                     "please do come back to the shop.",
                                     NULL};

static GBytes *encode(PIX *pix, int format)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    g_assert_cmpint(pixWriteMem(&data, &size, pix, format), ==, 0);
    GBytes *bytes = g_bytes_new(data, size);
    lept_free(data);
    return bytes;
}

static void test_formats(void)
{
    static const struct {
        int format;
        const char *type;
    } formats[] = {{IFF_PNG, "image/png"},       {IFF_JFIF_JPEG, "image/jpeg"},
                   {IFF_TIFF_LZW, "image/tiff"}, {IFF_BMP, "image/bmp"},
                   {IFF_WEBP, "image/webp"},     {IFF_GIF, "image/gif"},
                   {IFF_JP2, "image/jp2"},       {IFF_PNM, "image/x-portable-anymap"}};
    PIX *pix = picture(letter, 900, 700);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GBytes) bytes = encode(pix, formats[i].format);
        g_autoptr(Reading) r = fixture_read(bytes, formats[i].type, warm, 0);
        g_assert_cmpuint(reading_page(r, 0)->technique, ==, TECHNIQUE_OCR);
        g_assert_cmpfloat(reading_page(r, 0)->confidence, >, 0.7);
        fixture_has(r, "1234.56");
    }
    pixDestroy(&pix);
}

/* Words come back to where they are on the original, whatever was done to the image. */
static void check_place(PIX *pix, double dpi, Rect expected)
{
    g_autoptr(GBytes) bytes = encode(pix, IFF_PNG);
    g_autoptr(Reading) r = fixture_read(bytes, "image/png", warm, 0);
    for (guint i = 0; i < r->words->len; i++) {
        const Word *word = reading_word(r, i);
        if (strcmp(reading_word_text(r, word), "1234.56") != 0)
            continue;
        double px = dpi / 72.0;
        g_assert_cmpfloat_with_epsilon((word->rect.x0 + word->rect.x1) / 2 * px,
                                       (expected.x0 + expected.x1) / 2, 12);
        g_assert_cmpfloat_with_epsilon((word->rect.y0 + word->rect.y1) / 2 * px,
                                       (expected.y0 + expected.y1) / 2, 12);
        return;
    }
    g_autofree char *text = reading_to_text(r);
    g_error("1234.56 is missing in:\n%s", text);
}

static void test_places(void)
{
    PIX *pix = picture(letter, 900, 700);
    Rect place = {340, 333, 500, 363}; /* of "1234.56" */
    check_place(pix, 200, place);
    PIX *turned = pixRotateOrth(pix, 2);
    check_place(turned, 200, (Rect){900 - 500, 700 - 363, 900 - 340, 700 - 333});
    pixDestroy(&turned);
    turned = pixRotateOrth(pix, 1);
    pixSetResolution(turned, 200, 200);
    check_place(turned, 200, (Rect){700 - 363, 340, 700 - 333, 500});
    pixDestroy(&turned);
    double angle = 3 * G_PI / 180;
    turned = pixRotate(pix, (l_float32)angle, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
    pixSetResolution(turned, 200, 200);
    double dx = 420 - 450, dy = 348 - 350; /* clockwise about the middle */
    double x = cos(angle) * dx - sin(angle) * dy + 450, y = sin(angle) * dx + cos(angle) * dy + 350;
    check_place(turned, 200, (Rect){x, y, x, y});
    pixDestroy(&turned);
    PIX *large = pixScale(pix, 2, 2);
    pixSetResolution(large, 400, 400);
    check_place(large, 400, (Rect){680, 666, 1000, 726});
    pixDestroy(&large);
    pixDestroy(&pix);
}

static void test_blank(void)
{
    PIX *pix = pixCreate(800, 800, 8);
    pixSetAllArbitrary(pix, 230);
    for (guint i = 0; i < 4000; i++) /* a scanner's noise */
        pixSetPixel(pix, (int)(i * 7919 % 800), (int)(i * 104729 % 800), 215 + i % 20);
    pixSetResolution(pix, 100, 100);
    g_autoptr(GBytes) bytes = encode(pix, IFF_PNG);
    g_autoptr(Reading) r = fixture_read(bytes, "image/png", warm, 0);
    g_assert_cmpuint(reading_page(r, 0)->technique, ==, TECHNIQUE_NONE);
    g_assert_cmpuint(r->words->len, ==, 0);
    g_assert_cmpfloat(reading_page(r, 0)->width, ==, 576);
    pixDestroy(&pix);
}

static void test_uneven_light(void)
{
    PIX *pix = picture(letter, 900, 700);
    for (int y = 0; y < 700; y++)
        for (int x = 0; x < 900; x++) {
            l_uint32 level;
            pixGetPixel(pix, x, y, &level);
            pixSetPixel(pix, x, y, level * (guint)(70 + x / 5) / 255);
        }
    g_autoptr(GBytes) bytes = encode(pix, IFF_PNG);
    g_autoptr(Reading) r = fixture_read(bytes, "image/png", warm, 0);
    fixture_has(r, "quick brown fox");
    fixture_has(r, "1234.56");
    pixDestroy(&pix);
}

static void test_tiff_pages(void)
{
    static const char *const first[] = {"First page of the fax", NULL};
    static const char *const second[] = {"Second page of the fax", NULL};
    PIX *one = picture(first, 700, 300), *two = picture(second, 700, 300);
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("pages-XXXXXX.tif", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    pixWriteTiff(path, one, IFF_TIFF_LZW, "w");
    pixWriteTiff(path, two, IFF_TIFF_LZW, "a");
    g_autofree char *data = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &data, &length, NULL));
    g_unlink(path);
    g_autoptr(GBytes) bytes = g_bytes_new(data, length);
    g_autoptr(Reading) r = fixture_read(bytes, "image/tiff", warm, 0);
    g_assert_cmpuint(r->page_count, ==, 2);
    g_assert_cmpuint(r->pages->len, ==, 2);
    fixture_has(r, "First page");
    fixture_has(r, "Second page");
    /* A directory chain that bites its tail ends at the limit. */
    guint32 second_at;
    memcpy(&second_at, data + 4, 4);
    guint16 entries;
    memcpy(&entries, data + second_at, 2);
    memcpy(data + second_at + 2 + 12 * entries, &second_at, 4);
    g_autoptr(GBytes) loop = g_bytes_new(data, length);
    fixture_refuse(loop, "image/tiff", warm, DOCKET_ERROR_TOO_LARGE);
    pixDestroy(&one);
    pixDestroy(&two);
}

/* EXIF orientation 6: the camera was held upright, the pixels lie on their side. */
static void test_exif(void)
{
    static const guint8 exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,    'M', 'M',
                                  0,    42,   0, 0,  0,   8,   0,   1,   1, 0x12, 0,   3,
                                  0,    0,    0, 1,  0,   6,   0,   0,   0, 0,    0,   0};
    PIX *pix = picture(letter, 900, 700);
    PIX *lying = pixRotateOrth(pix, 3);
    g_autoptr(GBytes) plain = encode(lying, IFF_JFIF_JPEG);
    gsize length;
    const guint8 *data = g_bytes_get_data(plain, &length);
    g_autoptr(GByteArray) marked = g_byte_array_new();
    g_byte_array_append(marked, data, 2);
    g_byte_array_append(marked, exif, sizeof exif);
    g_byte_array_append(marked, data + 2, (guint)length - 2);
    g_autoptr(GBytes) bytes = g_bytes_new(marked->data, marked->len);
    g_autoptr(Reading) r = fixture_read(bytes, "image/jpeg", warm, 0);
    g_assert_cmpfloat(reading_page(r, 0)->width, >, reading_page(r, 0)->height);
    fixture_has(r, "1234.56");
    pixDestroy(&pix);
    pixDestroy(&lying);
}

static void test_bombs(void)
{
    PIX *pix = pixCreate(20, 20, 8);
    g_autoptr(GBytes) honest = encode(pix, IFF_PNG);
    gsize length;
    g_autofree guint8 *png = g_memdup2(g_bytes_get_data(honest, &length), g_bytes_get_size(honest));
    memcpy(png + 16, "\0\1\x86\xa0\0\1\x86\xa0", 8); /* IHDR: 100,000 x 100,000 */
    g_autoptr(GBytes) bomb = g_bytes_new(png, length);
    fixture_refuse(bomb, "image/png", warm, DOCKET_ERROR_TOO_LARGE);
    static const char pnm[] = "P5 90000 90000 255\nxxxxxxxxxxxx";
    g_autoptr(GBytes) any = g_bytes_new_static(pnm, sizeof pnm);
    fixture_refuse(any, "image/x-portable-anymap", warm, DOCKET_ERROR_TOO_LARGE);
    g_autoptr(GBytes) bmp = encode(pix, IFF_BMP);
    g_autofree guint8 *wide = g_memdup2(g_bytes_get_data(bmp, &length), g_bytes_get_size(bmp));
    memcpy(wide + 18, "\0\0\1\0\0\0\1\0", 8);
    g_autoptr(GBytes) large = g_bytes_new(wide, length);
    fixture_refuse(large, "image/bmp", warm, DOCKET_ERROR_TOO_LARGE);
    pixDestroy(&pix);
}

static void test_broken(void)
{
    static const char *const types[] = {"image/png",
                                        "image/jpeg",
                                        "image/tiff",
                                        "image/gif",
                                        "image/bmp",
                                        "image/webp",
                                        "image/x-portable-anymap"};
    static const char *const heads[] = {
        "\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xe0", "II*\0\x08\0\0\0", "GIF89a", "BM", "RIFF", "P5 "};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        guint8 data[64] = {0};
        memcpy(data, heads[i], MIN(strlen(heads[i]), 8));
        g_autoptr(GBytes) bytes = g_bytes_new(data, sizeof data);
        fixture_refuse(bytes, types[i], warm, DOCKET_ERROR_DAMAGED);
        g_autoptr(GBytes) stump = g_bytes_new(data, 3);
        fixture_refuse(stump, types[i], warm, DOCKET_ERROR_DAMAGED);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    warm = warm_new("eng", NULL);
    g_test_add_func("/image/formats", test_formats);
    g_test_add_func("/image/places", test_places);
    g_test_add_func("/image/blank", test_blank);
    g_test_add_func("/image/uneven-light", test_uneven_light);
    g_test_add_func("/image/tiff-pages", test_tiff_pages);
    g_test_add_func("/image/exif", test_exif);
    g_test_add_func("/image/bombs", test_bombs);
    g_test_add_func("/image/broken", test_broken);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
