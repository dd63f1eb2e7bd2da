/* The verdict follows from what the checks found, and says why. */
#include "pipeline/host/job.h"
#include "stages/stages.h"
#include <string.h>

static gboolean has_reason(const Job *job, const char *start)
{
    for (guint i = 0; i < job->reasons->len; i++)
        if (g_str_has_prefix(job->reasons->pdata[i], start))
            return TRUE;
    return FALSE;
}

/* A job as the checks leave it when all is well. */
static Job *sound_job(const Pack *pack)
{
    Job *job = job_new(NULL, JOB_DOCUMENT, "a.pdf");
    job->pack = pack;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "total", 12.5);
    cJSON_AddStringToObject(root, "name", "x");
    job_set_record(job, record_new(root, METHOD_TEMPLATE));
    record_field(job->record, "/total")->confidence = 0.9;
    record_field(job->record, "/name")->confidence = 0.95;
    job->record->confidence = 0.9;
    job->schema_valid = TRUE;
    return job;
}

static Verdict decide(Job *job)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(stage_decide.run(job, &error), ==, STAGE_NEXT);
    g_assert_no_error(error);
    g_assert_cmpuint(job->reasons->len, >, 0);
    return job->verdict;
}

static void test_verdicts(void)
{
    const Pack pack = {.accept_at = 0.8};
    g_autoptr(Job) accepted = sound_job(&pack);
    g_assert_cmpint(decide(accepted), ==, VERDICT_ACCEPTED);

    g_autoptr(Job) fallback = sound_job(&pack);
    fallback->model_failed = TRUE;
    g_assert_cmpint(decide(fallback), ==, VERDICT_FALLBACK);

    g_autoptr(Job) invalid = sound_job(&pack);
    invalid->schema_valid = FALSE;
    g_ptr_array_add(invalid->problems,
                    problem_new("/total", "schema:type", "/total: not a number"));
    g_assert_cmpint(decide(invalid), ==, VERDICT_REVIEW);
    g_assert_true(has_reason(invalid, "schema:type: /total: not a number"));

    g_autoptr(Job) ruled = sound_job(&pack);
    g_ptr_array_add(ruled->problems, problem_new("/total", "rule:sum", "lines do not add up"));
    g_assert_cmpint(decide(ruled), ==, VERDICT_REVIEW);

    g_autoptr(Job) warned = sound_job(&pack);
    g_ptr_array_add(warned->problems, problem_new("/total", "warn:odd", "an odd total"));
    g_assert_cmpint(decide(warned), ==, VERDICT_ACCEPTED);
    g_assert_true(has_reason(warned, "warn:odd"));

    g_autoptr(Job) hidden = sound_job(&pack);
    job_reason(hidden, "hidden_text", "3 words");
    g_assert_cmpint(decide(hidden), ==, VERDICT_REVIEW);
}

static void test_confidence(void)
{
    const Pack pack = {.accept_at = 0.8};
    g_autoptr(Job) job = sound_job(&pack);
    record_field(job->record, "/total")->confidence = 0.3;
    job->record->confidence = 0.3;
    g_assert_cmpint(decide(job), ==, VERDICT_REVIEW);
    g_assert_true(has_reason(job, "low_confidence: confidence 0.30 is under accept_at 0.80; "
                                  "the weakest field is /total"));
}

static void test_no_record(void)
{
    const Pack pack = {.accept_at = 0.8};
    g_autoptr(Job) job = sound_job(&pack);
    job_set_record(job, NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(stage_decide.run(job, &error), ==, STAGE_ERROR);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_MODEL_ANSWER);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/route/verdicts", test_verdicts);
    g_test_add_func("/route/confidence", test_confidence);
    g_test_add_func("/route/no-record", test_no_record);
    return g_test_run();
}
