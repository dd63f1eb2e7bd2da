/* Decide: the verdict, and every reason that led to it. */
#include "pipeline/host/engine.h"
#include "stages/stages.h"
#include <string.h>

typedef struct {
    const char *pointer;
    double confidence;
} Weakest;

static void find_weakest(const char *pointer, cJSON *value, gpointer data)
{
    gpointer *pair = data;
    const Record *record = pair[0];
    Weakest *weakest = pair[1];
    const Field *field = g_hash_table_lookup(record->fields, pointer);
    if (!field || field->confidence >= weakest->confidence)
        return;
    *weakest = (Weakest){field->pointer, field->confidence};
}

/* A reason for review that every problem is, but for warnings. */
static gboolean add_problems(Job *job)
{
    gboolean serious = FALSE;
    for (guint i = 0; i < job->problems->len; i++) {
        const Problem *problem = job->problems->pdata[i];
        job_reason(job, problem->rule, "%s", problem->sentence);
        serious |= problem_is_serious(problem);
    }
    return serious;
}

static gboolean has_reason(const Job *job, const char *word)
{
    g_autofree char *start = g_strconcat(word, ":", NULL);
    for (guint i = 0; i < job->reasons->len; i++)
        if (g_str_has_prefix(job->reasons->pdata[i], start))
            return TRUE;
    return FALSE;
}

static gboolean is_confident(Job *job)
{
    const Record *record = job->record;
    if (record->confidence >= job->pack->accept_at)
        return TRUE;
    Weakest weakest = {"", 2};
    gpointer pair[] = {(gpointer)record, &weakest};
    record_each_leaf(record->root, find_weakest, pair);
    g_autofree char *why = weakest.confidence <= record->confidence + 0.005
                               ? g_strdup_printf("the weakest field is %s", weakest.pointer)
                               : g_strdup("what was found wrong with the whole record lowers it");
    job_reason(job, "low_confidence", "confidence %.2f is under accept_at %.2f; %s",
               record->confidence, job->pack->accept_at, why);
    return FALSE;
}

static StageStep run(Job *job, GError **error)
{
    if (!job->record) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_MODEL_ANSWER,
                    "no record could be made of it");
        return STAGE_ERROR;
    }
    /* Every check is asked, so that a person sees all reasons at once. */
    gboolean sound = job->schema_valid;
    sound &= !add_problems(job);
    sound &= !has_reason(job, "hidden_text");    /* what is hidden was meant for somebody else */
    sound &= !has_reason(job, "input_cut");      /* the model did not see all of it */
    sound &= !has_reason(job, "partial");        /* nobody saw some of its pages */
    sound &= !has_reason(job, "data_disagrees"); /* the pages and the data tell two stories */
    sound &= is_confident(job);
    if (!sound)
        job->verdict = VERDICT_REVIEW;
    else if (job->model_failed)
        job->verdict = VERDICT_FALLBACK;
    else
        job->verdict = VERDICT_ACCEPTED;
    if (sound)
        job_reason(job, verdict_name(job->verdict),
                   "made by %s, valid, confidence %.2f (accept_at %.2f)",
                   method_name(job->record->method), job->record->confidence, job->pack->accept_at);
    return STAGE_NEXT;
}

const Stage stage_decide = {
    .name = "decide",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_ROW,
    .run = run,
};
