#include "pdf-lex.h"

#include <string.h>

#define MAX_NUMBER_BYTES 18
#define MAX_NAME_BYTES 100
#define MAX_DEPTH 8

enum { SPACE = 1, DELIMITER = 2, DIGIT = 4, SIGN = 8 };

static const guint8 kinds[256] = {
    [0] = SPACE,       ['\t'] = SPACE,    ['\n'] = SPACE,    ['\f'] = SPACE,    ['\r'] = SPACE,
    [' '] = SPACE,     ['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER, ['>'] = DELIMITER,
    ['['] = DELIMITER, [']'] = DELIMITER, ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER,
    ['%'] = DELIMITER, ['0'] = DIGIT,     ['1'] = DIGIT,     ['2'] = DIGIT,     ['3'] = DIGIT,
    ['4'] = DIGIT,     ['5'] = DIGIT,     ['6'] = DIGIT,     ['7'] = DIGIT,     ['8'] = DIGIT,
    ['9'] = DIGIT,     ['.'] = SIGN,      ['+'] = SIGN,      ['-'] = SIGN,
};

static guint8 kind_of(char c)
{
    return kinds[(guint8)c];
}

static PdfToken odd(void)
{
    return (PdfToken){.kind = PDF_ODD};
}

/* [sign] digits [. digits], short enough for every reader to see the same number. */
static PdfToken number(PdfLex *l)
{
    const char *p = l->at;
    gboolean minus = *p == '-';
    double value = 0, unit = 1;
    gboolean digits = FALSE, point = FALSE;
    for (p += *p == '-' || *p == '+'; p < l->end && (kind_of(*p) & DIGIT || *p == '.'); p++) {
        if (*p == '.') {
            if (point)
                return odd();
            point = TRUE;
            continue;
        }
        digits = TRUE;
        value = value * 10 + (*p - '0');
        unit *= point ? 10 : 1;
    }
    gboolean ended = p == l->end || kind_of(*p) & (SPACE | DELIMITER);
    if (!digits || !ended || p - l->at > MAX_NUMBER_BYTES)
        return odd();
    l->at = p;
    return (PdfToken){.kind = PDF_NUMBER, .number = (minus ? -value : value) / unit};
}

static PdfToken name(PdfLex *l)
{
    const char *from = ++l->at;
    gboolean escaped = FALSE;
    while (l->at < l->end && !(kind_of(*l->at) & (SPACE | DELIMITER))) {
        escaped |= *l->at == '#';
        if (*l->at < 33 || *l->at > 126)
            return odd();
        l->at++;
    }
    gsize length = (gsize)(l->at - from);
    return length && length <= MAX_NAME_BYTES
               ? (PdfToken){.kind = PDF_NAME, .text = from, .length = length, .escaped = escaped}
               : odd();
}

static PdfToken literal(PdfLex *l)
{
    const char *from = ++l->at;
    guint depth = 1;
    for (; l->at < l->end; l->at++) {
        if (*l->at == '\\')
            l->at++;
        else if (*l->at == '(')
            depth++;
        else if (*l->at == ')' && --depth == 0)
            return (PdfToken){.kind = PDF_STRING, .text = from, .length = (gsize)(l->at++ - from)};
    }
    l->at = l->end;
    return odd();
}

static PdfToken hex(PdfLex *l)
{
    const char *from = ++l->at;
    while (l->at < l->end && (g_ascii_isxdigit(*l->at) || kind_of(*l->at) & SPACE))
        l->at++;
    if (l->at == l->end || *l->at != '>')
        return odd();
    return (PdfToken){
        .kind = PDF_STRING, .text = from, .length = (gsize)(l->at++ - from), .hex = TRUE};
}

static PdfToken operator(PdfLex *l)
{
    const char *from = l->at;
    while (l->at < l->end && !(kind_of(*l->at) & (SPACE | DELIMITER)))
        l->at++;
    return (PdfToken){.kind = PDF_OPERATOR, .text = from, .length = (gsize)(l->at - from)};
}

static PdfToken next(PdfLex *l, guint depth);

/* Inside << … >> of a marked-content operator. */
static PdfToken dict(PdfLex *l, guint depth)
{
    const char *from = l->at;
    l->at += 2;
    while (depth < MAX_DEPTH) {
        PdfToken token = next(l, depth + 1);
        if (token.kind == PDF_END || token.kind == PDF_ODD)
            break;
        if (token.kind == PDF_OPERATOR && token.length == 2 && token.text[0] == '>')
            return (PdfToken){.kind = PDF_DICT, .text = from, .length = (gsize)(l->at - from)};
    }
    return odd();
}

static PdfToken next(PdfLex *l, guint depth)
{
    while (l->at < l->end && (kind_of(*l->at) & SPACE || *l->at == '%')) {
        if (*l->at == '%')
            while (l->at < l->end && *l->at != '\n' && *l->at != '\r')
                l->at++;
        else
            l->at++;
    }
    if (l->at == l->end)
        return (PdfToken){.kind = PDF_END};
    if (kind_of(*l->at) & (DIGIT | SIGN))
        return number(l);
    gboolean twice = l->at + 1 < l->end && l->at[1] == l->at[0];
    switch (*l->at) {
    case '/':
        return name(l);
    case '(':
        return literal(l);
    case '[':
        l->at++;
        return (PdfToken){.kind = PDF_OPEN};
    case ']':
        l->at++;
        return (PdfToken){.kind = PDF_CLOSE};
    case '<':
        return twice ? dict(l, depth) : hex(l);
    case '>':
        if (!twice || depth == 0)
            return odd();
        l->at += 2;
        return (PdfToken){.kind = PDF_OPERATOR, .text = l->at - 2, .length = 2};
    case ')':
    case '{':
    case '}':
        return odd();
    default:
        return operator(l);
    }
}

PdfToken pdf_lex_next(PdfLex *lex)
{
    return next(lex, 0);
}

static void add_byte(GByteArray *out, guint8 byte)
{
    g_byte_array_append(out, &byte, 1);
}

static void unhex(const PdfToken *string, GByteArray *out)
{
    guint digits = 0, value = 0;
    for (gsize i = 0; i < string->length; i++) {
        int digit = g_ascii_xdigit_value(string->text[i]);
        if (digit < 0)
            continue;
        value = value << 4 | (guint)digit;
        if (++digits % 2 == 0)
            add_byte(out, (guint8)value);
    }
    if (digits % 2)
        add_byte(out, (guint8)(value << 4));
}

/* What stands after a backslash, from *p on; leaves *p on its last character. */
static void unescape(const char **p, const char *end, GByteArray *out)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    const char *found = strchr(from, **p);
    guint value = 0;
    if (**p >= '0' && **p <= '7') {
        const char *last = MIN(*p + 3, end);
        const char *at = *p;
        while (at < last && *at >= '0' && *at <= '7')
            value = value << 3 | (guint)(*at++ - '0');
        add_byte(out, (guint8)value);
        *p = at - 1;
    } else if (**p == '\r' || **p == '\n') {
        *p += **p == '\r' && *p + 1 < end && (*p)[1] == '\n';
    } else {
        add_byte(out, (guint8)(**p && found ? to[found - from] : **p));
    }
}

const guint8 *pdf_lex_bytes(const PdfToken *string, GByteArray *scratch, gsize *length)
{
    const char *p = string->text, *end = p + string->length;
    *length = string->length;
    if (!string->hex && !memchr(p, '\\', string->length) && !memchr(p, '\r', string->length))
        return (const guint8 *)p;
    g_byte_array_set_size(scratch, 0);
    if (string->hex)
        unhex(string, scratch);
    for (; !string->hex && p < end; p++) {
        if (*p == '\\' && p + 1 < end) {
            p++;
            unescape(&p, end, scratch);
        } else if (*p == '\r') { /* every end of line is one byte */
            add_byte(scratch, '\n');
            p += p + 1 < end && p[1] == '\n';
        } else
            add_byte(scratch, (guint8)*p);
    }
    *length = scratch->len;
    return scratch->data;
}
