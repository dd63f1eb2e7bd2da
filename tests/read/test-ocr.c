/* What stands between an image and the OCR engine, and between the engine and the reading. */
#include "fixture.h"

#include "stages/read/techniques/ocr/binary.h"
#include "stages/read/techniques/ocr/light.h"
#include "stages/read/techniques/ocr/pieces.h"
#include "stages/read/techniques/ocr/prepare.h"

static Warm *warm;

typedef struct {
    cairo_surface_t *surface;
    cairo_t *cr;
} Sheet;

static Sheet sheet_new(int width, int height, double paper)
{
    Sheet s = {.surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)};
    s.cr = cairo_create(s.surface);
    cairo_set_source_rgb(s.cr, paper, paper, paper);
    cairo_paint(s.cr);
    cairo_set_source_rgb(s.cr, 0, 0, 0);
    cairo_select_font_face(s.cr, "DejaVu Serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(s.cr, 32);
    return s;
}

static void sheet_text(Sheet *s, double x, double y, const char *text)
{
    cairo_move_to(s->cr, x, y);
    cairo_show_text(s->cr, text);
}

static PIX *sheet_steal(Sheet *s, int dpi)
{
    cairo_destroy(s->cr);
    cairo_surface_flush(s->surface);
    int width = cairo_image_surface_get_width(s->surface);
    int height = cairo_image_surface_get_height(s->surface);
    int stride = cairo_image_surface_get_stride(s->surface);
    const guint8 *data = cairo_image_surface_get_data(s->surface);
    PIX *pix = pixCreate(width, height, 8);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixSetPixel(pix, x, y, data[y * stride + 4 * x]);
    cairo_surface_destroy(s->surface);
    pixSetResolution(pix, dpi, dpi);
    return pix;
}

static Reading *read_pix(PIX *pix)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    g_assert_cmpint(pixWriteMem(&data, &size, pix, IFF_PNG), ==, 0);
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    lept_free(data);
    return fixture_read(bytes, "image/png", warm, 0);
}

static const char *const lines[] = {
    "Several tests are used to find the cause", "Your doctor will examine what you have",
    "A sample of tissue is removed and seen", "There may be other tests before the end"};

static void test_bullets(void)
{
    Sheet s = sheet_new(1000, 600, 1);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        double y = 120 + 100 * i;
        if (i < 2)
            cairo_arc(s.cr, 110, y - 11, 6.5, 0, 2 * G_PI);
        else if (i == 2)
            cairo_rectangle(s.cr, 104, y - 18, 13, 13);
        cairo_fill(s.cr);
        sheet_text(&s, 150, y, lines[i]);
    }
    PIX *pix = sheet_steal(&s, 200);
    g_autoptr(Reading) r = read_pix(pix);
    fixture_has(r, "• Several");
    fixture_has(r, "• Your");
    fixture_has(r, "▪ A");
    fixture_lacks(r, "• There");
    pixDestroy(&pix);
}

/* Letters, stops and dashes that stand alone are what they are. */
static void test_no_bullets(void)
{
    Sheet s = sheet_new(1000, 500, 1);
    sheet_text(&s, 100, 120, "o e a s O 0 and the rest of the line .");
    sheet_text(&s, 100, 220, "e the next line begins with a letter");
    sheet_text(&s, 100, 320, "- and this one with a dash : and more");
    PIX *pix = sheet_steal(&s, 200);
    g_autoptr(Reading) r = read_pix(pix);
    fixture_lacks(r, "•");
    fixture_lacks(r, "▪");
    fixture_lacks(r, "◦");
    pixDestroy(&pix);
}

/* A column of words and one of figures: what is beside what tells whether the page was seen upright. */
static void test_sides(void)
{
    for (int turn = 0; turn < 4; turn++) {
        Sheet s = sheet_new(1200, 1500, 1);
        for (guint i = 0; i < 14; i++) {
            g_autofree char *figure = g_strdup_printf("%u.%02u", 310 + 17 * i, 7 * i);
            sheet_text(&s, 100, 120 + 90 * i, lines[i % 4]);
            sheet_text(&s, 950, 120 + 90 * i, figure);
        }
        PIX *upright = sheet_steal(&s, 200);
        PIX *pix = turn ? pixRotateOrth(upright, turn) : pixClone(upright);
        g_autoptr(Reading) r = read_pix(pix);
        g_autofree char *text = reading_to_text(r);
        g_assert_nonnull(strstr(text, "Several tests are used to find the cause 310.00"));
        g_assert_nonnull(strstr(text, "Your doctor will examine what you have 531.91"));
        g_assert_cmpint(reading_page(r, 0)->turn, ==, (4 - turn) % 4);
        pixDestroy(&upright);
        pixDestroy(&pix);
    }
}

