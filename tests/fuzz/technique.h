/* One technique over any bytes; what it makes must pass the check that the supervisor does. */
#pragma once

#include "stages/read/techniques/technique.h"

static inline int fuzz_technique(const char *media_type, const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    TechniqueInput input = {
        .bytes = bytes, .media_type = media_type, .first_page = 1, .languages = "eng"};
    const TechniqueRow *row = technique_find(media_type);
    g_assert(row);
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) reading = row->read(&input, &error);
    g_assert((reading == NULL) == (error != NULL));
    if (!reading)
        return 0;
    g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(reading));
    g_autoptr(Reading) checked = reading_from_variant(variant, &error);
    if (!checked)
        g_error("a technique made a reading that breaks the rules: %s", error->message);
    return 0;
}
