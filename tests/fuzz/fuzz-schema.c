/* {"schema": …, "instance": …}: a schema from anywhere compiles or is refused, and its verdict is
 * the same with findings as without. */
#include "stages/check/schema/schema.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(cJSON) both = json_parse((const char *)data, size, NULL);
    const cJSON *source = json_at(both, "/schema"), *instance = json_at(both, "/instance");
    if (!source || !instance)
        return 0;
    SchemaOptions options = {.assert_format = TRUE};
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = schema_compile(source, &options, &error);
    g_assert((schema == NULL) == (error != NULL));
    if (!schema)
        return 0;
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    SchemaVerdict verdict = schema_evaluate(schema, instance, findings);
    g_assert(schema_check(schema, instance) == verdict);
    g_assert((verdict == SCHEMA_VALID) == (findings->len == 0));
    return 0;
}
