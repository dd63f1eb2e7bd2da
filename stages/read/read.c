/* Read: a document's page ranges go to the readers side by side and come back as one reading.
 *
 * The first task also tells how many pages there are; the other ranges follow. A range whose reader
 * dies is read once more, alone; dies that one too, the document has failed. */
#include "read.h"

#include "children.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/limits.h"
#include "pipeline/host/readings.h"
#include "stages/stages.h"
#include <string.h>

/* A reading that took longer than this is kept for the next time. */
#define DEAR_US (300 * 1000)

typedef struct {
    Job *job;
    guint first, last; /* pages from 1, inclusive */
    guint deaths;
    guint64 task;     /* number in the pool while it is under way, else 0 */
    Reading *reading; /* NULL until it came */
} Range;

typedef struct {
    GPtrArray *ranges; /* of Range, in page order */
    guint under_way;
    gboolean failed; /* the job has been resumed with an error */
} ReadState;

static void range_free(gpointer data)
{
    Range *range = data;
    reading_free(range->reading);
    g_free(range);
}

static void state_free(gpointer data)
{
    ReadState *state = data;
    g_ptr_array_unref(state->ranges);
    g_free(state);
}

WireFrame read_task(const Job *job)
{
    Config *config = engine_config(job->engine);
    const char *ocr = config_string(config, "readers.ocr");
    guint flags = strcmp(ocr, "never") == 0    ? WIRE_OCR_NEVER
                  : strcmp(ocr, "always") == 0 ? WIRE_OCR_ALWAYS
                                               : 0;
    return (WireFrame){.kind = WIRE_TASK,
                       .media_type = job->media_type,
                       .languages = (char *)config_string(config, "readers.languages"),
                       .flags = flags,
                       .fd = job->document};
}

gboolean read_is_death(const GError *error)
{
    switch (error->code) {
    case DOCKET_ERROR_READER_SIGNAL:
    case DOCKET_ERROR_READER_TIMEOUT:
    case DOCKET_ERROR_READER_MEMORY:
    case DOCKET_ERROR_READER_LIED:
        return error->domain == DOCKET_ERROR;
    default:
        return FALSE;
    }
}

GVariant *read_result_items(GVariant *body)
{
    return g_variant_get_child_value(body, 0);
}

static void on_range(GVariant *body, const GError *error, gpointer data);

static void submit(Range *range)
{
    WireFrame task = read_task(range->job);
    task.first_page = range->first;
    task.last_page = range->last;
    range->task = workers_submit(engine_workers(range->job->engine), &task, range->deaths > 0,
                                 on_range, range);
}

/* The other ranges are of no use any more; their readers are stopped, for the job may end now. */
static void fail(Job *job, ReadState *state, GError *error)
{
    state->failed = TRUE;
    for (guint i = 0; i < state->ranges->len; i++) {
        const Range *range = state->ranges->pdata[i];
        if (range->task)
            workers_cancel(engine_workers(job->engine), range->task);
    }
    engine_resume(job, STAGE_ERROR, error);
}

/* The attempt stands in the ledger before the document is touched again. */
static void submit_committed(Job *job, gpointer data)
{
    const ReadState *state = job_data(job, "read");
    if (!state->failed)
        submit(data);
}

static void try_again(Range *range, const GError *error)
{
    Job *job = range->job;
    ReadState *state = job_data(job, "read");
    guint most = (guint)config_int(engine_config(job->engine), "run.attempts");
    GError *local = NULL;
    if (!ledger_end_attempt(engine_ledger(job->engine), job, docket_error_reason(error->code),
                            &local)) {
        fail(job, state, local);
        return;
    }
    if (!read_is_death(error) || ++range->deaths >= most) {
        fail(job, state, g_error_copy(error));
        return;
    }
    job_reason(job, "read_again", "%s; it was read once more, alone", error->message);
    if (!ledger_begin_attempt(engine_ledger(job->engine), job, "read", &local)) {
        fail(job, state, local);
        return;
    }
    state->under_way++;
    engine_after_commit(job, submit_committed, range);
}

static Reading *reading_of(GVariant *body, GError **error)
{
    g_autoptr(GVariant) items = read_result_items(body);
    if (g_variant_n_children(items) != 1) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                    "the reader gave %" G_GSIZE_FORMAT " readings of one document",
                    g_variant_n_children(items));
        return NULL;
    }
    g_autoptr(GVariant) item = g_variant_get_child_value(items, 0);
    g_autoptr(GVariant) reading = g_variant_get_child_value(item, 2);
    return reading_from_variant(reading, error);
}

