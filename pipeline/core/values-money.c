/* Numbers and amounts of money as people write them. */
#include "values-scan.h"
#include "values.h"

#include <stdio.h>

/* ---- digits and their separators ---- */

#define MAX_GROUPS 10
#define MAX_DIGITS 30

typedef struct {
    const char *at[MAX_GROUPS]; /* the digits */
    int n[MAX_GROUPS];
    char separator[MAX_GROUPS]; /* before the group: . , ' or space; 0 before the first */
    int count, digits;
    gboolean soft; /* an ordinary space separates groups: could be two numbers */
} Groups;

/* The separator at p that is followed by a digit; its kind, or 0. */
static char group_separator(const char *p, const char *end, const char **after)
{
    if (p + 1 >= end)
        return 0;
    char kind = 0;
    *after = p + 1;
    if (one_of(*p, ".,'")) {
        kind = *p;
    } else if (*p == ' ') {
        kind = ' ';
    } else {
        gunichar c = g_utf8_get_char(p);
        *after = g_utf8_next_char(p);
        if (c == 0x2019)
            kind = '\'';
        else if (c == 0xa0 || c == 0x202f || c == 0x2009)
            kind = ' ';
    }
    return kind != 0 && *after < end && is_digit(**after) ? kind : 0;
}

static gboolean groups_at(const char *p, const char *end, gboolean spaces, Groups *g,
                          const char **after)
{
    *g = (Groups){0};
    char separator = 0;
    for (;;) {
        int n = 0;
        while (p + n < end && is_digit(p[n]))
            n++;
        if (g->count == MAX_GROUPS || g->digits + n > MAX_DIGITS)
            return FALSE;
        g->at[g->count] = p;
        g->n[g->count] = n;
        g->separator[g->count++] = separator;
        g->digits += n;
        p += n;
        *after = p;
        const char *next;
        separator = group_separator(p, end, &next);
        if (separator == 0)
            return TRUE;
        if (separator == ' ') {
            /* A space separates thousands only: three digits, and none before with a point. */
            int digits = 0;
            while (next + digits < end && is_digit(next[digits]))
                digits++;
            gboolean first = g->count == 1 && n <= 3 && n > 0;
            gboolean more = g->count > 1 && g->separator[g->count - 1] == ' ';
            if (digits != 3 || !(first || more) || (*p == ' ' && !spaces))
                return TRUE;
            g->soft = g->soft || *p == ' ';
        }
        p = next;
    }
}

/* Groups [1, last) are thousands: three digits each, or two in the Indian way with three last. */
static gboolean thousands(const Groups *g, int last)
{
    if (last < 2)
        return TRUE;
    if (g->n[0] < 1 || g->n[0] > 3 || g->n[last - 1] != 3)
        return FALSE;
    int width = g->n[1];
    for (int i = 1; i < last - 1; i++)
        if (g->n[i] != width || (width != 3 && (width != 2 || g->n[0] > 2)))
            return FALSE;
    return TRUE;
}

/* How many groups are whole; the rest (one or none) is the fraction. -1: no number. */
static int whole_groups(const Groups *g, ValueDecimal decimal, const char *currency,
                        gboolean *ambiguous)
{
    int last = g->count - 1;
    char sign = g->separator[last];
    if (last == 0)
        return 1;
    gboolean same = TRUE;
    for (int i = 2; i <= last; i++)
        same = same && g->separator[i] == g->separator[1];
    if (last >= 2 && !same) {
        for (int i = 2; i < last; i++)
            if (g->separator[i] != g->separator[1])
                return -1;
        return (sign == '.' || sign == ',') && thousands(g, last) ? last : -1;
    }
    if (last >= 2 || sign == '\'' || sign == ' ')
        return thousands(g, g->count) ? g->count : -1;

    /* One point or one comma. */
    gboolean three = g->n[1] == 3 && g->n[0] >= 1 && g->n[0] <= 3 && *g->at[0] != '0';
    if (!three)
        return 1;
    *ambiguous = TRUE;
    if (decimal != VALUE_DECIMAL_ANY)
        return (sign == '.') == (decimal == VALUE_DECIMAL_POINT) ? 1 : 2;
    return currency[0] != '\0' && value_currency_decimals(currency) == 3 ? 1 : 2;
}

static void write_number(const Groups *g, int whole, gboolean negative, ValueNumber *out)
{
    char *w = out->decimal;
    if (negative)
        *w++ = '-';
    char *first = w;
    for (int i = 0; i < whole; i++)
        for (int k = 0; k < g->n[i]; k++)
            if (w > first || g->at[i][k] != '0')
                *w++ = g->at[i][k];
    if (w == first)
        *w++ = '0';
    out->decimals = whole < g->count ? g->n[whole] : 0;
    if (out->decimals > 0) {
        *w++ = '.';
        memcpy(w, g->at[whole], (gsize)out->decimals);
        w += out->decimals;
    }
    *w = '\0';
    out->number = g_ascii_strtod(out->decimal, NULL);
}

