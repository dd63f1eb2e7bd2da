#include "number-format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECTIONS 4
#define MAX_CODE 512 /* bytes of a code; longer ones are General */
#define MAX_DECIMALS 30
#define LARGEST_SHOWN 1e21 /* larger ones are shown as General does */

const char *number_format_builtin(gint id)
{
    static const char *const codes[] = {
        [0] = "General",
        [1] = "0",
        [2] = "0.00",
        [3] = "#,##0",
        [4] = "#,##0.00",
        [5] = "$#,##0;-$#,##0",
        [6] = "$#,##0;-$#,##0",
        [7] = "$#,##0.00;-$#,##0.00",
        [8] = "$#,##0.00;-$#,##0.00",
        [9] = "0%",
        [10] = "0.00%",
        [11] = "0.00E+00",
        [12] = "# ?/?",
        [13] = "# ?\?/?\?",
        [14] = "yyyy-mm-dd",
        [15] = "d-mmm-yy",
        [16] = "d-mmm",
        [17] = "mmm-yy",
        [18] = "h:mm AM/PM",
        [19] = "h:mm:ss AM/PM",
        [20] = "h:mm",
        [21] = "h:mm:ss",
        [22] = "yyyy-mm-dd h:mm",
        [37] = "#,##0;(#,##0)",
        [38] = "#,##0;(#,##0)",
        [39] = "#,##0.00;(#,##0.00)",
        [40] = "#,##0.00;(#,##0.00)",
        [41] = "#,##0;-#,##0;\"-\"",
        [42] = "$#,##0;-$#,##0;$\"-\"",
        [43] = "#,##0.00;-#,##0.00;\"-\"",
        [44] = "$#,##0.00;-$#,##0.00;$\"-\"",
        [45] = "mm:ss",
        [46] = "[h]:mm:ss",
        [47] = "mm:ss.0",
        [48] = "##0.0E+0",
        [49] = "@",
    };
    return id >= 0 && (gsize)id < G_N_ELEMENTS(codes) ? codes[id] : NULL;
}

/* ---- sections ---- */

const char *number_format_literal(const char *p, GString *out)
{
    const char *end;
    switch (*p) {
    case '"':
        end = strchr(p + 1, '"');
        if (out)
            g_string_append_len(out, p + 1, end ? end - p - 1 : (gssize)strlen(p + 1));
        return end ? end + 1 : p + strlen(p);
    case '\\':
        end = p[1] ? g_utf8_next_char(p + 1) : p + 1;
        if (out)
            g_string_append_len(out, p + 1, end - p - 1);
        return end;
    case '_': /* a space as wide as the next character */
        if (out)
            g_string_append_c(out, ' ');
        return p[1] ? g_utf8_next_char(p + 1) : p + 1;
    case '*': /* the next character fills the cell */
        return p[1] ? g_utf8_next_char(p + 1) : p + 1;
    case '[':
        end = strchr(p, ']');
        if (out && p[1] == '$') /* [$€-407]: a sign, and whose */
            g_string_append_len(out, p + 2, (gssize)strcspn(p + 2, "-]"));
        return end ? end + 1 : p + strlen(p);
    default:
        return p;
    }
}

/* Cuts the code at its ';' outside literals. */
static guint split(const char *code, char *sections[SECTIONS])
{
    guint n = 0;
    const char *start = code, *p = code;
    for (;;) {
        if (*p == ';' || *p == '\0') {
            sections[n++] = g_strndup(start, (gsize)(p - start));
            if (*p == '\0' || n == SECTIONS)
                return n;
            start = ++p;
            continue;
        }
        const char *behind = number_format_literal(p, NULL);
        p = behind == p ? p + 1 : behind;
    }
}

