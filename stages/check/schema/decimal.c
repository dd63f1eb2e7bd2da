#include "stages/check/schema/decimal.h"

#include <float.h>
#include <stdlib.h>

/* The shortest text that gives the same double again. A normal double holds any 15 digits, so that
 * fewer come out as zeros at the end; a subnormal one may hold a single digit only. */
static void shortest_text(double value, char *text, gsize size)
{
    for (int digits = value < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
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
    /* The divisor would have to divide the mantissa with a zero written behind it. */
    if (value.exponent < divisor.exponent)
        return FALSE;
    guint64 scale = power_modulo(10, (guint)(value.exponent - divisor.exponent), divisor.mantissa);
    return multiply_modulo(value.mantissa, scale, divisor.mantissa) == 0;
}

DecimalStep decimal_step(double value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    DecimalStep step = {.value = value, .exact = decimal_from_double(value)};
    int exponent = step.exact.exponent;
    if (exponent >= 0 && value < DECIMAL_HELD) {
        step.scale = 1;
        step.limit = DECIMAL_HELD;
        step.unit = (guint64)value;
    } else if (exponent < 0 && -exponent < (int)G_N_ELEMENTS(powers) &&
               (double)step.exact.mantissa < DECIMAL_HELD) {
        step.scale = powers[-exponent];
        step.limit = DECIMAL_HELD;
        step.unit = step.exact.mantissa;
    }
    return step;
}

gboolean decimal_is_step_of_any(const DecimalStep *step, double value)
{
    return isfinite(value) && decimal_is_multiple(decimal_from_double(value), step->exact);
}
