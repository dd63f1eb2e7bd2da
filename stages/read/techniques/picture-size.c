#include "picture-size.h"

#include <string.h>

static guint big16(const guint8 *p)
{
    return (guint)p[0] << 8 | p[1];
}

static guint little16(const guint8 *p)
{
    return (guint)p[1] << 8 | p[0];
}

/* The frame header of a JPEG stands behind any number of segments (ITU-T T.81, B.2). */
static gboolean jpeg_size(const guint8 *data, gsize length, guint *width, guint *height)
{
    for (gsize at = 2; at + 9 < length;) {
        if (data[at] != 0xff)
            return FALSE;
        guint8 marker = data[at + 1];
        if (marker == 0xff) {
            at++;
            continue;
        }
        gboolean frame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame) {
            *height = big16(data + at + 5);
            *width = big16(data + at + 7);
            return TRUE;
        }
        at += 2 + big16(data + at + 2);
    }
    return FALSE;
}

gboolean picture_size(GBytes *bytes, guint *width, guint *height)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    if (length < 26)
        return FALSE;
    if (memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0) {
        *width = big16(data + 16) << 16 | big16(data + 18);
        *height = big16(data + 20) << 16 | big16(data + 22);
    } else if (memcmp(data, "GIF8", 4) == 0) {
        *width = little16(data + 6);
        *height = little16(data + 8);
    } else if (memcmp(data, "BM", 2) == 0) {
        *width = little16(data + 18) | little16(data + 20) << 16;
        *height = little16(data + 22) | little16(data + 24) << 16;
    } else if (memcmp(data, "\xff\xd8", 2) == 0) {
        return jpeg_size(data, length, width, height);
    } else {
        return FALSE;
    }
    return TRUE;
}