/* [<100] and its like; FALSE when the section has none. */
static gboolean condition_of(const char *section, double value, gboolean *holds)
{
    for (const char *p = section; (p = strchr(p, '[')) != NULL; p++) {
        if (!p[1] || !strchr("<>=", p[1]))
            continue;
        gsize length = strspn(p + 1, "<>=");
        double limit = g_ascii_strtod(p + 1 + length, NULL);
        if (length == 1)
            *holds = p[1] == '<' ? value < limit : p[1] == '>' ? value > limit : value == limit;
        else
            *holds = p[1] == '<' ? (p[2] == '>' ? value != limit : value <= limit) : value >= limit;
        return TRUE;
    }
    return FALSE;
}

/* Which section shows the value; *bare: it shows the value without its sign. */
static guint choose(char *const *sections, guint n, double value, gboolean *bare)
{
    gboolean holds = FALSE;
    *bare = FALSE;
    if (condition_of(sections[0], value, &holds)) {
        if (holds || n == 1)
            return 0;
        gboolean second;
        if (n > 2 && condition_of(sections[1], value, &second) && !second)
            return 2;
        return 1;
    }
    if (n == 1 || value > 0 || (value == 0 && n < 3))
        return 0;
    *bare = value < 0;
    return value < 0 ? 1 : 2;
}

static gboolean is_readable(const char *code)
{
    return strlen(code) <= MAX_CODE && g_utf8_validate(code, -1, NULL);
}

gboolean number_format_hides_text(const char *code)
{
    char *sections[SECTIONS] = {NULL};
    if (!is_readable(code))
        return FALSE;
    guint n = split(code, sections);
    gboolean hides = n == SECTIONS && sections[3][0] == '\0';
    for (guint i = 0; i < n; i++)
        g_free(sections[i]);
    return hides;
}

/* ---- numbers ---- */

/* As wide as a cell usually is, and whole numbers in full: account numbers and the like stand so. */
static char *general(double value)
{
    char text[64];
    if (value == floor(value) && fabs(value) < 1e15) {
        g_ascii_formatd(text, sizeof text, "%.0f", value);
    } else {
        g_ascii_formatd(text, sizeof text, "%.15g", value);
        if (strlen(text) > 12)
            g_ascii_formatd(text, sizeof text, "%.10g", value);
    }
    return g_strdup(strcmp(text, "-0") == 0 ? "0" : text);
}

typedef struct {
    guint whole, decimals;  /* placeholders before and behind the point */
    guint zeros;            /* "0" among those before: digits shown in any case */
    guint needed, exponent; /* "0" among those behind; digits of the exponent, 0: none */
    guint percents, thousands;
    gboolean grouped, fraction, plus;
    guint denominator; /* placeholders of a fraction's denominator */
} Shape;

static void shape_digit(Shape *shape, char c, gboolean behind, guint *commas)
{
    if (shape->fraction) {
        shape->denominator++;
    } else if (behind) {
        shape->decimals++;
        if (c == '0')
            shape->needed = shape->decimals;
    } else {
        shape->whole++;
        shape->zeros += c == '0' || shape->zeros > 0;
        shape->grouped |= *commas > 0;
        *commas = 0;
    }
}

static Shape shape_of(const char *section)
{
    Shape shape = {0};
    gboolean behind = FALSE;
    guint commas = 0;
    for (const char *p = section; *p;) {
        const char *after = number_format_literal(p, NULL);
        if (after != p) {
            p = after;
            continue;
        }
        if (strchr("0#?", *p)) {
            shape_digit(&shape, *p, behind, &commas);
        } else if (*p == ',') {
            commas += shape.whole > 0;
        } else if (*p == '.') {
            behind = TRUE;
        } else if (*p == '%') {
            shape.percents++;
        } else if (*p == '/' && (shape.whole || shape.decimals)) {
            shape.fraction = TRUE;
        } else if ((*p == 'E' || *p == 'e') && (p[1] == '+' || p[1] == '-')) {
            shape.plus = p[1] == '+';
            shape.exponent = (guint)MAX(strspn(p + 2, "0#?"), 1);
            p += 2 + strspn(p + 2, "0#?");
            continue;
        }
        p++;
    }
    shape.thousands = commas; /* behind the last digit: the number is shown in thousands */
    shape.decimals = MIN(shape.decimals, MAX_DECIMALS);
    return shape;
}

