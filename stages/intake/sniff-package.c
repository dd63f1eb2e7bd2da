/* Containers are known by the names of what they hold: the list of a ZIP's members, the folder of a
 * compound file (MS-CFB). Nothing is unpacked. */
#include "sniff.h"

#include <string.h>

#define MAX_MEMBERS 5000u /* of a ZIP, looked at */
#define LIST_END_BYTES                                                                             \
    65557u /* a ZIP's end record is within these (APPNOTE 4.3.16: comment and record) */
#define HEADS_BYTES (4u << 20)   /* of a ZIP without a list, that are looked through */
#define MAX_FOLDER_SECTORS 512u  /* of a compound file; its own streams come first */
#define MAX_ALLOCATION 109u      /* sectors of the allocation table that the header lists */
#define END_OF_CHAIN 0xfffffffau /* and all above */

typedef struct {
    const guint8 *bytes;
    gsize length;
} Span;

/* Little-endian, 0 behind the end. */
static guint32 number(Span s, gsize at, guint bytes)
{
    guint32 value = 0;
    if (at > s.length || s.length - at < bytes)
        return 0;
    for (guint i = 0; i < bytes; i++)
        value |= (guint32)s.bytes[at + i] << 8 * i;
    return value;
}

static gboolean has(Span s, gsize at, const char *text)
{
    gsize length = strlen(text);
    return at <= s.length && s.length - at >= length && memcmp(s.bytes + at, text, length) == 0;
}

/* ---- ZIP ---- */

typedef struct {
    const char *prefix; /* of a member's name */
    const char *media_type;
} Member;

