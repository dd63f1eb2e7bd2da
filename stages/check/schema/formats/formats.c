/* Dates and times (RFC 3339), durations, identifiers, pointers; the table of all formats. */
#include "stages/check/schema/formats/formats.h"

#include "stages/check/schema/regex/pattern.h"

#include <string.h>

/* Exactly `count` ASCII digits; moves past them. */
static gboolean take_digits(const char **at, guint count, int *value)
{
    *value = 0;
    for (guint i = 0; i < count; i++) {
        if (!g_ascii_isdigit((*at)[i]))
            return FALSE;
        *value = *value * 10 + g_ascii_digit_value((*at)[i]);
    }
    *at += count;
    return TRUE;
}

static gboolean take_char(const char **at, char c)
{
    if (**at != c)
        return FALSE;
    (*at)++;
    return TRUE;
}

static gboolean take_date(const char **at)
{
    int year, month, day;
    if (!take_digits(at, 4, &year) || !take_char(at, '-') || !take_digits(at, 2, &month) ||
        !take_char(at, '-') || !take_digits(at, 2, &day))
        return FALSE;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return FALSE;
    gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static gboolean take_offset(const char **at, int *minutes)
{
    int hour, minute;
    *minutes = 0;
    if (take_char(at, 'Z') || take_char(at, 'z'))
        return TRUE;
    int sign = **at == '-' ? -1 : 1;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return FALSE;
    if (!take_digits(at, 2, &hour) || !take_char(at, ':') || !take_digits(at, 2, &minute) ||
        hour > 23 || minute > 59)
        return FALSE;
    *minutes = sign * (hour * 60 + minute);
    return TRUE;
}

static gboolean take_time(const char **at)
{
    int hour, minute, second, offset;
    if (!take_digits(at, 2, &hour) || !take_char(at, ':') || !take_digits(at, 2, &minute) ||
        !take_char(at, ':') || !take_digits(at, 2, &second))
        return FALSE;
    if (take_char(at, '.')) {
        gsize digits = strspn(*at, "0123456789");
        if (digits == 0)
            return FALSE;
        *at += digits;
    }
    if (hour > 23 || minute > 59 || second > 60 || !take_offset(at, &offset))
        return FALSE;
    /* A leap second comes only at the end of the day in UTC. */
    int utc = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440;
    return second < 60 || utc == 1439;
}

static gboolean check_date(const char *text)
{
    return take_date(&text) && *text == '\0';
}

static gboolean check_time(const char *text)
{
    return take_time(&text) && *text == '\0';
}

static gboolean check_date_time(const char *text)
{
    return take_date(&text) && (take_char(&text, 'T') || take_char(&text, 't')) &&
           take_time(&text) && *text == '\0';
}

/* Parts "12X" in the order of `units`, without gaps once begun (RFC 3339, appendix A: a year may
 * not be followed by days alone). */
static gboolean take_units(const char **at, const char *units)
{
    const char *next = units;
    gboolean any = FALSE;
    for (;;) {
        gsize digits = strspn(*at, "0123456789");
        if (digits == 0)
            return any;
        const char *unit = (*at)[digits] == '\0' ? NULL : strchr(next, (*at)[digits]);
        if (unit == NULL || (any && unit != next))
            return FALSE;
        *at += digits + 1;
        next = unit + 1;
        any = TRUE;
    }
}

static gboolean check_duration(const char *text)
{
    if (!take_char(&text, 'P'))
        return FALSE;
    gsize digits = strspn(text, "0123456789");
    if (digits > 0 && text[digits] == 'W')
        return text[digits + 1] == '\0';
    gboolean date = take_units(&text, "YMD");
    if (*text == '\0')
        return date;
    return take_char(&text, 'T') && take_units(&text, "HMS") && *text == '\0';
}

static gboolean check_uuid(const char *text)
{
    for (guint i = 0; i < 36; i++) {
        gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !g_ascii_isxdigit(text[i]))
            return FALSE;
    }
    return text[36] == '\0';
}

static gboolean check_json_pointer(const char *text)
{
    if (*text != '\0' && *text != '/')
        return FALSE;
    for (; *text != '\0'; text++) {
        if (*text == '~' && text[1] != '0' && text[1] != '1')
            return FALSE;
    }
    return TRUE;
}

static gboolean check_relative_json_pointer(const char *text)
{
    gsize digits = strspn(text, "0123456789");
    if (digits == 0 || (text[0] == '0' && digits > 1))
        return FALSE;
    return strcmp(text + digits, "#") == 0 || check_json_pointer(text + digits);
}

static const Format formats[] = {
    {"date", "a date as YYYY-MM-DD", check_date},
    {"time", "a time with offset, as 13:45:00Z", check_time},
    {"date-time", "a date and time with offset, as 2026-01-31T13:45:00Z", check_date_time},
    {"duration", "a duration as P3DT4H", check_duration},
    {"email", "an e-mail address", format_email},
    {"idn-email", "an e-mail address", format_idn_email},
    {"hostname", "a host name", format_hostname},
    {"idn-hostname", "a host name", format_idn_hostname},
    {"ipv4", "an IPv4 address", format_ipv4},
    {"ipv6", "an IPv6 address", format_ipv6},
    {"uri", "a URI with its scheme, as https://example.org/", format_uri},
    {"uri-reference", "a URI reference", format_uri_reference},
    {"iri", "an IRI with its scheme", format_iri},
    {"iri-reference", "an IRI reference", format_iri_reference},
    {"uri-template", "a URI template", format_uri_template},
    {"uuid", "a UUID", check_uuid},
    {"json-pointer", "a JSON pointer", check_json_pointer},
    {"relative-json-pointer", "a relative JSON pointer", check_relative_json_pointer},
    {"regex", "a regular expression of ECMA-262", pattern_is_ecma},
};

const Format *format_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    }
    return NULL;
}
