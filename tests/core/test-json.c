/* Strict reading of JSON, pointers, equality; names and terminals. */
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include <string.h>

static void test_accepts(void)
{
    const char *good[] = {"0",
                          "-0.5e+3",
                          "\"\\ud83d\\ude00\"",
                          "[]",
                          "{}",
                          " [1, 2 ] \n",
                          "{\"a\":{\"b\":[null,true,false]}}",
                          "\"\xC3\xA9\""};
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) value = json_parse(good[i], strlen(good[i]), &error);
        g_assert_no_error(error);
        g_assert_nonnull(value);
    }
}

static void test_refuses(void)
{
    const char *bad[] = {"",
                         "01",
                         "-",
                         "1.",
                         ".5",
                         "1e",
                         "+1",
                         "[1,]",
                         "{\"a\":1,}",
                         "{a:1}",
                         "'a'",
                         "nul",
                         "[1 2]",
                         "\"a",
                         "\"\t\"",
                         "\"\\u0000\"",
                         "\"\\ud800\"",
                         "\"\\x\"",
                         "\xEF\xBB\xBF{}",
                         "{} {}",
                         "\"\xff\"",
                         "[",
                         "{\"a\"",
                         "{\"a\":1,\"a\":2}",
                         "1e999",
                         "NaN",
                         "//c\n1"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) value = json_parse(bad[i], strlen(bad[i]), &error);
        if (value)
            g_test_message("accepted: %s", bad[i]);
        g_assert_null(value);
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON);
    }
}

static void test_place(void)
{
    const char *text = "{\n  \"a\": 01\n}";
    g_autoptr(GError) error = NULL;
    g_assert_null(json_parse(text, strlen(text), &error));
    g_assert_nonnull(strstr(error->message, "line 2, column 8"));
}

static void test_depth(void)
{
    for (guint extra = 0; extra < 2; extra++) {
        g_autoptr(GString) deep = g_string_new(NULL);
        for (guint i = 0; i < DOCKET_MAX_JSON_DEPTH + extra; i++)
            g_string_append_c(deep, '[');
        for (guint i = 0; i < DOCKET_MAX_JSON_DEPTH + extra; i++)
            g_string_append_c(deep, ']');
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) value = json_parse(deep->str, deep->len, &error);
        g_assert_true((value != NULL) == (extra == 0));
    }
}

static void test_pointers(void)
{
    g_autoptr(GError) error = NULL;
    const char *text = "{\"a/b\":[10,{\"~\":true}]}";
    cJSON *root = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(json_at(root, "/a~1b/0")->valuedouble, ==, 10);
    g_assert_true(cJSON_IsTrue(json_at(root, "/a~1b/1/~0")));
    g_assert_true(json_at(root, "") == root);
    g_assert_null(json_at(root, "/a~1b/01"));
    g_assert_null(json_at(root, "/a~1b/2"));
    g_assert_null(json_at(root, "a"));
    g_assert_true(json_put(&root, "/a~1b/-", cJSON_CreateString("x"), &error));
    g_assert_true(json_put(&root, "/new/deep", cJSON_CreateNumber(1), &error));
    g_assert_false(json_put(&root, "/a~1b/9", cJSON_CreateNumber(1), &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON);
    g_autofree char *printed = json_print(root, FALSE);
    g_assert_cmpstr(printed, ==, "{\"a/b\":[10,{\"~\":true},\"x\"],\"new\":{\"deep\":1}}");
    cJSON_Delete(root);
}

static void test_equal(void)
{
    g_autoptr(cJSON) a = cJSON_Parse("{\"x\":1,\"y\":[1.0,null]}");
    g_autoptr(cJSON) b = cJSON_Parse("{\"y\":[1,null],\"x\":1.0}");
    g_autoptr(cJSON) c = cJSON_Parse("{\"y\":[1,false],\"x\":1}");
    g_assert_true(json_equal(a, b));
    g_assert_false(json_equal(a, c));
}

/* Objects within objects, of so many members that they are sorted; `backwards` turns all but the
 * first, which holds the next level. */
static cJSON *nested_objects(guint levels, gboolean backwards)
{
    cJSON *inner = cJSON_CreateNumber(1);
    for (guint level = 0; level < levels; level++) {
        cJSON *outer = cJSON_CreateObject();
        cJSON_AddItemToObject(outer, "inner", inner);
        for (int i = 0; i < 20; i++) {
            char key[] = {(char)('a' + (backwards ? 19 - i : i)), '\0'};
            cJSON_AddNumberToObject(outer, key, key[0]);
        }
        inner = outer;
    }
    return inner;
}

/* Would not end within a lifetime if each level looked at the next one twice. */
static void test_equal_nested(void)
{
    g_autoptr(cJSON) a = nested_objects(100, FALSE);
    g_autoptr(cJSON) b = nested_objects(100, TRUE);
    g_autoptr(cJSON) c = nested_objects(99, TRUE);
    g_assert_true(json_equal(a, b));
    g_assert_false(json_equal(a, c));
}

static void test_indented(void)
{
    const char *text = "{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"x\\\"{,:[\"}]}";
    g_autoptr(cJSON) value = cJSON_Parse(text);
    g_autofree char *laid_out = json_print(value, TRUE);
    g_assert_cmpstr(laid_out, ==,
                    "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n"
                    "      \"d\": \"x\\\"{,:[\"\n    }\n  ]\n}");
    g_autofree char *compact = json_print(value, FALSE);
    g_assert_cmpstr(compact, ==, text);
}

static void test_names(void)
{
    const char *names[][2] = {
        {"a.pdf", "a.pdf"},         {"..", "%2E."},           {"a/b", "a%2Fb"},
        {"a\nb", "a%0Ab"},          {"\x1b[2J", "%1B[2J"},    {"\xff", "%FF"},
        {"100%.pdf", "100%25.pdf"}, {".hidden", "%2Ehidden"}, {"", "%00"}};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *safe = bytes_for_file_name(names[i][0]);
        g_assert_cmpstr(safe, ==, names[i][1]);
    }
    g_autofree char *x = g_strnfill(300, 'x'), *y = g_strdup(x);
    y[299] = 'y';
    g_autofree char *fx = bytes_for_file_name(x), *fy = bytes_for_file_name(y);
    g_assert_cmpuint(strlen(fx), <=, DOCKET_MAX_NAME_BYTES);
    g_assert_cmpstr(fx, !=, fy);
    g_autofree char *shown = bytes_for_terminal("a\x1b[31m\xe2\x80\xae\xff");
    g_assert_cmpstr(shown, ==, "a\\x1B[31m\\u{202E}\\xFF");
    g_autofree char *utf8 = bytes_to_utf8("a\0b\xff", 4);
    g_assert_cmpstr(utf8, ==,
                    "a\xEF\xBF\xBD"
                    "b\xEF\xBF\xBD");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/accepts", test_accepts);
    g_test_add_func("/json/refuses", test_refuses);
    g_test_add_func("/json/place", test_place);
    g_test_add_func("/json/depth", test_depth);
    g_test_add_func("/json/pointers", test_pointers);
    g_test_add_func("/json/equal", test_equal);
    g_test_add_func("/json/equal-nested", test_equal_nested);
    g_test_add_func("/json/indented", test_indented);
    g_test_add_func("/bytes/names", test_names);
    return g_test_run();
}
