/* Any bytes as an event stream, cut anywhere: the same events as in one piece. The first byte says
 * how long the pieces are. */
#include <glib.h>

#include "stages/ask/sse.h"
#include "tests/fuzz/fuzz.h"

static gboolean write_down(const SseEvent *event, gpointer data)
{
    g_assert(event->data[event->length] == '\0');
    g_string_append_printf(data, "%s|%" G_GSIZE_FORMAT "|", event->type, event->length);
    g_string_append_len(data, event->data, (gssize)event->length);
    return TRUE;
}

static GString *events_of(const char *bytes, size_t size, size_t piece)
{
    GString *seen = g_string_new(NULL);
    g_autoptr(Sse) sse = sse_new(write_down, seen);
    for (size_t at = 0; at < size; at += piece)
        sse_feed(sse, bytes + at, MIN(piece, size - at));
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    GString *whole = events_of(bytes, size - 1, size);
    GString *pieces = events_of(bytes, size - 1, 1 + data[0] % 32);
    g_assert(g_string_equal(whole, pieces));
    g_string_free(whole, TRUE);
    g_string_free(pieces, TRUE);
    return 0;
}