/* In order of weight: macros' workbooks have a binary part instead of the usual one. */
static const Member members[] = {
    {"xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12"},
    {"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"META-INF/container.xml", "application/epub+zip"},
};

/* What ODF and EPUB say of themselves: their first member, not packed (ODF 1.3 part 2, 3.3). Templates and
 * masters are read as documents. */
static const Member mimetypes[] = {
    {"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
    {"application/vnd.oasis.opendocument.spreadsheet",
     "application/vnd.oasis.opendocument.spreadsheet"},
    {"application/vnd.oasis.opendocument.presentation",
     "application/vnd.oasis.opendocument.presentation"},
    {"application/vnd.oasis.opendocument.graphics",
     "application/vnd.oasis.opendocument.presentation"},
    {"application/vnd.sun.xml.writer", "application/vnd.oasis.opendocument.text"},
    {"application/vnd.sun.xml.calc", "application/vnd.oasis.opendocument.spreadsheet"},
    {"application/vnd.sun.xml.impress", "application/vnd.oasis.opendocument.presentation"},
    {"application/epub+zip", "application/epub+zip"},
};

static const char *by_mimetype(Span s)
{
    guint32 name = number(s, 26, 2), extra = number(s, 28, 2);
    if (!has(s, 30, "mimetype") || name != strlen("mimetype") || number(s, 8, 2) != 0)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(mimetypes); i++)
        if (has(s, 30 + name + extra, mimetypes[i].prefix))
            return mimetypes[i].media_type;
    return NULL;
}

/* The lowest row of members that a name begins like; *best is lowered. */
static void weigh(Span s, gsize at, gsize length, gsize *best)
{
    Span name = {s.bytes, MIN(s.length, at + length)};
    for (gsize i = 0; i < *best; i++)
        if (has(name, at, members[i].prefix))
            *best = i;
}

/* Offset of the list's first entry, or 0. */
static gsize find_list(Span s)
{
    gsize stop = s.length > LIST_END_BYTES ? s.length - LIST_END_BYTES : 0;
    for (gsize at = s.length; at-- > stop;)
        if (has(s, at, "PK\5\6")) {
            gsize list = number(s, at + 16, 4);
            return has(s, list, "PK\1\2") ? list : 0;
        }
    return 0;
}

static gsize weigh_list(Span s, gsize list)
{
    gsize best = G_N_ELEMENTS(members);
    for (guint n = 0; n < MAX_MEMBERS && has(s, list, "PK\1\2"); n++) {
        guint32 name = number(s, list + 28, 2);
        weigh(s, list + 46, name, &best);
        list += 46 + (gsize)name + number(s, list + 30, 2) + number(s, list + 32, 2);
    }
    return best;
}

/* A ZIP that is broken off has no list: its members' own heads tell. */
static gsize weigh_heads(Span s)
{
    gsize best = G_N_ELEMENTS(members), at = 0;
    s.length = MIN(s.length, HEADS_BYTES);
    for (guint n = 0; n < MAX_MEMBERS; n++) {
        const guint8 *next =
            at < s.length ? memmem(s.bytes + at, s.length - at, "PK\3\4", 4) : NULL;
        if (!next)
            break;
        at = (gsize)(next - s.bytes);
        weigh(s, at + 30, number(s, at + 26, 2), &best);
        at += 4;
    }
    return best;
}

static const char *zip_kind(Span s)
{
    const char *type = by_mimetype(s);
    if (type)
        return type;
    gsize list = find_list(s);
    gsize best = list ? weigh_list(s, list) : weigh_heads(s);
    return best < G_N_ELEMENTS(members) ? members[best].media_type : "application/zip";
}

/* ---- compound files ---- */

static const Member streams[] = {
    {"EncryptedPackage", "application/x-encrypted-office"},
    {"WordDocument", "application/msword"},
    {"Workbook", "application/vnd.ms-excel"},
    {"Book", "application/vnd.ms-excel"},
    {"PowerPoint Document", "application/vnd.ms-powerpoint"},
    {"__properties_version1.0", "application/vnd.ms-outlook"},
};

/* Names are UTF-16, of at most 31 characters (MS-CFB 2.6.1). */
static void weigh_stream(Span s, gsize entry, gsize *best)
{
    char name[32] = "";
    guint32 bytes = number(s, entry + 64, 2);
    if (bytes < 4 || bytes > 64)
        return;
    for (guint i = 0; i < bytes / 2 - 1; i++)
        name[i] = (char)number(s, entry + 2 * i, 1);
    for (gsize i = 0; i < *best; i++)
        if (strcmp(name, streams[i].prefix) == 0)
            *best = i;
}

/* The sector after this one in its chain. */
static guint32 next_sector(Span s, guint32 sector, gsize size)
{
    gsize entries = size / 4;
    gsize row = sector / entries;
    if (row >= MAX_ALLOCATION)
        return END_OF_CHAIN;
    guint32 table = number(s, 76 + 4 * row, 4);
    return table >= END_OF_CHAIN ? END_OF_CHAIN
                                 : number(s, ((gsize)table + 1) * size + 4 * (sector % entries), 4);
}

static const char *compound_kind(Span s)
{
    guint32 shift = number(s, 30, 2), sector = number(s, 48, 4);
    gsize size = shift == 12 ? 4096 : 512, best = G_N_ELEMENTS(streams);
    for (guint n = 0; n < MAX_FOLDER_SECTORS && sector < END_OF_CHAIN; n++) {
        gsize start = ((gsize)sector + 1) * size;
        if (start >= s.length)
            break;
        for (gsize entry = start; entry < start + size; entry += 128)
            weigh_stream(s, entry, &best);
        sector = next_sector(s, sector, size);
    }
    return best < G_N_ELEMENTS(streams) ? streams[best].media_type : "application/x-ole-storage";
}

gboolean sniff_is_package(const char *media_type)
{
    return strcmp(media_type, "application/zip") == 0 ||
           strcmp(media_type, "application/x-ole-storage") == 0;
}

const char *sniff_package(const char *media_type, const char *bytes, gsize length)
{
    Span span = {(const guint8 *)bytes, length};
    if (strcmp(media_type, "application/zip") == 0)
        return zip_kind(span);
    if (strcmp(media_type, "application/x-ole-storage") == 0)
        return compound_kind(span);
    return media_type;
}
