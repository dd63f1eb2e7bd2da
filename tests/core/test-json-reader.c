/* The strict reader: every byte of strings, every bit of numbers, places of faults, hostile sizes. */
#include "pipeline/core/error.h"
#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include <math.h>
#include <string.h>

/* From a copy of exactly this size: a sanitizer sees one byte too far. */
static const cJSON *parse(JsonReader *reader, const char *text, gsize length, GError **error)
{
    g_autofree char *copy = length ? g_memdup2(text, length) : NULL;
    return json_reader_parse(reader, copy, length, error);
}

static void assert_string(JsonReader *reader, const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    const cJSON *value = parse(reader, text, strlen(text), &error);
    g_assert_no_error(error);
    g_assert_true(cJSON_IsString(value));
    g_assert_cmpstr(value->valuestring, ==, expected);
}

/* ---- places ---- */

static void test_places(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "line 1, column 1: the text ends where a value should stand"},
        {"[1,\n 2,\n  ]", "line 3, column 3: expected a value"},
        {"{\"a\": 1,\n \"\xC3\xA9\": 1, \"a\": 2}",
         "line 2, column 11: the key \"a\" stands twice in one object"},
        {"{\"a\":1,\"\\u0061\":2}", "line 1, column 8: the key \"a\" stands twice in one object"},
        {"{\"\\u001b\":1,\"\\u001b\":2}", "line 1, column 13: the key \"\\x1B\" stands twice"},
        {"{\"\":1,\"\":2}", "line 1, column 7: the key \"\" stands twice"},
        {"[\n1e400]", "line 2, column 1: this number is too large for a double"},
        {"[-1e309]", "line 1, column 2: this number is too large for a double"},
        {"[1, 01]", "line 1, column 5: a number cannot begin with 0"},
        {"-", "line 1, column 2: a digit is missing in this number"},
        {"[1.]", "line 1, column 4: a digit is missing in this number"},
        {"[1e+]", "line 1, column 5: a digit is missing in this number"},
        {"\"\\n\\ud800\"", "line 1, column 4: half of a surrogate pair"},
        {"\"\\udc00\\ud800\"", "line 1, column 2: half of a surrogate pair"},
        {"\"\\ud800\\n\"", "line 1, column 2: half of a surrogate pair"},
        {"\"\\ud800\\u0041\"", "line 1, column 2: half of a surrogate pair"},
        {"\"a\\u0000\"", "line 1, column 3: \\u0000 would end the string here"},
        {"\"\\u00g0\"", "line 1, column 2: \\u needs four hexadecimal digits"},
        {"\"\\u12", "line 1, column 2: \\u needs four hexadecimal digits"},
        {"\"\\x\"", "line 1, column 2: unknown escape in a string"},
        {"\"\\", "line 1, column 2: the string ends inside an escape"},
        {"[\"abc", "line 1, column 2: this string is not closed"},
        {"[\"a\nb\"]", "line 1, column 4: control character in a string"},
        {"\"abc\xC3\"", "line 1, column 5: the text is not UTF-8"},
        {"\xEF\xBB\xBF{}", "line 1, column 1: a byte order mark does not belong here"},
        {"{} {}", "line 1, column 4: text after the end of the value"},
        {"[1 2]", "line 1, column 4: expected ',' or ']'"},
        {"{\"a\":1]", "line 1, column 7: expected ',' or '}'"},
        {"{\"a\" 1}", "line 1, column 6: expected ':' after the key"},
        {"{\"a\":1,}", "line 1, column 8: expected a key in double quotes"},
        {"{\"a\":1", "line 1, column 7: this object is not closed"},
        {"[[]", "line 1, column 4: this array is not closed"},
        {"[nul]", "line 1, column 2: expected a value"},
        {"[1,]", "line 1, column 4: expected a value; a comma before it would be"},
        {"[NaN]", "line 1, column 2: expected a value; JSON has no such number: write null"},
        {"{\"a\": 1, // b", "line 1, column 10: expected a key in double quotes; JSON has no comm"},
        {"['a']", "line 1, column 2: expected a value; strings stand in double quotes"},
        {"[True]", "line 1, column 2: expected a value; write true"},
        {"\xff\xfe{", "line 1, column 1: expected a value; this is UTF-16"},
    };
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(parse(reader, cases[i].text, strlen(cases[i].text), &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON);
        if (!g_str_has_prefix(error->message, cases[i].message))
            g_error("\"%s\" instead of \"%s\"", error->message, cases[i].message);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(parse(reader, "\"a\0b\"", 5, &error));
    g_assert_nonnull(strstr(error->message, "column 3: control character"));
}

