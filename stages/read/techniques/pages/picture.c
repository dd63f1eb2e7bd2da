#include "picture.h"

#include "overlay-page.h"
#include "pipeline/core/picture.h"

#include <allheaders.h>
#include <cairo.h>

#define JPEG_QUALITY 80
#define COLOUR_SPREAD 24    /* between a pixel's red, green and blue, from where on it is no grey */
#define COLOUR_SHARE 0.0005 /* of the pixels: fewer are noise of a scanner */
#define BLANK_SPREAD 8      /* between the lightest and the darkest pixel of a blank page */

/* What the pixels say of the page. */
typedef struct {
    gsize coloured;
    guint8 darkest, lightest;
} Look;

static Look look_at(PIX *pix)
{
    Look look = {.darkest = 255};
    for (int y = 0; y < pixGetHeight(pix); y++) {
        const l_uint32 *line = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < pixGetWidth(pix); x++) {
            guint8 r = (guint8)(line[x] >> 24), g = (guint8)(line[x] >> 16),
                   b = (guint8)(line[x] >> 8);
            guint8 low = MIN(MIN(r, g), b), high = MAX(MAX(r, g), b);
            look.coloured += high - low > COLOUR_SPREAD;
            look.darkest = MIN(look.darkest, low);
            look.lightest = MAX(look.lightest, high);
        }
    }
    return look;
}

/* cairo's pixels have blue lowest; Leptonica's have red, green, blue from the top byte down. */
static PIX *pix_of(cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    PIX *pix = pixCreate(width, height, 32);
    if (!pix)
        return NULL;
    cairo_surface_flush(surface);
    const guint8 *data = cairo_image_surface_get_data(surface);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        const guint32 *in = (const guint32 *)(const void *)(data + (gsize)y * stride);
        l_uint32 *out = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < width; x++)
            out[x] = in[x] << 8;
    }
    return pix;
}

/* Clockwise, about the picture of these pixels. */
static void stand_up(cairo_t *cr, guint turn, guint width, guint height)
{
    if (turn == 1 || turn == 2)
        cairo_translate(cr, width, 0);
    if (turn == 2 || turn == 3)
        cairo_translate(cr, 0, height);
    cairo_rotate(cr, turn * G_PI / 2);
}

static PIX *draw(const TechniqueInput *input, const Reading *reading)
{
    const Page *page = reading_page(reading, 0);
    guint turn = (input->flags & WIRE_TURN_MASK) >> WIRE_TURN_SHIFT, width = 0, height = 0;
    double scale = picture_pixels(page->width, page->height, turn, &width, &height) / 72;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    stand_up(cr, turn, width, height);
    cairo_scale(cr, scale, scale);
    overlay_page_draw(input, reading, 0, cr);
    PIX *pix = cairo_status(cr) == CAIRO_STATUS_SUCCESS ? pix_of(surface) : NULL;
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return pix;
}

static GBytes *encode(PIX *pix, gboolean colour)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    PIX *written = colour ? pixClone(pix) : pixConvertTo8(pix, 0);
    gboolean ok = written && pixWriteMemJpeg(&data, &size, written, JPEG_QUALITY, 0) == 0;
    pixDestroy(&written);
    GBytes *jpeg = ok ? g_bytes_new(data, size) : NULL;
    lept_free(data);
    return jpeg;
}

static GBytes *take(const TechniqueInput *input, const Reading *reading, GError **error)
{
    PIX *pix = draw(input, reading);
    if (!pix) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "page %u cannot be drawn",
                    input->first_page);
        return NULL;
    }
    Look look = look_at(pix);
    GBytes *jpeg = NULL;
    if (look.lightest - look.darkest < BLANK_SPREAD) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "page %u is blank", input->first_page);
    } else {
        gsize pixels = (gsize)pixGetWidth(pix) * (gsize)pixGetHeight(pix);
        jpeg = encode(pix, (double)look.coloured > COLOUR_SHARE * (double)pixels);
        if (!jpeg)
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                        "no memory for the picture of page %u", input->first_page);
    }
    pixDestroy(&pix);
    return jpeg;
}

/* Not all of the page could be read: what would be drawn may look blank, and is not. */
static gboolean is_broken(const Reading *reading)
{
    for (guint i = 0; i < reading->notes->len; i++)
        if (g_str_has_prefix(reading->notes->pdata[i], READING_MISSING))
            return TRUE;
    return FALSE;
}

Reading *picture_read(const TechniqueRow *row, const TechniqueInput *input, GBytes **picture,
                      GError **error)
{
    TechniqueInput one = *input;
    one.last_page = one.first_page;
    one.flags = (one.flags & ~(guint)WIRE_OCR_ALWAYS) | WIRE_OCR_NEVER; /* its size is wanted */
    g_autoptr(Reading) reading = row->read(&one, error);
    if (!reading)
        return NULL;
    if (reading->pages->len != 1 || reading_page(reading, 0)->geometry != READING_LAYOUT) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "there is no page %u to draw",
                    input->first_page);
        return NULL;
    }
    if (is_broken(reading)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "page %u is broken",
                    input->first_page);
        return NULL;
    }
    *picture = take(input, reading, error);
    return *picture ? reading_new(input->media_type) : NULL;
}
