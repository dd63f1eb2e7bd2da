/* Names of things: UUIDs (RFC 4122), JSON pointers (RFC 6901) and relative ones. */
#include "stages/check/schema/formats/chars.h"
#include "stages/check/schema/formats/members.h"

#include <string.h>

static guint hex4(const char *at)
{
    return char_classes[(guchar)at[0]] & char_classes[(guchar)at[1]] & char_classes[(guchar)at[2]] &
           char_classes[(guchar)at[3]];
}

/* The length first: after that every place may be read, and one test decides on all digits. */
gboolean format_uuid(const char *text)
{
    if (strnlen(text, 37) != 36)
        return FALSE;
    guint digits = hex4(text) & hex4(text + 4) & hex4(text + 9) & hex4(text + 14) &
                   hex4(text + 19) & hex4(text + 24) & hex4(text + 28) & hex4(text + 32);
    return (digits & CHAR_HEX) && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
           text[23] == '-';
}

gboolean format_json_pointer(const char *text)
{
    if (*text != '\0' && *text != '/')
        return FALSE;
    while ((text = strchr(text, '~')) != NULL) {
        if (text[1] != '0' && text[1] != '1')
            return FALSE;
        text += 2;
    }
    return TRUE;
}

gboolean format_relative_json_pointer(const char *text)
{
    const char *rest = char_skip(text, CHAR_DIGIT);
    if (rest == text || (text[0] == '0' && rest > text + 1))
        return FALSE;
    return strcmp(rest, "#") == 0 || format_json_pointer(rest);
}
