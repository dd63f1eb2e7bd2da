/* The number of a JSON text as a double, to the last bit and in every locale. */
#pragma once

#include <glib.h>

/* Any number; json_numeral_read is the quick way to most. */
const char *json_numeral_read_any(const char *text, double *value, const char **fault);

/* So many digits are a whole number that a double holds exactly, and 10 to that power is one too:
 * their quotient is rounded once, hence correctly (Clinger 1990). */
#define JSON_NUMERAL_DIGITS 15

static inline const char *json_numeral_digits(const char *p, guint64 *mantissa)
{
    for (; (guchar)(*p - '0') < 10; p++)
        *mantissa = *mantissa * 10 + (guchar)(*p - '0');
    return p;
}

/* Reads the number that begins at `text` (a '-' or a digit). Behind the number must stand a byte
 * that belongs to no number, so that reading ends: a NUL at the latest. Returns what is behind it.
 * When the number breaks RFC 8259 or no double can hold it, *fault says so (static string) and the
 * place of the fault comes back; else *fault is left alone. */
static inline const char *json_numeral_read(const char *text, double *value, const char **fault)
{
    static const double powers[JSON_NUMERAL_DIGITS + 1] = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    guint64 mantissa = 0;
    const char *whole = text + (*text == '-');
    const char *p = json_numeral_digits(whole, &mantissa), *end = p;
    double magnitude;
    if (p == whole || (*whole == '0' && p > whole + 1))
        return json_numeral_read_any(text, value, fault);
    if (*p == '.')
        end = json_numeral_digits(p + 1, &mantissa);
    if (end - whole > JSON_NUMERAL_DIGITS || end == p + 1 || (*end | 0x20) == 'e')
        return json_numeral_read_any(text, value, fault);
    magnitude = (double)(gint64)mantissa;
    if (end != p)
        magnitude /= powers[end - p - 1];
    *value = *text == '-' ? -magnitude : magnitude;
    return end;
}
