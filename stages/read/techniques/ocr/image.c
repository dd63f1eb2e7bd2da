/* The header says how large the pixels will be; it is asked before anything is decoded. */
#include "image.h"

#include "ocr.h"
#include "pipeline/core/limits.h"

#include <string.h>

/* Photographs carry no resolution, or a made-up one such as 72: then the longer side is taken for
 * that of a sheet of paper. */
#define SANE_DPI_MIN 90
#define SANE_DPI_MAX 1200
#define ASSUMED_LONG_SIDE_POINTS 842.0
#define DECODING_PROBE (128u << 20)

static void set_too_large(GError **error, guint page, double width, double height)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                "page %u would have %.0f x %.0f pixels; the limit is %u pixels", page, width,
                height, DOCKET_MAX_IMAGE_PIXELS);
}

static void set_damaged(GError **error, guint page)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED,
                "page %u: the image is truncated or broken", page);
}

/* A decoder gives up the same way on broken bytes and on refused memory; a large piece of memory tells
 * which it was. */
static void set_undecoded(GError **error, guint page)
{
    g_autofree void *probe = g_try_malloc(DECODING_PROBE);
    if (probe)
        set_damaged(error, page);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                    "page %u: no memory to decode the image", page);
}

/* ---- headers ---- */

static guint32 le32(const guint8 *p)
{
    return (guint32)p[0] | (guint32)p[1] << 8 | (guint32)p[2] << 16 | (guint32)p[3] << 24;
}

/* Leptonica's header reader knows neither BMP nor GIF. */
static gboolean small_header(const guint8 *data, gsize size, int format, gint64 *width,
                             gint64 *height)
{
    if (format == IFF_BMP && size >= 26) {
        *width = (gint32)le32(data + 18);
        *height = ABS((gint64)(gint32)le32(data + 22));
        return TRUE;
    }
    if (format == IFF_GIF && size >= 10) {
        *width = data[6] | data[7] << 8;
        *height = data[8] | data[9] << 8;
        return TRUE;
    }
    return FALSE;
}

static gboolean check_header(const guint8 *data, gsize size, guint page, gboolean tiff,
                             GError **error)
{
    l_int32 format = IFF_UNKNOWN, w = 0, h = 0, bps = 0, spp = 0, cmap = 0, res = 0;
    gint64 width = 0, height = 0;
    gboolean ok;
    if (tiff) {
        ok = readHeaderMemTiff(data, size, (l_int32)page - 1, &w, &h, &bps, &spp, &res, &cmap,
                               &format) == 0;
    } else {
        ok = size >= 12 && findFileFormatBuffer(data, &format) == 0;
        if (ok && !small_header(data, size, format, &width, &height))
            ok = pixReadHeaderMem(data, size, &format, &w, &h, &bps, &spp, &cmap) == 0;
    }
    if (w > 0 && h > 0) {
        width = w;
        height = h;
    }
    if (!ok || width <= 0 || height <= 0) {
        set_damaged(error, page);
        return FALSE;
    }
    if (width * height > DOCKET_MAX_IMAGE_PIXELS) {
        set_too_large(error, page, width, height);
        return FALSE;
    }
    return TRUE;
}

/* ---- EXIF ---- */

static guint64 number(const guint8 *p, gsize bytes, gboolean little)
{
    guint64 value = 0;
    for (gsize i = 0; i < bytes; i++)
        value |= (guint64)p[i] << 8 * (little ? i : bytes - 1 - i);
    return value;
}

