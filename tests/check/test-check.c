/* The stage: what passes, what goes back to the model and with which words, what falls back, and
 * what a person will see. */
#include "stages/check/check.h"

#include "pipeline/host/stage.h"
#include "stages/stages.h"

#include <string.h>

static const char schema_text[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"number\", \"total\"],"
    "\"properties\": {\"number\": {\"type\": \"string\"}, \"date\": {\"type\": \"string\","
    "\"format\": \"date\"}, \"net\": {\"type\": \"number\"}, \"tax\": {\"type\": \"number\"},"
    "\"total\": {\"type\": \"number\"}, \"kind\": {\"enum\": [\"invoice\", \"other\"]}}}";

static const char rules_text[] =
    "require(\"total_is_sum\"; \"/total\"; .net == null or .tax == null or near(.net + .tax; "
    ".total; 0.02); \"net \\(.net) and tax \\(.tax) do not make the total \\(.total)\"),"
    "expect(\"has_date\"; \"\"; .date != null; \"there is no date\")";

typedef struct {
    Pack *pack;
    Job *job;
} Fixture;

static void set_up_with(Fixture *f, const char *rules)
{
    g_autoptr(GError) error = NULL;
    f->pack = pack_from_schema("test", cJSON_Parse(schema_text), &error);
    g_assert_no_error(error);
    f->pack->rules = g_strdup(rules);
    f->pack->max_repairs = 2;
    g_assert_true(stage_check.prepare(f->pack, &error));
    g_assert_no_error(error);
    f->job = job_new(NULL, JOB_DOCUMENT, "a.txt");
    f->job->pack = f->pack;
    f->job->route = ROUTE_MODEL;
    f->job->reading = reading_new("text/plain");
    reading_begin_page(f->job->reading, 1, TECHNIQUE_TEXT, READING_GRID, 80, 10);
    static const char *const lines[] = {"Invoice INV-7 2024-03-01", "Net 10.00 Tax 2.00",
                                        "Total 12.00"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        reading_begin_line(f->job->reading);
        reading_add_text(f->job->reading, lines[i], -1, 0, i, -1);
    }
    reading_end_page(f->job->reading);
}

static void set_up(Fixture *f, gconstpointer data)
{
    set_up_with(f, rules_text);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    job_free(f->job);
    pack_free(f->pack);
}

static StageStep answer(Fixture *f, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_free(f->job->answer);
    f->job->answer = g_strdup(text);
    StageStep step = stage_check.run(f->job, &error);
    g_assert_no_error(error);
    return step;
}

static gboolean has_problem(const Job *job, const char *rule, const char *pointer)
{
    for (guint i = 0; i < job->problems->len; i++) {
        const Problem *problem = g_ptr_array_index(job->problems, i);
        g_test_message("%s %s: %s", problem->rule, problem->pointer, problem->sentence);
        if (strcmp(problem->rule, rule) == 0 && strcmp(problem->pointer, pointer) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean has_reason(const Job *job, const char *word)
{
    for (guint i = 0; i < job->reasons->len; i++) {
        if (strstr(g_ptr_array_index(job->reasons, i), word) != NULL)
            return TRUE;
    }
    return FALSE;
}

#define GOOD                                                                                       \
    "{\"number\": \"INV-7\", \"date\": \"2024-03-01\", \"net\": 10, \"tax\": 2, \"total\": 12,"    \
    " \"kind\": \"invoice\"}"

static void test_good(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(answer(f, GOOD), ==, STAGE_NEXT);
    g_assert_true(f->job->schema_valid);
    g_assert_cmpuint(f->job->problems->len, ==, 0);
    g_assert_cmpfloat(f->job->record->confidence, >, 0.9);
    g_assert_cmpint(f->job->record->method, ==, METHOD_MODEL);
    g_assert_false(f->job->model_failed);
    const Field *total = g_hash_table_lookup(f->job->record->fields, "/total");
    g_assert_cmpuint(total->evidence->len, >, 0);
}

static void test_salvaged(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(answer(f, "Sure!\n```json\n" GOOD "\n```"), ==, STAGE_NEXT);
    g_assert_true(has_reason(f->job, "salvage: "));
    g_assert_cmpfloat(f->job->record->confidence, <, 0.98);
}

/* Null for an optional field that allows none means that it is not there; for a required one it is
 * wrong. */
static void test_nulls(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(
        answer(f, "{\"number\": \"INV-7\", \"date\": null, \"net\": null, \"total\": 12}"), ==,
        STAGE_NEXT);
    g_assert_true(has_reason(f->job, "salvage: 2 nulls"));
    g_assert_null(cJSON_GetObjectItemCaseSensitive(f->job->record->root, "date"));
    g_assert_cmpint(answer(f, "{\"number\": null, \"date\": null, \"total\": 12}"), ==,
                    STAGE_REPAIR);
    g_assert_nonnull(cJSON_GetObjectItemCaseSensitive(f->job->record->root, "date"));
}

/* The conversation only grows: the answer, then what is wrong with it. */
static void test_repair(Fixture *f, gconstpointer data)
{
    job_message(f->job, ROLE_SYSTEM, "system");
    job_message(f->job, ROLE_USER, "document");
    const char *bad = "{\"number\": 7, \"total\": 12}";
    g_assert_cmpint(answer(f, bad), ==, STAGE_REPAIR);
    g_assert_cmpuint(f->job->repairs, ==, 1);
    g_assert_cmpuint(f->job->messages->len, ==, 4);
    const Message *said = g_ptr_array_index(f->job->messages, 2);
    g_assert_cmpint(said->role, ==, ROLE_ASSISTANT);
    g_assert_cmpstr(said->text, ==, bad);
    const Message *wrong = g_ptr_array_index(f->job->messages, 3);
    g_assert_cmpint(wrong->role, ==, ROLE_USER);
    g_assert_nonnull(strstr(wrong->text, "/number must be a string, found 7"));
    g_assert_cmpint(answer(f, GOOD), ==, STAGE_NEXT);
    g_assert_cmpuint(f->job->problems->len, ==, 0);
    g_assert_cmpfloat(f->job->record->confidence, <, 0.97);
}

static void test_fallback(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(answer(f, "{\"number\": 7}"), ==, STAGE_REPAIR);
    g_assert_cmpint(answer(f, "I am sorry."), ==, STAGE_REPAIR);
    g_assert_true(has_problem(f->job, "schema:json", ""));
    g_assert_cmpint(answer(f, "{}"), ==, STAGE_FALLBACK);
    g_assert_true(f->job->model_failed);
    g_assert_true(has_reason(f->job, "model_answer: "));
    g_assert_null(f->job->record);
    /* The template's record then goes on whatever it is. */
    f->job->route = ROUTE_TEMPLATE;
    job_set_record(f->job, record_new(cJSON_Parse("{\"total\": 12}"), METHOD_TEMPLATE));
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(stage_check.run(f->job, &error), ==, STAGE_NEXT);
    g_assert_false(f->job->schema_valid);
    g_assert_true(has_problem(f->job, "schema:required", ""));
    g_assert_cmpfloat(f->job->record->confidence, ==, 0);
}

/* A valid record that breaks a rule to the end is kept, for a person. */
static void test_rule(Fixture *f, gconstpointer data)
{
    const char *bad = "{\"number\": \"INV-7\", \"date\": \"2024-03-01\", \"net\": 10, \"tax\": 2, "
                      "\"total\": 10}";
    g_assert_cmpint(answer(f, bad), ==, STAGE_REPAIR);
    const Message *wrong = g_ptr_array_index(f->job->messages, f->job->messages->len - 1);
    g_assert_nonnull(strstr(wrong->text, "net 10 and tax 2 do not make the total 10"));
    g_assert_cmpint(answer(f, bad), ==, STAGE_REPAIR);
    g_assert_cmpint(answer(f, bad), ==, STAGE_NEXT);
    g_assert_true(f->job->schema_valid);
    g_assert_false(f->job->model_failed);
    g_assert_true(has_problem(f->job, "rule:total_is_sum", "/total"));
    g_assert_cmpfloat(f->job->record->confidence, <, 0.5);
}

/* A last answer that is worse than one before does not lose it. */
static void test_worse_repair(Fixture *f, gconstpointer data)
{
    const char *rule = "{\"number\": \"INV-7\", \"net\": 10, \"tax\": 2, \"total\": 10}";
    g_assert_cmpint(answer(f, rule), ==, STAGE_REPAIR);
    g_assert_cmpint(answer(f, "{\"number\": 1}"), ==, STAGE_REPAIR);
    g_assert_cmpint(answer(f, "nothing"), ==, STAGE_NEXT);
    g_assert_true(f->job->schema_valid);
    g_assert_cmpstr(json_string(f->job->record->root, "number", ""), ==, "INV-7");
    g_assert_true(has_problem(f->job, "rule:total_is_sum", "/total"));
}

static void test_warning(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(answer(f, "{\"number\": \"INV-7\", \"total\": 12}"), ==, STAGE_NEXT);
    g_assert_true(has_problem(f->job, "warn:has_date", ""));
    g_assert_cmpfloat(f->job->record->confidence, >, 0.8);
}

/* Claimed, valid, and nowhere in the document: no repair, but no acceptance either. */
static void test_invented(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(answer(f, "{\"number\": \"INV-7\", \"date\": \"2023-12-24\", \"total\": 12}"),
                    ==, STAGE_NEXT);
    g_assert_true(has_problem(f->job, "ground:none", "/date"));
    g_assert_cmpfloat(f->job->record->confidence, <, 0.3);
}

static void test_failing_rules(void)
{
    Fixture f;
    set_up_with(&f, "error(\"division by nothing\")");
    g_assert_cmpint(answer(&f, GOOD), ==, STAGE_NEXT);
    g_assert_true(has_problem(f.job, "rules:failed", ""));
    g_assert_cmpfloat(f.job->record->confidence, <, 0.7);
    tear_down(&f, NULL);
}

/* The gate for other parts of the program. */
static void test_check_record(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *record;
        gboolean ok;
        guint problems;
    } cases[] = {
        {GOOD, TRUE, 0},
        {"{\"number\": \"x\", \"total\": 1}", TRUE, 1}, /* a warning */
        {"{\"number\": \"x\", \"date\": \"1 May\", \"total\": 1}", FALSE, 1},
        {"{\"number\": \"x\", \"date\": \"2024-05-01\", \"net\": 1, \"tax\": 1, \"total\": 1}",
         FALSE, 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) problems =
            g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) record = cJSON_Parse(cases[i].record);
        g_assert_cmpint(check_record(f->pack, record, problems, &error), ==, cases[i].ok);
        g_assert_no_error(error);
        g_assert_cmpuint(problems->len, ==, cases[i].problems);
    }
}

static void test_broken_packs(void)
{
    static const struct {
        const char *schema, *rules, *word;
    } cases[] = {
        {"{\"type\": \"objekt\"}", NULL, "/type"},
        {"{}", "require(", "rules.jq"},
        {"{\"x-docket\": 1}", NULL, "x-docket"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Pack) pack = pack_from_schema("bad", cJSON_Parse(cases[i].schema), &error);
        if (pack != NULL) {
            pack->rules = g_strdup(cases[i].rules);
            g_assert_false(stage_check.prepare(pack, &error) && check_compile_rules(pack, &error));
        }
        g_assert_nonnull(error);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i].word));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/check/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("good", test_good);
    ADD("salvaged", test_salvaged);
    ADD("nulls", test_nulls);
    ADD("repair", test_repair);
    ADD("fallback", test_fallback);
    ADD("rule", test_rule);
    ADD("worse-repair", test_worse_repair);
    ADD("warning", test_warning);
    ADD("invented", test_invented);
    ADD("check-record", test_check_record);
    g_test_add_func("/check/failing-rules", test_failing_rules);
    g_test_add_func("/check/broken-packs", test_broken_packs);
    return g_test_run();
}
