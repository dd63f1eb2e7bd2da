/* The watch over an answer: what is hopeless is stopped early, what can be repaired is let pass. */
#include <string.h>

#include "stages/ask/subset.h"
#include "stages/ask/watch.h"

static DialectSchema *schema(void)
{
    static const char text[] =
        "{\"type\":\"object\",\"required\":[\"total\",\"currency\",\"lines\"],\"properties\":{"
        "\"total\":{\"type\":\"number\"},\"currency\":{\"enum\":[\"EUR\",\"USD\",\"\\u20ac\"]},"
        "\"note\":{\"type\":\"string\"},\"paid\":{\"type\":\"boolean\"},"
        "\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"q\"],"
        "\"properties\":{\"q\":{\"type\":\"integer\"}}}},"
        "\"either\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"z\":{"
        "\"type\":\"null\"}}}]},\"self\":{\"$ref\":\"#\"},\"any\":{}}}";
    g_autoptr(cJSON) root = cJSON_Parse(text);
    return subset_schema(&subsets[0], "p", root, NULL, NULL);
}

/* Bytes after which it was stopped, 0 if never; fed in pieces. */
static gsize stopped_at(Watch *watch, const char *text, gsize piece)
{
    gsize length = strlen(text);
    for (gsize at = 0; at < length; at += piece) {
        gsize end = MIN(at + piece, length);
        if (!watch_feed(watch, text, at, end))
            return end;
    }
    return 0;
}

static void assert_watch(gboolean asked, const char *text, gsize at, const char *why)
{
    g_autoptr(DialectSchema) dialect = schema();
    g_autoptr(Watch) watch = watch_new(dialect->schema, asked);
    gsize stopped = stopped_at(watch, text, 1);
    g_test_message("%.100s: %s", text, watch_why(watch) ? watch_why(watch) : "good");
    g_assert_cmpuint(stopped, ==, at);
    g_assert_true((watch_why(watch) != NULL) == (at > 0));
    if (why)
        g_assert_nonnull(strstr(watch_why(watch), why));
    /* In one piece it is found, too. */
    g_assert_true((stopped_at(watch, text, strlen(text) + 1) > 0) == (at > 0));
}

static void test_good(void)
{
    static const char *const texts[] = {
        "{\"total\":12.50,\"currency\":\"EUR\",\"lines\":[{\"q\":1},{\"q\":-2}],\"paid\":true}",
        " {\"total\" : 7 , \"lines\":[ ] , \"note\":\"a \\\"b\\\" {[\" }\n",
        "{\"currency\":\"\xE2\x82\xAC\",\"note\":null,\"paid\":null}",
        "{\"currency\":\"E\\u0055R\"}",
        "{\"either\":\"x\",\"any\":{\"whatever\":[1,{}]}}",
        "{\"either\":{\"z\":null},\"self\":{\"self\":{\"total\":1}}}",
        "```json\n{\"total\":1}\n```\nThat is all.",
        "<think>I {guess} the answer is a list [1,</think>{\"total\":1}",
        /* for salvaging */
        "{'total':1, foo: 2}",
        "{\"total\":1,}",
        "{\"total\":NaN}",
        "{\"paid\":True, \"unknown\":1}",
        "{\"lines\":[{\"q\":1},]}",
        "[{\"total\":1}]",
        "{\"total\":1 \"note\":\"x\"}",
        "",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        assert_watch(TRUE, texts[i], 0, NULL);
        assert_watch(FALSE, texts[i], 0, NULL);
    }
}

static void test_hopeless(void)
{
    static const struct {
        const char *text;
        gsize at;
        const char *why;
    } cases[] = {
        {"{\"total\":\"12.50\"}", 10, "/total must be a number"},
        {"{\"total\":[", 10, "but an array began there"},
        {"{\"total\":1,\"lines\":[{\"q\":\"", 26, "/lines/0/q must be a number"},
        {"{\"lines\":[{\"q\":1},{\"q\":1,\"r\"", 28, "/lines/1/r is not a field"},
        {"{\"vendor\":1}", 9, "/vendor is not a field of the schema"},
        {"{\"currency\":\"EUX", 16, "/currency began with \"EUX\""},
        {"{\"currency\":\"EU\"", 16, "/currency began with \"EU\""},
        {"{\"currency\":7", 13, "/currency must be a string"},
        {"{\"lines\":{", 10, "/lines must be an array"},
        {"{\"self\":{\"self\":{\"paid\":0", 25, "/self/self/paid must be a boolean"},
        {"{\"either\":{\"y\"", 14, "/either/y is not a field"},
        {"{\"either\":5", 11, "/either must be an object or a string or null"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_watch(TRUE, cases[i].text, cases[i].at, cases[i].why);
}

static char *repeat(const char *start, const char *piece, guint times)
{
    GString *text = g_string_new(start);
    for (guint i = 0; i < times; i++)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

static void assert_stops_within(gboolean asked, const char *text, gsize from, gsize to)
{
    g_autoptr(DialectSchema) dialect = schema();
    g_autoptr(Watch) watch = watch_new(dialect->schema, asked);
    gsize at = stopped_at(watch, text, 7);
    g_test_message("at %" G_GSIZE_FORMAT ": %s", at, at ? watch_why(watch) : "never");
    g_assert_cmpuint(at, >=, from);
    g_assert_cmpuint(at, <=, to);
}

static void test_endless(void)
{
    g_autofree char *words = repeat("{\"note\":\"", "and so on and ", 2000);
    assert_stops_within(TRUE, words, 4096, 6000);
    g_autofree char *quoted = repeat("{'note':'", "and so on and ", 2000);
    assert_stops_within(TRUE, quoted, 4096, 6000);
    g_autofree char *spaces = repeat("{\"total\":1", " \n", 2000);
    assert_stops_within(TRUE, spaces, 1000, 1100);
    g_autofree char *prose = repeat("I am sorry that ", "it cannot be done, ", 100);
    assert_stops_within(TRUE, prose, 400, 600);
    g_autofree char *long_prose = repeat("I am sorry that ", "it cannot be done, ", 200);
    assert_stops_within(FALSE, long_prose, 0, 0);
    g_autofree char *behind = repeat("{\"total\":1} and ", "by the way, ", 300);
    assert_stops_within(TRUE, behind, 2000, 2800);
    /* Different lines of the same form are no repetition. */
    GString *lines = g_string_new("{\"lines\":[");
    for (guint i = 0; i < 3000; i++)
        g_string_append_printf(lines, "%s{\"q\":%u}", i ? "," : "", i);
    assert_stops_within(TRUE, lines->str, 0, 0);
    g_string_free(lines, TRUE);
}

/* A sending that is repeated begins anew; another text in between is not taken for the same. */
static void test_again(void)
{
    g_autoptr(DialectSchema) dialect = schema();
    g_autoptr(Watch) watch = watch_new(dialect->schema, TRUE);
    g_assert_cmpuint(stopped_at(watch, "{\"vendor\":1}", 1), ==, 9);
    g_assert_cmpuint(stopped_at(watch, "{\"total\":1}", 1), ==, 0);
    g_assert_null(watch_why(watch));
    g_assert_true(watch_feed(watch, "{\"note\":\"x\",\"vendor\"", 5, 20));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/watch/good", test_good);
    g_test_add_func("/watch/hopeless", test_hopeless);
    g_test_add_func("/watch/endless", test_endless);
    g_test_add_func("/watch/again", test_again);
    return g_test_run();
}
