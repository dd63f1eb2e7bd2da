#include "tools/llm-sim/draw.h"

#include <string.h>

#include "pipeline/core/bytes.h"

double draw(gint64 seed, const char *purpose, const char *subject)
{
    g_autofree char *all = g_strdup_printf("%s %" G_GINT64_FORMAT " %s", purpose, seed, subject);
    g_autofree char *hash = bytes_sha256(all, strlen(all));
    hash[12] = '\0';
    return (double)g_ascii_strtoull(hash, NULL, 16) / (double)(G_GUINT64_CONSTANT(1) << 48);
}

guint draw_index(gint64 seed, const char *purpose, const char *subject, guint n)
{
    return MIN((guint)(draw(seed, purpose, subject) * n), n - 1);
}
