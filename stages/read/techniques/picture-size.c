#include "picture-size.h"

#include <string.h>

typedef struct {
    const guint8 *data;
    gsize length;
    gboolean little; /* the order of bytes in a number */
} Picture;

/* The number of so many bytes at an offset; 0 beyond the end. */
static guint number(const Picture *p, gsize at, guint size)
{
    guint value = 0;
    if (at > p->length || p->length - at < size)
        return 0;
    for (guint i = 0; i < size; i++)
        value |= (guint)p->data[at + i] << 8 * (p->little ? i : size - 1 - i);
    return value;
}

static void png_size(Picture *p, guint *width, guint *height)
{
    *width = number(p, 16, 4);
    *height = number(p, 20, 4);
}

static void gif_size(Picture *p, guint *width, guint *height)
{
    p->little = TRUE;
    *width = number(p, 6, 2);
    *height = number(p, 8, 2);
}

/* The height may be negative: the first row is the uppermost then. */
static void bmp_size(Picture *p, guint *width, guint *height)
{
    p->little = TRUE;
    *width = number(p, 18, 4);
    *height = (guint)ABS((gint64)(gint32)number(p, 22, 4));
}

/* The frame header of a JPEG stands behind any number of segments (ITU-T T.81, B.2). */
static void jpeg_size(Picture *p, guint *width, guint *height)
{
    for (gsize at = 2; at + 9 < p->length && p->data[at] == 0xff;) {
        guint8 marker = p->data[at + 1];
        if (marker == 0xff) {
            at++;
            continue;
        }
        gboolean frame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame) {
            *height = number(p, at + 5, 2);
            *width = number(p, at + 7, 2);
            return;
        }
        at += 2 + number(p, at + 2, 2);
    }
}

/* TIFF 6.0, section 2: a list of twelve-byte entries; a value that fits stands in its entry, as a short
 * (3) or a long. */
static void tiff_size(Picture *p, guint *width, guint *height)
{
    p->little = p->data[0] == 'I';
    gsize list = number(p, 4, 4);
    guint entries = number(p, list, 2);
    for (guint i = 0; i < entries; i++) {
        gsize entry = list + 2 + (gsize)i * 12;
        guint tag = number(p, entry, 2);
        guint value = number(p, entry + 8, number(p, entry + 2, 2) == 3 ? 2 : 4);
        if (tag == 256)
            *width = value;
        else if (tag == 257)
            *height = value;
        if (tag > 257 || entry > p->length)
            return;
    }
}

/* RFC 9649, 2.5 to 2.7: the first chunk is lossy, lossless or extended. */
static void webp_size(Picture *p, guint *width, guint *height)
{
    p->little = TRUE;
    if (memcmp(p->data + 12, "VP8 ", 4) == 0) {
        *width = number(p, 26, 2) & 0x3fff;
        *height = number(p, 28, 2) & 0x3fff;
    } else if (memcmp(p->data + 12, "VP8L", 4) == 0) {
        guint bits = number(p, 21, 4);
        *width = (bits & 0x3fff) + 1;
        *height = (bits >> 14 & 0x3fff) + 1;
    } else if (memcmp(p->data + 12, "VP8X", 4) == 0) {
        *width = number(p, 24, 3) + 1;
        *height = number(p, 27, 3) + 1;
    }
}

/* ISO/IEC 15444-1, I.5.3.1: behind the signature and the file type, the header's first box. */
static void jp2_size(Picture *p, guint *width, guint *height)
{
    gsize header = 12 + (gsize)number(p, 12, 4);
    if (header > p->length || p->length - header < 24 ||
        memcmp(p->data + header + 12, "ihdr", 4) != 0)
        return;
    *height = number(p, header + 16, 4);
    *width = number(p, header + 20, 4);
}

static const struct {
    const char *begin;
    gsize length;
    void (*size)(Picture *p, guint *width, guint *height);
} formats[] = {
    {"\x89PNG\r\n\x1a\n", 8, png_size},
    {"GIF8", 4, gif_size},
    {"BM", 2, bmp_size},
    {"\xff\xd8", 2, jpeg_size},
    {"II*\0", 4, tiff_size},
    {"MM\0*", 4, tiff_size},
    {"RIFF", 4, webp_size},
    {"\0\0\0\014jP  ", 8, jp2_size},
};

gboolean picture_size(GBytes *bytes, guint *width, guint *height)
{
    Picture picture = {0};
    picture.data = g_bytes_get_data(bytes, &picture.length);
    *width = *height = 0;
    if (picture.length < 26)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (memcmp(picture.data, formats[i].begin, formats[i].length) == 0)
            formats[i].size(&picture, width, height);
    return *width > 0 && *height > 0;
}
