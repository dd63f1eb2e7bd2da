/* One job's way through the plan: the state machine, driven by the rows. */
#include "engine-private.h"

#include "pipeline/core/clock.h"
#include <string.h>

guint engine_row(const Engine *engine, const char *name)
{
    guint row = 0;
    while (engine->options.plan[row] && strcmp(engine->options.plan[row]->name, name) != 0)
        row++;
    return row;
}

void engine_admit(Engine *engine, Job *job, guint row)
{
    job->engine = engine;
    job->stage = row;
    job->route = engine->has_model ? ROUTE_MODEL : ROUTE_TEMPLATE;
    g_free(job->settings);
    job->settings = g_strdup(engine->settings);
    if (!job->tenant)
        job->tenant = g_strdup(engine->tenant);
    g_hash_table_add(engine->jobs, job);
    if (job->kind != JOB_ROW)
        engine->documents++;
    g_queue_push_tail(&engine->runnable, job);
}

static gboolean applies(const Stage *stage, const Job *job)
{
    if (!(stage->roles & (1u << job->kind)))
        return FALSE;
    if ((stage->roles & STAGE_FOR_MODEL) && job->route != ROUTE_MODEL)
        return FALSE;
    return !(stage->roles & STAGE_FOR_TEMPLATE) || job->route == ROUTE_TEMPLATE;
}

static void add_timing(Job *job, const Stage *stage)
{
    gint64 *sum = g_hash_table_lookup(job->timings, stage->name);
    if (!sum) {
        sum = g_new0(gint64, 1);
        g_hash_table_insert(job->timings, (gpointer)stage->name, sum);
    }
    *sum += clock_monotonic_us() - job->entered_us;
}

