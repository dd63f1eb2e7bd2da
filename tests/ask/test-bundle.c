/* Several documents in one request: the schema, the conversation, and what is cut out of answers,
 * right or hostile. */
#include <string.h>

#include "stages/ask/bundle.h"
#include "stages/ask/subset.h"

#define N 3u

static void assert_cut(const char *text, const char *const expected[N])
{
    char *parts[N];
    guint wanted = 0, found = bundle_cut(text, parts, N);
    g_test_message("%.100s", text);
    for (guint i = 0; i < N; i++) {
        wanted += expected[i] != NULL;
        g_assert_cmpstr(parts[i], ==, expected[i]);
        g_free(parts[i]);
    }
    g_assert_cmpuint(found, ==, wanted);
}

#define CUT(text, ...) assert_cut(text, (const char *const[N]){__VA_ARGS__})

static void test_cut(void)
{
    CUT("{\"records\":[{\"number\":1,\"record\":{\"a\":1}},{\"number\":2,\"record\":{\"b\":{}}},"
        "{\"number\":3,\"record\":{\"c\":[{}]}}]}",
        "{\"a\":1}", "{\"b\":{}}", "{\"c\":[{}]}");
    /* In any order, with room between, with talk around. */
    CUT("Here they are:\n```json\n{ \"records\" : [ { \"number\" : 3 , \"record\" : {\"c\":\"}\"} "
        "} ,\n"
        "{\"number\":1,\"record\":{\"a\":\"\\\"}\"}}]}\n```",
        "{\"a\":\"\\\"}\"}", NULL, "{\"c\":\"}\"}");
}

static void test_each_for_itself(void)
{
    /* What is broken inside is cut out as it is. */
    CUT("{\"records\":[{\"number\":1,\"record\":{'a':1,}},{\"number\":2,\"record\":{\"b\":NaN}}]}",
        "{'a':1,}", "{\"b\":NaN}", NULL);
    /* An answer that ends too early has what came before. */
    CUT("{\"records\":[{\"number\":1,\"record\":{\"a\":1}},{\"number\":2,\"record\":{\"b\":[1,",
        "{\"a\":1}", NULL, NULL);
    /* No record, or none that it could be. */
    CUT("{\"records\":[{\"number\":1,\"record\":null},{\"number\":2,\"record\":{}},{\"number\":3}]"
        "}",
        NULL, "{}", NULL);
}

static void test_hostile(void)
{
    /* Numbers that there are not, twice the same, no numbers. */
    CUT("[{\"number\":0,\"record\":{}},{\"number\":4,\"record\":{}},"
        "{\"number\":99999999999999999999999,\"record\":{}},{\"number\":-1,\"record\":{}},"
        "{\"number\":\"1\",\"record\":{}},{\"number\":2,\"record\":{\"x\":1}},"
        "{\"number\":2,\"record\":{\"x\":2}}]",
        NULL, NULL, NULL);
    /* A record cannot speak for another one, in a string or as an object inside it. */
    CUT("[{\"number\":1,\"record\":{\"t\":\"{\\\"number\\\":2,\\\"record\\\":{}}\","
        "\"u\":{\"number\":3,\"record\":{}}}}]",
        "{\"t\":\"{\\\"number\\\":2,\\\"record\\\":{}}\",\"u\":{\"number\":3,\"record\":{}}}", NULL,
        NULL);
    CUT("", NULL, NULL, NULL);
    CUT("{", NULL, NULL, NULL);
    CUT("{\"number\"", NULL, NULL, NULL);
    CUT("{\"number\":1,\"record\"", NULL, NULL, NULL);
}

/* As many beginnings as fit into the longest answer, none of which ends. */
static void test_endless(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 200000; i++)
        g_string_append(text, "{\"number\":1,\"record\":{");
    CUT(text->str, NULL, NULL, NULL);
}

/* ---- the question ---- */

static const char pack_schema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"https://x.example/s\","
    "\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/a\"},\"b\":{\"$ref\":"
    "\"#/properties/"
    "c\"},\"c\":{\"type\":\"number\"}},\"required\":[\"c\"],\"additionalProperties\":"
    "false,\"$defs\":{\"a\":{\"type\":\"string\"}}}";

static void test_schema(void)
{
    g_autoptr(cJSON) schema = cJSON_Parse(pack_schema);
    g_autoptr(cJSON) bundle = bundle_schema(schema);
    const char *record = "/properties/records/items/properties/record";
    g_autofree char *at_a = g_strconcat(record, "/properties/a/$ref", NULL);
    g_autofree char *at_b = g_strconcat(record, "/properties/b/$ref", NULL);
    g_autofree char *at_id = g_strconcat(record, "/$id", NULL);
    g_assert_cmpstr(cJSON_GetStringValue(json_at(bundle, at_a)), ==, "#/$defs/a");
    g_assert_cmpstr(cJSON_GetStringValue(json_at(bundle, "/$defs/a/type")), ==, "string");
    g_assert_cmpstr(cJSON_GetStringValue(json_at(bundle, at_b)), ==,
                    "#/properties/records/items/properties/record/properties/c");
    g_assert_null(json_at(bundle, at_id));
    /* Each provider takes it. */
    for (const Subset *subset = subsets; subset->name; subset++) {
        g_autoptr(DialectSchema) sent = subset_schema(subset, "p", bundle, NULL, NULL);
        g_assert_nonnull(sent);
        g_assert_true(sent->usable);
    }
}

static GPtrArray *conversation(const char *document)
{
    GPtrArray *messages = g_ptr_array_new_with_free_func(message_free);
    g_ptr_array_add(messages, message_new(ROLE_SYSTEM, "You copy."));
    ((Message *)messages->pdata[0])->cache = TRUE;
    g_ptr_array_add(messages, message_new(ROLE_USER, document));
    return messages;
}

static void test_messages(void)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(all, conversation("first\n"));
    g_ptr_array_add(all, conversation("second\n"));
    g_autoptr(GPtrArray) messages = bundle_messages(all);
    g_assert_cmpuint(messages->len, ==, 2);
    const Message *system = messages->pdata[0], *user = messages->pdata[1];
    g_assert_cmpstr(system->text, ==, "You copy."); /* byte for byte: providers cache it */
    g_assert_true(system->cache);
    g_assert_true(user->role == ROLE_USER && !user->cache);
    g_assert_true(g_str_has_suffix(user->text,
                                   "\nDocument number 1:\nfirst\n\nDocument number 2:\nsecond\n"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ask/bundle/cut", test_cut);
    g_test_add_func("/ask/bundle/each-for-itself", test_each_for_itself);
    g_test_add_func("/ask/bundle/hostile", test_hostile);
    g_test_add_func("/ask/bundle/endless", test_endless);
    g_test_add_func("/ask/bundle/schema", test_schema);
    g_test_add_func("/ask/bundle/messages", test_messages);
    return g_test_run();
}
