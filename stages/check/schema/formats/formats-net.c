/* Names and addresses of the net: RFC 5321 (mail), 1123 (hosts), 2673 and 4291 (IP), 3986 and 3987
 * (URI, IRI), 6570 (templates). */
#include "stages/check/schema/formats/formats.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- hosts ---- */

/* A-labels (xn--) must decode; whether each character is allowed by IDNA is not looked at. */
static gboolean check_label(const char *label, gsize length, gboolean international)
{
    if (length == 0 || label[0] == '-' || label[length - 1] == '-')
        return FALSE;
    gboolean ascii = TRUE;
    for (gsize i = 0; i < length; i++) {
        ascii &= (guchar)label[i] < 128;
        if ((guchar)label[i] < 128 && !g_ascii_isalnum(label[i]) && label[i] != '-')
            return FALSE;
    }
    if (!ascii && !international)
        return FALSE;
    g_autofree char *text = g_strndup(label, length);
    if (ascii && g_ascii_strncasecmp(text, "xn--", 4) == 0) {
        g_autofree char *unicode = g_hostname_to_unicode(text);
        return length <= 63 && unicode != NULL && g_ascii_strcasecmp(unicode, text) != 0;
    }
    if (length >= 4 && text[2] == '-' && text[3] == '-')
        return FALSE;
    if (ascii)
        return length <= 63;
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        if (character >= 128 && !g_unichar_isalnum(character) && !g_unichar_ismark(character) &&
            character != 0x200C && character != 0x200D && character != 0xB7 && character != 0x375 &&
            character != 0x5F3 && character != 0x5F4 && character != 0x30FB)
            return FALSE;
    }
    g_autofree char *encoded = g_hostname_to_ascii(text);
    return !g_unichar_ismark(g_utf8_get_char(text)) && (encoded == NULL || strlen(encoded) <= 63);
}

static gboolean check_host(const char *text, gboolean international)
{
    g_autofree char *dotted = NULL;
    if (international) {
        /* The full stops of other scripts separate labels too (RFC 3490, section 3.1). */
        GString *plain = g_string_new(text);
        g_string_replace(plain, "\u3002", ".", 0);
        g_string_replace(plain, "\uFF0E", ".", 0);
        g_string_replace(plain, "\uFF61", ".", 0);
        text = dotted = g_string_free(plain, FALSE);
    }
    if (strlen(text) > (international ? 1012 : 253))
        return FALSE;
    for (;;) {
        gsize length = strcspn(text, ".");
        if (!check_label(text, length, international))
            return FALSE;
        if (text[length] == '\0')
            return TRUE;
        text += length + 1;
    }
}

gboolean format_hostname(const char *text)
{
    return check_host(text, FALSE);
}

gboolean format_idn_hostname(const char *text)
{
    return check_host(text, TRUE);
}

gboolean format_ipv4(const char *text)
{
    struct in_addr address;
    return inet_pton(AF_INET, text, &address) == 1;
}

gboolean format_ipv6(const char *text)
{
    struct in6_addr address;
    return inet_pton(AF_INET6, text, &address) == 1;
}

/* ---- mail ---- */

static gboolean check_quoted(const char *local, gsize length)
{
    for (gsize i = 1; i + 1 < length; i++) {
        if (local[i] == '\\') {
            if (++i + 1 >= length)
                return FALSE;
        } else if (local[i] == '"') {
            return FALSE;
        }
        if ((guchar)local[i] < 32 || local[i] == 127)
            return FALSE;
    }
    return length >= 2;
}

static gboolean check_dot_atom(const char *local, gsize length, gboolean international)
{
    gboolean dot = TRUE; /* none at the start, none at the end, none twice */
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)local[i];
        if (c == '.' && dot)
            return FALSE;
        dot = c == '.';
        if (!dot && !(c >= 128 && international) && !(c < 128 && g_ascii_isalnum(c)) &&
            (c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
            return FALSE;
    }
    return !dot;
}

static gboolean check_mail_domain(const char *domain, gboolean international)
{
    gsize length = strlen(domain);
    if (domain[0] != '[')
        return check_host(domain, international);
    if (domain[length - 1] != ']')
        return FALSE;
    g_autofree char *literal = g_strndup(domain + 1, length - 2);
    if (g_ascii_strncasecmp(literal, "IPv6:", 5) == 0)
        return format_ipv6(literal + 5);
    return format_ipv4(literal);
}

static gboolean check_mail(const char *text, gboolean international)
{
    const char *at = strrchr(text, '@');
    if (at == NULL || at == text)
        return FALSE;
    gsize length = (gsize)(at - text);
    gboolean local = text[0] == '"' ? text[length - 1] == '"' && check_quoted(text, length)
                                    : check_dot_atom(text, length, international);
    return local && length <= 64 && check_mail_domain(at + 1, international);
}

gboolean format_email(const char *text)
{
    return check_mail(text, FALSE);
}

gboolean format_idn_email(const char *text)
{
    return check_mail(text, TRUE);
}

/* ---- URIs ---- */

#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define SUB_DELIMITERS "!$&'()*+,;="

