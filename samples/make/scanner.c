#include "samples/make/scanner.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "samples/make/paper.h"

PIX *scanner_page(cairo_surface_t *surface, int dpi)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    int stride = cairo_image_surface_get_stride(surface);
    const guchar *data = cairo_image_surface_get_data(surface);
    PIX *pix = pixCreate(width, height, 8);
    pixSetResolution(pix, dpi, dpi);
    for (int y = 0; y < height; y++) {
        const guint32 *row = (const guint32 *)(gconstpointer)(data + (gsize)y * (gsize)stride);
        for (int x = 0; x < width; x++) {
            guint32 red = row[x] >> 16 & 0xff, green = row[x] >> 8 & 0xff, blue = row[x] & 0xff;
            pixSetPixel(pix, x, y, (red * 77 + green * 151 + blue * 28) >> 8);
        }
    }
    return pix;
}

/* Takes the old one, passes the resolution on. */
static PIX *replace(PIX *old, PIX *made)
{
    g_assert(made);
    pixCopyResolution(made, old);
    pixDestroy(&old);
    return made;
}

PIX *scanner_skew(PIX *pix, double degrees, int paper)
{
    return replace(pix, pixRotateAMGray(pix, (l_float32)(degrees * G_PI / 180), (l_uint8)paper));
}

PIX *scanner_noise(PIX *pix, double sigma, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            /* The sum of four even ones is near enough to a bell curve. */
            double bell = 0;
            for (int i = 0; i < 4; i++)
                bell += g_rand_double_range(random, -1, 1);
            l_uint32 value = 0;
            pixGetPixel(pix, x, y, &value);
            int noisy = (int)lrint((double)value + bell * sigma * 0.866);
            pixSetPixel(pix, x, y, (l_uint32)CLAMP(noisy, 0, 255));
        }
    }
    return pix;
}

PIX *scanner_blur(PIX *pix, int radius)
{
    return replace(pix, pixBlockconvGray(pix, NULL, radius, radius));
}

PIX *scanner_shade(PIX *pix, double darkest)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            double along = (0.35 * x / width + 0.65 * y / height);
            double light = 1 - (1 - darkest) * along * along;
            l_uint32 value = 0;
            pixGetPixel(pix, x, y, &value);
            pixSetPixel(pix, x, y, (l_uint32)(value * light));
        }
    }
    return pix;
}

PIX *scanner_perspective(PIX *pix, double lean, int table)
{
    /* The table goes around the paper before the camera leans, and is cropped afterwards. */
    int edge = pixGetWidth(pix) / 8;
    PIX *on_table = replace(pix, pixAddBorder(pix, edge, (l_uint32)table));
    double width = pixGetWidth(on_table), height = pixGetHeight(on_table);
    PTA *from = ptaCreate(4), *to = ptaCreate(4);
    const double corners[4][2] = {{0, 0}, {width, 0}, {width, height}, {0, height}};
    const double moved[4][2] = {{lean * width, 0.02 * height},
                                {width * (1 - 1.4 * lean), 0},
                                {width, height * 0.985},
                                {width * 0.02, height}};
    for (int i = 0; i < 4; i++) {
        ptaAddPt(from, (l_float32)corners[i][0], (l_float32)corners[i][1]);
        ptaAddPt(to, (l_float32)moved[i][0], (l_float32)moved[i][1]);
    }
    PIX *leaning = replace(on_table, pixProjectivePta(on_table, to, from, L_BRING_IN_BLACK));
    ptaDestroy(&from);
    ptaDestroy(&to);
    int crop = edge / 2;
    return replace(leaning, pixRemoveBorder(leaning, crop));
}

void scanner_jpeg(PIX *pix, int quality, l_uint8 **bytes, size_t *size)
{
    if (pixWriteMemJpeg(bytes, size, pix, quality, 0))
        g_error("cannot encode JPEG");
}

void scanner_write(PIX *pix, const char *path, int format, int quality)
{
    int failed =
        format == IFF_JFIF_JPEG ? pixWriteJpeg(path, pix, quality, 0) : pixWrite(path, pix, format);
    if (failed)
        g_error("cannot write %s", path);
}

static void free_jpeg(gpointer bytes)
{
    lept_free(bytes);
}

void scanner_pdf_page(cairo_surface_t *pdf, PIX *pix, int quality, double width, double height)
{
    l_uint8 *bytes = NULL;
    size_t size = 0;
    scanner_jpeg(pix, quality, &bytes, &size);
    /* cairo puts the JPEG as it is into the PDF; the surface only tells its size. */
    g_autoptr(cairo_surface_t) image =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixGetWidth(pix), pixGetHeight(pix));
    cairo_surface_set_mime_data(image, CAIRO_MIME_TYPE_JPEG, bytes, size, free_jpeg, bytes);
    g_autoptr(cairo_t) cr = cairo_create(pdf);
    cairo_scale(cr, width / pixGetWidth(pix), height / pixGetHeight(pix));
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_paint(cr);
    cairo_show_page(cr);
}
