/* Words that go on on the next line. */
#include "layout-blocks.h"

#include <string.h>

#define MIN_LETTERS_BEFORE 2

gboolean layout_is_broken(const char *before, const char *after)
{
    gsize hyphen = reading_hyphen_bytes(before, strlen(before));
    const char *end = before + strlen(before) - hyphen;
    guint letters = 0;
    if (!hyphen || !g_unichar_islower(g_utf8_get_char(after)))
        return FALSE;
    for (const char *p = before; p < end; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean quote = letters == 0 && !g_unichar_isalnum(c) && c != '-';
        if (!g_unichar_isalpha(c) && !quote)
            return FALSE;
        letters += g_unichar_isalpha(c) != 0;
    }
    return letters >= MIN_LETTERS_BEFORE &&
           g_unichar_islower(g_utf8_get_char(g_utf8_prev_char(end)));
}