/* A reading of other pages than those asked for would put evidence on the wrong page. */
static gboolean check_range(const Range *range, GError **error)
{
    const Reading *r = range->reading;
    gboolean inside = r->pages->len > 0 && reading_page(r, 0)->number == range->first &&
                      reading_page(r, r->pages->len - 1)->number <= range->last;
    if (!inside)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                    "the reader gave other pages than %u to %u", range->first, range->last);
    return inside;
}

static Range *add_range(Job *job, ReadState *state, guint first, guint last)
{
    Range *range = g_new0(Range, 1);
    *range = (Range){.job = job, .first = first, .last = last};
    g_ptr_array_add(state->ranges, range);
    state->under_way++;
    return range;
}

/* After the first range: the document's length is known. */
static gboolean submit_rest(Job *job, ReadState *state, guint page_count, GError **error)
{
    guint limit = (guint)config_int(engine_config(job->engine), "limits.pages");
    if (page_count > limit) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "%u pages, the limit is %u",
                    page_count, limit);
        return FALSE;
    }
    for (guint first = DOCKET_PAGES_PER_TASK + 1; first <= page_count;
         first += DOCKET_PAGES_PER_TASK) {
        guint last = MIN(first + DOCKET_PAGES_PER_TASK - 1, page_count);
        submit(add_range(job, state, first, last));
    }
    return TRUE;
}

static void note_hidden(Job *job)
{
    guint hidden = 0;
    for (guint i = 0; i < job->reading->pages->len; i++)
        hidden += reading_page(job->reading, i)->hidden;
    if (hidden)
        job_reason(job, "hidden_text", "%u words that a person would not see were left out",
                   hidden);
}

/* Where readings are kept, or NULL for a one-off that leaves no trace. */
static const char *store(const Job *job)
{
    return engine_outbox(job->engine) ? config_string(engine_config(job->engine), "paths.state")
                                      : NULL;
}

/* What else than the content decides how a reading looks. Caller frees. */
static char *how(const Job *job)
{
    Config *config = engine_config(job->engine);
    return g_strdup_printf("%s %s %s", config_string(config, "readers.ocr"),
                           config_string(config, "readers.languages"),
                           config_string(config, "limits.pages"));
}

static void keep_if_dear(Job *job)
{
    g_autofree char *key = how(job);
    if (store(job) && !children_are_carried(job) &&
        clock_monotonic_us() - job->entered_us > DEAR_US)
        readings_keep(store(job), job, key);
}

static gboolean take_kept(Job *job)
{
    g_autofree char *key = how(job);
    job->reading = store(job) ? readings_load(store(job), job, key) : NULL;
    if (job->reading)
        note_hidden(job);
    return job->reading != NULL;
}

static void join(Job *job, ReadState *state)
{
    for (guint i = 0; i < state->ranges->len; i++) {
        Range *range = state->ranges->pdata[i];
        Reading *part = g_steal_pointer(&range->reading);
        if (job->reading)
            reading_take_pages(job->reading, part);
        else
            job->reading = part;
    }
    note_hidden(job);
    keep_if_dear(job);
    GError *error = NULL;
    if (children_of_reading(job, &error) &&
        ledger_end_attempt(engine_ledger(job->engine), job, "ok", &error))
        engine_resume(job, STAGE_NEXT, NULL);
    else
        engine_resume(job, STAGE_ERROR, error);
}

static void on_range(GVariant *body, const GError *error, gpointer data)
{
    Range *range = data;
    Job *job = range->job;
    ReadState *state = job_data(job, "read");
    g_autoptr(GError) local = NULL;
    state->under_way--;
    range->task = 0;
    if (!error) {
        range->reading = reading_of(body, &local);
        if (range->reading && !check_range(range, &local))
            g_clear_pointer(&range->reading, reading_free);
    }
    if (!range->reading) {
        try_again(range, error ? error : local);
        return;
    }
    if (range->first == 1 && state->ranges->len == 1 &&
        !submit_rest(job, state, range->reading->page_count, &local)) {
        fail(job, state, g_steal_pointer(&local));
        return;
    }
    if (state->under_way == 0)
        join(job, state);
}

static StageStep run(Job *job, GError **error)
{
    if (job->kind == JOB_BATCH)
        return rows_run(job, error);
    if (job->kind == JOB_CONTAINER)
        return members_run(job, error);
    if (take_kept(job))
        return STAGE_NEXT;
    if (!ledger_begin_attempt(engine_ledger(job->engine), job, "read", error))
        return STAGE_ERROR;
    ReadState *state = g_new0(ReadState, 1);
    state->ranges = g_ptr_array_new_with_free_func(range_free);
    job_set_data(job, "read", state, state_free);
    engine_after_commit(job, submit_committed, add_range(job, state, 1, DOCKET_PAGES_PER_TASK));
    return STAGE_WAIT;
}

const Stage stage_read = {
    .name = "read",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_BATCH | STAGE_FOR_CONTAINER,
    .run = run,
};