/* A message does not grow with the key. */
static void test_long_key(void)
{
    g_autofree char *key = g_strnfill(100000, 'k');
    memcpy(key + 59, "\xC3\xA9", 2); /* where it is cut */
    g_autofree char *text = g_strdup_printf("{\"%s\":1,\"%s\":1}", key, key);
    g_autoptr(JsonReader) reader = json_reader_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(parse(reader, text, strlen(text), &error));
    g_assert_nonnull(strstr(error->message, "kkk…\" stands twice"));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 200);
}

/* ---- strings ---- */

static void test_escapes(void)
{
    g_autoptr(JsonReader) reader = json_reader_new();
    assert_string(reader, "\"\"", "");
    assert_string(reader, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    assert_string(reader, "\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00.\"",
                  "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80.");
    assert_string(reader, "\"\\uFFFF\\uDBFF\\uDFFF\\u0001\"", "\xEF\xBF\xBF\xF4\x8F\xBF\xBF\x01");
    /* What comes after an escape moves up, whatever its length. */
    for (guint before = 0; before < 20; before++) {
        for (guint after = 0; after < 40; after++) {
            g_autofree char *x = g_strnfill(before, 'x'), *y = g_strnfill(after, 'y');
            g_autofree char *text = g_strconcat("\"", x, "\\n", y, "\\u00e9", y, "\"", NULL);
            g_autofree char *expected = g_strconcat(x, "\n", y, "\xC3\xA9", y, NULL);
            assert_string(reader, text, expected);
        }
    }
}

/* Every byte at every place of a word, and the end of the text at every place. */
static void test_bytes(void)
{
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint length = 1; length < 20; length++) {
        for (guint place = 0; place < length; place++) {
            for (guint byte = 0; byte < 256; byte++) {
                char text[24] = "\"";
                memset(text + 1, 'x', length);
                text[1 + place] = (char)byte;
                text[1 + length] = '"';
                gboolean good = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
                const cJSON *value = parse(reader, text, length + 2, NULL);
                g_assert_true((value != NULL) == good);
                if (good)
                    g_assert_true(strlen(value->valuestring) == length &&
                                  memcmp(value->valuestring, text + 1, length) == 0);
            }
        }
    }
}

/* What the strict reader takes for UTF-8 is what GLib does: all sequences of two and three bytes,
 * and those of four where rules change. */
static void test_utf8(void)
{
    static const guchar edges[] = {0x00, 0x22, 0x41, 0x7f, 0x80, 0x8f,
                                   0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint lead = 0x80; lead < 0x100; lead++) {
        for (guint second = 0; second < 0x100; second++) {
            for (guint third = 0; third < G_N_ELEMENTS(edges); third++) {
                for (guint fourth = 0; fourth < G_N_ELEMENTS(edges); fourth++) {
                    char text[] = {
                        '"', (char)lead, (char)second, (char)edges[third], (char)edges[fourth],
                        '"'};
                    if (memchr(text + 1, '\\', 4) || memchr(text + 1, '"', 4))
                        continue;
                    gboolean control = FALSE;
                    for (guint i = 1; i < 5; i++)
                        control = control || (guchar)text[i] < 0x20;
                    gboolean good = !control && g_utf8_validate_len(text + 1, 4, NULL);
                    g_assert_true((parse(reader, text, sizeof text, NULL) != NULL) == good);
                }
            }
        }
    }
}

/* ---- numbers ---- */

static double read_number(JsonReader *reader, const char *text)
{
    g_autoptr(GError) error = NULL;
    const cJSON *value = json_reader_parse(reader, text, strlen(text), &error);
    g_assert_no_error(error);
    g_assert_true(cJSON_IsNumber(value));
    return value->valuedouble;
}

static void assert_exact(JsonReader *reader, const char *text)
{
    double ours = read_number(reader, text), exact = g_ascii_strtod(text, NULL);
    if (memcmp(&ours, &exact, sizeof ours) != 0)
        g_error("%s: %.17g instead of %.17g", text, ours, exact);
}

