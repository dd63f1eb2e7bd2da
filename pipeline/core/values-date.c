/* Dates and times as people write them. */
#include "values-scan.h"
#include "values.h"

#include <stdio.h>

typedef struct {
    const char *name; /* as value_key() folds it */
    int month;
} MonthName;

/* English, German, French, Spanish, Italian, Dutch, Portuguese; full and abbreviated. Where two
 * languages share a spelling it is listed once; no spelling means two different months. */
static const MonthName months[] = {
    {"january", 1},    {"jan", 1},       {"januar", 1},     {"janner", 1},    {"janvier", 1},
    {"janv", 1},       {"enero", 1},     {"ene", 1},        {"gennaio", 1},   {"gen", 1},
    {"januari", 1},    {"janeiro", 1},   {"february", 2},   {"feb", 2},       {"febr", 2},
    {"februar", 2},    {"fevrier", 2},   {"fevr", 2},       {"fev", 2},       {"febrero", 2},
    {"febbraio", 2},   {"februari", 2},  {"fevereiro", 2},  {"march", 3},     {"mar", 3},
    {"marz", 3},       {"maerz", 3},     {"mrz", 3},        {"mars", 3},      {"marzo", 3},
    {"maart", 3},      {"mrt", 3},       {"marco", 3},      {"april", 4},     {"apr", 4},
    {"avril", 4},      {"avr", 4},       {"abril", 4},      {"abr", 4},       {"aprile", 4},
    {"may", 5},        {"mai", 5},       {"mayo", 5},       {"maggio", 5},    {"mag", 5},
    {"mei", 5},        {"maio", 5},      {"june", 6},       {"jun", 6},       {"juni", 6},
    {"juin", 6},       {"junio", 6},     {"giugno", 6},     {"giu", 6},       {"junho", 6},
    {"july", 7},       {"jul", 7},       {"juli", 7},       {"juillet", 7},   {"juil", 7},
    {"julio", 7},      {"luglio", 7},    {"lug", 7},        {"julho", 7},     {"august", 8},
    {"aug", 8},        {"aout", 8},      {"agosto", 8},     {"ago", 8},       {"agt", 8},
    {"augustus", 8},   {"september", 9}, {"sep", 9},        {"sept", 9},      {"septembre", 9},
    {"septiembre", 9}, {"settembre", 9}, {"set", 9},        {"setembro", 9},  {"october", 10},
    {"oct", 10},       {"oktober", 10},  {"okt", 10},       {"octobre", 10},  {"octubre", 10},
    {"ottobre", 10},   {"ott", 10},      {"outubro", 10},   {"out", 10},      {"november", 11},
    {"nov", 11},       {"novembre", 11}, {"noviembre", 11}, {"novembro", 11}, {"december", 12},
    {"dec", 12},       {"dezember", 12}, {"dez", 12},       {"decembre", 12}, {"diciembre", 12},
    {"dic", 12},       {"dicembre", 12}, {"dezembro", 12},
};

static const char *const weekdays[] = {
    "monday",   "mon",      "tuesday",    "tue",      "tues",      "wednesday", "wed",
    "thursday", "thu",      "thur",       "thurs",    "friday",    "fri",       "saturday",
    "sat",      "sunday",   "sun",        "montag",   "mo",        "dienstag",  "di",
    "mittwoch", "mi",       "donnerstag", "do",       "freitag",   "fr",        "samstag",
    "sa",       "sonntag",  "so",         "lundi",    "lun",       "mardi",     "mercredi",
    "mer",      "jeudi",    "jeu",        "vendredi", "ven",       "samedi",    "sam",
    "dimanche", "dim",      "lunes",      "martes",   "miercoles", "jueves",    "viernes",
    "sabado",   "domingo",  "lunedi",     "martedi",  "mercoledi", "giovedi",   "venerdi",
    "sabato",   "domenica", "maandag",    "dinsdag",  "woensdag",  "donderdag", "vrijdag",
    "zaterdag", "zondag",   "segunda",    "terca",    "quarta",    "quinta",    "sexta",
};