static void test_faint_heading(void)
{
    Sheet s = sheet_new(1000, 900, 0.8);
    for (guint i = 0; i < 8; i++)
        sheet_text(&s, 100, 260 + 70 * i, lines[i % 4]);
    cairo_set_source_rgb(s.cr, 0.62, 0.62, 0.62);
    cairo_set_font_size(s.cr, 44);
    sheet_text(&s, 100, 160, "Second opinion");
    PIX *pix = sheet_steal(&s, 200);
    g_autoptr(Reading) r = read_pix(pix);
    fixture_has(r, "Second opinion");
    pixDestroy(&pix);
}

static void test_specks(void)
{
    Sheet s = sheet_new(1500, 700, 1);
    cairo_set_font_size(s.cr, 48);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        sheet_text(&s, 100, 120 + 140 * i, lines[i]);
    PIX *grey = sheet_steal(&s, 300);
    PIX *binary = pixThresholdToBinary(grey, 128), *clean = pixConvert1To8(NULL, binary, 255, 0);
    g_assert_null(marks_without_specks(clean, 300));
    g_assert_null(marks_without_specks(grey, 300)); /* not black and white */
    PIX *dirty = pixCopy(NULL, clean);
    for (guint i = 0; i < 3000; i++) {
        int x = (int)(i * 7919 % 1500), y = (int)(i * 104729 % 700);
        l_uint32 level;
        pixGetPixel(dirty, x, y, &level);
        pixSetPixel(dirty, x, y, 255 - level);
    }
    PIX *cleaned = marks_without_specks(dirty, 300);
    g_assert_nonnull(cleaned);
    l_int32 before, after;
    PIX *one = pixThresholdToBinary(dirty, 128), *two = pixThresholdToBinary(cleaned, 128);
    pixXor(one, one, binary);
    pixXor(two, two, binary);
    pixCountPixels(one, &before, NULL);
    pixCountPixels(two, &after, NULL);
    g_assert_cmpint(after, <, before / 4);
    PIX *all[] = {grey, binary, clean, dirty, cleaned, one, two};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        pixDestroy(&all[i]);
}

static void test_binary(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 90}, {90, 1}, {21, 20}, {200, 100}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        PIX *grey = pixCreate(sizes[i][0], sizes[i][1], 8);
        pixSetAllArbitrary(grey, 200);
        pixSetPixel(grey, sizes[i][0] / 2, sizes[i][1] / 2, 20);
        PIX *binary = binary_of(grey);
        l_int32 ink = 0;
        pixCountPixels(binary, &ink, NULL);
        /* A single dark pixel is ink, and nothing else; alone in the image it has no neighbours. */
        g_assert_cmpint(ink, ==, sizes[i][0] * sizes[i][1] == 1 ? 0 : 1);
        g_assert_cmpint(binary_level(grey, 0.9), ==, sizes[i][0] * sizes[i][1] == 1 ? 20 : 200);
        pixDestroy(&grey);
        pixDestroy(&binary);
    }
}

/* A resolution that is not true does not blow the image up. */
static void test_wrong_resolution(void)
{
    Sheet s = sheet_new(1800, 1400, 1);
    cairo_set_font_size(s.cr, 70);
    for (guint i = 0; i < 8; i++)
        sheet_text(&s, 100, 160 + 140 * i, lines[i % 4]);
    PIX *pix = sheet_steal(&s, 96);
    Preparation done;
    gboolean blank;
    PIX *prepared = prepare(pix, 96, PREPARE_FIND, &done, &blank);
    g_assert_nonnull(prepared);
    g_assert_cmpfloat(done.scale, <, 1);
    pixDestroy(&pix);
    pixDestroy(&prepared);
}

