/* What the readers' tests share: documents made in memory, and looking at what was read. */
#pragma once

#include "stages/read/techniques/libraries.h"
#include "stages/read/techniques/pages/pages.h"
#include "stages/read/techniques/pages/warm.h"

#include <cairo-pdf.h>
#include <glib.h>
#include <string.h>

static inline cairo_status_t fixture_append(void *closure, const unsigned char *data,
                                            unsigned int length)
{
    g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static inline TechniqueInput fixture_input(GBytes *bytes, const char *media_type, Warm *warm)
{
    return (TechniqueInput){.bytes = bytes,
                            .media_type = media_type,
                            .first_page = 1,
                            .languages = "eng",
                            .warm = warm};
}

/* The technique for a media type, one of those for pages included. */
static inline const TechniqueRow *fixture_find(const char *media_type)
{
    const TechniqueRow *row = technique_find(media_type);
    return row && !row->read ? docket_pages.find(media_type) : row;
}

/* Only those that read ranges name their pages: the supervisor takes a named page for one that can be
 * asked for by itself. */
static inline void fixture_on_page(guint page, gpointer row)
{
    g_assert_true(((const TechniqueRow *)row)->ranges);
}

/* The reading by the row for the media type; it must succeed. */
static inline Reading *fixture_read(GBytes *bytes, const char *media_type, Warm *warm, guint flags)
{
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, media_type, warm);
    input.flags = flags;
    const TechniqueRow *row = fixture_find(media_type);
    g_assert_nonnull(row);
    input.on_page = fixture_on_page;
    input.data = (gpointer)row;
    Reading *reading = row->read(&input, &error);
    g_assert_no_error(error);
    g_assert_nonnull(reading);
    /* What a reader sends must stand the supervisor's check. */
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(reading));
    g_autoptr(Reading) checked = reading_from_variant(variant, &error);
    g_assert_no_error(error);
    return reading;
}

static inline Reading *fixture_read_text(const char *text, const char *media_type)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return fixture_read(bytes, media_type, NULL, 0);
}

/* The row for the media type must refuse the bytes with this code. */
static inline void fixture_refuse(GBytes *bytes, const char *media_type, Warm *warm, int code)
{
    g_autoptr(GError) error = NULL;
    TechniqueInput input = fixture_input(bytes, media_type, warm);
    Reading *reading = fixture_find(media_type)->read(&input, &error);
    g_assert_null(reading);
    g_assert_error(error, DOCKET_ERROR, code);
}

static inline void fixture_has(const Reading *reading, const char *text)
{
    g_autofree char *all = reading_to_text(reading);
    if (!strstr(all, text))
        g_error("\"%s\" is missing in:\n%s", text, all);
}

static inline void fixture_lacks(const Reading *reading, const char *text)
{
    g_autofree char *all = reading_to_text(reading);
    if (strstr(all, text))
        g_error("\"%s\" is in:\n%s", text, all);
}