/* Only characters of `allowed`, percent-encoded bytes, and for IRIs letters beyond ASCII. */
static gboolean check_characters(const char *text, gsize length, const char *allowed,
                                 gboolean international)
{
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)text[i];
        if (c == '%') {
            if (i + 2 >= length || !g_ascii_isxdigit(text[i + 1]) || !g_ascii_isxdigit(text[i + 2]))
                return FALSE;
            i += 2;
        } else if (c >= 128 ? !international : strchr(allowed, c) == NULL) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_ip_literal(const char *host, gsize length)
{
    g_autofree char *literal = g_strndup(host + 1, length - 2);
    if (literal[0] != 'v' && literal[0] != 'V')
        return format_ipv6(literal);
    gsize digits = strspn(literal + 1, "0123456789abcdefABCDEF");
    return digits > 0 && literal[1 + digits] == '.' && literal[2 + digits] != '\0' &&
           check_characters(literal + 2 + digits, strlen(literal + 2 + digits),
                            UNRESERVED SUB_DELIMITERS ":", FALSE);
}

static gboolean check_authority(const char *text, gsize length, gboolean international)
{
    const char *at = memchr(text, '@', length);
    if (at != NULL) {
        gsize user = (gsize)(at - text);
        if (!check_characters(text, user, UNRESERVED SUB_DELIMITERS ":", international))
            return FALSE;
        text += user + 1;
        length -= user + 1;
    }
    const char *bracket = length > 0 && text[0] == '[' ? memchr(text, ']', length) : NULL;
    const char *colon = NULL;
    for (const char *c = bracket == NULL ? text : bracket; c < text + length; c++) {
        if (*c == ':')
            colon = c;
    }
    if (colon != NULL) {
        gsize port = (gsize)(text + length - colon - 1);
        if (strspn(colon + 1, "0123456789") < port)
            return FALSE;
        length = (gsize)(colon - text);
    }
    if (length > 0 && text[0] == '[')
        return bracket == text + length - 1 && check_ip_literal(text, length);
    return check_characters(text, length, UNRESERVED SUB_DELIMITERS, international);
}

/* Length of "scheme:", 0 when there is none. */
static gsize scheme_length(const char *text)
{
    if (!g_ascii_isalpha(text[0]))
        return 0;
    gsize length =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    return text[length] == ':' ? length + 1 : 0;
}

static gboolean check_uri(const char *text, gboolean absolute, gboolean international)
{
    gsize scheme = scheme_length(text);
    if (scheme == 0 && absolute)
        return FALSE;
    text += scheme;
    gboolean authority = g_str_has_prefix(text, "//");
    if (authority) {
        text += 2;
        gsize length = strcspn(text, "/?#");
        if (!check_authority(text, length, international))
            return FALSE;
        text += length;
    }
    gsize path = strcspn(text, "?#");
    if (!check_characters(text, path, UNRESERVED SUB_DELIMITERS ":@/", international))
        return FALSE;
    /* Without a scheme, a colon in the first segment would make one. */
    if (scheme == 0 && !authority && memchr(text, ':', MIN(path, strcspn(text, "/"))) != NULL)
        return FALSE;
    text += path;
    if (*text == '?') {
        gsize query = strcspn(++text, "#");
        if (!check_characters(text, query, UNRESERVED SUB_DELIMITERS ":@/?", international))
            return FALSE;
        text += query;
    }
    return *text == '\0' || check_characters(text + 1, strlen(text + 1),
                                             UNRESERVED SUB_DELIMITERS ":@/?", international);
}

gboolean format_uri(const char *text)
{
    return check_uri(text, TRUE, FALSE);
}

gboolean format_uri_reference(const char *text)
{
    return check_uri(text, FALSE, FALSE);
}

gboolean format_iri(const char *text)
{
    return check_uri(text, TRUE, TRUE);
}

gboolean format_iri_reference(const char *text)
{
    return check_uri(text, FALSE, TRUE);
}

/* ---- templates ---- */

/* varname, then ":" and up to four digits, or "*". */
static gboolean check_variable(const char *text, gsize length)
{
    gsize name = 0;
    gboolean dot = TRUE;
    for (; name < length && text[name] != ':' && text[name] != '*'; name++) {
        if (text[name] == '.' && dot)
            return FALSE;
        dot = text[name] == '.';
    }
    if (name == 0 || dot ||
        !check_characters(text, name,
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                          "0123456789_.",
                          FALSE))
        return FALSE;
    if (name == length)
        return TRUE;
    if (text[name] == '*')
        return name + 1 == length;
    gsize digits = length - name - 1;
    return digits >= 1 && digits <= 4 && text[name + 1] != '0' &&
           strspn(text + name + 1, "0123456789") >= digits;
}

static gboolean check_expression(const char *text, gsize length)
{
    if (length > 0 && strchr("+#./;?&=,!@|", text[0]) != NULL) {
        if (strchr("=,!@|", text[0]) != NULL)
            return FALSE; /* reserved for later operators */
        text++;
        length--;
    }
    for (;;) {
        const char *comma = memchr(text, ',', length);
        gsize part = comma == NULL ? length : (gsize)(comma - text);
        if (!check_variable(text, part))
            return FALSE;
        if (comma == NULL)
            return TRUE;
        text += part + 1;
        length -= part + 1;
    }
}

gboolean format_uri_template(const char *text)
{
    while (*text != '\0') {
        gsize literal = strcspn(text, "{");
        if (!check_characters(text, literal, UNRESERVED SUB_DELIMITERS ":/?#[]@", TRUE))
            return FALSE;
        text += literal;
        if (*text == '\0')
            return TRUE;
        gsize length = strcspn(++text, "}");
        if (text[length] == '\0' || !check_expression(text, length))
            return FALSE;
        text += length + 1;
    }
    return TRUE;
}
