/* URI references in $id and $ref (RFC 3986), and the normal form in which resources are looked up:
 * scheme and host in lower case, no dot segments, %XX only where it is needed. */
#include "stages/check/schema/index.h"

#include <string.h>

/* The five components; NULL: absent. Lent from one text. */
typedef struct {
    const char *text;
    gsize length;
} Part;
typedef struct {
    Part scheme, authority, path, query, fragment;
} Uri;

static Part part(const char *text, const char *end)
{
    return (Part){text, (gsize)(end - text)};
}

/* RFC 3986, appendix B: every text is a reference of some kind. */
static Uri split(const char *text)
{
    Uri uri = {0};
    const char *end = text + strcspn(text, ":/?#");
    if (*end == ':' && g_ascii_isalpha(*text)) {
        uri.scheme = part(text, end);
        text = end + 1;
    }
    if (text[0] == '/' && text[1] == '/') {
        end = text + 2 + strcspn(text + 2, "/?#");
        uri.authority = part(text + 2, end);
        text = end;
    }
    end = text + strcspn(text, "?#");
    uri.path = part(text, end);
    text = end;
    if (*text == '?') {
        end = text + strcspn(text, "#");
        uri.query = part(text + 1, end);
        text = end;
    }
    if (*text == '#')
        uri.fragment = part(text + 1, text + strlen(text));
    return uri;
}

/* ---- writing ---- */

/* Characters that mean themselves, encoded or not (section 2.3). */
static gboolean is_unreserved(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("-._~", c) != NULL);
}

static int read_hex(const char *text, const char *end)
{
    if (end - text < 3 || text[0] != '%' || !g_ascii_isxdigit(text[1]) ||
        !g_ascii_isxdigit(text[2]))
        return -1;
    return g_ascii_xdigit_value(text[1]) * 16 + g_ascii_xdigit_value(text[2]);
}

/* What no URI may hold is encoded, so that every spelling of a reference meets its resource. */
static void append(GString *out, Part component, gboolean fold)
{
    if (component.length == 0)
        return;
    const char *end = component.text + component.length;
    for (const char *c = component.text; c < end; c++) {
        int byte = read_hex(c, end);
        char plain = byte < 0 ? *c : (char)byte;
        if (is_unreserved(plain) ||
            (byte < 0 && plain != '\0' && strchr(":/?#[]@!$&'()*+,;=", plain) != NULL))
            g_string_append_c(out, fold ? g_ascii_tolower(plain) : plain);
        else
            g_string_append_printf(out, "%%%02X", (guchar)plain);
        c += byte < 0 ? 0 : 2;
    }
}

/* The host is without case, a user's name before it is not. */
static void append_authority(GString *out, Part authority)
{
    const char *end = authority.text + authority.length;
    const char *at = memchr(authority.text, '@', authority.length);
    const char *host = at == NULL ? authority.text : at + 1;
    g_string_append(out, "//");
    append(out, part(authority.text, host), FALSE);
    append(out, part(host, end), TRUE);
}

/* Section 5.2.4, on the path that begins at `start` of the text. */
static void remove_dots(GString *out, gsize start)
{
    g_autofree char *path = g_strdup(out->str + start);
    const char *in = path;
    g_string_truncate(out, start);
    while (*in != '\0') {
        const gsize slash = *in == '/';
        const gsize length = strcspn(in + slash, "/");
        const char *name = in + slash;
        const gboolean last = name[length] == '\0';
        const gboolean one = length == 1 && name[0] == '.';
        const gboolean two = length == 2 && name[0] == '.' && name[1] == '.';
        if (two) {
            const char *cut = strrchr(out->str + start, '/');
            g_string_truncate(out, cut == NULL ? start : (gsize)(cut - out->str));
        }
        if (!one && !two)
            g_string_append_len(out, in, (gssize)(slash + length));
        else if (last && slash)
            g_string_append_c(out, '/');
        in += slash + length;
        /* Dots at the beginning of a path without a root leave none behind. */
        if ((one || two) && !slash && *in == '/')
            in++;
    }
}

static gboolean is_absent(Part component)
{
    return component.text == NULL;
}

/* Section 5.2.3: the base's path up to its last slash, then the reference's. */
static void append_merged(GString *out, const Uri *base, Part path)
{
    if (!is_absent(base->authority) && base->path.length == 0) {
        g_string_append_c(out, '/');
    } else {
        gsize keep = base->path.length;
        while (keep > 0 && base->path.text[keep - 1] != '/')
            keep--;
        append(out, (Part){base->path.text, keep}, FALSE);
    }
    append(out, path, FALSE);
}

/* Section 5.2.2. */
char *schema_uri_resolve(const char *base, const char *reference)
{
    if (strcspn(base, "#") + strcspn(reference, "#") > SCHEMA_MAX_URI)
        return NULL;
    const Uri from = split(base);
    Uri to = split(reference);
    const gboolean own_scheme = !is_absent(to.scheme);
    const gboolean own_authority = own_scheme || !is_absent(to.authority);
    const gboolean same_path = !own_authority && to.path.length == 0;
    if (same_path && is_absent(to.query))
        to.query = from.query;

    GString *out = g_string_sized_new(strlen(base) + strlen(reference) + 2);
    append(out, own_scheme ? to.scheme : from.scheme, TRUE);
    if (out->len > 0)
        g_string_append_c(out, ':');
    const Part authority = own_authority ? to.authority : from.authority;
    if (!is_absent(authority))
        append_authority(out, authority);
    const gsize start = out->len;
    if (same_path)
        append(out, from.path, FALSE);
    else if (own_authority || to.path.text[0] == '/')
        append(out, to.path, FALSE);
    else
        append_merged(out, &from, to.path);
    /* urn:a:b has no hierarchy that dots could climb, and a base keeps what it has. */
    if (!same_path && (!is_absent(authority) || out->str[start] == '/' || !own_scheme))
        remove_dots(out, start);
    if (!is_absent(to.query)) {
        g_string_append_c(out, '?');
        append(out, to.query, FALSE);
    }
    if (to.fragment.length > 0) {
        g_string_append_c(out, '#');
        append(out, to.fragment, FALSE);
    }
    return g_string_free(out, FALSE);
}

char *schema_uri_cut_fragment(char *uri)
{
    char *hash = strchr(uri, '#');
    if (hash == NULL)
        return g_strdup("");
    *hash = '\0';
    const char *end = hash + 1 + strlen(hash + 1);
    GString *text = g_string_sized_new((gsize)(end - hash));
    for (const char *c = hash + 1; c < end; c++) {
        int byte = read_hex(c, end);
        g_string_append_c(text, byte < 0 ? *c : (char)byte);
        c += byte < 0 ? 0 : 2;
    }
    gboolean is_text = g_utf8_validate(text->str, (gssize)text->len, NULL);
    return g_string_free(text, !is_text);
}
