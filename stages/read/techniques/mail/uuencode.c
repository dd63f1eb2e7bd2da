#include "uuencode.h"

#include <string.h>

#define LONGEST_NAME 255u

static const char *next_line(const char *p)
{
    p += strcspn(p, "\n");
    return p + (*p == '\n');
}

/* "begin 644 name": the name, or NULL. Caller frees. */
static char *name_of(const char *line)
{
    const char *p = line + strlen("begin ");
    if (!g_str_has_prefix(line, "begin "))
        return NULL;
    gsize digits = strspn(p, "01234567");
    gsize length = strcspn(p, "\r\n");
    if (digits < 3 || digits > 4 || p[digits] != ' ' || length <= digits + 1 ||
        length > LONGEST_NAME)
        return NULL;
    return g_strstrip(g_strndup(p + digits + 1, length - digits - 1));
}

static guint value_of(char c)
{
    return (guint)(c - ' ') & 0x3f;
}

/* One line: its first character says how many bytes the groups of four behind it hold. Trailing spaces,
 * which stand for zeros, get lost on the way. */
static gboolean decode_line(const char *line, GByteArray *out)
{
    gsize length = strcspn(line, "\r\n");
    guint n = value_of(line[0]);
    if (length == 0 || line[0] < ' ' || line[0] > '`' || length > 1 + (n + 2) / 3 * 4 + 2)
        return FALSE;
    for (guint done = 0; done < n; done += 3) {
        guint group[4];
        for (guint i = 0; i < 4; i++) {
            gsize at = 1 + done / 3 * 4 + i;
            if (at < length && (line[at] < ' ' || line[at] > '`'))
                return FALSE;
            group[i] = at < length ? value_of(line[at]) : 0;
        }
        guint8 bytes[3] = {(guint8)(group[0] << 2 | group[1] >> 4),
                           (guint8)(group[1] << 4 | group[2] >> 2),
                           (guint8)(group[2] << 6 | group[3])};
        g_byte_array_append(out, bytes, MIN(3, n - done));
    }
    return TRUE;
}

static gboolean is_end(const char *line)
{
    return g_str_has_prefix(line, "end") && strspn(line + 3, " \r") == strcspn(line + 3, "\n");
}

/* The file whose lines begin at `line`; *end is behind its "end". NULL when it is none. */
static GBytes *decode_file(const char *line, const char **end)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (; *line && !is_end(line); line = next_line(line))
        if (!decode_line(line, out))
            return NULL;
    if (!*line || out->len == 0)
        return NULL;
    *end = next_line(line);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

void uu_take_files(GString *text, UuFound found, gpointer data)
{
    g_autoptr(GString) rest = g_string_new(NULL);
    const char *kept = text->str;
    for (const char *line = text->str; *line;) {
        const char *end = NULL;
        g_autofree char *name = name_of(line);
        g_autoptr(GBytes) content = name ? decode_file(next_line(line), &end) : NULL;
        if (!content) {
            line = next_line(line);
            continue;
        }
        found(name, content, data);
        g_string_append_len(rest, kept, line - kept);
        line = kept = end;
    }
    if (kept == text->str)
        return;
    g_string_append(rest, kept);
    g_string_assign(text, rest->str);
}
