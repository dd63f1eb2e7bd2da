#include "json-scan.h"

#include "error.h"
#include "limits.h"
#include <string.h>

typedef struct {
    const char *start, *p, *end;
    char stack[DOCKET_MAX_JSON_DEPTH]; /* '{' or '[' of each open level */
    guint depth;
    GError **error;
} Scan;

static gboolean fail(Scan *s, const char *at, const char *what)
{
    guint line = 1;
    const char *line_start = s->start;
    for (const char *p = s->start; p < at; p++) {
        if (*p == '\n') {
            line++;
            line_start = p + 1;
        }
    }
    g_set_error(s->error, DOCKET_ERROR, DOCKET_ERROR_JSON, "line %u, column %u: %s", line,
                (guint)(at - line_start) + 1, what);
    return FALSE;
}

static void skip_space(Scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static gint hex4(const char *p, const char *end)
{
    gint value = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        gint digit = g_ascii_xdigit_value(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* p stands behind the backslash. */
static gboolean scan_escape(Scan *s)
{
    const char *at = s->p - 1;
    if (s->p >= s->end)
        return fail(s, at, "the string ends inside an escape");
    char c = *s->p++;
    if (strchr("\"\\/bfnrt", c) && c)
        return TRUE;
    if (c != 'u')
        return fail(s, at, "unknown escape in a string");
    gint unit = hex4(s->p, s->end);
    if (unit < 0)
        return fail(s, at, "\\u needs four hexadecimal digits");
    s->p += 4;
    if (unit == 0)
        return fail(s, at, "\\u0000 cannot be kept in a string");
    if (unit < 0xd800 || unit > 0xdfff)
        return TRUE;
    gint low =
        s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u' ? hex4(s->p + 2, s->end) : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return fail(s, at, "half of a surrogate pair");
    s->p += 6;
    return TRUE;
}

static gboolean scan_string(Scan *s)
{
    const char *opening = s->p++;
    for (;;) {
        const char *run = s->p;
        while (s->p < s->end && *s->p != '"' && *s->p != '\\' && (guchar)*s->p >= 0x20)
            s->p++;
        const char *bad;
        if (!g_utf8_validate(run, s->p - run, &bad))
            return fail(s, bad, "the text is not UTF-8");
        if (s->p >= s->end)
            return fail(s, opening, "this string is not closed");
        char c = *s->p++;
        if (c == '"')
            return TRUE;
        if (c != '\\')
            return fail(s, s->p - 1, "control character in a string (write it as an escape)");
        if (!scan_escape(s))
            return FALSE;
    }
}

static gboolean scan_digits(Scan *s)
{
    const char *at = s->p;
    while (s->p < s->end && g_ascii_isdigit(*s->p))
        s->p++;
    return s->p > at || fail(s, at, "a digit is missing in this number");
}

static gboolean scan_number(Scan *s)
{
    if (*s->p == '-')
        s->p++;
    const char *first = s->p;
    if (!scan_digits(s))
        return FALSE;
    if (*first == '0' && s->p - first > 1)
        return fail(s, first, "a number cannot begin with 0");
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!scan_digits(s))
            return FALSE;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        return scan_digits(s);
    }
    return TRUE;
}

static gboolean scan_word(Scan *s, const char *word)
{
    gsize n = strlen(word);
    if ((gsize)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return fail(s, s->p, "expected a value");
    s->p += n;
    return TRUE;
}

/* After '{' and after each ',' inside an object: "key" : */
static gboolean scan_key(Scan *s)
{
    skip_space(s);
    if (s->p >= s->end || *s->p != '"')
        return fail(s, s->p, "expected a key in double quotes");
    if (!scan_string(s))
        return FALSE;
    skip_space(s);
    if (s->p >= s->end || *s->p != ':')
        return fail(s, s->p, "expected ':' after the key");
    s->p++;
    return TRUE;
}

/* One value; on an opened container *open is set and its closing is scan_after's matter. */
static gboolean scan_value(Scan *s, gboolean *open)
{
    *open = FALSE;
    skip_space(s);
    if (s->p >= s->end)
        return fail(s, s->p, "the text ends where a value should stand");
    char c = *s->p;
    if (c == '"')
        return scan_string(s);
    if (c == '-' || g_ascii_isdigit(c))
        return scan_number(s);
    if (c != '{' && c != '[')
        return scan_word(s, c == 't' ? "true" : c == 'f' ? "false" : "null");
    if (s->depth == DOCKET_MAX_JSON_DEPTH)
        return fail(s, s->p, "nested too deeply");
    s->p++;
    skip_space(s);
    if (s->p < s->end && *s->p == (c == '{' ? '}' : ']')) {
        s->p++;
        return TRUE;
    }
    s->stack[s->depth++] = c;
    *open = TRUE;
    return c == '[' || scan_key(s);
}

/* After a value: closes what ends here, or steps to the next value. *more: one is to come. */
static gboolean scan_after(Scan *s, gboolean *more)
{
    while (s->depth > 0) {
        skip_space(s);
        gboolean object = s->stack[s->depth - 1] == '{';
        if (s->p >= s->end)
            return fail(s, s->p, object ? "this object is not closed" : "this array is not closed");
        char c = *s->p++;
        if (c == ',') {
            *more = TRUE;
            return !object || scan_key(s);
        }
        if (c != (object ? '}' : ']'))
            return fail(s, s->p - 1, object ? "expected ',' or '}'" : "expected ',' or ']'");
        s->depth--;
    }
    *more = FALSE;
    return TRUE;
}

gboolean json_scan(const char *text, gsize length, GError **error)
{
    Scan s = {.start = text, .p = text, .end = text + length, .error = error};
    if (length > DOCKET_MAX_JSON_BYTES)
        return fail(&s, text, "longer than DOCKET_MAX_JSON_BYTES");
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return fail(&s, text, "a byte order mark does not belong here");
    gboolean more = TRUE;
    while (more) {
        gboolean open;
        if (!scan_value(&s, &open))
            return FALSE;
        if (!open && !scan_after(&s, &more))
            return FALSE;
    }
    skip_space(&s);
    return s.p == s.end || fail(&s, s.p, "text after the end of the value");
}
