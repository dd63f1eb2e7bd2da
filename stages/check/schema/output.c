/* The specification's output formats (2020-12 core, section 12; 2019-09 core, section 10). */
#include "stages/check/schema/explain.h"
#include "stages/check/schema/program.h"

#include <string.h>

int schema_output_from_name(const char *name)
{
    static const char *const names[] = {"flag", "basic", "detailed"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return (int)i;
    }
    return -1;
}

/* `schema` may be NULL: then nothing is known of where it is. */
static cJSON *unit_new(SchemaOutput kind, const Schema *schema, gboolean valid)
{
    cJSON *unit = cJSON_CreateObject();
    cJSON_AddBoolToObject(unit, "valid", valid);
    if (kind == SCHEMA_OUTPUT_FLAG)
        return unit;
    cJSON_AddStringToObject(unit, "keywordLocation", "");
    if (schema != NULL) {
        g_autofree char *location = g_strconcat(schema->root->resource->uri, "#", NULL);
        cJSON_AddStringToObject(unit, "absoluteKeywordLocation", location);
    }
    cJSON_AddStringToObject(unit, "instanceLocation", "");
    return unit;
}

cJSON *schema_output_refusal(SchemaOutput kind, const char *sentence)
{
    cJSON *unit = unit_new(kind, NULL, FALSE);
    if (kind != SCHEMA_OUTPUT_FLAG)
        cJSON_AddStringToObject(unit, "error", sentence);
    return unit;
}

static cJSON *whole_unit(SchemaOutput kind, const Schema *schema, const cJSON *instance,
                         gboolean valid)
{
    const gboolean nested = kind == SCHEMA_OUTPUT_DETAILED;
    cJSON *units = cJSON_CreateArray();
    const gboolean all = explain_units(schema, instance, valid, nested, units);
    cJSON *unit;
    if (nested && units->child != NULL) {
        unit = cJSON_DetachItemViaPointer(units, units->child);
        cJSON_Delete(units);
    } else {
        unit = unit_new(kind, schema, valid);
        if (units->child != NULL || !valid)
            cJSON_AddItemToObject(unit, valid ? "annotations" : "errors", units);
        else
            cJSON_Delete(units);
    }
    if (!all)
        cJSON_AddTrueToObject(unit, "incomplete");
    return unit;
}

cJSON *schema_output(SchemaOutput kind, const Schema *schema, const cJSON *instance)
{
    const char *limit;
    const gboolean valid = program_run(schema->program, instance, &limit);
    if (limit != NULL) {
        g_autofree char *sentence = report_limit_sentence(limit);
        return schema_output_refusal(kind, sentence);
    }
    if (kind == SCHEMA_OUTPUT_FLAG)
        return unit_new(kind, schema, valid);
    return whole_unit(kind, schema, instance, valid);
}
