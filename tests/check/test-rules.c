/* rules.jq: what it may say, what it may not see, and what happens when it fails. */
#include "stages/check/rules.h"

#include "pipeline/core/error.h"

#include <string.h>

static GPtrArray *run_rules(const char *program, const char *record_text, GError **error)
{
    g_autoptr(Rules) rules = rules_new(program, error);
    if (rules == NULL)
        return NULL;
    g_autoptr(cJSON) record = cJSON_Parse(record_text);
    g_assert_nonnull(record);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)rule_finding_free);
    return rules_run(rules, record, findings, error) ? g_steal_pointer(&findings) : NULL;
}

static const char *const sum =
    "# the usual rule\n"
    "def off: .net + .tax - .total;\n"
    "require(\"total_is_sum\"; \"/total\"; near(.net + .tax; .total; 0.02);"
    " \"net \\(.net|shown) and tax \\(.tax|shown) do not make \\(.total|shown)\"),\n"
    "expect(\"has_tax\"; \"/tax\"; .tax != 0; \"there is no tax\"),\n"
    "follows(\"/total\"; .net + .tax; [\"/net\", \"/tax\"])";

static void test_holds(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings =
        run_rules(sum, "{\"net\": 10.1, \"tax\": 1.01, \"total\": 11.11}", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(findings->len, ==, 1);
    const RuleFinding *follows = g_ptr_array_index(findings, 0);
    g_assert_cmpint(follows->kind, ==, RULE_FOLLOWS);
    g_assert_cmpstr(follows->pointer, ==, "/total");
    g_assert_cmpfloat_with_epsilon(follows->value->valuedouble, 11.11, 1e-9);
    g_assert_cmpuint(follows->from->len, ==, 2);
}

static void test_broken(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings =
        run_rules(sum, "{\"net\": 10, \"tax\": 0, \"total\": 12.5}", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(findings->len, ==, 3);
    const RuleFinding *broken = g_ptr_array_index(findings, 0);
    g_assert_cmpint(broken->kind, ==, RULE_ERROR);
    g_assert_cmpstr(broken->rule, ==, "total_is_sum");
    g_assert_cmpstr(broken->pointer, ==, "/total");
    g_assert_cmpstr(broken->message, ==, "net 10.00 and tax 0.00 do not make 12.50");
    const RuleFinding *doubt = g_ptr_array_index(findings, 1);
    g_assert_cmpint(doubt->kind, ==, RULE_WARN);
}

/* One compiled program serves many records, also after one that it failed on. */
static void test_again(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Rules) rules =
        rules_new("if .a == 1 then error(\"no\") else broken(\"r\"; \"/a\"; \"m\") end", &error);
    g_assert_no_error(error);
    g_autoptr(cJSON) one = cJSON_Parse("{\"a\": 1}");
    g_autoptr(cJSON) two = cJSON_Parse("{\"a\": 2}");
    for (int i = 0; i < 3; i++) {
        g_autoptr(GPtrArray) findings =
            g_ptr_array_new_with_free_func((GDestroyNotify)rule_finding_free);
        g_assert_false(rules_run(rules, one, findings, &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
        g_assert_nonnull(strstr(error->message, "no"));
        g_clear_error(&error);
        g_assert_true(rules_run(rules, two, findings, &error));
        g_assert_cmpuint(findings->len, ==, 1);
    }
}

static void test_helpers(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = run_rules(
        "broken(\"sum\"; \"\"; \"\\(total_of(.lines[].amount)|shown) \\(-3.5|shown) \\(1.005|cents)"
        " \\(\"x\"|shown)\")",
        "{\"lines\": [{\"amount\": 0.1}, {\"amount\": 0.2}, {\"amount\": null}]}", &error);
    g_assert_no_error(error);
    const RuleFinding *finding = g_ptr_array_index(findings, 0);
    g_assert_cmpstr(finding->message, ==, "0.30 -3.50 1 \"x\"");
}

static void refuse(const char *program, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = run_rules(program, "{\"a\": 1}", &error);
    g_assert_null(findings);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, word));
}

static void test_refused(void)
{
    refuse("(", "compiled");
    refuse("nosuch(1)", "nosuch");
    refuse("1", "no object");
    refuse("[[1]]", "objects");
    refuse("{rule: \"Bad Name\", message: \"m\"}", "name");
    refuse("{rule: \"r\"}", "name");
    refuse("{rule: \"r\", message: \"m\", severity: \"fatal\"}", "severity");
    refuse("env", "environment");
    refuse("input", "input");
    refuse("halt", "halt");
    refuse("import \"m\" as m; m::f", "compiled");
    refuse("include \"m\"; f", "compiled");
}

/* The environment may hold keys. */
static void test_no_environment(void)
{
    g_setenv("DOCKET_TEST_SECRET", "s3cret", TRUE);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings =
        run_rules("broken(\"r\"; \"\"; \"[\\($ENV | tojson)]\")", "{\"a\": 1}", &error);
    g_assert_no_error(error);
    const RuleFinding *finding = g_ptr_array_index(findings, 0);
    g_assert_cmpstr(finding->message, ==, "[{}]");
}

static void test_limits(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) many =
        run_rules("range(1000) | broken(\"r\"; \"\"; \"m\")", "{\"a\": 1}", &error);
    g_assert_null(many);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE);
    g_clear_error(&error);
    /* An invoice of many lines says much that follows, and nothing is wrong with it. */
    g_autoptr(GPtrArray) lines =
        run_rules("range(5000) | follows(\"/a\"; 1; [])", "{\"a\": 1}", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lines->len, ==, 5000);
    g_autofree char *text = g_strnfill(RULES_MAX_RECORD_BYTES, 'x');
    g_autofree char *record = g_strconcat("{\"a\": \"", text, "\"}", NULL);
    g_autoptr(GPtrArray) large = run_rules("empty", record, &error);
    g_assert_null(large);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE);
    g_clear_error(&error);
    g_autoptr(GPtrArray) message =
        run_rules("broken(\"r\"; \"\"; .a * 5000)", "{\"a\": \"x\"}", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(((RuleFinding *)g_ptr_array_index(message, 0))->message), <=, 2000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/holds", test_holds);
    g_test_add_func("/rules/broken", test_broken);
    g_test_add_func("/rules/again", test_again);
    g_test_add_func("/rules/helpers", test_helpers);
    g_test_add_func("/rules/refused", test_refused);
    g_test_add_func("/rules/no-environment", test_no_environment);
    g_test_add_func("/rules/limits", test_limits);
    return g_test_run();
}
