/* A mailbox file is cut where a line "From …" stands behind an empty line and before a header field; the
 * messages themselves are read as documents of their own. */
#include "stages/read/techniques/mail/mail.h"

#include "pipeline/core/limits.h"

#include <string.h>

static const char *next_line(const char *p, const char *end)
{
    const char *line = memchr(p, '\n', (gsize)(end - p));
    return line ? line + 1 : end;
}

static gboolean starts_with(const char *p, const char *end, const char *prefix)
{
    gsize n = strlen(prefix);
    return (gsize)(end - p) >= n && memcmp(p, prefix, n) == 0;
}

/* "Name:" or, as some programs go on, ">From …". */
static gboolean is_field(const char *p, const char *end)
{
    const char *at = p;
    if (starts_with(p, end, ">From "))
        return TRUE;
    while (at < end && (g_ascii_isalnum(*at) || *at == '-' || *at == '_'))
        at++;
    return at > p && at < end && *at == ':';
}

static gboolean is_mark(const char *p, const char *end)
{
    return starts_with(p, end, "From ") && is_field(next_line(p, end), end);
}

static gboolean is_blank(const char *p, const char *end)
{
    return p < end && (*p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n'));
}

/* Where the next mark stands behind `p`, or the end. */
static const char *find_mark(const char *p, const char *end)
{
    for (gboolean blank = FALSE; p < end; p = next_line(p, end)) {
        if (blank && is_mark(p, end))
            return p;
        blank = is_blank(p, end);
    }
    return end;
}

/* Without the ">" that the mailbox put before lines that begin like a mark. */
static GBytes *message_of(const char *p, const char *end)
{
    GByteArray *message = g_byte_array_sized_new((guint)(end - p));
    for (const char *next; p < end; p = next) {
        const char *at = p;
        next = next_line(p, end);
        while (at < next && *at == '>')
            at++;
        const char *from = at > p && starts_with(at, next, "From ") ? p + 1 : p;
        g_byte_array_append(message, (const guint8 *)from, (guint)(next - from));
    }
    return g_byte_array_free_to_bytes(message);
}

static void take_message(Reading *members, const RowSink *sink, guint64 number, GBytes *message)
{
    gsize size = g_bytes_get_size(message);
    gboolean fits = size <= DOCKET_MAX_CHILD_BYTES;
    g_autofree char *name = g_strdup_printf("%" G_GUINT64_FORMAT ".eml", number + 1);
    reading_attach(members, name, "message/rfc822", size, fits ? message : NULL);
    if (!fits)
        sink->bad_row(number, DOCKET_ERROR_TOO_LARGE, "the message is over the limit of a document",
                      sink->data);
}

Reading *mbox_members(const TechniqueInput *input, guint64 offset, guint64 first,
                      const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(input->bytes, &length);
    const char *end = data + length, *p = data + MIN(offset, length);
    g_autoptr(Reading) members = reading_new(input->media_type);
    guint64 bytes = 0;
    if (offset == 0 && p < end && !starts_with(p, end, "From "))
        p = find_mark(p, end);
    if (first >= DOCKET_MAX_MEMBERS) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "more than %u messages in one mailbox", DOCKET_MAX_MEMBERS);
        return NULL;
    }
    while (p < end && members->attachments->len < DOCKET_MEMBERS_PER_TASK &&
           bytes < sink->max_bytes && first + members->attachments->len < DOCKET_MAX_MEMBERS) {
        const char *body = next_line(p, end);
        p = find_mark(body, end);
        g_autoptr(GBytes) message = message_of(body, p);
        bytes += g_bytes_get_size(message);
        take_message(members, sink, first + members->attachments->len, message);
    }
    *next_offset = p < end ? (guint64)(p - data) : 0;
    *next_row = p < end ? first + members->attachments->len : 0;
    return g_steal_pointer(&members);
}