static void test_long(void)
{
    Sheet s = sheet_new(420, 4200, 1);
    for (guint i = 0; i < 60; i++) {
        g_autofree char *line = g_strdup_printf("Item %u at %u.50", 100 + i, 10 + i);
        sheet_text(&s, 40, 80 + 68 * i, line);
    }
    PIX *pix = sheet_steal(&s, 200);
    BOXA *pieces = pieces_of(pix);
    g_assert_cmpint(boxaGetCount(pieces), >=, 3);
    int top = 0;
    for (int i = 0; i < boxaGetCount(pieces); i++) {
        l_int32 x, y, w, h, ink = 0;
        boxaGetBoxGeometry(pieces, i, &x, &y, &w, &h);
        g_assert_cmpint(y, ==, top);
        g_assert_cmpint(w, ==, 420);
        top += h;
        BOX *seam = boxCreate(0, MIN(top, 4199), 420, 1);
        PIX *binary = binary_of(pix);
        pixCountPixelsInRect(binary, seam, &ink, NULL);
        g_assert_cmpint(ink, ==, 0); /* no line is cut through */
        boxDestroy(&seam);
        pixDestroy(&binary);
    }
    g_assert_cmpint(top, ==, 4200);
    boxaDestroy(&pieces);
    g_autoptr(Reading) r = read_pix(pix);
    fixture_has(r, "Item 100 at 10.50");
    fixture_has(r, "Item 131 at 41.50");
    fixture_has(r, "Item 159 at 69.50");
    const Word *last = reading_word(r, r->words->len - 1);
    g_assert_cmpfloat_with_epsilon(last->rect.y1, (80 + 68 * 59) * 0.36, 6);
    pixDestroy(&pix);
}

static void add_line(GArray *words, int line, double x0, double x1, double y)
{
    LayoutWord one = {.rect = {x0, y, (x0 + x1) / 2 - 4, y + 20}, .text = "word", .line = line};
    LayoutWord two = {.rect = {(x0 + x1) / 2 + 4, y, x1, y + 20}, .text = "word", .line = line};
    g_array_append_val(words, one);
    g_array_append_val(words, two);
}

static void test_spread(void)
{
    guint left = 0;
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    for (int i = 0; i < 12; i++) {
        add_line(words, 2 * i, 80, 700, 100 + 40 * i);
        add_line(words, 2 * i + 1, 900, 1520, 100 + 40 * i);
    }
    g_assert_true(pieces_are_spread(words, 1600, 1130, &left));
    g_assert_cmpuint(left, ==, 24);
    g_assert_cmpuint(words->len, ==, 48);
    for (guint i = 0; i < words->len; i++)
        g_assert_true((g_array_index(words, LayoutWord, i).rect.x0 < 800) == (i < 24));
    g_assert_false(pieces_are_spread(words, 1600, 2000, &left)); /* an upright page */
    g_array_set_size(words, 0);
    for (int i = 0; i < 12; i++) { /* a table: few of its cells fill their side */
        add_line(words, 2 * i, 80, i % 4 ? 200 : 700, 100 + 40 * i);
        add_line(words, 2 * i + 1, 900, i % 4 ? 1000 : 1520, 100 + 40 * i);
    }
    g_assert_false(pieces_are_spread(words, 1600, 1130, &left));
}

static void test_languages(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) one = warm_languages(warm, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(one[0], ==, "eng");
    g_assert_null(warm_languages(warm, "eng+xyz", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE);
    g_clear_error(&error);
    g_assert_null(warm_languages(warm, "../eng", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE);
    g_clear_error(&error);
    g_assert_null(warm_languages(warm, "eng+", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_LANGUAGE);
}

/* With several languages the page is read in the one that reads it most surely. */
static void test_language_choice(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) both = warm_languages(warm, "eng+deu", &error);
    if (!both) {
        g_test_skip("tesseract-ocr-deu is not installed");
        return;
    }
    Sheet s = sheet_new(1000, 700, 1);
    for (int i = 0; i < 8; i++)
        sheet_text(&s, 60, 100 + 70 * i, "für größere Straßen schöne Grüße überall");
    PIX *pix = sheet_steal(&s, 200);
    l_uint8 *data = NULL;
    size_t size = 0;
    pixWriteMem(&data, &size, pix, IFF_PNG);
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    lept_free(data);
    pixDestroy(&pix);
    TechniqueInput input = fixture_input(bytes, "image/png", warm);
    input.languages = "eng+deu";
    g_autoptr(Reading) r = fixture_find("image/png")->read(&input, &error);
    g_assert_no_error(error);
    fixture_has(r, "größere Straßen");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    warm = warm_new("eng", NULL);
    g_test_add_func("/ocr/sides", test_sides);
    g_test_add_func("/ocr/bullets", test_bullets);
    g_test_add_func("/ocr/no-bullets", test_no_bullets);
    g_test_add_func("/ocr/faint-heading", test_faint_heading);
    g_test_add_func("/ocr/specks", test_specks);
    g_test_add_func("/ocr/binary", test_binary);
    g_test_add_func("/ocr/wrong-resolution", test_wrong_resolution);
    g_test_add_func("/ocr/long", test_long);
    g_test_add_func("/ocr/spread", test_spread);
    g_test_add_func("/ocr/languages", test_languages);
    g_test_add_func("/ocr/language-choice", test_language_choice);
    int status = g_test_run();
    warm_free(warm);
    return status;
}
