/* Dates, times and durations: RFC 3339, section 5.6 and appendix A. */
#include "stages/check/schema/formats/chars.h"
#include "stages/check/schema/formats/members.h"

#include <string.h>

/* Two ASCII digits as a number, 100 or more when they are not: never a valid part of a time. The
 * second is read only behind a digit, so never beyond the end of the text. */
static inline guint two_digits(const char *at)
{
    guint tens = (guint)(guchar)at[0] - '0';
    if (tens > 9)
        return 100;
    guint ones = (guint)(guchar)at[1] - '0';
    return ones > 9 ? 100 : tens * 10 + ones;
}

/* YYYY-MM-DD: ten characters. */
static inline gboolean starts_with_date(const char *text)
{
    static const guint8 days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    guint century = two_digits(text);
    if (century > 99)
        return FALSE;
    guint year = two_digits(text + 2);
    if (year > 99 || text[4] != '-')
        return FALSE;
    guint month = two_digits(text + 5);
    if (month - 1 > 11 || text[7] != '-')
        return FALSE;
    guint day = two_digits(text + 8);
    if (day - 1 >= days[month])
        return FALSE;
    if (month != 2 || day < 29)
        return TRUE;
    return year == 0 ? century % 4 == 0 : year % 4 == 0;
}

/* "Z" or an offset; `minutes` east of Greenwich. NULL when there is neither. */
static inline const char *skip_offset(const char *at, int *minutes)
{
    *minutes = 0;
    if (*at == 'Z' || *at == 'z')
        return at + 1;
    if (*at != '+' && *at != '-')
        return NULL;
    guint hour = two_digits(at + 1);
    if (hour > 23 || at[3] != ':')
        return NULL;
    guint minute = two_digits(at + 4);
    if (minute > 59)
        return NULL;
    *minutes = (int)(hour * 60 + minute);
    if (*at == '-')
        *minutes = -*minutes;
    return at + 6;
}

/* A time with its offset, up to the end of the text. */
static inline gboolean is_time(const char *text)
{
    guint hour = two_digits(text);
    if (hour > 23 || text[2] != ':')
        return FALSE;
    guint minute = two_digits(text + 3);
    if (minute > 59 || text[5] != ':')
        return FALSE;
    guint second = two_digits(text + 6);
    if (second > 60)
        return FALSE;
    const char *at = text + 8;
    if (*at == '.') {
        if (!char_is(at[1], CHAR_DIGIT))
            return FALSE;
        at = char_skip(at + 1, CHAR_DIGIT);
    }
    int offset;
    at = skip_offset(at, &offset);
    if (at == NULL || *at != '\0')
        return FALSE;
    /* A leap second comes only at the end of the day in UTC. */
    return second < 60 || ((int)(hour * 60 + minute) - offset + 2 * 1440) % 1440 == 1439;
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
        const char *unit = *at == '\0' ? NULL : strchr(units, *at);
        if (unit == NULL || (any && unit != units))
            return NULL;
        units = unit + 1;
        any = TRUE;
        at++;
    }
    return any ? at : NULL;
}

gboolean format_duration(const char *text)
{
    if (text[0] != 'P')
        return FALSE;
    const char *at = text + 1;
    const char *unit = char_skip(at, CHAR_DIGIT);
    if (unit > at && *unit == 'W')
        return unit[1] == '\0';
    if (unit > at)
        at = skip_units(at, "YMD");
    if (at != NULL && *at == 'T')
        at = skip_units(at + 1, "HMS");
    return at != NULL && at > text + 1 && *at == '\0';
}
