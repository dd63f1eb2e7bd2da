/* Any JSON as a schema, in every dialect: it compiles, or it is refused with a place; what compiles judges
 * any instance, itself included, in bounded time. */
#include <string.h>

#include "stages/check/schema/schema.h"
#include "tests/fuzz/fuzz.h"

/* A verdict that takes so long is near the limit of work, with every instance. */
#define LONG (G_USEC_PER_SEC / 5)

/* FALSE when it took long or a limit was reached: more instances would only take more time. */
static gboolean judge(const Schema *schema, const cJSON *instance)
{
    const gint64 begin = g_get_monotonic_time();
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    const SchemaVerdict verdict = schema_evaluate(schema, instance, findings);
    g_assert(schema_check(schema, instance) == verdict);
    g_assert((verdict == SCHEMA_VALID) == (findings->len == 0));
    return verdict != SCHEMA_UNDECIDED && g_get_monotonic_time() - begin < LONG;
}

/* FALSE when it took long. */
static gboolean compile(const cJSON *document, const char *dialect, const cJSON *instances)
{
    const SchemaOptions options = {
        .assert_format = TRUE, .assert_content = TRUE, .dialect = dialect};
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = schema_compile(document, &options, &error);
    g_assert((schema == NULL) == (error != NULL));
    if (error != NULL) {
        g_assert(error->domain == DOCKET_ERROR && strlen(error->message) > 0);
        return TRUE;
    }
    const cJSON *instance = instances->child;
    while (instance != NULL && judge(schema, instance))
        instance = instance->next;
    return instance == NULL && judge(schema, document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char shapes[] = "[null, true, 0, -1.5, 1e300, \"\", \"a@b.example\", [], [1, 1], "
                                 "[{}, [\"a\"]], {}, {\"a\": 1, \"b\": {\"a\": [2]}}]";
    g_autoptr(cJSON) document = json_parse((const char *)data, size, NULL);
    if (document == NULL)
        return 0;
    g_autoptr(cJSON) instances = json_parse(shapes, strlen(shapes), NULL);
    g_assert(instances);
    const char *const *dialect = schema_dialects();
    while (*dialect != NULL && compile(document, *dialect, instances))
        dialect++;
    return 0;
}