/* ---- the whole of an amount ---- */

typedef enum { WANT_SPACES = 1 << 0, WANT_UNIT = 1 << 1 } Wants;

/* '-' in all its forms; its bytes, 0 if there is none. */
static gsize minus_at(const char *p, const char *end)
{
    if (p >= end)
        return 0;
    if (*p == '-')
        return 1;
    gunichar c = g_utf8_get_char(p);
    return c == 0x2212 || (c >= 0x2010 && c <= 0x2014) ? 3 : 0;
}

/* "12,-"  "12.--" */
static const char *skip_no_cents(const char *p, const char *end)
{
    if (p >= end || !one_of(*p, ".,"))
        return p;
    const char *q = p + 1;
    gsize n;
    while ((n = minus_at(q, end)) > 0)
        q += n;
    return q > p + 1 && !(q < end && (is_digit(*q) || letter_at(q, end))) ? q : p;
}

static gboolean runs_on(const char *p, const char *end, Wants wants)
{
    if (p >= end)
        return FALSE;
    if (letter_at(p, end))
        return !(wants & WANT_UNIT);
    if (*p == '_' || *p == '#')
        return TRUE;
    gsize minus = minus_at(p, end);
    const char *q = p + (minus ? minus : 1);
    return (minus || one_of(*p, ":/.,'")) && q < end &&
           (is_digit(*q) || (minus && letter_at(q, end)));
}

/* Currency, minus sign, percent sign and bracket behind the digits. */
static const char *tail_at(const char *p, const char *end, gboolean bracket, gboolean *negative,
                           const char **currency, ValueNumber *out)
{
    const char *q = skip_space(p, end);
    const char *after;
    if (q < end && *q == '%') {
        out->percent = TRUE;
        p = q + 1;
    }
    if ((*currency)[0] == '\0' && !out->percent && q < end && !is_digit(*q)) {
        const char *code = scan_currency(q, end, &after);
        const char *then = code ? skip_space(after, end) : NULL;
        if (code && !(then < end && is_digit(*then))) {
            *currency = code;
            p = after;
        }
    }
    gsize minus = minus_at(p, end);
    if (minus && !(p + minus < end && (is_digit(p[minus]) || letter_at(p + minus, end)))) {
        *negative = TRUE;
        p += minus;
    }
    q = skip_space(p, end);
    if (end - q >= 2 && q[0] == 'C' && q[1] == 'R' && !letter_at(q + 2, end)) {
        *negative = TRUE;
        p = q + 2;
    }
    q = skip_space(p, end);
    if (bracket && q < end && *q == ')' && (out->decimals > 0 || (*currency)[0] != '\0')) {
        *negative = TRUE;
        p = q + 1;
    }
    return p;
}

/* Signs before the digits, in any order: ( - + currency. */
static const char *head_at(const char *p, const char *end, gboolean *bracket, gboolean *negative,
                           const char **currency)
{
    for (int i = 0; i < 4 && p < end; i++) {
        const char *after;
        gsize minus = minus_at(p, end);
        if (*p == '(' && !*bracket) {
            *bracket = TRUE;
            p++;
        } else if (minus) {
            *negative = TRUE;
            p += minus;
        } else if (*p == '+') {
            p++;
        } else if (!is_digit(*p) && (*currency)[0] == '\0') {
            const char *code = scan_currency(p, end, &after);
            if (code == NULL)
                break;
            *currency = code;
            p = after;
            if (p < end && *p == '.' && !(p + 1 < end && is_digit(p[1])))
                p++;
            if (p < end && *p == ':')
                p++;
        } else {
            break;
        }
        p = skip_space(p, end);
    }
    return p;
}

static gboolean number_at(const char *text, const char *start, const char *end,
                          ValueDecimal decimal, Wants wants, ValueNumber *out, const char **after)
{
    gboolean bracket = FALSE, negative = FALSE;
    const char *currency = "";
    const char *p = head_at(start, end, &bracket, &negative, &currency);
    ValueNumber n = {0};
    Groups g;

    if (p >= end || !(is_digit(*p) || (one_of(*p, ".,") && p + 1 < end && is_digit(p[1]))))
        return FALSE;
    gboolean spaces = (wants & WANT_SPACES) || currency[0] != '\0';
    if (!groups_at(p, end, TRUE, &g, after))
        return FALSE;
    /* "1 234,56" is one number, "5 100.00" more likely two. */
    gboolean comma = g.separator[g.count - 1] == ',' && g.n[g.count - 1] == 2;
    if (g.soft && !spaces && !comma && !groups_at(p, end, FALSE, &g, after))
        return FALSE;
    int whole = whole_groups(&g, decimal, currency, &n.ambiguous);
    if (whole < 0)
        return FALSE;
    write_number(&g, whole, FALSE, &n);
    const char *q = n.decimals == 0 ? skip_no_cents(*after, end) : *after;
    q = tail_at(q, end, bracket, &negative, &currency, &n);
    if (runs_on(q, end, wants))
        return FALSE;
    if (negative)
        write_number(&g, whole, TRUE, &n);
    g_strlcpy(n.currency, currency, sizeof(n.currency));
    if (bracket && *start == '(' && q > start && q[-1] != ')')
        start++; /* the bracket does not belong to it */
    n.start = (gsize)(start - text);
    n.end = (gsize)(q - text);
    *after = q;
    *out = n;
    return TRUE;
}

