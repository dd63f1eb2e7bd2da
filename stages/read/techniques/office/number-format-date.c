#include "number-format.h"

#include <math.h>
#include <string.h>

#define LAST_DAY 2958465.0 /* 9999-12-31 */
#define DAYS_1904 1462     /* between the two beginnings */
#define DAY_MS 86400000.0

gboolean number_format_is_date(const char *section)
{
    for (const char *p = section; *p;) {
        if (*p == '[' && p[1] && strchr("hHmMsS", p[1]) && p[1 + strspn(p + 1, "hHmMsS")] == ']')
            return TRUE;
        const char *after = number_format_literal(p, NULL);
        if (after != p) {
            p = after;
            continue;
        }
        if ((*p == 'E' || *p == 'e') && (p[1] == '+' || p[1] == '-'))
            return FALSE;
        if (g_ascii_strncasecmp(p, "General", 7) == 0)
            return FALSE;
        if (strchr("yYmMdDhHsS", *p))
            return TRUE;
        p++;
    }
    return FALSE;
}

typedef struct {
    gint year, month, day, weekday; /* weekday 1 = Monday */
    gint hour, minute, second;
    gdouble ms;    /* of the second, 0..999 */
    gdouble total; /* ms since day 0: for elapsed hours, minutes, seconds */
} Moment;

/* Seconds are rounded when no part of them is shown: 11:59:59.9999 is noon. */
static gboolean moment_of(double value, gboolean parts, gboolean from_1904, Moment *m)
{
    double ms = floor(value * DAY_MS + 0.5);
    if (!parts)
        ms = floor(ms / 1000 + 0.5) * 1000;
    double day = floor(ms / DAY_MS);
    if (value < 0 || day > LAST_DAY)
        return FALSE;
    m->total = ms;
    double rest = ms - day * DAY_MS;
    m->hour = (gint)(rest / 3600000);
    m->minute = (gint)(rest / 60000) % 60;
    m->second = (gint)(rest / 1000) % 60;
    m->ms = fmod(rest, 1000);
    if (from_1904)
        day += DAYS_1904;
    /* The first days are off by one: 1900 was taken for a leap year (its 29 February is day 60). */
    guint32 julian = (guint32)(day < 60 ? day + 1 : day) + 693594;
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, julian);
    if (!g_date_valid(&date))
        return FALSE;
    m->year = g_date_get_year(&date);
    m->month = (gint)g_date_get_month(&date);
    m->day = g_date_get_day(&date);
    m->weekday = (gint)g_date_get_weekday(&date);
    return TRUE;
}

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

static void put_number(GString *out, gint number, guint width)
{
    g_string_append_printf(out, "%0*d", (int)MIN(width, 2), number);
}

static void put_name(GString *out, const char *name, guint letters)
{
    if (letters == 3)
        g_string_append_len(out, name, 3);
    else if (letters == 5)
        g_string_append_c(out, *name);
    else
        g_string_append(out, name);
}

/* "m" behind hours or before seconds is minutes. */
static gboolean is_minute(const char *section, const char *p, guint length, char before)
{
    if (before == 'h')
        return TRUE;
    const char *next = p + length;
    while (*next) {
        const char *after = number_format_literal(next, NULL);
        if (after != next) {
            if (*next == '[' && strchr("sS", next[1]))
                return TRUE;
            next = after;
        } else if (g_ascii_isalpha(*next)) {
            return *next == 's' || *next == 'S';
        } else {
            next++;
        }
    }
    return FALSE;
}

static void put_run(GString *out, const Moment *m, char letter, guint n, gboolean minute,
                    gboolean half)
{
    switch (letter) {
    case 'y':
        if (n <= 2)
            put_number(out, m->year % 100, 2);
        else
            g_string_append_printf(out, "%04d", m->year);
        break;
    case 'm':
        if (minute)
            put_number(out, m->minute, n);
        else if (n <= 2)
            put_number(out, m->month, n);
        else
            put_name(out, months[m->month - 1], n);
        break;
    case 'd':
        if (n <= 2)
            put_number(out, m->day, n);
        else
            put_name(out, weekdays[m->weekday - 1], n);
        break;
    case 'h':
        put_number(out, half ? (m->hour + 11) % 12 + 1 : m->hour, n);
        break;
    case 's':
        put_number(out, m->second, n);
        break;
    default:
        break;
    }
}

/* [h], [mm], [ss]: all of the time in that unit. */
static const char *put_elapsed(GString *out, const Moment *m, const char *p)
{
    char unit = g_ascii_tolower(p[1]);
    double amount = unit == 'h'   ? m->total / 3600000
                    : unit == 'm' ? m->total / 60000
                                  : m->total / 1000;
    guint width = (guint)strspn(p + 1, "hHmMsS");
    g_string_append_printf(out, "%0*.0f", (int)MIN(width, 9), floor(amount));
    return strchr(p, ']') + 1;
}

/* Tenths and less, "ss.00". */
static const char *put_parts(GString *out, const Moment *m, const char *p)
{
    guint digits = (guint)MIN(strspn(p + 1, "0"), 3);
    gint parts = (gint)m->ms;
    for (guint i = digits; i < 3; i++)
        parts /= 10;
    g_string_append_printf(out, ".%0*d", (int)digits, parts);
    return p + 1 + strspn(p + 1, "0");
}

static gboolean is_elapsed(const char *p)
{
    return *p == '[' && p[1] && strchr("hHmMsS", p[1]) && p[1 + strspn(p + 1, "hHmMsS")] == ']';
}

static const char *put_piece(GString *out, const Moment *m, const char *section, const char *p,
                             char *before, gboolean half)
{
    if (is_elapsed(p)) {
        *before = g_ascii_tolower(p[1]);
        return put_elapsed(out, m, p);
    }
    const char *after = number_format_literal(p, out);
    if (after != p)
        return after;
    if (g_ascii_strncasecmp(p, "AM/PM", 5) == 0 || g_ascii_strncasecmp(p, "A/P", 3) == 0) {
        gboolean whole = g_ascii_tolower(p[1]) == 'm';
        g_string_append(out, m->hour < 12 ? "AM" : "PM");
        if (!whole)
            g_string_truncate(out, out->len - 1);
        return p + (whole ? 5 : 3);
    }
    if (*p == '.' && p[1] == '0')
        return put_parts(out, m, p);
    if (!strchr("yYmMdDhHsS", *p)) {
        after = g_utf8_next_char(p);
        if (*p != '@')
            g_string_append_len(out, p, after - p);
        return after;
    }
    char letter = g_ascii_tolower(*p);
    guint n = 0;
    while (g_ascii_tolower(p[n]) == letter)
        n++;
    put_run(out, m, letter, n, letter == 'm' && is_minute(section, p, n, *before), half);
    *before = letter;
    return p + n;
}

char *number_format_date(double value, const char *section, gboolean from_1904)
{
    Moment moment;
    char before = '\0';
    gboolean half = strstr(section, "AM/PM") || strstr(section, "am/pm") || strstr(section, "A/P");
    if (!moment_of(value, strstr(section, ".0") != NULL, from_1904, &moment))
        return NULL;
    GString *out = g_string_new(NULL);
    for (const char *p = section; *p;)
        p = put_piece(out, &moment, section, p, &before, half);
    return g_string_free(out, FALSE);
}