static double random_double(void)
{
    double value;
    do {
        guint64 bits = (guint64)(guint32)g_test_rand_int() << 32 | (guint32)g_test_rand_int();
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

static void test_random_numbers(void)
{
    g_autoptr(JsonReader) reader = json_reader_new();
    char text[64];
    for (guint i = 0; i < 250000; i++) {
        double any = random_double();
        assert_exact(reader, g_ascii_formatd(text, sizeof text, "%.17g", any));
        assert_exact(reader, g_ascii_formatd(text, sizeof text, "%.15g", any));
        /* of everyday size, where the quick way is taken */
        double everyday = ldexp(any, -ilogb(any) + g_test_rand_int_range(-40, 60));
        g_snprintf(text, sizeof text, "%%.%df", g_test_rand_int_range(0, 18));
        char number[128];
        assert_exact(reader, g_ascii_formatd(number, sizeof number, text, everyday));
        g_snprintf(text, sizeof text, "%d.%0*u", g_test_rand_int_range(-100000, 100000),
                   g_test_rand_int_range(1, 12), (guint)g_test_rand_int());
        assert_exact(reader, text);
    }
}

/* Exactly between two doubles, and a hair beside. */
static void test_halfway(void)
{
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint i = 0; i < 20000; i++) {
        double low = fabs(random_double()), high = nextafter(low, INFINITY);
        if (!isfinite(high))
            continue;
        g_autofree char *half =
            g_strdup_printf("%.1200Le", ((long double)low + (long double)high) / 2);
        assert_exact(reader, half);
        char *exponent = strchr(half, 'e');
        char digit = exponent[-1];
        exponent[-1] = '1';
        assert_exact(reader, half);
        exponent[-1] = digit;
    }
    assert_exact(reader, "9007199254740993");
    assert_exact(reader, "9007199254740993.00000000000000000000000000001");
    assert_exact(reader, "9007199254740992.99999999999999999999999999999");
    assert_exact(reader, "2.2250738585072011e-308");
    assert_exact(reader, "2.4703282292062327208e-324");
    assert_exact(reader, "2.4703282292062328e-324");
    assert_exact(reader, "1.7976931348623158e308");
    assert_exact(reader, "999999999999999e22");
    assert_exact(reader, "9007199254740992e22");
    assert_exact(reader, "9007199254740993e-22");
    assert_exact(reader, "18446744073709551616");
    assert_exact(reader, "0.00000000000000000000000000000000000001e38");
    assert_exact(reader, "0e999999999999999999999");
    assert_exact(reader, "1e-999999999999999999999");
    assert_exact(reader, "-0");
    assert_exact(reader, "-0.0e-0");
}

static void test_integers(void)
{
    static const struct {
        const char *text;
        int value;
    } cases[] = {{"0", 0},
                 {"-0", 0},
                 {"-1.9", -1},
                 {"2147483646", 2147483646},
                 {"2147483647", G_MAXINT},
                 {"2147483648", G_MAXINT},
                 {"1e300", G_MAXINT},
                 {"-2147483648", G_MININT},
                 {"-1e300", G_MININT}};
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const cJSON *value = json_reader_parse(reader, cases[i].text, strlen(cases[i].text), NULL);
        g_assert_cmpint(value->valueint, ==, cases[i].value);
    }
}

/* ---- sizes ---- */

static GString *object_of(guint members, const char *format)
{
    GString *text = g_string_new("{");
    for (guint i = 0; i < members; i++) {
        g_string_append(text, i ? ",\"" : "\"");
        g_string_append_printf(text, format, i);
        g_string_append_printf(text, "\":%u", i);
    }
    g_string_append_c(text, '}');
    return text;
}

static const char *const key_formats[] = {"%u", "a long beginning %u and a long end", "%08x"};

/* Around every change of method, a key that repeats any other one is found and placed. */
static void test_duplicates(void)
{
    static const guint sizes[] = {1, 2, 5, 17, 64, 65, 100, 150, 200, 300};
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint f = 0; f < G_N_ELEMENTS(key_formats); f++) {
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            g_autoptr(GString) text = object_of(sizes[s], key_formats[f]);
            g_autoptr(GError) error = NULL;
            g_assert_nonnull(parse(reader, text->str, text->len, &error));
            for (guint again = 0; again < sizes[s]; again++) {
                g_autoptr(GString) twice = g_string_new_len(text->str, (gssize)text->len - 1);
                g_string_append_printf(twice, ",\n\"");
                g_string_append_printf(twice, key_formats[f], again);
                g_string_append_printf(twice, "\": {}, \"last\": 1}");
                g_assert_null(parse(reader, twice->str, twice->len, &error));
                g_assert_nonnull(strstr(error->message, "line 2, column 1: the key \""));
                g_clear_error(&error);
            }
        }
    }
}

