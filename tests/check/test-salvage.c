/* What models wrap records in, and what they do to JSON. */
#include "stages/check/salvage.h"

#include "pipeline/core/error.h"

#include <string.h>

typedef struct {
    const char *name;
    const char *answer;
    const char *record;  /* NULL: there is none in it */
    const char *repairs; /* words that the repairs' sentences have, ';' between, "" for none */
} Case;

static const Case cases[] = {
    {"strict", "{\"a\": 1}", "{\"a\":1}", ""},
    {"space", "\n {\"a\": 1}\n", "{\"a\":1}", ""},
    {"fence", "```json\n{\"a\": 1}\n```", "{\"a\":1}", "fence"},
    {"prose", "Here is the record:\n{\"a\": 1}\nAnything else?", "{\"a\":1}", "text around"},
    {"think", "<think>{\"a\": 0} maybe</think>{\"a\": 1}", "{\"a\":1}", "reasoning"},
    {"think-without-start", "so {\"a\": 0}?</think>\n{\"a\": 1}", "{\"a\":1}", "reasoning"},
    {"trailing-comma", "{\"a\": [1, 2,], \"b\": 2,}", "{\"a\":[1,2],\"b\":2}", "comma too many"},
    {"single-quotes", "{'a': 'it\\'s'}", "{\"a\":\"it's\"}", "quotes;escapes"},
    {"bare-keys", "{a: 1, b_c: \"x\"}", "{\"a\":1,\"b_c\":\"x\"}", "quotes"},
    {"curly-quotes", "{\u201Ca\u201D: 1}", "{\"a\":1}", "quotes"},
    {"python", "{\"a\": None, \"b\": True}", "{\"a\":null,\"b\":true}", "literals"},
    {"not-finite", "{\"a\": NaN, \"b\": -Infinity, \"c\": [Infinity]}",
     "{\"a\":null,\"b\":null,\"c\":[null]}", "literals"},
    {"number-forms", "{\"a\": .5, \"b\": +3, \"c\": 007}", "{\"a\":0.5,\"b\":3,\"c\":7}",
     "literals"},
    {"comments", "{\"a\": 1, // one\n/* two */ \"b\": 2}", "{\"a\":1,\"b\":2}", "comments"},
    {"hash-comment", "{\"a\": 1, # one\n\"b\": 2}", "{\"a\":1,\"b\":2}", "comments"},
    {"raw-newline", "{\"a\": \"x\ny\"}", "{\"a\":\"x\\ny\"}", "control"},
    {"bad-escape", "{\"a\": \"C:\\dir\"}", "{\"a\":\"C:\\\\dir\"}", "escapes"},
    {"nul-escape", "{\"a\": \"x\\u0000y\"}", "{\"a\":\"x\uFFFDy\"}", "escapes"},
    {"surrogates", "x {\"a\": \"\\ud83d\\ude00\"}", "{\"a\":\"\U0001F600\"}", "text around"},
    {"duplicate", "{\"a\": 1, \"a\": 2}", "{\"a\":2}", "twice"},
    {"missing-comma", "{\"a\": 1 \"b\": 2}", "{\"a\":1,\"b\":2}", "missing comma"},
    {"cut-in-string", "{\"a\": 1, \"b\": \"half", "{\"a\":1}", "cut off"},
    {"cut-in-number", "{\"a\": 1, \"b\": 12", "{\"a\":1}", "cut off"},
    {"cut-in-list", "{\"a\": [{\"b\": 1}, {\"b\":", "{\"a\":[{\"b\":1},{}]}", "cut off"},
    {"twice-encoded", "\"{\\\"a\\\": 1}\"", "{\"a\":1}", "encoded twice"},
    {"list-of-one", "[{\"a\": 1}]", "{\"a\":1}", "out of a list"},
    {"draft-then-final", "{\"a\": 1, \"b\": 1} no, rather {\"a\": 1, \"b\": 2}",
     "{\"a\":1,\"b\":2}", "text around"},
    {"example-then-record", "As in {\"x\": 1}: {\"a\": \"long enough to be it\", \"b\": 2}",
     "{\"a\":\"long enough to be it\",\"b\":2}", "text around"},
    {"braces-in-prose", "The set {x} and {y}: {\"a\": 1}", "{\"a\":1}", "text around"},
    {"broken-utf8", "{\"a\": \"\xff\"}", "{\"a\":\"\uFFFD\"}", NULL},
    {"nothing", "I cannot help with that.", NULL, ""},
    {"empty", "", NULL, ""},
    {"scalar", "42", NULL, ""},
    {"empty-object-only", "a {} b", NULL, ""},
    {"list-of-numbers", "[1, 2]", NULL, ""},
};

static void assert_words(const GPtrArray *repairs, const char *words)
{
    g_auto(GStrv) wanted = g_strsplit(words, ";", -1);
    for (char **word = wanted; *word != NULL; word++) {
        gboolean found = FALSE;
        for (guint i = 0; i < repairs->len; i++)
            found |= strstr(g_ptr_array_index(repairs, i), *word) != NULL;
        g_assert_true(found);
    }
    g_assert_cmpuint(repairs->len, ==, g_strv_length(wanted));
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) object = salvage_object(c->answer, repairs, &error);
    for (guint i = 0; i < repairs->len; i++)
        g_test_message("%s", (char *)g_ptr_array_index(repairs, i));
    if (c->record == NULL) {
        g_assert_null(object);
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_MODEL_ANSWER);
        return;
    }
    g_assert_no_error(error);
    g_autofree char *text = json_print(object, FALSE);
    g_assert_cmpstr(text, ==, c->record);
    if (c->repairs != NULL)
        assert_words(repairs, c->repairs);
}

/* Whatever comes out is JSON that our own strict reader takes. */
static void test_strict_result(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(cJSON) object = salvage_object(cases[i].answer, repairs, NULL);
        if (object == NULL)
            continue;
        g_autofree char *text = json_print(object, FALSE);
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) again = json_parse(text, strlen(text), &error);
        g_assert_no_error(error);
    }
}

/* Hostile answers end in time: many openings, deep nesting. */
static void test_hostile(void)
{
    g_autofree char *openings = g_strnfill(2000000, '{');
    g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
    gint64 start = g_get_monotonic_time();
    g_autoptr(cJSON) none = salvage_object(openings, repairs, NULL);
    g_assert_null(none);
    g_autoptr(GString) deep = g_string_new("{\"a\":");
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "[");
    g_autoptr(cJSON) also_none = salvage_object(deep->str, repairs, NULL);
    g_assert_null(also_none);
    g_autoptr(GString) prose = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(prose, "{\"a\": \"");
    g_autoptr(cJSON) strings = salvage_object(prose->str, repairs, NULL);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/salvage/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/salvage/result-is-strict", test_strict_result);
    g_test_add_func("/salvage/hostile", test_hostile);
    return g_test_run();
}
