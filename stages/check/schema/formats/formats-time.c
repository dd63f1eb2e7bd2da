/* Dates, times and durations: RFC 3339, section 5.6 and appendix A. */
#include "stages/check/schema/formats/chars.h"
#include "stages/check/schema/formats/members.h"

/* A digit up to `most`. */
static inline gboolean is_digit(char c, char most)
{
    return (guint)(guchar)c - '0' <= (guint)(most - '0');
}

/* Two digits as a number, 100 when they are none. The second is read only behind a digit, so never
 * beyond the end of the text. */
static inline guint two_digits(const char *at)
{
    guint tens = (guint)(guchar)at[0] - '0';
    if (tens > 9)
        return 100;
    guint ones = (guint)(guchar)at[1] - '0';
    return ones > 9 ? 100 : tens * 10 + ones;
}

static gboolean is_leap_year(const char *text)
{
    guint century = two_digits(text), year = two_digits(text + 2);
    return year == 0 ? century % 4 == 0 : year % 4 == 0;
}

/* YYYY-MM-DD: ten characters. */
static inline gboolean starts_with_date(const char *text)
{
    static const guint8 days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!is_digit(text[0], '9') || !is_digit(text[1], '9') || !is_digit(text[2], '9') ||
        !is_digit(text[3], '9') || text[4] != '-')
        return FALSE;
    guint month = two_digits(text + 5);
    if (month - 1 > 11 || text[7] != '-')
        return FALSE;
    guint day = two_digits(text + 8);
    if (day - 1 >= days[month])
        return FALSE;
    return month != 2 || day < 29 || is_leap_year(text);
}

/* Minutes since midnight of "HH:MM". */
static int minutes_of(const char *at)
{
    return (int)(two_digits(at) * 60 + two_digits(at + 3));
}

static inline gboolean starts_with_minutes(const char *at)
{
    return two_digits(at) <= 23 && at[2] == ':' && is_digit(at[3], '5') && is_digit(at[4], '9');
}

/* A leap second comes only at the end of the day in UTC. `zone`: of a valid time. */
static gboolean is_end_of_day(const char *time, const char *zone)
{
    int minutes = minutes_of(time);
    if (*zone == '+')
        minutes -= minutes_of(zone + 1);
    else if (*zone == '-')
        minutes += minutes_of(zone + 1);
    return (minutes + 1440) % 1440 == 1439;
}

/* A time with its offset, up to the end of the text. */
static inline gboolean is_time(const char *text)
{
    if (!starts_with_minutes(text) || text[5] != ':' || !is_digit(text[6], '6') ||
        !is_digit(text[7], text[6] == '6' ? '0' : '9'))
        return FALSE;
    const char *zone = text + 8;
    if (*zone == '.') {
        zone = char_skip(text + 9, CHAR_DIGIT);
        if (zone == text + 9)
            return FALSE;
    }
    if (*zone == 'Z' || *zone == 'z') {
        if (zone[1] != '\0')
            return FALSE;
    } else if ((*zone != '+' && *zone != '-') || !starts_with_minutes(zone + 1) ||
               zone[6] != '\0') {
        return FALSE;
    }
    return text[6] != '6' || is_end_of_day(text, zone);
}

gboolean format_date(const char *text)
{
    return starts_with_date(text) && text[10] == '\0';
}

gboolean format_time(const char *text)
{
    return is_time(text);
}

gboolean format_date_time(const char *text)
{
    return starts_with_date(text) && (text[10] == 'T' || text[10] == 't') && is_time(text + 11);
}

/* Parts "12X" in the order of `units`, without gaps once begun (a year may not be followed by days
 * alone). NULL when there is none or one is wrong. */
static const char *skip_units(const char *at, const char *units)
{
    gboolean any = FALSE;
    while (char_is(*at, CHAR_DIGIT)) {
        at = char_skip(at, CHAR_DIGIT);
        while (!any && *units != '\0' && *units != *at)
            units++;
        if (*units == '\0' || *units != *at)
            return NULL;
        any = TRUE;
        units++;
        at++;
    }
    return any ? at : NULL;
}

gboolean format_duration(const char *text)
{
    if (text[0] != 'P')
        return FALSE;
    const char *at = text + 1;
    if (char_is(*at, CHAR_DIGIT)) {
        const char *week = char_skip(at, CHAR_DIGIT);
        if (*week == 'W')
            return week[1] == '\0';
        at = skip_units(at, "YMD");
    }
    if (at != NULL && *at == 'T')
        at = skip_units(at + 1, "HMS");
    return at != NULL && at > text + 1 && *at == '\0';
}
