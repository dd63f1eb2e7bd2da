/* Names and addresses of the net: RFC 5321 and 6531 (mail), 1123 and 5890 (hosts), 2673 and 4291
 * (IP). */
#include "stages/check/schema/formats/chars.h"
#include "stages/check/schema/formats/idna.h"
#include "stages/check/schema/formats/members.h"

#include <string.h>

/* ---- addresses ---- */

/* A number up to 255 without leading zeros. */
static inline const char *skip_octet(const char *at)
{
    guint first = (guint)(guchar)at[0] - '0';
    if (first > 9)
        return NULL;
    guint second = (guint)(guchar)at[1] - '0';
    if (second > 9)
        return at + 1;
    if (first == 0)
        return NULL;
    guint third = (guint)(guchar)at[2] - '0';
    if (third > 9)
        return at + 2;
    return first * 100 + second * 10 + third <= 255 ? at + 3 : NULL;
}

static const char *skip_ipv4(const char *at)
{
    for (guint dots = 0; (at = skip_octet(at)) != NULL && dots < 3; dots++) {
        if (*at++ != '.')
            return NULL;
    }
    return at;
}

static inline const char *skip_hex4(const char *at)
{
    if (!char_is(at[0], CHAR_HEX))
        return at;
    if (!char_is(at[1], CHAR_HEX))
        return at + 1;
    if (!char_is(at[2], CHAR_HEX))
        return at + 2;
    return char_is(at[3], CHAR_HEX) ? at + 4 : at + 3;
}

const char *format_skip_ipv6(const char *at)
{
    guint groups = 0;
    gboolean shortened = FALSE;
    for (;;) {
        if (at[0] == ':' && at[1] == ':') {
            if (shortened)
                return NULL;
            shortened = TRUE;
            at += 2;
            if (!char_is(*at, CHAR_HEX))
                break;
        } else if (groups > 0) {
            at++; /* the single colon that the last group stopped at */
        }
        const char *end = skip_hex4(at);
        if (end == at)
            return NULL;
        if (*end == '.') {
            groups += 2;
            at = skip_ipv4(at);
            break;
        }
        groups++;
        at = end;
        if (*at != ':' || groups > 8)
            break;
    }
    return (shortened ? groups <= 7 : groups == 8) ? at : NULL;
}

gboolean format_ipv4(const char *text)
{
    text = skip_ipv4(text);
    return text != NULL && *text == '\0';
}

gboolean format_ipv6(const char *text)
{
    text = format_skip_ipv6(text);
    return text != NULL && *text == '\0';
}

/* ---- hosts ---- */

/* What a pass over the ASCII part can tell; IDNA: a label is for idna.c to decide. */
typedef enum { HOST_BAD, HOST_GOOD, HOST_IDNA } Host;

/* Of a label, which ends at `end`: hyphens stand inside of it, and it is no A-label. */
static Host check_hyphens(const char *label, const char *end)
{
    if (label[0] == '-' || end[-1] == '-')
        return HOST_BAD;
    return end - label >= 4 && idna_is_prefixed(label) ? HOST_IDNA : HOST_GOOD;
}

static inline Host scan_host(const char *text)
{
    const char *at = text;
    for (;; at++) {
        const char *label = at;
        at = char_skip(at, CHAR_ALNUM);
        Host host = HOST_GOOD;
        if (*at == '-') {
            at = char_skip(at, CHAR_LABEL);
            host = check_hyphens(label, at);
        }
        if ((guchar)*at >= 0x80)
            return HOST_IDNA;
        if (at == label || at - label > IDNA_LABEL_OCTETS)
            return HOST_BAD;
        if (host != HOST_GOOD)
            return host;
        if (*at != '.')
            return *at == '\0' && at - text <= IDNA_NAME_OCTETS ? HOST_GOOD : HOST_BAD;
    }
}

static gboolean check_host(const char *text, gboolean international)
{
    Host host = scan_host(text);
    return host == HOST_IDNA ? idna_check(text, international) : host == HOST_GOOD;
}

gboolean format_hostname(const char *text)
{
    return check_host(text, FALSE);
}

gboolean format_idn_hostname(const char *text)
{
    return check_host(text, TRUE);
}

/* ---- mail ---- */

/* '"' to '"'; a backslash takes the next printable character as it is. */
static inline const char *skip_quoted(const char *at, guint text_classes)
{
    for (;;) {
        at = char_skip(at + 1, text_classes);
        if (*at == '"')
            return at + 1;
        if (*at != '\\' || (guchar)at[1] < 0x20 || (guchar)at[1] > 0x7E)
            return NULL;
        at++;
    }
}

/* Atoms with single dots between them. */
G_ALWAYS_INLINE static inline const char *skip_atoms(const char *at, guint atom_classes)
{
    for (;; at++) {
        const char *end = char_skip(at, atom_classes);
        if (end == at)
            return NULL;
        at = end;
        if (*at != '.')
            return at;
    }
}

/* Of the literals of RFC 5321 (section 4.1.3) only these two have a registered tag. */
static gboolean check_address_literal(const char *at)
{
    at = g_ascii_strncasecmp(at, "[IPv6:", 6) == 0 ? format_skip_ipv6(at + 6) : skip_ipv4(at + 1);
    return at != NULL && at[0] == ']' && at[1] == '\0';
}

/* Local part: 64 octets at most, quotes included. */
G_ALWAYS_INLINE static inline const char *skip_local_part(const char *text, guint beyond)
{
    const char *at = *text == '"' ? skip_quoted(text, CHAR_QUOTED | beyond)
                                  : skip_atoms(text, CHAR_ATOM | beyond);
    return at != NULL && *at == '@' && at - text <= 64 ? at + 1 : NULL;
}

gboolean format_email(const char *text)
{
    const char *domain = skip_local_part(text, 0);
    if (domain == NULL)
        return FALSE;
    return *domain == '[' ? check_address_literal(domain) : check_host(domain, FALSE);
}

/* The domain need not be composed (NFC) here: a mail program composes it before it looks it up. */
gboolean format_idn_email(const char *text)
{
    const char *domain = skip_local_part(text, CHAR_BEYOND);
    if (domain == NULL)
        return FALSE;
    if (*domain == '[')
        return check_address_literal(domain);
    Host host = scan_host(domain);
    if (host != HOST_IDNA)
        return host == HOST_GOOD;
    /* GLib composes what is UTF-8 and walks off the end of anything else. */
    if (!idna_fits(domain) || !g_utf8_validate(domain, -1, NULL))
        return FALSE;
    g_autofree char *composed = g_utf8_normalize(domain, -1, G_NORMALIZE_NFC);
    return composed != NULL && check_host(composed, TRUE);
}