/* A number does not begin inside a word, a date or another number. */
static gboolean starts_well(const char *text, const char *p, const char *end)
{
    if (p == text)
        return TRUE;
    const char *q = g_utf8_find_prev_char(text, p);
    gunichar before = g_utf8_get_char(q);
    if (g_unichar_isdigit(before))
        return !is_digit(*p) && !one_of(*p, ".,'") && !minus_at(p, end) &&
               !(q > text && letter_before(text, q));
    if (g_unichar_isalpha(before))
        /* "2x5.00" */
        return (*q == 'x' || *q == 'X') && q > text && is_digit(q[-1]);
    if (*p != '(' && (one_of(*q, "./:,'#_") || minus_at(q, end)) && q > text) {
        const char *r = g_utf8_find_prev_char(text, q);
        gunichar c = g_utf8_get_char(r);
        return !g_unichar_isalnum(c) || (*q == ':' && g_unichar_isalpha(c));
    }
    return TRUE;
}

static gboolean find_number(const char *text, gssize length, ValueDecimal decimal, gboolean percent,
                            ValueNumber *out)
{
    const char *end = text + scan_length(text, length);
    for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
        const char *after, *mark;
        gboolean may = is_digit(*p) || one_of(*p, ".,(+$") || minus_at(p, end) > 0 ||
                       scan_currency(p, end, &mark) != NULL;
        if (!may || !starts_well(text, p, end))
            continue;
        ValueNumber n;
        if (number_at(text, p, end, decimal, 0, &n, &after)) {
            if (!n.percent || percent) {
                *out = n;
                return TRUE;
            }
            p = after - 1;
        }
    }
    return FALSE;
}

static gboolean parse_number(const char *text, gssize length, ValueDecimal decimal, Wants wants,
                             ValueNumber *out, const char **rest)
{
    const char *end = text + scan_length(text, length);
    const char *p = text;
    while (p < end && (space_at(p, end) || one_of(*p, "'\":=*")))
        p = g_utf8_next_char(p);
    if (!number_at(text, p, end, decimal, wants | WANT_SPACES, out, rest))
        return FALSE;
    return TRUE;
}

static gboolean only_noise(const char *p, const char *end)
{
    while (p < end && (space_at(p, end) || one_of(*p, "'\".,:;*!")))
        p = g_utf8_next_char(p);
    return p == end;
}

gboolean value_find_money(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out)
{
    return find_number(text, length, decimal, FALSE, out);
}

gboolean value_find_number(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out)
{
    return find_number(text, length, decimal, TRUE, out);
}

gboolean value_parse_number(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out)
{
    const char *end = text + scan_length(text, length);
    const char *rest;
    ValueNumber n;
    if (!parse_number(text, length, decimal, 0, &n, &rest) || !only_noise(rest, end))
        return FALSE;
    *out = n;
    return TRUE;
}

gboolean value_parse_money(const char *text, gssize length, ValueDecimal decimal, ValueNumber *out)
{
    ValueNumber n;
    if (!value_parse_number(text, length, decimal, &n) || n.percent)
        return FALSE;
    *out = n;
    return TRUE;
}

gboolean value_parse_quantity(const char *text, gssize length, ValueDecimal decimal,
                              ValueNumber *out, char *unit, gsize size)
{
    const char *end = text + scan_length(text, length);
    const char *rest;
    ValueNumber n;
    if (!parse_number(text, length, decimal, WANT_UNIT, &n, &rest))
        return FALSE;
    const char *stop = end;
    rest = skip_space(rest, end);
    while (stop > rest && (stop[-1] == ' ' || one_of(stop[-1], ".,;:")))
        stop--;
    /* A unit is one short word; more text means that this is a sentence with a number. */
    for (const char *p = rest; p < stop; p = g_utf8_next_char(p))
        if (is_digit(*p) || (space_at(p, stop) && stop - rest > 12))
            return FALSE;
    *out = n;
    if (unit && size > 0) {
        gsize bytes = MIN((gsize)(stop - rest), size - 1);
        while (bytes > 0 && bytes < (gsize)(stop - rest) && (rest[bytes] & 0xc0) == 0x80)
            bytes--;
        memcpy(unit, rest, bytes);
        unit[bytes] = '\0';
    }
    return TRUE;
}

gboolean value_parse_integer(const char *text, gssize length, gint64 *out)
{
    ValueNumber n;
    if (!value_parse_number(text, length, VALUE_DECIMAL_ANY, &n) || n.percent || n.decimals > 0 ||
        n.number > 9007199254740992.0 || n.number < -9007199254740992.0)
        return FALSE;
    *out = (gint64)n.number;
    return TRUE;
}
