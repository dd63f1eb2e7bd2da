#include "html-text.h"

#include <string.h>

/* The length that ends with a whole character. */
static gsize whole(const char *text, gsize length)
{
    gsize at = length;
    while (at > 0 && ((guchar)text[at - 1] & 0xc0) == 0x80)
        at--;
    if (at == 0 || (guchar)text[at - 1] < 0x80)
        return length;
    gsize size = (guchar)text[at - 1] >= 0xf0 ? 4 : (guchar)text[at - 1] >= 0xe0 ? 3 : 2;
    return at - 1 + size <= length ? length : at - 1;
}

char *html_text_squeeze(const char *text, gsize length)
{
    GString *out = g_string_sized_new(length + 1);
    length = whole(text, length);
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i]))
            g_string_append_c(out, text[i]);
        else if (out->len && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    g_string_truncate(out, out->len - (out->len && out->str[out->len - 1] == ' '));
    return g_string_free(out, FALSE);
}
