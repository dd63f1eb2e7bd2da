/* Checks of schemas as one line each, for test-drafts*.c. JSON stands here with ' for ". */
#pragma once

#include "stages/check/schema/schema.h"

#include <string.h>

#define D4 "'$schema': 'http://json-schema.org/draft-04/schema#'"
#define D6 "'$schema': 'http://json-schema.org/draft-06/schema#'"
#define D7 "'$schema': 'http://json-schema.org/draft-07/schema#'"
#define D2019 "'$schema': 'https://json-schema.org/draft/2019-09/schema'"
#define D2020 "'$schema': 'https://json-schema.org/draft/2020-12/schema'"

static cJSON *parse(const char *text)
{
    g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
    cJSON *json = cJSON_Parse(quoted);
    g_assert_nonnull(json);
    return json;
}

static Schema *compile_with(const char *text, const SchemaOptions *options)
{
    g_autoptr(cJSON) document = parse(text);
    g_autoptr(GError) error = NULL;
    Schema *schema = schema_compile(document, options, &error);
    g_assert_no_error(error);
    return schema;
}

/* Both evaluators say the same. */
static void check_with(const char *text, const SchemaOptions *options, const char *instance_text,
                       gboolean valid)
{
    g_test_message("%s with %s", text, instance_text);
    g_autoptr(Schema) schema = compile_with(text, options);
    g_autoptr(cJSON) instance = parse(instance_text);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    const SchemaVerdict wanted = valid ? SCHEMA_VALID : SCHEMA_INVALID;
    g_assert_cmpint(schema_check(schema, instance), ==, wanted);
    g_assert_cmpint(schema_evaluate(schema, instance, findings), ==, wanted);
    g_assert_cmpint(findings->len > 0, ==, !valid);
}

static void accept(const char *text, const char *instance)
{
    check_with(text, NULL, instance, TRUE);
}

static void reject(const char *text, const char *instance)
{
    check_with(text, NULL, instance, FALSE);
}

/* A compile error whose message begins with the place and holds the words. */
static void refuse_with(const char *text, const SchemaOptions *options, const char *place,
                        const char *words)
{
    g_autoptr(cJSON) document = parse(text);
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = schema_compile(document, options, &error);
    g_assert_null(schema);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA);
    g_test_message("%s", error->message);
    g_autofree char *head = g_strconcat(place, ": ", NULL);
    if (!g_str_has_prefix(error->message, head) || strstr(error->message, words) == NULL)
        g_error("wanted %s%s, got %s", head, words, error->message);
}

static void refuse(const char *text, const char *place, const char *words)
{
    refuse_with(text, NULL, place, words);
}

/* Pairs of a URI and a document, NULL at the end. */
static SchemaRegistry *registry_of(const char *const *pairs)
{
    SchemaRegistry *registry = schema_registry_new();
    for (; *pairs != NULL; pairs += 2)
        g_assert_true(schema_registry_add(registry, pairs[0], parse(pairs[1]), NULL));
    return registry;
}
