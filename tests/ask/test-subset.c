/* What each provider is sent of a schema, what is said about the rest, and the way back. The safe
 * subset has test-openai.c. */
#include <string.h>

#include "stages/ask/subset.h"

static DialectSchema *rewrite(const char *provider, const char *text, GPtrArray *notes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) schema = json_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    DialectSchema *result = subset_schema(subset_by_name(provider), "p", schema, notes, &error);
    g_assert_no_error(error);
    return result;
}

static void assert_sent(const char *provider, const char *schema, const char *pointer,
                        const char *wanted)
{
    g_autoptr(DialectSchema) result = rewrite(provider, schema, NULL);
    const cJSON *node = json_at(result->schema, pointer);
    g_assert_nonnull(node);
    g_autofree char *text = json_print(node, FALSE);
    g_assert_cmpstr(text, ==, wanted);
    g_assert_true(result->usable);
}

#define FIELD(node) "{\"type\":\"object\",\"required\":[\"x\"],\"properties\":{\"x\":" node "}}"

static void test_keywords(void)
{
    static const struct {
        const char *provider, *node, *sent;
    } cases[] = {
        {"compatible", "{\"type\":\"string\",\"pattern\":\"^a$\",\"maxLength\":3}",
         "{\"type\":\"string\"}"},
        {"openai", "{\"type\":\"string\",\"pattern\":\"^a\\\\d+\",\"maxLength\":3}",
         "{\"type\":\"string\",\"pattern\":\"^a\\\\d+\"}"},
        {"openai", "{\"type\":\"string\",\"pattern\":\"^(?=a)\"}", "{\"type\":\"string\"}"},
        {"openai", "{\"type\":\"string\",\"pattern\":\"(a)\\\\1\"}", "{\"type\":\"string\"}"},
        {"openai", "{\"type\":\"string\",\"format\":\"date\"}",
         "{\"type\":\"string\",\"format\":\"date\"}"},
        {"openai", "{\"type\":\"string\",\"format\":\"idn-email\"}", "{\"type\":\"string\"}"},
        {"openai", "{\"type\":[\"number\",\"null\"],\"minimum\":0,\"multipleOf\":0.01}",
         "{\"type\":[\"number\",\"null\"],\"minimum\":0,\"multipleOf\":0.01}"},
        {"azure", "{\"type\":\"number\",\"minimum\":0}", "{\"type\":\"number\"}"},
        {"anthropic", "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1}",
         "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1}"},
        {"anthropic",
         "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2,\"maxItems\":9}",
         "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"},
        {"gemini",
         "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2,\"maxItems\":9}",
         "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2,\"maxItems\":9}"},
        {"llama-server", "{\"type\":\"integer\",\"minimum\":1}",
         "{\"type\":\"integer\",\"minimum\":1}"},
        {"llama-server", "{\"type\":\"number\",\"minimum\":1}", "{\"type\":\"number\"}"},
        {"llama-server", "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}",
         "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}"},
        {"llama-server", "{\"type\":\"string\",\"pattern\":\"^\\\\d+$\"}", "{\"type\":\"string\"}"},
        {"llama-server", "{\"type\":\"string\",\"pattern\":\"[0-9]+\"}", "{\"type\":\"string\"}"},
        {"llama-server", "{\"type\":\"string\",\"minLength\":2}",
         "{\"type\":\"string\",\"minLength\":2}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *schema = g_strdup_printf(FIELD("%s"), cases[i].node);
        g_test_message("%s %s", cases[i].provider, cases[i].node);
        assert_sent(cases[i].provider, schema, "/properties/x", cases[i].sent);
    }
}

/* Every rule is told, once, with what becomes of it. */
static void test_notes(void)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func((GDestroyNotify)subset_note_free);
    g_autoptr(DialectSchema) result = rewrite(
        "openai",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":1,"
        "\"format\":\"date\"},\"b\":{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}},"
        "\"required\":[\"a\"],\"if\":{}}",
        notes);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < notes->len; i++) {
        const SubsetNote *note = notes->pdata[i];
        g_string_append_printf(all, "%s %s %s\n", note->pointer, note->keyword,
                               note->enforced  ? "enforced"
                               : note->refused ? "refused"
                                               : "checked");
    }
    static const char *const wanted[] = {
        " if refused\n",
        "/properties/a minLength refused\n",
        "/properties/a format enforced\n",
        "/properties/b oneOf enforced\n",
        "/properties/b/oneOf/0 type enforced\n",
        " optional properties enforced\n",
        " additionalProperties enforced\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        char *found = strstr(all->str, wanted[i]);
        g_test_message("%s", wanted[i]);
        g_assert_nonnull(found);
        g_assert_null(strstr(found + 1, wanted[i]));
    }
}

