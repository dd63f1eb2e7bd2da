/* A container over any bytes, chunk by chunk; each chunk must pass the supervisor's check, and move on. */
#pragma once

#include "pipeline/core/limits.h"
#include "stages/read/techniques/technique.h"

static inline void fuzz_bad_member(guint64 number, int code, const char *sentence, gpointer data)
{
    g_assert(sentence && *sentence);
}

static inline int fuzz_members(const char *media_type, const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    TechniqueInput input = {
        .bytes = bytes, .media_type = media_type, .first_page = 1, .languages = "eng"};
    RowSink sink = {.bad_row = fuzz_bad_member, .max_bytes = 4096};
    guint64 offset = 0, next = 0;
    do {
        guint64 first = next;
        g_autoptr(GError) error = NULL;
        g_autoptr(Reading) members =
            members_read(&input, offset, first, &sink, &offset, &next, &error);
        g_assert((members == NULL) == (error != NULL));
        if (!members)
            return 0;
        g_assert(next == 0 || (next == first + members->attachments->len && next > first));
        g_autoptr(GVariant) variant = g_variant_ref_sink(reading_to_variant(members));
        g_autoptr(Reading) checked = reading_from_variant(variant, &error);
        if (!checked)
            g_error("a chunk of members breaks the rules: %s", error->message);
    } while (next != 0);
    return 0;
}
