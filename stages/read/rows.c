/* Rows of a batch: the file goes to a reader chunk by chunk, each row comes back as a job of its
 * own. A chunk is asked for when the one before is nearly used up, so that memory stays flat. */
#include "read.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/limits.h"
#include <string.h>

/* Which pack a row has is not known yet. */
static guint most_per_call(const GPtrArray *packs)
{
    guint most = 1;
    for (guint i = 0; i < packs->len; i++)
        most = MAX(most, ((const Pack *)packs->pdata[i])->documents_per_call);
    return most;
}

/* The next chunk is fetched when fewer rows than this are under way: half a chunk, or as many as
 * keep the model's slots filled. */
static guint low_water(const Job *job)
{
    guint slots = engine_has_model(job->engine)
                      ? engine_model_slots(job->engine) * most_per_call(engine_packs(job->engine))
                      : 0;
    return MAX(DOCKET_ROWS_PER_TASK / 2, 2 * slots);
}

typedef struct {
    guint64 offset, row; /* where the next chunk starts */
    guint under_way;     /* rows that have no verdict yet */
    guint64 rows;        /* so far */
    guint deaths;
    gboolean asked;    /* a chunk is with a reader */
    gboolean complete; /* no chunk is left */
    gboolean resumed;  /* the job has been told the end */
    GError *failure;   /* ends the batch as soon as no row is under way: rows lend their batch */
} RowsState;

static void state_free(gpointer data)
{
    RowsState *state = data;
    g_clear_error(&state->failure);
    g_free(state);
}

static void on_chunk(const WorkersAnswer *answer, gpointer data);
static void proceed(Job *job);

static void end(Job *job, StageStep step, GError *error)
{
    RowsState *state = job_data(job, "rows");
    const char *outcome = error ? docket_error_reason(error->code) : "ok";
    g_autoptr(GError) local = NULL;
    state->resumed = TRUE;
    if (!ledger_end_attempt(engine_ledger(job->engine), job, outcome, &local)) {
        g_clear_error(&error);
        step = STAGE_ERROR;
        error = g_steal_pointer(&local);
    }
    engine_resume(job, step, error);
}

static void submit(Job *job, gpointer data)
{
    RowsState *state = job_data(job, "rows");
    WireFrame task = read_task(job);
    task.flags |= WIRE_SPLIT_ROWS;
    task.offset = state->offset;
    task.first_page = (guint32)state->row;
    workers_submit(engine_workers(job->engine), &task,
                   state->deaths ? WORKERS_ALONE : WORKERS_FRESH, on_chunk, job);
}

static void on_row_done(Job *job, Job *row, gpointer data)
{
    RowsState *state = job_data(job, "rows");
    state->under_way--;
    proceed(job);
}

