#include "tools/commands/validity.h"

#include "stages/check/rules.h"
#include "stages/check/schema/schema.h"

static gboolean check_schema(Pack *pack, const cJSON *record, GPtrArray *problems, GError **error)
{
    g_autoptr(Schema) schema = schema_compile(pack->schema, NULL, error);
    if (!schema)
        return FALSE;
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
    if (schema_evaluate(schema, record, findings) == SCHEMA_VALID)
        return TRUE;
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = findings->pdata[i];
        g_autofree char *rule = g_strconcat("schema:", finding->rule, NULL);
        g_ptr_array_add(problems, problem_new(finding->instance, rule, finding->sentence));
    }
    return FALSE;
}

static gboolean check_rules(Pack *pack, const cJSON *record, GPtrArray *problems, GError **error)
{
    if (!pack->rules)
        return TRUE;
    g_autoptr(Rules) rules = rules_new(pack->rules, error);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)rule_finding_free);
    if (!rules || !rules_run(rules, record, findings, error))
        return FALSE;
    guint before = problems->len;
    for (guint i = 0; i < findings->len; i++) {
        const RuleFinding *finding = findings->pdata[i];
        if (finding->kind != RULE_ERROR)
            continue;
        g_autofree char *rule = g_strconcat("rule:", finding->rule, NULL);
        g_ptr_array_add(problems, problem_new(finding->pointer, rule, finding->message));
    }
    return problems->len == before;
}

gboolean validity_check(Pack *pack, const cJSON *record, GPtrArray *problems, GError **error)
{
    return check_schema(pack, record, problems, error) &&
           check_rules(pack, record, problems, error);
}
