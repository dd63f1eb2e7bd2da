#include "stages/ask/sse.h"

#include <string.h>

#include "pipeline/core/limits.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct Sse {
    SseDone event;
    gpointer data;
    GString *line; /* the unfinished one */
    GString *type, *payload;
    gboolean has_payload; /* a data line came, be it empty */
    gboolean after_cr;    /* a line feed that comes next belongs to it */
    gboolean begun;       /* the first line is over: no byte order mark any more */
    gboolean ended, too_large;
};

Sse *sse_new(SseDone event, gpointer data)
{
    Sse *sse = g_new0(Sse, 1);
    sse->event = event;
    sse->data = data;
    sse->line = g_string_new(NULL);
    sse->type = g_string_new(NULL);
    sse->payload = g_string_new(NULL);
    return sse;
}

void sse_free(Sse *sse)
{
    if (!sse)
        return;
    g_string_free(sse->line, TRUE);
    g_string_free(sse->type, TRUE);
    g_string_free(sse->payload, TRUE);
    g_free(sse);
}

/* An empty line: the event is complete. */
static void dispatch(Sse *sse)
{
    if (sse->has_payload) {
        SseEvent event = {sse->type->str, sse->payload->str, sse->payload->len};
        sse->ended = !sse->event(&event, sse->data);
    }
    sse->has_payload = FALSE;
    g_string_truncate(sse->type, 0);
    g_string_truncate(sse->payload, 0);
}

static void add_payload(Sse *sse, const char *value, gsize length)
{
    if (sse->has_payload)
        g_string_append_c(sse->payload, '\n');
    g_string_append_len(sse->payload, value, (gssize)length);
    sse->has_payload = TRUE;
}

static gboolean is_field(const char *line, gsize length, const char *name)
{
    return length == strlen(name) && memcmp(line, name, length) == 0;
}

/* One line without its end. "id", "retry" and unknown fields say nothing to us; a line that begins
 * with a colon is a comment, of the field "". */
static void take_line(Sse *sse, const char *line, gsize length)
{
    if (!sse->begun && length >= 3 && memcmp(line, BYTE_ORDER_MARK, 3) == 0) {
        line += 3;
        length -= 3;
    }
    sse->begun = TRUE;
    if (length == 0) {
        dispatch(sse);
        return;
    }
    const char *colon = memchr(line, ':', length);
    gsize field = colon ? (gsize)(colon - line) : length;
    const char *value = colon ? colon + 1 : line + length;
    gsize rest = (gsize)(line + length - value);
    if (rest > 0 && *value == ' ') {
        value++;
        rest--;
    }
    if (is_field(line, field, "data")) {
        add_payload(sse, value, rest);
    } else if (is_field(line, field, "event")) {
        g_string_truncate(sse->type, 0);
        g_string_append_len(sse->type, value, (gssize)rest);
    } else if (is_field(line, field, "error")) {
        /* llama.cpp until September 2025 reported errors in a field of its own. */
        g_string_assign(sse->type, "error");
        add_payload(sse, value, rest);
    }
}

static void end_line(Sse *sse, const char *tail, gsize length)
{
    if (sse->line->len == 0) { /* the usual case: no copy */
        take_line(sse, tail, length);
        return;
    }
    g_string_append_len(sse->line, tail, (gssize)length);
    take_line(sse, sse->line->str, sse->line->len);
    g_string_truncate(sse->line, 0);
}

static gsize line_length(const char *bytes, gsize length)
{
    gsize n = 0;
    while (n < length && bytes[n] != '\n' && bytes[n] != '\r')
        n++;
    return n;
}

gboolean sse_feed(Sse *sse, const char *bytes, gsize length)
{
    while (length > 0 && !sse->ended) {
        if (sse->after_cr && *bytes == '\n') {
            bytes++;
            length--;
        }
        sse->after_cr = FALSE;
        gsize n = line_length(bytes, length);
        if (sse->line->len + sse->payload->len + n > DOCKET_MAX_EVENT_BYTES) {
            sse->ended = sse->too_large = TRUE;
            break;
        }
        if (n == length) {
            g_string_append_len(sse->line, bytes, (gssize)n);
            break;
        }
        end_line(sse, bytes, n);
        sse->after_cr = bytes[n] == '\r';
        bytes += n + 1;
        length -= n + 1;
    }
    return !sse->ended;
}

gboolean sse_too_large(const Sse *sse)
{
    return sse->too_large;
}
