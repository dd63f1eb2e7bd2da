/* multipleOf on doubles: what their shortest texts say, checked against long division of digits. */
#include "stages/check/schema/decimal.h"
#include <math.h>
#include <string.h>

/* Both ways must say so: by decimals, and by a divisor made ready. */
static gboolean is_multiple(double value, double divisor)
{
    DecimalStep step = decimal_step(divisor);
    gboolean multiple = decimal_is_step(&step, value);
    g_assert_cmpint(decimal_is_step(&step, -value), ==, multiple);
    g_assert_cmpint(decimal_is_step_of_any(&step, value), ==, multiple);
    if (isfinite(value))
        g_assert_cmpint(
            decimal_is_multiple(decimal_from_double(value), decimal_from_double(divisor)), ==,
            multiple);
    return multiple;
}

static void test_traps(void)
{
    static const struct {
        double value, divisor;
        gboolean multiple;
    } cases[] = {
        {19.99, 0.01, TRUE},
        {19.995, 0.01, FALSE},
        {0.0075, 0.0001, TRUE},
        {0.00751, 0.0001, FALSE},
        {1e308, 0.123456789, FALSE},
        {1e308, 0.5, TRUE},
        {4.35, 0.01, TRUE},
        {4.5, 1.5, TRUE},
        {35, 1.5, FALSE},
        {0, 0.3, TRUE},
        {-0.0, 7, TRUE},
        {1e300, 1e-300, TRUE},
        {3e-300, 1e-300, TRUE},
        {3.5e-300, 1e-300, FALSE},
        {5e-324, 1, FALSE},
        {1e-323, 5e-324, TRUE},
        {1.5e-323, 5e-324, TRUE},
        {1e22, 1e-5, TRUE},
        {1e23, 1e22, TRUE},
        {9007199254740991, 3, FALSE}, /* 3 * 3002399751580330 + 1 */
        {9007199254740990, 3, TRUE},
        {9007199254740991, 1, TRUE},
        {999999999999999.9, 1, FALSE},
        {1e15, 7, FALSE},
        {1000000000000001, 1000000000000001, TRUE},
        {2000000000000002, 1000000000000001, TRUE},
        {123456789012345680, 10, TRUE},
        {0.1, 0.1, TRUE},
        {0.3, 0.1, TRUE},
        {0.30000000000000004, 0.1, FALSE},
        {1.1, 0.1, TRUE},
        {1e-7, 1e-8, TRUE},
        {1e-8, 1e-7, FALSE},
        {12391239123, 1e-8, TRUE},
        {0.5, 1e300, FALSE},
        {1e300, 1e300, TRUE},
        {INFINITY, 0.5, FALSE},
        {NAN, 1, FALSE},
        {INFINITY, 1e300, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        if (is_multiple(cases[i].value, cases[i].divisor) != cases[i].multiple)
            g_error("%.17g multiple of %.17g: not %d", cases[i].value, cases[i].divisor,
                    cases[i].multiple);
}

static void test_decimals(void)
{
    static const struct {
        double value;
        Decimal decimal;
    } cases[] = {{-12.5, {125, -1}},
                 {0, {0, 0}},
                 {1e22, {1, 22}},
                 {5e-324, {5, -324}},
                 {1.7976931348623157e308, {17976931348623157, 292}},
                 {9007199254740993, {9007199254740992, 0}},
                 {0.1, {1, -1}},
                 {120, {12, 1}}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Decimal d = decimal_from_double(cases[i].value);
        g_assert_cmpuint(d.mantissa, ==, cases[i].decimal.mantissa);
        g_assert_cmpint(d.exponent, ==, cases[i].decimal.exponent);
    }
}

/* The digits and the power of ten of the last one, from the shortest text that reads as the value,
 * found by trying every length. */
static int digits_of(double value, char digits[32])
{
    char text[64];
    for (int n = 0; n < 17; n++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%de", n);
        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    int length = 0, fraction = 0;
    char *p = text;
    for (gboolean point = FALSE; *p != 'e'; p++) {
        if (*p == '.') {
            point = TRUE;
            continue;
        }
        digits[length++] = *p;
        fraction += point;
    }
    digits[length] = '\0';
    return (int)g_ascii_strtoll(p + 1, NULL, 10) - fraction;
}

/* Long division as on paper: the digits of the value, then zeros, are brought down one by one. */
static gboolean divides_on_paper(double value, double divisor)
{
    char a[32], b[32];
    int place_a = digits_of(value, a), place_b = digits_of(divisor, b);
    g_autoptr(GString) dividend = g_string_new(a), by = g_string_new(b);
    for (; place_a > place_b; place_a--)
        g_string_append_c(dividend, '0');
    for (; place_b > place_a; place_b--)
        g_string_append_c(by, '0');
    const char *digits = by->str + strspn(by->str, "0");
    gsize length = strlen(digits);
    g_autofree char *rest = g_malloc0(length + 2); /* length + 1 digits, below 10 * divisor */
    memset(rest, '0', length + 1);
    for (const char *d = dividend->str; *d; d++) {
        memmove(rest, rest + 1, length);
        rest[length] = *d;
        while (rest[0] != '0' || strcmp(rest + 1, digits) >= 0) {
            int borrow = 0;
            for (gsize i = length + 1; i-- > 0;) {
                int digit = rest[i] - (i > 0 ? digits[i - 1] : '0') - borrow;
                borrow = digit < 0;
                rest[i] = (char)('0' + digit + 10 * borrow);
            }
        }
    }
    return strspn(rest, "0") == length + 1;
}

static double random_decimal(int most_digits, int low, int high)
{
    char text[48];
    gint64 mantissa =
        1 + (gint64)(g_test_rand_double() * pow(10, g_test_rand_int_range(1, most_digits)));
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT "e%d", mantissa,
               g_test_rand_int_range(low, high));
    return g_ascii_strtod(text, NULL);
}

/* Pairs near each other, of which a good part divide. */
static void test_random(void)
{
    guint multiples = 0, total = 0;
    for (guint i = 0; i < 20000; i++) {
        double divisor = random_decimal(4, -6, 3), value = random_decimal(15, -8, 6);
        double made = (double)g_test_rand_int_range(0, 1000000) * divisor;
        g_assert_cmpint(is_multiple(value, divisor), ==, divides_on_paper(value, divisor));
        gboolean multiple = is_multiple(made, divisor);
        g_assert_cmpint(multiple, ==, divides_on_paper(made, divisor));
        multiples += multiple;
        total++;
    }
    g_assert_cmpuint(multiples, >, total / 4);
    g_assert_cmpuint(multiples, <, total);
}

/* Any two doubles, far apart too. */
static void test_extremes(void)
{
    guint multiples = 0;
    for (guint i = 0; i < 4000; i++) {
        double divisor = random_decimal(i % 17 + 2, -300, 290),
               value = random_decimal(17, -300, 290);
        double power = random_decimal(2, -290, 290);
        if (!isfinite(divisor) || divisor == 0 || !isfinite(value) || !isfinite(power))
            continue;
        g_assert_cmpint(is_multiple(value, divisor), ==, divides_on_paper(value, divisor));
        gboolean multiple = is_multiple(value, power);
        g_assert_cmpint(multiple, ==, divides_on_paper(value, power));
        multiples += multiple;
    }
    g_assert_cmpuint(multiples, >, 100);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/decimal/traps", test_traps);
    g_test_add_func("/decimal/decimals", test_decimals);
    g_test_add_func("/decimal/random", test_random);
    g_test_add_func("/decimal/extremes", test_extremes);
    return g_test_run();
}
