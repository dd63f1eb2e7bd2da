/* Generated expressions and texts: the table, the simulated automaton and PCRE must agree. What
 * they agree on is held against hand-written cases in test-regex.c. */
#include "stages/check/schema/regex/engines.h"
#include "stages/check/schema/regex/property.h"

#include <string.h>

#define PATTERNS 400
#define TEXTS 24
#define ALL (ENGINES_DFA | ENGINES_NFA | ENGINES_PCRE | ENGINES_BEST)

static const char *const atoms[] = {
    "a",
    "b",
    "c",
    "\303\251",
    "ab",
    ".",
    "\\d",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "\\D",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[]",
    "[^]",
    "\\u00e9",
    "\\u{1F432}",
    "\\ud83d\\udc32",
    "[\360\237\220\262-\360\237\220\264]",
    "\\p{L}",
    "\\P{L}",
    "\\p{Lu}",
    "\\p{Script=Greek}",
    "[\\p{L}\\d]",
    "[^\\p{L}\303\251]",
    "\\n",
    "-",
    "_",
    " ",
    "0",
    "[\\u0800-\\uffff]",
    "[\\u0000-\\u{10ffff}]",
    "[^\\u0080-\\u07ff]",
    "\\ud800",
    "[^\\W]",
    "[\\u{ffff}-\\u{10000}]",
    "[^\\0]",
};
static const char *const assertions[] = {"^", "$", "\\b", "\\B"};
static const char *const openings[] = {"(?=", "(?!", "(?<=", "(?<!"};
static const char *const quantifiers[] = {"*",     "+",    "?",  "{2}", "{1,3}",
                                          "{0,2}", "{2,}", "*?", "{0}"};
static const char *const pieces[] = {
    "a",
    "b",
    "c",
    "\303\251",
    "\316\273",
    "\360\237\220\262",
    "\360\237\220\264",
    "0",
    "A",
    " ",
    "_",
    "-",
    "\n",
    "\342\200\250",
    "\346\274\242",
    "\340\240\200",
    "\357\277\277",
    "\364\217\277\277",
    "x",
    "\x7f",
    "\302\200",
};

#define pick(random, list) ((list)[g_rand_int_range((random), 0, G_N_ELEMENTS(list))])

static gboolean one_in(GRand *random, int n)
{
    return g_rand_int_range(random, 0, n) == 0;
}

static void add_expression(GRand *random, GString *out, guint depth, gboolean looks)
{
    for (gint terms = g_rand_int_range(random, 1, 4); terms > 0; terms--) {
        if (one_in(random, 6)) {
            g_string_append(out, pick(random, assertions));
            continue;
        }
        gboolean look = looks && depth > 0 && one_in(random, 6);
        if (look) {
            g_string_append(out, pick(random, openings));
            if (g_str_has_suffix(out->str, "<=") || g_str_has_suffix(out->str, "<!") ||
                one_in(random, 3))
                g_string_append(out, pick(random, atoms));
            else
                add_expression(random, out, depth - 1, looks);
            g_string_append_c(out, ')');
            continue;
        }
        if (depth > 0 && one_in(random, 2)) {
            g_string_append(out, one_in(random, 2) ? "(" : "(?:");
            add_expression(random, out, depth - 1, looks);
            if (one_in(random, 2)) {
                g_string_append_c(out, '|');
                add_expression(random, out, depth - 1, looks);
            }
            g_string_append(out, one_in(random, 5) ? "|)" : ")");
        } else {
            g_string_append_printf(out, "(?:%s)", pick(random, atoms));
        }
        if (one_in(random, 3))
            g_string_append(out, pick(random, quantifiers));
    }
}