/* A cursor over the text; every step checks the end. */
typedef struct {
    const char *text, *end;
} Cursor;

/* Up to `most` digits; returns how many stand at p. A longer run is no number of a date. */
static int digits_at(const char *p, const char *end, int most, int *number)
{
    int n = 0;
    int value = 0;
    while (p + n < end && is_digit(p[n])) {
        if (n == most)
            return 0;
        value = value * 10 + (p[n] - '0');
        n++;
    }
    *number = value;
    return n;
}

static const char *word_end(const char *p, const char *end)
{
    while (letter_at(p, end))
        p = g_utf8_next_char(p);
    return p;
}

static int month_at(const char *p, const char *end, const char **after)
{
    const char *stop = word_end(p, end);
    if (stop - p < 3 || stop - p > 24)
        return 0;
    g_autofree char *key = value_key(p, stop - p);
    for (gsize i = 0; i < G_N_ELEMENTS(months); i++) {
        if (strcmp(key, months[i].name) == 0) {
            *after = stop < end && *stop == '.' ? stop + 1 : stop;
            return months[i].month;
        }
    }
    return 0;
}

static gboolean weekday_at(const char *p, const char *end, const char **after)
{
    const char *stop = word_end(p, end);
    if (stop == p || stop - p > 24)
        return FALSE;
    g_autofree char *key = value_key(p, stop - p);
    for (gsize i = 0; i < G_N_ELEMENTS(weekdays); i++) {
        if (strcmp(key, weekdays[i]) == 0) {
            *after = stop;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean exists(int year, int month, int day)
{
    return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static gboolean set_date(ValueDate *out, int year, int year_digits, int month, int day)
{
    if (year_digits == 2)
        year += year < 70 ? 2000 : 1900;
    if (!exists(year, month, day))
        return FALSE;
    out->year = year;
    out->month = month;
    out->day = day;
    out->short_year = year_digits == 2;
    snprintf(out->iso, sizeof(out->iso), "%04u-%02u-%02u", (guint)year % 10000u,
             (guint)month % 100u, (guint)day % 100u);
    return TRUE;
}

/* One separator between the numbers of a date: - / . with spaces around; 0 if there is none. */
static char separator_at(const char *p, const char *end, const char **after)
{
    const char *q = skip_space(p, end);
    if (q < end && one_of(*q, "-/.")) {
        *after = skip_space(q + 1, end);
        /* "3 - 4" are two numbers, "3. 4. 24" is a date. */
        return *q != '.' && q > p && *after > q + 1 ? 0 : *q;
    }
    for (const char *dash = "\xe2\x80\x90\xe2\x80\x91\xe2\x80\x92\xe2\x80\x93"; *dash; dash += 3) {
        if (end - q >= 3 && memcmp(q, dash, 3) == 0) {
            *after = q + 3;
            return '-';
        }
    }
    if (q > p) {
        *after = q;
        return ' ';
    }
    return 0;
}

/* Three numbers in the order their digits and the preference allow. */
static gboolean assign_numbers(const int v[3], const int n[3], ValueOrder order, ValueDate *out)
{
    if (n[0] == 4)
        return n[1] <= 2 && n[2] <= 2 && set_date(out, v[0], 4, v[1], v[2]);
    if (n[0] > 2 || n[1] > 2 || (n[2] != 2 && n[2] != 4))
        return FALSE;
    gboolean both = v[0] <= 12 && v[1] <= 12 && v[0] != v[1];
    if (n[2] == 2 && order == VALUE_ORDER_YMD && n[0] == 2 && set_date(out, v[0], 2, v[1], v[2])) {
        out->ambiguous = TRUE;
        return TRUE;
    }
    gboolean month_first = order == VALUE_ORDER_MDY;
    for (int attempt = 0; attempt < 2; attempt++, month_first = !month_first) {
        int day = month_first ? v[1] : v[0];
        int month = month_first ? v[0] : v[1];
        if (set_date(out, v[2], n[2], month, day)) {
            out->ambiguous = both;
            return TRUE;
        }
    }
    /* 18-03-31: no day/month/year reading exists, but year first does. */
    return n[2] == 2 && n[0] == 2 && set_date(out, v[0], 2, v[1], v[2]);
}

/* 25/12/2018, 2018-12-25, 3. 1. 24, 25 12 2018 */
static gboolean numeric_at(const char *p, const char *end, ValueOrder order, ValueDate *out,
                           const char **after)
{
    int v[3], n[3];
    char separators[2];
    for (int i = 0; i < 3; i++) {
        n[i] = digits_at(p, end, 4, &v[i]);
        if (n[i] == 0 || n[i] == 3)
            return FALSE;
        p += n[i];
        if (i == 2)
            break;
        separators[i] = separator_at(p, end, &p);
        if (separators[i] == 0)
            return FALSE;
    }
    if (separators[0] != separators[1])
        return FALSE;
    /* With nothing but spaces between them only full figures are taken for a date. */
    if (separators[0] == ' ' && !(n[1] == 2 && n[0] + n[2] == 6))
        return FALSE;
    *after = p;
    return assign_numbers(v, n, order, out);
}

/* 20240301 */
static gboolean compact_at(const char *p, const char *end, ValueDate *out, const char **after)
{
    int v = 0;
    if (digits_at(p, end, 8, &v) != 8)
        return FALSE;
    *after = p + 8;
    return v / 10000 >= 1970 && set_date(out, v / 10000, 4, v / 100 % 100, v % 100);
}

/* What may stand between the parts of a written date: spaces, one of , . - / ' and of, de, del. */
static const char *skip_between(const char *p, const char *end)
{
    for (int i = 0; i < 3; i++) {
        p = skip_space(p, end);
        if (p < end && one_of(*p, ",.-/'")) {
            p++;
            continue;
        }
        const char *stop = word_end(p, end);
        if ((stop - p == 2 && g_ascii_strncasecmp(p, "of", 2) == 0) ||
            (stop - p == 2 && g_ascii_strncasecmp(p, "de", 2) == 0) ||
            (stop - p == 3 && g_ascii_strncasecmp(p, "del", 3) == 0)) {
            p = stop;
            continue;
        }
        break;
    }
    return skip_space(p, end);
}

/* 1st, 2nd, 3rd, 4th, 1er, 1º, 1° */
static const char *skip_ordinal(const char *p, const char *end)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th", "er", "\xc2\xba", "\xc2\xb0"};
    for (gsize i = 0; i < G_N_ELEMENTS(ordinals); i++) {
        gsize n = strlen(ordinals[i]);
        if ((gsize)(end - p) >= n && g_ascii_strncasecmp(p, ordinals[i], n) == 0 &&
            !letter_at(p + n, end))
            return p + n;
    }
    return p;
}

/* 1 March 2024, 01-MAR-24, 1. März 2024, 25MAR2018, 2024 March 1 */
static gboolean day_month_year_at(const char *p, const char *end, ValueDate *out,
                                  const char **after)
{
    int first, last;
    int first_digits = digits_at(p, end, 4, &first);
    if (first_digits == 0 || first_digits == 3)
        return FALSE;
    p = skip_ordinal(p + first_digits, end);
    int month = month_at(skip_between(p, end), end, &p);
    if (month == 0)
        return FALSE;
    p = skip_between(p, end);
    int last_digits = digits_at(p, end, 4, &last);
    *after = p + last_digits;
    if (first_digits == 4)
        return (last_digits == 1 || last_digits == 2) && set_date(out, first, 4, month, last);
    if (last_digits != 2 && last_digits != 4)
        return FALSE;
    return set_date(out, last, last_digits, month, first);
}

/* March 1st, 2024 */
static gboolean month_day_year_at(const char *p, const char *end, ValueDate *out,
                                  const char **after)
{
    int day, year;
    int month = month_at(p, end, &p);
    if (month == 0)
        return FALSE;
    p = skip_between(p, end);
    int n = digits_at(p, end, 2, &day);
    if (n == 0)
        return FALSE;
    p = skip_ordinal(p + n, end);
    const char *q = skip_between(p, end);
    if (q == p)
        return FALSE;
    n = digits_at(q, end, 4, &year);
    *after = q + n;
    return (n == 4 || n == 2) && set_date(out, year, n, month, day);
}

/* 2024年3月1日 */
static gboolean cjk_at(const char *p, const char *end, ValueDate *out, const char **after)
{
    static const char *const marks[] = {"\xe5\xb9\xb4", "\xe6\x9c\x88", "\xe6\x97\xa5"};
    int v[3];
    for (int i = 0; i < 3; i++) {
        int n = digits_at(p, end, 4, &v[i]);
        p = skip_space(p + n, end);
        if (n == 0 || end - p < 3 || memcmp(p, marks[i], 3) != 0)
            return FALSE;
        p = i == 2 ? p + 3 : skip_space(p + 3, end);
    }
    *after = p;
    return set_date(out, v[0], 4, v[1], v[2]);
}

/* A date must not run on into further digits ("1.2.2024.5" is a version, "12/2018/44" a number). */
static gboolean ends_well(const char *p, const char *end)
{
    if (p >= end)
        return TRUE;
    if (is_digit(*p))
        return FALSE;
    if (p + 1 < end && one_of(*p, "-/.") && is_digit(p[1]))
        return FALSE;
    return TRUE;
}

static gboolean date_at(const char *p, const char *end, ValueOrder order, ValueDate *out,
                        const char **after)
{
    ValueDate found = {0};
    gboolean ok = FALSE;
    if (is_digit(*p))
        ok = (numeric_at(p, end, order, &found, after) && ends_well(*after, end)) ||
             (day_month_year_at(p, end, &found, after) && ends_well(*after, end)) ||
             compact_at(p, end, &found, after) || cjk_at(p, end, &found, after);
    else
        ok = month_day_year_at(p, end, &found, after) && ends_well(*after, end);
    if (ok)
        *out = found;
    return ok;
}

static gboolean starts_well(const char *text, const char *p)
{
    if (p == text)
        return TRUE;
    char before = p[-1];
    if (is_digit(*p) &&
        (is_digit(before) || (p - text >= 2 && one_of(before, "-/.") && is_digit(p[-2]))))
        return FALSE;
    if (is_digit(*p))
        return TRUE;
    const char *q = g_utf8_find_prev_char(text, p);
    return q == NULL || !g_unichar_isalnum(g_utf8_get_char(q));
}

gboolean value_find_date(const char *text, gssize length, ValueOrder order, ValueDate *out)
{
    const char *end = text + scan_length(text, length);
    const char *after = NULL;
    gboolean in_word = FALSE;
    for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
        gboolean letter = letter_at(p, end);
        if ((is_digit(*p) || (letter && !in_word)) && starts_well(text, p) &&
            date_at(p, end, order, out, &after)) {
            out->start = (gsize)(p - text);
            out->end = (gsize)(after - text);
            return TRUE;
        }
        in_word = letter;
    }
    return FALSE;
}

static gboolean only_noise(const char *p, const char *end)
{
    for (; p < end; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_isspace(c) && !g_unichar_ispunct(c))
            return FALSE;
    }
    return TRUE;
}

gboolean value_parse_date(const char *text, gssize length, ValueOrder order, ValueDate *out)
{
    const char *end = text + scan_length(text, length);
    const char *p = text;
    while (p < end && !is_digit(*p) && !letter_at(p, end))
        p = g_utf8_next_char(p);
    const char *after = p;
    if (weekday_at(p, end, &after) && month_at(p, end, &(const char *){NULL}) == 0) {
        p = after;
        while (p < end && !is_digit(*p) && !letter_at(p, end))
            p = g_utf8_next_char(p);
    }
    ValueDate found;
    if (p >= end || !date_at(p, end, order, &found, &after))
        return FALSE;
    found.start = (gsize)(p - text);
    found.end = (gsize)(after - text);

    /* Behind it may stand a weekday and a time ("T10:00:00Z", "8:13 PM"). */
    const char *rest = skip_space(after, end);
    const char *q;
    if (rest < end && *rest == '(')
        rest++;
    if (weekday_at(rest, end, &q))
        rest = q;
    char iso[9];
    gsize time_start, time_end;
    if (value_find_time(rest, end - rest, iso, &time_start, &time_end)) {
        gboolean joined = only_noise(rest, rest + time_start) ||
                          (time_start == 1 && (*rest == 'T' || *rest == 't'));
        if (joined)
            rest += time_end;
        while (rest < end && (one_of(*rest, ".:+Z") || is_digit(*rest)))
            rest++;
    }
    if (!only_noise(rest, end))
        return FALSE;
    *out = found;
    return TRUE;
}

gboolean value_order_from_name(const char *name, ValueOrder *order)
{
    if (g_strcmp0(name, "dmy") == 0)
        *order = VALUE_ORDER_DMY;
    else if (g_strcmp0(name, "mdy") == 0)
        *order = VALUE_ORDER_MDY;
    else if (g_strcmp0(name, "ymd") == 0)
        *order = VALUE_ORDER_YMD;
    else
        return FALSE;
    return TRUE;
}

/* ---- time of day ---- */

static gboolean half_at(const char *p, const char *end, gboolean *afternoon, const char **after)
{
    p = skip_space(p, end);
    if (end - p < 2)
        return FALSE;
    char c = g_ascii_tolower(p[0]);
    const char *q = p + 1;
    if (*q == '.')
        q++;
    if ((c != 'a' && c != 'p') || q >= end || g_ascii_tolower(*q) != 'm' || letter_at(q + 1, end))
        return FALSE;
    *afternoon = c == 'p';
    *after = q + 1;
    return TRUE;
}

static gboolean time_at(const char *p, const char *end, char iso[9], const char **after)
{
    int h, m, s = 0;
    int n = digits_at(p, end, 2, &h);
    if (n == 0)
        return FALSE;
    p += n;
    if (p >= end || (*p != ':' && *p != 'h' && *p != 'H'))
        return FALSE;
    gboolean colon = *p == ':';
    p++;
    n = digits_at(p, end, 2, &m);
    if (n != 2)
        return FALSE;
    p += 2;
    if (colon && p + 1 < end && *p == ':' && digits_at(p + 1, end, 2, &n) == 2) {
        s = n;
        p += 3;
    }
    gboolean afternoon;
    if (half_at(p, end, &afternoon, &p) && h <= 12)
        h = h % 12 + (afternoon ? 12 : 0);
    if (h > 23 || m > 59 || s > 59)
        return FALSE;
    snprintf(iso, 9, "%02u:%02u:%02u", (guint)h % 100u, (guint)m % 100u, (guint)s % 100u);
    *after = p;
    return TRUE;
}

gboolean value_find_time(const char *text, gssize length, char iso[9], gsize *start, gsize *end)
{
    const char *stop = text + scan_length(text, length);
    for (const char *p = text; p < stop; p++) {
        const char *after;
        if (!is_digit(*p) || (p > text && (is_digit(p[-1]) || one_of(p[-1], ":./,"))))
            continue;
        if (time_at(p, stop, iso, &after)) {
            if (start)
                *start = (gsize)(p - text);
            if (end)
                *end = (gsize)(after - text);
            return TRUE;
        }
    }
    return FALSE;
}
