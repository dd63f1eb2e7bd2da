#include "pdf-picture.h"

#include <math.h>

#define MAX_SIDE_PIXELS 30000
/* Grey levels that the eye tells apart in small type. */
#define SEEN_CONTRAST 12

static inline guint32 grey_of_pixel(guint32 p)
{
    return (77 * (p >> 16 & 255) + 151 * (p >> 8 & 255) + 28 * (p & 255)) >> 8;
}

/* A word of Leptonica's, which begins with its highest byte. Most of a page is white. */
static inline guint32 grey_of_four(const guint32 *p)
{
    if ((p[0] & p[1] & p[2] & p[3] & 0xffffff) == 0xffffff)
        return 0xffffffff;
    return grey_of_pixel(p[0]) << 24 | grey_of_pixel(p[1]) << 16 | grey_of_pixel(p[2]) << 8 |
           grey_of_pixel(p[3]);
}

static PIX *grey_of(cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    int stride = cairo_image_surface_get_stride(surface);
    const guint8 *data = cairo_image_surface_get_data(surface);
    PIX *pix = pixCreateNoInit(width, height, 8);
    if (!pix || !data) {
        pixDestroy(&pix);
        return NULL;
    }
    l_uint32 *out = pixGetData(pix);
    int words = pixGetWpl(pix);
    for (int y = 0; y < height; y++) {
        const guint32 *in = (const guint32 *)(const void *)(data + (gsize)y * (gsize)stride);
        l_uint32 *line = out + (gsize)y * (gsize)words;
        int x = 0;
        for (; x + 4 <= width; x += 4)
            line[x / 4] = grey_of_four(in + x);
        for (; x < width; x++)
            SET_DATA_BYTE(line, x, grey_of_pixel(in[x]));
    }
    return pix;
}

static PIX *draw(PopplerPage *page, Rect part, double scale)
{
    int width = MAX(1, (int)ceil((part.x1 - part.x0) * scale));
    int height = MAX(1, (int)ceil((part.y1 - part.y0) * scale));
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, scale, scale);
    cairo_translate(cr, -part.x0, -part.y0);
    poppler_page_render(page, cr);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    PIX *pix = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS ? grey_of(surface) : NULL;
    cairo_surface_destroy(surface);
    return pix;
}

PIX *pdf_picture(PopplerPage *page, double max_dpi, double max_pixels, double *dpi)
{
    double width, height;
    poppler_page_get_size(page, &width, &height);
    if (!(width > 0) || !(height > 0))
        return NULL;
    double scale = MIN(max_dpi / 72.0, sqrt(max_pixels / (width * height)));
    scale = MIN(scale, MAX_SIDE_PIXELS / MAX(width, height));
    *dpi = scale * 72.0;
    return draw(page, (Rect){0, 0, width, height}, scale);
}

PIX *pdf_picture_of_part(PopplerPage *page, Rect part, double dpi)
{
    return draw(page, part, dpi / 72);
}

gboolean pdf_picture_has_ink(PIX *picture, double dpi, Rect rect)
{
    double scale = dpi / 72.0;
    int x0 = CLAMP((int)floor(rect.x0 * scale), 0, pixGetWidth(picture));
    int x1 = CLAMP((int)ceil(rect.x1 * scale), 0, pixGetWidth(picture));
    int y0 = CLAMP((int)floor(rect.y0 * scale), 0, pixGetHeight(picture));
    int y1 = CLAMP((int)ceil(rect.y1 * scale), 0, pixGetHeight(picture));
    guint lightest = 0, darkest = 255;
    for (int y = y0; y < y1; y++) {
        const l_uint32 *line = pixGetData(picture) + (gsize)y * (gsize)pixGetWpl(picture);
        for (int x = x0; x < x1; x++) {
            guint level = GET_DATA_BYTE(line, x);
            lightest = MAX(lightest, level);
            darkest = MIN(darkest, level);
        }
        if (lightest > darkest && lightest - darkest >= SEEN_CONTRAST)
            return TRUE;
    }
    return FALSE;
}