/* Tag 0x0112 of the first directory of a TIFF structure (Exif 2.3, 4.6.4); 1 if there is none. */
static guint exif_orientation(const guint8 *tiff, gsize size)
{
    if (size < 14 || (memcmp(tiff, "II*\0", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
        return 1;
    gboolean little = tiff[0] == 'I';
    gsize directory = number(tiff + 4, 4, little);
    if (directory > size - 2)
        return 1;
    guint64 entries = number(tiff + directory, 2, little);
    for (guint64 i = 0; i < entries; i++) {
        gsize at = directory + 2 + 12 * (gsize)i;
        if (at + 12 > size)
            return 1;
        if (number(tiff + at, 2, little) == 0x0112) {
            guint64 value = number(tiff + at + 8, 2, little);
            return value >= 1 && value <= 8 ? (guint)value : 1;
        }
    }
    return 1;
}

/* Walks the markers of a JPEG (ITU T.81, B.1.1) up to the first scan. */
static guint jpeg_orientation(const guint8 *data, gsize size)
{
    gsize at = 2;
    while (at + 4 <= size && data[at] == 0xff && data[at + 1] != 0xda) {
        gsize length = (gsize)data[at + 2] << 8 | data[at + 3];
        if (length < 2 || at + 2 + length > size)
            break;
        if (data[at + 1] == 0xe1 && length > 8 && memcmp(data + at + 4, "Exif\0\0", 6) == 0)
            return exif_orientation(data + at + 10, length - 8);
        at += 2 + length;
    }
    return 1;
}

static void replace(PIX **pix, PIX *better)
{
    if (!better)
        return;
    pixDestroy(pix);
    *pix = better;
}

static void apply_orientation(PIX **pix, guint orientation)
{
    /* Clockwise quarter turns per orientation (Exif 2.3, table 6), after the mirroring. */
    static const int quads[] = {0, 0, 0, 2, 2, 3, 1, 1, 3};
    if (orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7)
        replace(pix, pixFlipLR(NULL, *pix));
    if (quads[orientation])
        replace(pix, pixRotateOrth(*pix, quads[orientation]));
}

/* ---- pages ---- */

static PIX *decode(const guint8 *data, gsize size, guint page, gboolean tiff, GError **error)
{
    if (!check_header(data, size, page, tiff, error))
        return NULL;
    PIX *pix = tiff ? pixReadMemTiff(data, size, (l_int32)page - 1) : pixReadMem(data, size);
    if (!pix) {
        set_undecoded(error, page);
        return NULL;
    }
    if (!tiff && size > 2 && data[0] == 0xff && data[1] == 0xd8)
        apply_orientation(&pix, jpeg_orientation(data, size));
    return pix;
}

static double sane_dpi(PIX *pix)
{
    int dpi = MIN(pixGetXRes(pix), pixGetYRes(pix));
    return dpi >= SANE_DPI_MIN && dpi <= SANE_DPI_MAX ? dpi : 0;
}

static gboolean read_page(const TechniqueInput *input, const guint8 *data, gsize size, guint page,
                          gboolean tiff, Reading *reading, GError **error)
{
    PIX *pix = decode(data, size, page, tiff, error);
    if (!pix)
        return FALSE;
    double width = pixGetWidth(pix), height = pixGetHeight(pix);
    double dpi = sane_dpi(pix);
    double points = dpi > 0 ? 72.0 / dpi : ASSUMED_LONG_SIDE_POINTS / MAX(width, height);
    if (MAX(width, height) * points > DOCKET_MAX_PAGE_POINTS)
        points = DOCKET_MAX_PAGE_POINTS / MAX(width, height);
    Rect area = {0, 0, width * points, height * points};
    gboolean ok;
    if (input->flags & WIRE_OCR_NEVER) {
        reading_begin_page(reading, page, TECHNIQUE_NONE, READING_LAYOUT, area.x1, area.y1);
        reading_end_page(reading);
        ok = TRUE;
    } else {
        ok = ocr_page(input, pix, dpi, area, page, area, reading, error);
    }
    pixDestroy(&pix);
    return ok;
}

/* Follows the chain of directories (TIFF 6.0, section 2; BigTIFF has 8-byte numbers). A chain that
 * never ends stops at the limit. 0 when there is no directory. */
static guint tiff_count(const guint8 *data, gsize size)
{
    if (size < 16)
        return 0;
    gboolean little = data[0] == 'I';
    gboolean big = number(data + 2, 2, little) == 43;
    gsize width = big ? 8 : 4, counter = big ? 8 : 2, entry = big ? 20 : 12;
    guint64 at = number(data + (big ? 8 : 4), width, little);
    guint pages = 0;
    while (at != 0 && at <= size - counter && pages <= DOCKET_MAX_PAGES) {
        guint64 entries = number(data + at, counter, little);
        if (entries > (size - at) / entry)
            return pages;
        guint64 next = at + counter + entries * entry;
        pages++;
        if (next > size - width)
            break;
        at = number(data + next, width, little);
    }
    return pages;
}

static guint count_pages(const guint8 *data, gsize size, gboolean tiff, GError **error)
{
    guint pages = tiff ? tiff_count(data, size) : 1;
    if (pages == 0) {
        set_damaged(error, 1);
    } else if (pages > DOCKET_MAX_PAGES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "the image file has more than %u pages", DOCKET_MAX_PAGES);
        return 0;
    }
    return pages;
}

/* What it is, whatever it is called: TIFF alone has pages. */
static gboolean is_tiff(const guint8 *data, gsize size)
{
    return size >= 4 && (memcmp(data, "II*\0", 4) == 0 || memcmp(data, "MM\0*", 4) == 0 ||
                         memcmp(data, "II+\0", 4) == 0 || memcmp(data, "MM\0+", 4) == 0);
}

PIX *image_page(GBytes *bytes, guint page, GError **error)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    return decode(data, size, page, is_tiff(data, size), error);
}

Reading *image_read(const TechniqueInput *input, GError **error)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(input->bytes, &size);
    gboolean tiff = is_tiff(data, size);
    if (size == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the image has no bytes");
        return NULL;
    }
    guint pages = count_pages(data, size, tiff, error);
    if (!pages)
        return NULL;
    g_autoptr(Reading) reading = reading_new(input->media_type);
    reading->page_count = pages;
    guint last = input->last_page ? MIN(input->last_page, pages) : pages;
    for (guint page = MAX(1, input->first_page); page <= last; page++) {
        if (!technique_begin_page(input, page))
            break;
        if (!read_page(input, data, size, page, tiff, reading, error))
            return NULL;
    }
    return g_steal_pointer(&reading);
}
