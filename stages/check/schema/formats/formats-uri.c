/* URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570). The functions walk: each takes the
 * place where a part begins and returns where it ends, so that a text is read once. */
#include "stages/check/schema/formats/chars.h"
#include "stages/check/schema/formats/members.h"

#include <string.h>

/* What a part may hold beyond ASCII. */
typedef enum { ASCII_ONLY, LETTERS, LETTERS_AND_PRIVATE } Beyond;

static inline gboolean is_continuation(char c)
{
    return ((guchar)c & 0xC0) == 0x80;
}

/* Bytes of one ucschar (RFC 3987, section 2.2), or also iprivate; 0 when there is none here. */
static gsize wide_length(const char *at, Beyond beyond)
{
    /* U+00C0 to U+07FF and U+1000 to U+CFFF, most of what people write, need no second look. */
    guchar lead = (guchar)*at;
    if (lead >= 0xC3 && lead <= 0xDF)
        return is_continuation(at[1]) ? 2 : 0;
    if (lead >= 0xE1 && lead <= 0xEC)
        return is_continuation(at[1]) && is_continuation(at[2]) ? 3 : 0;
    gunichar c = g_utf8_get_char_validated(at, -1);
    if (c < 0xA0 || c > 0x10FFFF)
        return 0; /* malformed ones come as (gunichar)-1 and -2 */
    gboolean assignable = (c & 0xFFFE) != 0xFFFE && (c < 0xFDD0 || c > 0xFDEF);
    gboolean private = (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
    gboolean letter = c < 0xFFF0 || (c >= 0x10000 && (c < 0xE0000 || c >= 0xE1000));
    if (!assignable || (private ? beyond != LETTERS_AND_PRIVATE : !letter))
        return 0;
    return (gsize)(g_utf8_next_char(at) - at);
}

/* Goes on behind the first character that is no plain one. */
static const char *skip_encoded(const char *at, guint classes, Beyond beyond)
{
    for (;;) {
        if (*at == '%' && char_is(at[1], CHAR_HEX) && char_is(at[2], CHAR_HEX)) {
            at += 3;
        } else if (beyond != ASCII_ONLY && (guchar)*at >= 0x80) {
            gsize length = wide_length(at, beyond);
            if (length == 0)
                return at;
            at += length;
        } else if (char_is(*at, classes)) {
            at++;
        } else {
            return at;
        }
    }
}

/* Characters of these classes, percent-encoded bytes, and what is allowed beyond ASCII. A stray "%"
 * is where it stops, and no part begins with one. */
G_ALWAYS_INLINE static inline const char *skip_part(const char *at, guint classes, Beyond beyond)
{
    at = char_skip(at, classes);
    gboolean more = *at == '%' || (beyond != ASCII_ONLY && (guchar)*at >= 0x80);
    return more ? skip_encoded(at, classes, beyond) : at;
}

/* "[" to "]": an IPv6 address or "v", its version, ".", its text. */
static const char *skip_ip_literal(const char *at)
{
    if (*++at == 'v' || *at == 'V') {
        const char *dot = char_skip(at + 1, CHAR_HEX);
        if (dot == at + 1 || *dot != '.' || !char_is(dot[1], CHAR_USER))
            return NULL;
        at = char_skip(dot + 1, CHAR_USER);
    } else {
        at = format_skip_ipv6(at);
    }
    return at != NULL && *at == ']' ? at + 1 : NULL;
}

static inline const char *skip_host_and_port(const char *at, Beyond beyond)
{
    at = *at == '[' ? skip_ip_literal(at) : skip_part(at, CHAR_HOST, beyond);
    return at != NULL && *at == ':' ? char_skip(at + 1, CHAR_DIGIT) : at;
}

static inline gboolean ends_authority(char c)
{
    return c == '/' || c == '\0' || c == '?' || c == '#';
}

/* What stands before a "@" looks like a host and a port as far as it goes; only when that reading
 * fails, it is read again as user information. */
static inline const char *skip_authority(const char *text, Beyond beyond)
{
    const char *at = skip_host_and_port(text, beyond);
    if (at != NULL && ends_authority(*at))
        return at;
    at = skip_part(text, CHAR_USER, beyond);
    if (*at != '@')
        return NULL;
    at = skip_host_and_port(at + 1, beyond);
    return at != NULL && ends_authority(*at) ? at : NULL;
}

G_ALWAYS_INLINE static inline gboolean check_uri(const char *text, gboolean absolute, Beyond beyond)
{
    const char *at = char_skip(text, CHAR_SCHEME);
    gboolean scheme = *at == ':' && g_ascii_isalpha(text[0]);
    if (scheme)
        at++;
    else if (absolute)
        return FALSE;
    else
        at = text;
    if (at[0] == '/' && at[1] == '/') {
        at = skip_authority(at + 2, beyond);
        if (at == NULL)
            return FALSE;
    } else if (!scheme) {
        /* A colon in the first segment would make a scheme. */
        at = skip_part(at, CHAR_SEGMENT, beyond);
        if (*at == ':')
            return FALSE;
    }
    at = skip_part(at, CHAR_PATH, beyond);
    if (*at == '?')
        at = skip_part(at + 1, CHAR_QUERY, beyond == LETTERS ? LETTERS_AND_PRIVATE : beyond);
    if (*at == '#')
        at = skip_part(at + 1, CHAR_QUERY, beyond);
    return *at == '\0';
}

gboolean format_uri(const char *text)
{
    return check_uri(text, TRUE, ASCII_ONLY);
}

gboolean format_uri_reference(const char *text)
{
    return check_uri(text, FALSE, ASCII_ONLY);
}

gboolean format_iri(const char *text)
{
    return check_uri(text, TRUE, LETTERS);
}

gboolean format_iri_reference(const char *text)
{
    return check_uri(text, FALSE, LETTERS);
}

/* ---- templates ---- */

/* A name of parts with single dots between them, then ":" and up to four digits, or "*". */
static const char *skip_variable(const char *at)
{
    for (;;) {
        const char *end = skip_part(at, CHAR_NAME, ASCII_ONLY);
        if (end == at)
            return NULL;
        at = end;
        if (*at != '.')
            break;
        at++;
    }
    if (*at == '*')
        return at + 1;
    if (*at != ':')
        return at;
    const char *end = char_skip(++at, CHAR_DIGIT);
    return *at == '0' || end == at || end > at + 4 ? NULL : end;
}

/* "{" to "}". The operators that are reserved for later have no meaning yet: refused. */
static const char *skip_expression(const char *at)
{
    at++;
    if (*at != '\0' && strchr("+#./;?&", *at) != NULL)
        at++;
    for (;; at++) {
        at = skip_variable(at);
        if (at == NULL || *at != ',')
            return at != NULL && *at == '}' ? at + 1 : NULL;
    }
}

gboolean format_uri_template(const char *text)
{
    for (;;) {
        text = skip_part(text, CHAR_LITERAL, LETTERS_AND_PRIVATE);
        if (*text != '{')
            return *text == '\0';
        text = skip_expression(text);
        if (text == NULL)
            return FALSE;
    }
}
