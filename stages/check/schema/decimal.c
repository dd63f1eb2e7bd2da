#include "stages/check/schema/decimal.h"

#include <math.h>
#include <stdlib.h>

/* The shortest of 15, 16, 17 significant digits that gives the same double again. */
static void shortest_text(double value, char *text, gsize size)
{
    for (int digits = 15; digits <= 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%de", digits - 1);
        g_ascii_formatd(text, (int)size, format, value);
        if (g_ascii_strtod(text, NULL) == value)
            return;
    }
}

Decimal decimal_from_double(double value)
{
    char text[48];
    shortest_text(fabs(value), text, sizeof text);

    Decimal d = {0, 0};
    const char *c = text;
    gboolean fraction = FALSE;
    for (; *c != '\0' && *c != 'e'; c++) {
        if (*c == '.') {
            fraction = TRUE;
            continue;
        }
        d.mantissa = d.mantissa * 10 + (guint64)(*c - '0');
        d.exponent -= fraction;
    }
    if (*c == 'e')
        d.exponent += atoi(c + 1);
    if (d.mantissa == 0)
        return (Decimal){0, 0};
    while (d.mantissa % 10 == 0) {
        d.mantissa /= 10;
        d.exponent++;
    }
    return d;
}

static guint64 multiply_modulo(guint64 a, guint64 b, guint64 m)
{
    return (guint64)((unsigned __int128)a * b % m);
}

static guint64 power_modulo(guint64 base, guint exponent, guint64 m)
{
    guint64 result = 1 % m;
    for (base %= m; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            result = multiply_modulo(result, base, m);
        base = multiply_modulo(base, base, m);
    }
    return result;
}

gboolean decimal_is_multiple(Decimal value, Decimal divisor)
{
    if (value.mantissa == 0)
        return TRUE;
    if (value.exponent >= divisor.exponent) {
        guint64 scale =
            power_modulo(10, (guint)(value.exponent - divisor.exponent), divisor.mantissa);
        return multiply_modulo(value.mantissa, scale, divisor.mantissa) == 0;
    }
    /* The divisor has the larger unit: it must divide the mantissa with its zeros written out. */
    unsigned __int128 unit = divisor.mantissa;
    for (int i = value.exponent; i < divisor.exponent; i++) {
        unit *= 10;
        if (unit > value.mantissa)
            return FALSE;
    }
    return value.mantissa % (guint64)unit == 0;
}