/* What takes n squared steps would not end here. */
static void test_large_objects(void)
{
    g_autoptr(JsonReader) reader = json_reader_new(), other = json_reader_new();
    for (guint f = 0; f < G_N_ELEMENTS(key_formats); f++) {
        g_autoptr(GString) text = object_of(300000, key_formats[f]);
        const cJSON *value = parse(reader, text->str, text->len, NULL);
        g_assert_nonnull(value);
        g_assert_cmpfloat(value->child->prev->valuedouble, ==, 299999);
        /* the same with the first member last */
        const char *comma = strchr(text->str, ',');
        g_autofree char *first = g_strndup(text->str + 1, (gsize)(comma - text->str - 1));
        g_autoptr(GString) moved = g_string_new("{");
        g_string_append_len(moved, comma + 1, text->str + text->len - comma - 2);
        g_string_append_printf(moved, ",%s}", first);
        const cJSON *turned = parse(other, moved->str, moved->len, NULL);
        g_assert_true(json_equal(value, turned));
        g_string_truncate(moved, moved->len - 2);
        g_string_append(moved, "7}");
        g_assert_false(json_equal(value, parse(other, moved->str, moved->len, NULL)));
        g_string_truncate(text, text->len - 1);
        g_string_append_printf(text, ",%s}", first);
        g_assert_null(parse(reader, text->str, text->len, NULL));
    }
}

static void test_equal(void)
{
    static const struct {
        const char *a, *b;
        gboolean equal;
    } cases[] = {
        {"{}", "{}", TRUE},
        {"{}", "[]", FALSE},
        {"{\"a\":1}", "{}", FALSE},
        {"{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1.0,\"c\":3,\"b\":2}", TRUE},
        {"{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1.0,\"c\":2,\"b\":3}", FALSE},
        {"{\"a\":1,\"b\":2}", "{\"a\":1,\"A\":2}", FALSE},
        {"[0]", "[-0]", TRUE},
        {"[1]", "[true]", FALSE},
        {"[true]", "[false]", FALSE},
        {"[1,2]", "[2,1]", FALSE},
        {"[1]", "[1,1]", FALSE},
        {"null", "null", TRUE},
        {"\"a\"", "\"\\u0061\"", TRUE},
        {"\"e\xCC\x81\"", "\"\xC3\xA9\"", FALSE},
    };
    g_autoptr(JsonReader) x = json_reader_new(), y = json_reader_new();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const cJSON *a = parse(x, cases[i].a, strlen(cases[i].a), NULL);
        const cJSON *b = parse(y, cases[i].b, strlen(cases[i].b), NULL);
        g_assert_cmpint(json_equal(a, b), ==, cases[i].equal);
        g_assert_cmpint(json_equal(b, a), ==, cases[i].equal);
    }
}

/* A reader's memory serves texts of all sizes, one after the other. */
static void test_reuse(void)
{
    static const guint sizes[] = {3, 20000, 0, 1, 700, 50000, 2};
    g_autoptr(JsonReader) reader = json_reader_new();
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GString) text = object_of(sizes[i], "%u");
        g_autoptr(cJSON) fresh = json_parse(text->str, text->len, NULL);
        const cJSON *value = parse(reader, text->str, text->len, NULL);
        g_assert_true(sizes[i] > 1000 || cJSON_Compare(value, fresh, TRUE));
        g_assert_true(json_equal(value, fresh));
        g_assert_null(parse(reader, text->str, text->len - 1, NULL));
        cJSON_AddNumberToObject(fresh, "one more", 1); /* it is an ordinary tree */
    }
    json_reader_free(NULL);
}

static void test_too_long(void)
{
    g_autofree char *text = g_strnfill(DOCKET_MAX_JSON_BYTES + 1, ' ');
    g_autoptr(JsonReader) reader = json_reader_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(json_reader_parse(reader, text, DOCKET_MAX_JSON_BYTES + 1, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON);
    text[0] = '1';
    g_assert_nonnull(json_reader_parse(reader, text, DOCKET_MAX_JSON_BYTES, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-reader/places", test_places);
    g_test_add_func("/json-reader/long-key", test_long_key);
    g_test_add_func("/json-reader/escapes", test_escapes);
    g_test_add_func("/json-reader/bytes", test_bytes);
    g_test_add_func("/json-reader/utf8", test_utf8);
    g_test_add_func("/json-reader/random-numbers", test_random_numbers);
    g_test_add_func("/json-reader/halfway", test_halfway);
    g_test_add_func("/json-reader/integers", test_integers);
    g_test_add_func("/json-reader/duplicates", test_duplicates);
    g_test_add_func("/json-reader/large-objects", test_large_objects);
    g_test_add_func("/json-reader/equal", test_equal);
    g_test_add_func("/json-reader/reuse", test_reuse);
    g_test_add_func("/json-reader/too-long", test_too_long);
    return g_test_run();
}