/* What became of the rows, deliver sums up from the ledger: it knows those of earlier runs too. */
static void finish(Job *job, const RowsState *state)
{
    if (state->rows)
        end(job, STAGE_DONE, NULL);
    else
        end(job, STAGE_ERROR,
            g_error_new(DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the batch has no rows"));
}

static void proceed(Job *job)
{
    RowsState *state = job_data(job, "rows");
    if (state->asked || state->resumed)
        return;
    if (state->failure) {
        if (state->under_way == 0)
            end(job, STAGE_ERROR, g_steal_pointer(&state->failure));
        return;
    }
    if (engine_interrupted(job->engine) && !state->complete) {
        if (state->under_way == 0)
            end(job, STAGE_ERROR,
                g_error_new(DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED,
                            "interrupted after %" G_GUINT64_FORMAT " rows", state->rows));
        return;
    }
    if (!state->complete && state->under_way < low_water(job)) {
        state->asked = TRUE;
        engine_after_commit(job, submit, NULL);
    } else if (state->complete && state->under_way == 0) {
        finish(job, state);
    }
}

static Job *new_row(Job *job, guint64 number, const char *identity)
{
    g_autofree char *name = g_strdup_printf("%s:%" G_GUINT64_FORMAT, job->name, number + 1);
    Job *row = job_new(job->engine, JOB_ROW, name);
    row->parent = job;
    row->row = (gint64)number;
    row->sha256 = bytes_sha256(identity, strlen(identity));
    row->size = strlen(identity);
    row->media_type = g_strdup("application/json");
    return row;
}

/* Enters the row in the ledger; one that has its verdict from an earlier run is left alone. */
static gboolean admit(Job *job, RowsState *state, Job *row, GError **error)
{
    gboolean finished;
    state->rows++;
    if (!ledger_claim(engine_ledger(job->engine), row, &finished, error) || finished) {
        job_free(row);
        return finished;
    }
    state->under_way++;
    engine_add_row(job, row, on_row_done, NULL);
    return TRUE;
}

static gboolean add_rows(Job *job, RowsState *state, GVariant *body, GError **error)
{
    g_autoptr(GVariant) items = read_result_items(body);
    for (gsize i = 0; i < g_variant_n_children(items); i++) {
        g_autoptr(GVariant) item = g_variant_get_child_value(items, i);
        g_autoptr(GVariant) variant = g_variant_get_child_value(item, 2);
        guint64 number;
        const char *json;
        g_variant_get_child(item, 0, "t", &number);
        g_variant_get_child(item, 1, "&s", &json);
        Reading *reading = reading_from_variant(variant, error);
        if (!reading)
            return FALSE;
        Job *row = new_row(job, number, json);
        row->row_json = g_strdup(json);
        row->reading = reading;
        if (!admit(job, state, row, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean add_bad_rows(Job *job, RowsState *state, GVariant *body, GError **error)
{
    g_autoptr(GVariant) items = g_variant_get_child_value(body, 1);
    for (gsize i = 0; i < g_variant_n_children(items); i++) {
        guint64 number;
        guint32 code;
        const char *sentence;
        g_variant_get_child(items, i, "(tu&s)", &number, &code, &sentence);
        g_autofree char *identity =
            g_strdup_printf("bad row %" G_GUINT64_FORMAT " of %s", number, job->sha256);
        Job *row = new_row(job, number, identity);
        row->verdict = VERDICT_FAILED;
        row->error_code = docket_error_from_reader(code);
        job_reason(row, docket_error_reason(row->error_code), "%s", sentence);
        if (!admit(job, state, row, error))
            return FALSE;
    }
    return TRUE;
}

/* The cursor must move on, or a lying reader could keep us busy for ever. */
static gboolean advance(RowsState *state, GVariant *body, GError **error)
{
    guint64 offset, row;
    g_variant_get_child(body, 2, "t", &offset);
    g_variant_get_child(body, 3, "t", &row);
    state->complete = offset == 0;
    if (!state->complete && (offset <= state->offset || row < state->row)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED, "the reader does not advance");
        return FALSE;
    }
    state->offset = offset;
    state->row = row;
    return TRUE;
}

/* A dead reader: the chunk is read once more, alone; then the batch has failed. Rows that came
 * before keep their verdicts. */
static void chunk_failed(Job *job, RowsState *state, const GError *error)
{
    guint most = (guint)config_int(engine_config(job->engine), "run.attempts");
    if (read_is_death(error) && ++state->deaths < most) {
        job_reason(job, "read_again", "%s; it was read once more, alone", error->message);
        state->asked = TRUE;
        engine_after_commit(job, submit, NULL);
        return;
    }
    state->failure = g_error_copy(error);
    proceed(job);
}

static void on_chunk(const WorkersAnswer *answer, gpointer data)
{
    Job *job = data;
    RowsState *state = job_data(job, "rows");
    g_autoptr(GError) local = NULL;
    state->asked = FALSE;
    if (answer->error) {
        chunk_failed(job, state, answer->error);
        return;
    }
    state->deaths = 0;
    if (!add_rows(job, state, answer->body, &local) ||
        !add_bad_rows(job, state, answer->body, &local) || !advance(state, answer->body, &local))
        state->failure = g_steal_pointer(&local);
    proceed(job);
}

StageStep rows_run(Job *job, GError **error)
{
    if (!ledger_begin_attempt(engine_ledger(job->engine), job, "read", error))
        return STAGE_ERROR;
    job_set_data(job, "rows", g_new0(RowsState, 1), state_free);
    proceed(job);
    return STAGE_WAIT;
}