/* ---- few unions, some optional properties ---- */

static char *many_nullables(guint n)
{
    GString *text = g_string_new("{\"type\":\"object\",\"properties\":{");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%s\"p%u\":{\"type\":[\"string\",\"null\"]}", i ? "," : "", i);
    g_string_append(text, "},\"required\":[");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%s\"p%u\"", i ? "," : "", i);
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}

static void test_unions_become_optional(void)
{
    g_autofree char *schema = many_nullables(20);
    g_autoptr(DialectSchema) result = rewrite("anthropic", schema, NULL);
    g_assert_true(result->usable);
    g_assert_cmpint(cJSON_GetArraySize(json_at(result->schema, "/required")), ==, 16);
    assert_sent("anthropic", schema, "/properties/p0", "{\"type\":[\"string\",\"null\"]}");
    assert_sent("anthropic", schema, "/properties/p19", "{\"type\":\"string\"}");

    g_autofree char *more = many_nullables(41);
    g_autoptr(DialectSchema) too_many = rewrite("anthropic", more, NULL);
    g_assert_false(too_many->usable);
    g_autoptr(DialectSchema) elsewhere = rewrite("openai", more, NULL);
    g_assert_true(elsewhere->usable);
}

static void test_optional_stays(void)
{
    const char *schema =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"anyOf\":["
        "{\"type\":\"object\",\"properties\":{}, "
        "\"additionalProperties\":false},{\"type\":\"null\"}"
        "]}}}";
    assert_sent("anthropic", schema, "",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":"
                "\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}},"
                "\"required\":[],\"additionalProperties\":false}");
}

static void test_not_usable(void)
{
    static const char *const recursive =
        "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"$ref\":\"#/$defs/n\"}},"
        "\"$defs\":{\"n\":{\"type\":\"object\",\"required\":[\"l\"],\"properties\":{\"l\":{"
        "\"type\":"
        "\"array\",\"items\":{\"$ref\":\"#/$defs/n\"}}}}}}";
    static const char *const shared =
        "{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{\"$ref\":"
        "\"#/$defs/n\"},\"b\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":\"string\"}}}";
    static const char *const open = FIELD("{}");
    static const struct {
        const char *provider, *schema;
        gboolean usable;
    } cases[] = {
        {"anthropic", recursive, FALSE}, {"gemini", recursive, FALSE}, {"openai", recursive, TRUE},
        {"anthropic", shared, TRUE},     {"gemini", shared, TRUE},     {"anthropic", open, FALSE},
        {"gemini", open, FALSE},         {"openai", open, TRUE},       {"compatible", open, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DialectSchema) result = rewrite(cases[i].provider, cases[i].schema, NULL);
        g_test_message("%s", cases[i].provider);
        g_assert_true(result->usable == cases[i].usable);
    }
}

/* Optional that stood for null becomes null again, at the provider where it does. */
static void test_restore(void)
{
    const char *text =
        "{\"type\":\"object\",\"required\":[\"a\",\"b\",\"l\"],\"properties\":{"
        "\"a\":{\"type\":\"string\"},\"b\":{\"type\":[\"string\",\"null\"]},"
        "\"c\":{\"type\":[\"string\",\"null\"]},\"l\":{\"type\":\"array\",\"items\":{\"type\":"
        "\"object\",\"required\":[\"q\"],\"properties\":{\"q\":{\"type\":[\"number\",\"null\"]}}}}}"
        "}";
    g_autoptr(cJSON) schema = cJSON_Parse(text);
    g_autofree char *back =
        subset_restore(subset_by_name("anthropic"), schema, "{\"l\":[{},{\"q\":1}]}");
    g_assert_cmpstr(back, ==, "{\"l\":[{\"q\":null},{\"q\":1}],\"b\":null}");
    g_assert_null(subset_restore(subset_by_name("openai"), schema, "{\"l\":[{},{\"q\":1}]}"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/subset/keywords", test_keywords);
    g_test_add_func("/subset/notes", test_notes);
    g_test_add_func("/subset/unions-become-optional", test_unions_become_optional);
    g_test_add_func("/subset/optional-stays", test_optional_stays);
    g_test_add_func("/subset/not-usable", test_not_usable);
    g_test_add_func("/subset/restore", test_restore);
    return g_test_run();
}
