/* Exact decimals for multipleOf: a double stands for the shortest decimal text that reads as it, so
 * that 19.99 is a multiple of 0.01 although the two doubles' quotient is not whole. */
#pragma once

#include <glib.h>

typedef struct {
    guint64 mantissa; /* without trailing zeros, below 10^17; 0 only for zero */
    int exponent;     /* value = mantissa * 10^exponent; the sign does not matter here */
} Decimal;

/* `value` must be finite. */
Decimal decimal_from_double(double value);
/* `divisor` must not be zero. */
gboolean decimal_is_multiple(Decimal value, Decimal divisor);
