/* {"schema": …, "instance": …, "dialect": …, "notes": …}: the program that gives the verdict and the slower way that
 * gives the reasons agree on any instance, and so does the standard output. With "notes" formats and
 * contents are not asserted. */
#include <string.h>

#include "stages/check/schema/explain.h"
#include "tests/fuzz/fuzz.h"

/* A finding names a value that is there and says something that can be shown. */
static void check_finding(const SchemaFinding *finding, const cJSON *instance)
{
    g_assert(json_at(instance, finding->instance) != NULL);
    g_assert(strlen(finding->sentence) > 0 && g_utf8_validate(finding->sentence, -1, NULL));
    g_assert(finding->keyword != NULL && finding->absolute != NULL && finding->rule != NULL);
}

static void check_output(const Schema *schema, const cJSON *instance, SchemaVerdict verdict)
{
    for (int kind = SCHEMA_OUTPUT_FLAG; kind <= SCHEMA_OUTPUT_DETAILED; kind++) {
        g_autoptr(cJSON) unit = schema_output((SchemaOutput)kind, schema, instance);
        const cJSON *valid = cJSON_GetObjectItemCaseSensitive(unit, "valid");
        g_assert(cJSON_IsBool(valid));
        g_assert(cJSON_IsTrue(valid) == (verdict == SCHEMA_VALID));
        g_autofree char *text = json_print(unit, FALSE);
        g_assert(text != NULL);
    }
}

static void judge(const Schema *schema, const cJSON *instance)
{
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    const SchemaVerdict verdict = schema_check(schema, instance);
    g_assert(schema_evaluate(schema, instance, findings) == verdict);
    g_assert((verdict == SCHEMA_VALID) == (findings->len == 0));
    for (guint i = 0; verdict == SCHEMA_INVALID && i < findings->len; i++)
        check_finding(g_ptr_array_index(findings, i), instance);
    /* The slower way may reach a limit where the program does not, and the other way round. */
    const char *limit = NULL;
    const gboolean conforms = explain_run(schema, instance, NULL, &limit);
    if (limit == NULL && verdict != SCHEMA_UNDECIDED)
        g_assert(conforms == (verdict == SCHEMA_VALID));
    check_output(schema, instance, verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(cJSON) whole = json_parse((const char *)data, size, NULL);
    const cJSON *document = json_at(whole, "/schema"), *instance = json_at(whole, "/instance");
    if (document == NULL || instance == NULL)
        return 0;
    const gboolean notes = json_bool(whole, "notes", FALSE);
    const SchemaOptions options = {.assert_format = !notes,
                                   .assert_content = !notes,
                                   .dialect = json_string(whole, "dialect", NULL)};
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = schema_compile(document, &options, &error);
    g_assert((schema == NULL) == (error != NULL));
    if (schema != NULL)
        judge(schema, instance);
    return 0;
}