/* 2.75 under "# ?/?" is "2 3/4". */
static char *as_fraction(double value, const Shape *shape)
{
    guint most = shape->denominator <= 1 ? 9 : shape->denominator == 2 ? 99 : 999;
    double whole = floor(value), rest = value - whole, best = 2;
    guint top = 0, bottom = 1;
    for (guint d = 1; d <= most; d++) {
        double n = floor(rest * d + 0.5), off = fabs(rest - n / d);
        if (off < best - 1e-12) {
            best = off;
            top = (guint)n;
            bottom = d;
        }
    }
    if (top == bottom)
        return g_strdup_printf("%.0f", whole + 1);
    if (top == 0)
        return g_strdup_printf("%.0f", whole);
    return whole > 0 ? g_strdup_printf("%.0f %u/%u", whole, top, bottom)
                     : g_strdup_printf("%u/%u", top, bottom);
}

static char *as_scientific(double value, const Shape *shape)
{
    char text[64];
    g_autofree char *format = g_strdup_printf("%%.%uE", MIN(shape->decimals, 15));
    g_ascii_formatd(text, sizeof text, format, value);
    char *e = strchr(text, 'E');
    if (!e)
        return g_strdup(text);
    *e = '\0';
    int exponent = atoi(e + 1);
    return g_strdup_printf("%sE%s%0*d", text,
                           exponent < 0  ? "-"
                           : shape->plus ? "+"
                                         : "",
                           (int)MIN(shape->exponent, 5), ABS(exponent));
}

/* Where digits go in: the code's placeholders, with its literals between them. */
typedef struct {
    const Shape *shape;
    const char *digits;   /* before the point */
    const char *decimals; /* behind it */
    guint left;           /* digits not written yet */
    guint places;         /* placeholders before the point not passed yet */
} Fill;

static void put_digit(Fill *fill, GString *out)
{
    g_string_append_c(out, *fill->digits++);
    fill->left--;
    if (fill->shape->grouped && fill->left > 0 && fill->left % 3 == 0)
        g_string_append_c(out, ',');
}

static void fill_place(Fill *fill, GString *out)
{
    /* The first placeholder takes all digits that the others have no room for. */
    while (fill->places > 0 && fill->left > fill->places)
        put_digit(fill, out);
    if (fill->left == fill->places && fill->left > 0)
        put_digit(fill, out);
    fill->places--;
}

static void fill_section(Fill *fill, const char *section, GString *out)
{
    gboolean behind = FALSE;
    for (const char *p = section; *p;) {
        const char *after = number_format_literal(p, out);
        if (after != p) {
            p = after;
        } else if (strchr("0#?", *p)) {
            if (!behind)
                fill_place(fill, out);
            else if (*fill->decimals)
                g_string_append_c(out, *fill->decimals++);
            p++;
        } else if (*p == '.') {
            while (!behind && fill->left > 0) /* ".00" has no place for them, and shows them */
                put_digit(fill, out);
            behind = TRUE;
            if (*fill->decimals)
                g_string_append_c(out, '.');
            p++;
        } else {
            if (*p != ',' && *p != '@')
                g_string_append_len(out, p, g_utf8_next_char(p) - p);
            p = g_utf8_next_char(p);
        }
    }
}

