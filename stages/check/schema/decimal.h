/* Exact decimals for multipleOf: a double stands for the shortest decimal text that reads as it, so
 * that 19.99 is a multiple of 0.01 although the two doubles' quotient is not whole. */
#pragma once

#include <glib.h>
#include <math.h>

typedef struct {
    guint64 mantissa; /* without trailing zeros, below 10^17; 0 only for zero */
    int exponent;     /* value = mantissa * 10^exponent; the sign does not matter here */
} Decimal;

/* `value` must be finite. */
Decimal decimal_from_double(double value);
/* `divisor` must not be zero. */
gboolean decimal_is_multiple(Decimal value, Decimal divisor);

/* A divisor made ready: most are unit / scale with a power of ten below, as 0.05 is 5 / 100. */
typedef struct {
    double value;
    Decimal exact;
    double scale; /* 10^0 to 10^22 */
    double limit; /* DECIMAL_HELD; 0 when the divisor is not of that kind */
    guint64 unit; /* below DECIMAL_HELD */
} DecimalStep;

/* Whole numbers below are exact, and every decimal of so few digits reads as a double of its own. */
#define DECIMAL_HELD 1e15

/* `value` must be finite and greater than 0. */
DecimalStep decimal_step(double value);
/* The long way, for any value; decimal_is_step is the quick way to most. */
gboolean decimal_is_step_of_any(const DecimalStep *step, double value);

/* Is `value` a multiple of the step? No infinity is one, nor is what is not a number.
 * value * scale is off by less than a quarter below the limit; so if any whole number n has
 * n / scale = value, it is the nearest one, and the division, rounded once, shows it. */
static inline gboolean decimal_is_step(const DecimalStep *step, double value)
{
    double magnitude = fabs(value), scaled = magnitude * step->scale;
    if (!(scaled < step->limit))
        return decimal_is_step_of_any(step, value);
    gint64 nearest = (gint64)(scaled + 0.5);
    return (double)nearest / step->scale == magnitude &&
           (step->unit == 1 || (guint64)nearest % step->unit == 0);
}
