#include "bytes.h"

#include "limits.h"
#include <string.h>

char *bytes_sha256(gconstpointer data, gsize length)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data ? data : "", length);
}

char *bytes_to_utf8(const char *data, gssize length)
{
    gsize n = length < 0 ? strlen(data) : (gsize)length;
    GString *out = g_string_sized_new(n + 1);
    while (n > 0) {
        const char *end;
        /* g_utf8_validate stops at a NUL when it is told the length. */
        if (g_utf8_validate(data, (gssize)n, &end)) {
            g_string_append_len(out, data, (gssize)n);
            break;
        }
        g_string_append_len(out, data, end - data);
        g_string_append(out, "\xEF\xBF\xBD");
        n -= (gsize)(end - data) + 1;
        data = end + 1;
    }
    return g_string_free(out, FALSE);
}

/* Characters that would move the cursor, reorder the line or hide: not for a terminal. */
static gboolean is_unsafe(gunichar c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return TRUE;
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069))
        return TRUE;
    return c == 0xfeff || c == 0x061c || (c >= 0xe0000 && c <= 0xe007f);
}

char *bytes_for_terminal(const char *text)
{
    if (!text)
        return g_strdup("");
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p;) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02X", (guchar)*p++);
            continue;
        }
        if (!is_unsafe(c))
            g_string_append_unichar(out, c);
        else if (c < 0x80)
            g_string_append_printf(out, "\\x%02X", c);
        else
            g_string_append_printf(out, "\\u{%04X}", c);
        p = g_utf8_next_char(p);
    }
    return g_string_free(out, FALSE);
}

char *bytes_for_file_name(const char *name)
{
    GString *out = g_string_new(NULL);
    for (const char *p = name; *p;) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        gboolean broken = c == (gunichar)-1 || c == (gunichar)-2;
        const char *next = broken ? p + 1 : g_utf8_next_char(p);
        gboolean encode = broken || is_unsafe(c) || c == '/' || c == '\\' || c == '%' ||
                          (p == name && (c == '.' || c == '~'));
        for (; p < next; p++) {
            if (encode)
                g_string_append_printf(out, "%%%02X", (guchar)*p);
            else
                g_string_append_c(out, *p);
        }
    }
    if (out->len == 0)
        g_string_append(out, "%00");
    if (out->len > DOCKET_MAX_NAME_BYTES) {
        g_autofree char *hash = bytes_sha256(name, strlen(name));
        gsize keep = DOCKET_MAX_NAME_BYTES - 10;
        const char *valid;
        g_utf8_validate(out->str, (gssize)keep, &valid);
        g_string_truncate(out, (gsize)(valid - out->str));
        g_string_append_printf(out, "~%.8s", hash);
    }
    return g_string_free(out, FALSE);
}

void bytes_free_secrets(char **secrets)
{
    for (char **each = secrets; each && *each; each++)
        explicit_bzero(*each, strlen(*each));
    g_strfreev(secrets);
}

char *bytes_fold_letters(const char *text)
{
    g_autofree char *lower = g_utf8_casefold(text, -1);
    GString *out = g_string_sized_new(strlen(lower));
    for (const char *p = lower; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isalnum(c))
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}