/* The digits of the value as the shape wants them: padded with zeros in front, unneeded zeros behind cut. */
static void digits_of(double value, const Shape *shape, GString *whole, GString *decimals)
{
    char text[64], format[16];
    g_snprintf(format, sizeof format, "%%.%uf", shape->decimals);
    /* Half is rounded up on the decimal digits that a person knows, not on the binary ones. */
    double nudge = value == 0 ? 0 : value * 1e-15;
    g_ascii_formatd(text, sizeof text, format, value + nudge);
    char *point = strchr(text, '.');
    if (point)
        *point++ = '\0';
    const char *start = strcmp(text, "0") == 0 ? "" : text;
    for (gsize i = strlen(start); i < shape->zeros; i++)
        g_string_append_c(whole, '0');
    g_string_append(whole, start);
    g_string_append(decimals, point ? point : "");
    while (decimals->len > shape->needed && decimals->str[decimals->len - 1] == '0')
        g_string_truncate(decimals, decimals->len - 1);
}

static gboolean replaces_all(const char *section, const char *made, const Shape *shape,
                             GString *out)
{
    /* Fractions and powers are put where the first placeholder is; literals around them stay. */
    gboolean put = FALSE;
    for (const char *p = section; *p;) {
        const char *after = number_format_literal(p, out);
        if (after != p) {
            p = after;
        } else if (strchr("0#?.,/ +-Ee", *p)) {
            if (!put && strchr("0#?", *p)) {
                g_string_append(out, made);
                put = TRUE;
            }
            p++;
        } else {
            g_string_append_len(out, p, g_utf8_next_char(p) - p);
            p = g_utf8_next_char(p);
        }
    }
    return put;
}

static char *as_number(double value, const char *section)
{
    Shape shape = shape_of(section);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < MIN(shape.percents, 3); i++)
        value *= 100;
    for (guint i = 0; i < MIN(shape.thousands, 5); i++)
        value /= 1000;
    if (shape.exponent || (shape.fraction && shape.denominator)) {
        g_autofree char *made =
            shape.exponent ? as_scientific(value, &shape) : as_fraction(value, &shape);
        replaces_all(section, made, &shape, out);
        return g_string_free(out, FALSE);
    }
    g_autoptr(GString) whole = g_string_new(NULL), decimals = g_string_new(NULL);
    digits_of(value, &shape, whole, decimals);
    Fill fill = {.shape = &shape,
                 .digits = whole->str,
                 .decimals = decimals->str,
                 .left = (guint)whole->len,
                 .places = shape.whole};
    fill_section(&fill, section, out);
    return g_string_free(out, FALSE);
}

static gboolean is_general(const char *section)
{
    const char *p = section;
    for (const char *after; (after = number_format_literal(p, NULL)) != p;)
        p = after;
    return g_ascii_strncasecmp(p, "General", 7) == 0 || strcmp(p, "@") == 0;
}

static char *as_section(double value, const char *section, gboolean from_1904)
{
    if (is_general(section))
        return general(value);
    if (number_format_is_date(section)) {
        char *date = number_format_date(value, section, from_1904);
        return date ? date : general(value);
    }
    return fabs(value) < LARGEST_SHOWN ? as_number(value, section) : general(value);
}

char *number_format(double value, const char *code, gboolean from_1904)
{
    char *sections[SECTIONS] = {NULL};
    if (!isfinite(value) || !is_readable(code))
        return general(isfinite(value) ? value : 0);
    guint n = split(code, sections);
    gboolean bare;
    const char *section = sections[choose(sections, n, value, &bare)];
    gboolean minus = value < 0 && !bare && !number_format_is_date(section) && !is_general(section);
    char *shown = *section ? as_section(bare || minus ? -value : value, section, from_1904)
                           : g_strdup(n == 1 ? "" : section);
    if (n == 1 && !*section) { /* no code at all */
        g_free(shown);
        shown = general(value);
    }
    for (guint i = 0; i < n; i++)
        g_free(sections[i]);
    if (minus && strpbrk(shown, "123456789")) {
        char *negative = g_strconcat("-", shown, NULL);
        g_free(shown);
        shown = negative;
    }
    return g_strstrip(shown);
}