static void compare(GRand *random, const char *expression, gboolean looks, guint *with_table,
                    guint *without_pcre)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Pattern) pattern = engines_new(expression, ALL, &error);
    g_assert_no_error(error);
    Engines has = engines_of(pattern);
    /* PCRE's programs are small: it cannot have a class of a thousand ranges ten times. */
    Engines judge = has & ENGINES_PCRE ? ENGINES_PCRE : ENGINES_NFA;
    g_assert_cmpint(has & judge, !=, 0);
    *without_pcre += judge != ENGINES_PCRE;
    *with_table += (has & ENGINES_DFA) != 0;
    for (guint i = 0; i < TEXTS; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (gint n = g_rand_int_range(random, 0, 8); n > 0; n--)
            g_string_append(text, pick(random, pieces));
        PatternResult expected = engines_search(pattern, judge, text->str, text->len);
        if (expected == PATTERN_UNDECIDED)
            continue;
        if (pattern_search(pattern, text->str) != expected)
            g_error("%s in \"%s\"", expression, text->str);
        for (Engines engine = ENGINES_DFA; engine <= ENGINES_NFA; engine *= 2) {
            if ((has & engine) && engines_search(pattern, engine, text->str, text->len) != expected)
                g_error("engine %d: %s in \"%s\"", engine, expression, text->str);
        }
    }
}

static void test_agree(gconstpointer data)
{
    gboolean looks = GPOINTER_TO_INT(data);
    g_autoptr(GRand) random = g_rand_new_with_seed(20240229);
    guint with_table = 0, without_pcre = 0;
    for (guint i = 0; i < PATTERNS; i++) {
        g_autoptr(GString) expression = g_string_new(NULL);
        add_expression(random, expression, 2, looks);
        compare(random, expression->str, looks, &with_table, &without_pcre);
    }
    g_assert_cmpuint(with_table, >, looks ? PATTERNS / 8 : PATTERNS * 3 / 4);
    g_assert_cmpuint(without_pcre, <, PATTERNS / 10);
}

/* Above the table's limits the simulation takes over, and says the same as PCRE. */
static void test_large(void)
{
    static const char *const patterns[] = {"\\p{L}{1,40}$", "^(\\p{Lu}|\\p{Nd}\\P{L}){3,20}",
                                           "[ab]a[ab]{16}$"};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    guint with_table = 0, without_pcre = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        for (guint k = 0; k < 10; k++)
            compare(random, patterns[i], FALSE, &with_table, &without_pcre);
    }
    g_assert_cmpuint(with_table, ==, 0);
    g_autoptr(Pattern) last = pattern_new("[ab]a[ab]{16}$", NULL);
    g_assert_cmpint(engines_of(last), ==, ENGINES_NFA);
    g_assert_cmpint(pattern_search(last, "aaaaaabbbbbbbbbbbbbbbbbb"), ==, PATTERN_NO_MATCH);
    g_assert_cmpint(pattern_search(last, "aaaaaabbbbbbbbbbbbbbbb"), ==, PATTERN_MATCH);
}

/* The members of a property are asked of PCRE for the lower planes and stretched over the others;
 * GLib knows the categories and scripts by itself. */
static void test_categories(void)
{
    Ranges letters, unassigned, greek, not_greek;
    g_assert_true(property_ranges(property_find("Lu", 2), FALSE, &letters));
    g_assert_true(property_ranges(property_find("Co", 2), FALSE, &unassigned));
    g_assert_true(property_ranges(property_find("sc=Greek", 8), FALSE, &greek));
    g_assert_true(property_ranges(property_find("Script=Grek", 11), TRUE, &not_greek));
    for (gunichar c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        GUnicodeType type = g_unichar_type(c);
        gboolean is_greek = g_unichar_get_script(c) == G_UNICODE_SCRIPT_GREEK;
        if (ranges_have(letters, c) != (type == G_UNICODE_UPPERCASE_LETTER) ||
            ranges_have(unassigned, c) != (type == G_UNICODE_PRIVATE_USE) ||
            ranges_have(greek, c) != is_greek || ranges_have(not_greek, c) == is_greek)
            g_error("U+%04X", c);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/regex/agree/regular", GINT_TO_POINTER(FALSE), test_agree);
    g_test_add_data_func("/regex/agree/lookaround", GINT_TO_POINTER(TRUE), test_agree);
    g_test_add_func("/regex/agree/large", test_large);
    g_test_add_func("/regex/categories", test_categories);
    return g_test_run();
}
