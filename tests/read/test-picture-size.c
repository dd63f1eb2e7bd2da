/* Sizes of pictures as Leptonica writes them, whole and cut off anywhere. */
#include "stages/read/techniques/picture-size.h"

#include <allheaders.h>

static const struct {
    const char *name;
    int format;
} formats[] = {{"png", IFF_PNG},           {"jpeg", IFF_JFIF_JPEG}, {"bmp", IFF_BMP},
               {"gif", IFF_GIF},           {"tiff", IFF_TIFF},      {"tiff-g4", IFF_TIFF_G4},
               {"tiff-lzw", IFF_TIFF_LZW}, {"webp", IFF_WEBP},      {"jp2", IFF_JP2}};

static GBytes *picture(int format, int width, int height)
{
    int depth = format == IFF_TIFF_G4 ? 1 : format == IFF_GIF ? 8 : 32;
    PIX *pix = pixCreate(width, height, depth);
    l_uint8 *data = NULL;
    size_t length = 0;
    if (depth == 32)
        pixSetAllArbitrary(pix, 0x80a0c000);
    int failed = pixWriteMem(&data, &length, pix, format);
    pixDestroy(&pix);
    GBytes *bytes = failed ? NULL : g_bytes_new(data, length);
    lept_free(data);
    return bytes;
}

static void test_sizes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        guint width, height;
        g_autoptr(GBytes) bytes = picture(formats[i].format, 901, 603);
        g_test_message("%s", formats[i].name);
        g_assert_nonnull(bytes);
        g_assert_true(picture_size(bytes, &width, &height));
        g_assert_cmpuint(width, ==, 901);
        g_assert_cmpuint(height, ==, 603);
    }
}

/* Lossless WebP has another header, as has the extended one. */
static void test_webp(void)
{
    static const char lossless[] = "RIFF____WEBPVP8L____\x2f\x84\x83\x96\0________";
    static const char extended[] = "RIFF____WEBPVP8X____\0\0\0\0\x84\x03\0\x5a\x02\0____";
    g_autoptr(GBytes) l = g_bytes_new_static(lossless, sizeof lossless - 1);
    g_autoptr(GBytes) x = g_bytes_new_static(extended, sizeof extended - 1);
    guint width, height;
    g_assert_true(picture_size(l, &width, &height));
    g_assert_cmpuint(width, ==, 901);
    g_assert_cmpuint(height, ==, 603);
    g_assert_true(picture_size(x, &width, &height));
    g_assert_cmpuint(width, ==, 901);
    g_assert_cmpuint(height, ==, 603);
}

static void test_cut_off(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GBytes) bytes = picture(formats[i].format, 77, 55);
        for (gsize length = 0; length < g_bytes_get_size(bytes); length++) {
            /* A copy, so that one byte too far is seen. */
            g_autoptr(GBytes) cut = g_bytes_new(g_bytes_get_data(bytes, NULL), length);
            guint width, height;
            if (picture_size(cut, &width, &height))
                g_assert_true((width == 77 && height == 55) || formats[i].format == IFF_TIFF);
        }
    }
}

static void test_others(void)
{
    static const char text[] = "a text that is no picture of any kind, BM or not";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, sizeof text - 1);
    guint width, height;
    g_assert_false(picture_size(bytes, &width, &height));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_add_func("/picture-size/sizes", test_sizes);
    g_test_add_func("/picture-size/webp", test_webp);
    g_test_add_func("/picture-size/cut-off", test_cut_off);
    g_test_add_func("/picture-size/others", test_others);
    return g_test_run();
}