/* Faults that are not the document's: it stays as it is, held, and the run ends. */
static gboolean is_fault_of_run(int code)
{
    switch (code) {
    case DOCKET_ERROR_IO:
    case DOCKET_ERROR_DISK_FULL:
    case DOCKET_ERROR_LEDGER:
    case DOCKET_ERROR_CONFIG:
    case DOCKET_ERROR_NO_LANGUAGE:
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean is_hold(int code)
{
    return code == DOCKET_ERROR_NO_MODEL || code == DOCKET_ERROR_IN_BATCH ||
           code == DOCKET_ERROR_NO_BUDGET || code == DOCKET_ERROR_INTERRUPTED;
}

/* Turns a stage's error into a verdict and sends the job to `deliver`, or ends the run. */
static gboolean settle_error(Engine *engine, Job *job, const Stage *stage, GError *error)
{
    int code = error->domain == DOCKET_ERROR ? error->code : DOCKET_ERROR_INTERNAL;
    guint deliver = engine_row(engine, "deliver");
    if (is_fault_of_run(code) || job->stage >= deliver) {
        engine_fault(engine, error);
        return FALSE;
    }
    job->error_code = code;
    job->verdict = is_hold(code) ? VERDICT_HELD : VERDICT_FAILED;
    job_reason(job, docket_error_reason(code), "%s", error->message);
    /* What decided comes first; what was merely noticed on the way stays behind it. */
    gpointer deciding = g_ptr_array_steal_index(job->reasons, job->reasons->len - 1);
    g_ptr_array_insert(job->reasons, 0, deciding);
    g_error_free(error);
    job->stage = deliver;
    return TRUE;
}

/* Moves the job to the row that the step asks for. FALSE: it goes no further now. */
static gboolean take_step(Engine *engine, Job *job, StageStep step, GError *error)
{
    const Stage *stage = engine->options.plan[job->stage];
    add_timing(job, stage);
    switch (step) {
    case STAGE_NEXT:
        job->stage++;
        return TRUE;
    case STAGE_AGAIN:
        return TRUE;
    case STAGE_REPAIR:
        job->stage = engine_row(engine, stage->repair_to);
        return TRUE;
    case STAGE_FALLBACK:
        job->route = ROUTE_TEMPLATE;
        job->stage = engine_row(engine, stage->fallback_to);
        return TRUE;
    case STAGE_DONE:
        job->stage = engine_row(engine, "deliver");
        return TRUE;
    case STAGE_FINISH:
        while (engine->options.plan[job->stage])
            job->stage++;
        return TRUE;
    case STAGE_ERROR:
        return settle_error(engine, job, stage, error);
    case STAGE_WAIT:
        break;
    }
    return FALSE;
}

/* Those that waited for this content look again: now its record is known, or it is theirs to make.
 */
static void release_content(Engine *engine, Job *job)
{
    if (!job->content_key)
        return;
    GPtrArray *parked = g_hash_table_lookup(engine->content, job->content_key);
    if (parked)
        g_ptr_array_ref(parked);
    g_hash_table_remove(engine->content, job->content_key);
    for (guint i = 0; parked && i < parked->len; i++)
        engine_resume(parked->pdata[i], STAGE_AGAIN, NULL);
    g_clear_pointer(&parked, g_ptr_array_unref);
}

/* A parent that waited for its last child goes on. */
static void leave_parent(Engine *engine, Job *parent)
{
    parent->children_left--;
    if (!parent->waits || parent->children_left > 0)
        return;
    parent->waits = FALSE;
    g_queue_push_tail(&engine->runnable, parent);
}

static void complete(Engine *engine, Job *job)
{
    release_content(engine, job);
    if (engine->options.done)
        engine->options.done(engine, job, engine->options.data);
    const RowEnd *end = job_data(job, "engine");
    if (end && end->done)
        end->done(job->parent, job, end->data);
    if (job->parent && job->kind != JOB_ROW)
        leave_parent(engine, job->parent);
    if (job->kind != JOB_ROW)
        engine->documents--;
    g_hash_table_remove(engine->jobs, job); /* frees it */
}

static StageStep run_row(const Stage *stage, Job *job, GError **error)
{
    job->entered_us = clock_monotonic_us();
    job->in_stage = TRUE;
    StageStep step = stage->run(job, error);
    job->in_stage = FALSE;
    if (step == STAGE_WAIT && job->resumed >= 0) {
        step = (StageStep)job->resumed;
        job->resumed = -1;
        *error = g_steal_pointer(&job->resume_error);
    }
    return step;
}

/* What holds others gets its verdict after they have theirs, and outlives them. */
static gboolean has_to_wait(const Engine *engine, Job *job)
{
    const Stage *stage = engine->options.plan[job->stage];
    job->waits = job->children_left > 0 && (!stage || strcmp(stage->name, "deliver") == 0);
    return job->waits;
}

void engine_walk(Engine *engine, Job *job)
{
    if (job->resumed >= 0) {
        StageStep step = (StageStep)job->resumed;
        job->resumed = -1;
        if (!take_step(engine, job, step, g_steal_pointer(&job->resume_error)))
            return;
    }
    const Stage *stage;
    while (!engine->fault && (stage = engine->options.plan[job->stage])) {
        if (has_to_wait(engine, job))
            return;
        if (!applies(stage, job)) {
            job->stage++;
            continue;
        }
        GError *error = NULL;
        StageStep step = run_row(stage, job, &error);
        if (step == STAGE_WAIT || !take_step(engine, job, step, error))
            return;
    }
    if (!engine->fault && !has_to_wait(engine, job))
        complete(engine, job);
}

void engine_resume(Job *job, StageStep step, GError *error)
{
    g_return_if_fail(job->resumed < 0 && (step == STAGE_ERROR) == (error != NULL));
    job->resumed = (int)step;
    job->resume_error = error;
    if (!job->in_stage)
        g_queue_push_tail(&job->engine->runnable, job);
}

static void add_below(Job *parent, Job *job, guint first, EngineRowDone done, gpointer data)
{
    RowEnd *end = g_new(RowEnd, 1);
    *end = (RowEnd){done, data};
    job_set_data(job, "engine", end, g_free);
    job->parent = parent;
    if (job->verdict == VERDICT_FAILED)
        first = engine_row(parent->engine, "deliver");
    engine_admit(parent->engine, job, first);
}

void engine_add_row(Job *parent, Job *row, EngineRowDone row_done, gpointer data)
{
    add_below(parent, row, engine_row(parent->engine, "read") + 1, row_done, data);
}

void engine_add_child(Job *parent, Job *child, EngineRowDone done, gpointer data)
{
    parent->children_left++;
    add_below(parent, child, 0, done, data);
}

gboolean engine_claim_content(Job *job, const char *key)
{
    Engine *engine = job->engine;
    GPtrArray *parked = g_hash_table_lookup(engine->content, key);
    if (parked) {
        g_ptr_array_add(parked, job);
        return FALSE;
    }
    job->content_key = g_strdup(key);
    g_hash_table_insert(engine->content, g_strdup(key), g_ptr_array_new());
    return TRUE;
}
