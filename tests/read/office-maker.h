/* Office documents made in memory: a ZIP of parts given as name, text, name, text, NULL. */
#pragma once

#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdarg.h>

#define OOXML                                                                                      \
    "http"                                                                                         \
    "://schemas.openxmlformats.org/"
#define W_SPACE " xmlns:w=\"" OOXML "wordprocessingml/2006/main\""
#define A_SPACE " xmlns:a=\"" OOXML "drawingml/2006/main\""
#define P_SPACE " xmlns:p=\"" OOXML "presentationml/2006/main\""
#define R_SPACE " xmlns:r=\"" OOXML "officeDocument/2006/relationships\""
#define S_SPACE " xmlns=\"" OOXML "spreadsheetml/2006/main\""
#define ODF_SPACE "urn:oasis:names:tc:opendocument:xmlns:"
#define ODF_SPACES                                                                                 \
    " xmlns:office=\"" ODF_SPACE "office:1.0\" xmlns:text=\"" ODF_SPACE                            \
    "text:1.0\" xmlns:table=\"" ODF_SPACE "table:1.0\" xmlns:style=\"" ODF_SPACE                   \
    "style:1.0\" xmlns:draw=\"" ODF_SPACE "drawing:1.0\" xmlns:presentation=\"" ODF_SPACE          \
    "presentation:1.0\" xmlns:fo=\"" ODF_SPACE "xsl-fo-compatible:1.0\""

static inline void office_add(struct archive *zip, const char *name, const char *bytes,
                              gsize length)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)length);
    g_assert_cmpint(archive_write_header(zip, entry), ==, ARCHIVE_OK);
    g_assert_cmpint(archive_write_data(zip, bytes, length), ==, (la_ssize_t)length);
    archive_entry_free(entry);
}

static inline GBytes *office_zip(const char *name, ...) G_GNUC_NULL_TERMINATED;
static inline GBytes *office_zip(const char *name, ...)
{
    gsize room = 1 << 20, used = 0;
    g_autofree char *buffer = g_malloc(room);
    struct archive *zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_open_memory(zip, buffer, room, &used);
    va_list args;
    va_start(args, name);
    for (; name; name = va_arg(args, const char *)) {
        const char *text = va_arg(args, const char *);
        office_add(zip, name, text, strlen(text));
    }
    va_end(args);
    archive_write_close(zip);
    archive_write_free(zip);
    return g_bytes_new(buffer, used);
}

/* A list of relations: id, type, target, …, NULL. Caller frees. */
static inline char *office_relations(const char *id, ...) G_GNUC_NULL_TERMINATED;
static inline char *office_relations(const char *id, ...)
{
    GString *out = g_string_new("<Relationships xmlns=\"" OOXML "package/2006/relationships\">");
    va_list args;
    va_start(args, id);
    for (; id; id = va_arg(args, const char *)) {
        const char *type = va_arg(args, const char *), *target = va_arg(args, const char *);
        g_string_append_printf(out,
                               "<Relationship Id=\"%s\" Type=\"" OOXML
                               "officeDocument/2006/relationships/%s\" Target=\"%s\"/>",
                               id, type, target);
    }
    va_end(args);
    g_string_append(out, "</Relationships>");
    return g_string_free(out, FALSE);
}

static inline void office_markdown(GBytes *bytes, const char *type, const char *expected)
{
    g_autoptr(Reading) r = fixture_read(bytes, type, NULL, 0);
    g_autofree char *text = reading_to_markdown(r);
    g_assert_cmpstr(text, ==, expected);
}
