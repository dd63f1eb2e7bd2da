#include "json-numeral.h"

#include <math.h>

/* Digits that a guint64 takes whatever they are. */
#define DIGITS_HELD 19
/* Whole numbers up to here, and the powers of ten up to 10^22, are doubles without rounding; one
 * multiplication or division of two such numbers rounds once, hence correctly (Clinger 1990). */
#define EXACT_MANTISSA (G_GUINT64_CONSTANT(1) << 53)
#define EXACT_POWER 22
/* No exponent of a double comes near; what is added to it cannot overflow an int. */
#define EXPONENT_CAP 100000000

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

typedef struct {
    guint64 mantissa; /* wraps when there are more than DIGITS_HELD digits */
    gsize digits;
    int exponent;
} Numeral;

static inline gboolean is_digit(char c)
{
    return (guchar)(c - '0') < 10;
}

static inline const char *digits(const char *p, Numeral *n)
{
    const char *first = p;
    guint64 mantissa = n->mantissa;
    for (; is_digit(*p); p++)
        mantissa = mantissa * 10 + (guchar)(*p - '0');
    n->mantissa = mantissa;
    n->digits += (gsize)(p - first);
    return p;
}

static const char *exponent(const char *p, Numeral *n, const char **fault)
{
    gboolean negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!is_digit(*p)) {
        *fault = "a digit is missing in this number";
        return p;
    }
    int value = 0;
    for (; is_digit(*p); p++)
        value = value < EXPONENT_CAP ? value * 10 + (*p - '0') : value;
    n->exponent += negative ? -value : value;
    return p;
}

/* Whatever the short way cannot do exactly. */
static const char *long_way(const char *text, const char *end, double *value, const char **fault)
{
    *value = g_ascii_strtod(text, NULL);
    if (isfinite(*value))
        return end;
    *fault = "this number is too large for a double (write it as a string)";
    return text;
}

const char *json_numeral_read_any(const char *text, double *value, const char **fault)
{
    const char *p = text + (*text == '-');
    const char *whole = p;
    Numeral n = {0};
    p = digits(p, &n);
    if (p == whole || (*whole == '0' && p > whole + 1)) {
        *fault = p == whole ? "a digit is missing in this number" : "a number cannot begin with 0";
        return whole;
    }
    if (*p == '.') {
        const char *fraction = ++p;
        p = digits(p, &n);
        if (p == fraction) {
            *fault = "a digit is missing in this number";
            return p;
        }
        n.exponent = -(int)MIN(p - fraction, EXPONENT_CAP);
    }
    if (*p == 'e' || *p == 'E') {
        p = exponent(p + 1, &n, fault);
        if (*fault)
            return p;
    }
    if (n.digits > DIGITS_HELD || n.mantissa > EXACT_MANTISSA || n.exponent < -EXACT_POWER ||
        n.exponent > EXACT_POWER)
        return long_way(text, p, value, fault);
    double magnitude = (double)(gint64)n.mantissa;
    if (n.exponent < 0)
        magnitude /= powers[-n.exponent];
    else if (n.exponent > 0)
        magnitude *= powers[n.exponent];
    *value = *text == '-' ? -magnitude : magnitude;
    return p;
}
