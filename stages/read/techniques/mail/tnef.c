/* [MS-OXTNEF]: attributes one behind the other, each with level, identifier, length, data and checksum. */
#include "tnef.h"

#include <string.h>

#define SIGNATURE 0x223e9f78u
#define HEADER_BYTES 6u    /* signature and key */
#define ATTRIBUTE_BYTES 9u /* level, identifier, length; two bytes of checksum follow the data */

enum { ATTACH_BEGINS = 0x9002, ATTACH_TITLE = 0x8010, ATTACH_DATA = 0x800f };

typedef struct {
    char *name;
    GBytes *content;
    TnefFound found;
    gpointer data;
} File;

static guint32 little32(const guint8 *p)
{
    return (guint32)p[3] << 24 | (guint32)p[2] << 16 | (guint32)p[1] << 8 | p[0];
}

static void end_file(File *file)
{
    if (file->content)
        file->found(file->name, file->content, file->data);
    g_clear_pointer(&file->name, g_free);
    g_clear_pointer(&file->content, g_bytes_unref);
}

gboolean tnef_files(GBytes *tnef, TnefFound found, gpointer data)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(tnef, &length);
    File file = {.found = found, .data = data};
    if (length < HEADER_BYTES || little32(bytes) != SIGNATURE)
        return FALSE;
    for (gsize at = HEADER_BYTES; length - at >= ATTRIBUTE_BYTES;) {
        guint identifier = little32(bytes + at + 1) & 0xffff;
        gsize n = little32(bytes + at + 5);
        at += ATTRIBUTE_BYTES;
        if (n > length - at)
            break;
        if (identifier == ATTACH_BEGINS)
            end_file(&file);
        if (identifier == ATTACH_TITLE && !file.name)
            file.name = g_strndup((const char *)bytes + at, n);
        if (identifier == ATTACH_DATA && !file.content)
            file.content = g_bytes_new_from_bytes(tnef, at, n);
        at += MIN(n + 2, length - at);
    }
    end_file(&file);
    return TRUE;
}
