/* The library's front: a schema is indexed, compiled into nodes and those into a program; an
 * instance gets its verdict from the program, and reasons from the nodes. */
#include "stages/check/schema/schema.h"

#include "stages/check/schema/explain.h"
#include "stages/check/schema/index.h"
#include "stages/check/schema/program.h"

Schema *schema_compile(const cJSON *document, const SchemaOptions *options, GError **error)
{
    static const SchemaOptions defaults = {0};
    options = options == NULL ? &defaults : options;

    g_autoptr(Schema) schema = g_new0(Schema, 1);
    schema->assert_format = options->assert_format;
    schema->assert_content = options->assert_content;
    schema->old_dependencies = options->old_dependencies;
    schema->registry =
        options->registry == NULL ? schema_registry_new() : schema_registry_ref(options->registry);
    schema_index_open(schema, document);
    if (options->dialect != NULL && !schema_index_set_dialect(schema, options->dialect, error))
        return NULL;
    schema->root = schema_index_root(schema, options->base_uri, error);
    if (schema->root == NULL || !schema_compile_nodes(schema, error))
        return NULL;
    schema->program = program_new(schema);
    return g_steal_pointer(&schema);
}

void schema_free(Schema *schema)
{
    if (schema == NULL)
        return;
    program_free(schema->program);
    schema_index_close(schema);
    schema_registry_unref(schema->registry);
    g_free(schema);
}

SchemaVerdict schema_check(const Schema *schema, const cJSON *instance)
{
    const char *limit;
    gboolean ok = program_run(schema->program, instance, &limit);
    return limit != NULL ? SCHEMA_UNDECIDED : ok ? SCHEMA_VALID : SCHEMA_INVALID;
}

SchemaVerdict schema_evaluate(const Schema *schema, const cJSON *instance, GPtrArray *findings)
{
    const char *limit;
    gboolean ok = program_run(schema->program, instance, &limit);
    if (limit != NULL) {
        report_limit(findings, limit);
        return SCHEMA_UNDECIDED;
    }
    if (ok)
        return SCHEMA_VALID;
    /* The reasons take a slower way, which may reach a limit of its own; that the instance is
     * invalid is known by then. */
    const guint before = findings->len;
    explain_run(schema, instance, findings, &limit);
    if (findings->len == before && limit != NULL)
        report_no_reason(findings, limit);
    return SCHEMA_INVALID;
}
