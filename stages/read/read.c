/* Read: a document goes to the readers, page range by page range (ranges.c), and comes back as one
 * reading; a dear one is kept for the next time. Batches are rows.c. */
#include "read.h"

#include "children.h"
#include "disagree.h"
#include "overlay.h"
#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/host/readings.h"
#include "ranges.h"
#include "stages/stages.h"
#include <string.h>

/* A reading that took longer than this is kept for the next time. */
#define DEAR_US (300 * 1000)

/* What the stage has for a whole run. */
typedef struct {
    char **passwords; /* of encrypted documents; NULL: none are configured */
} ReadStage;

static void stage_free(gpointer data)
{
    ReadStage *stage = data;
    bytes_free_secrets(stage->passwords);
    g_free(stage);
}

static gpointer start(Engine *engine, GError **error)
{
    g_autoptr(GError) local = NULL;
    char **passwords = config_passwords(engine_config(engine), &local);
    if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    ReadStage *stage = g_new0(ReadStage, 1);
    stage->passwords = passwords;
    return stage;
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
                       .document = (guint64)job->id,
                       .fd = job->document};
}

gboolean read_is_death(const GError *error)
{
    switch (error->code) {
    case DOCKET_ERROR_READER_SIGNAL:
    case DOCKET_ERROR_READER_TIMEOUT:
    case DOCKET_ERROR_READER_MEMORY:
    case DOCKET_ERROR_READER_CPU:
    case DOCKET_ERROR_READER_ESCAPE:
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

static void note_hidden(Job *job)
{
    guint hidden = 0;
    for (guint i = 0; i < job->reading->pages->len; i++)
        hidden += reading_page(job->reading, i)->hidden;
    if (hidden)
        job_reason(job, "hidden_text", "%u words that a person would not see were left out",
                   hidden);
}

/* What the techniques could not read, as reasons; how much. */
static guint note_missing(Job *job)
{
    guint missing = 0;
    for (guint i = 0; i < job->reading->notes->len; i++) {
        const char *note = job->reading->notes->pdata[i];
        if (!g_str_has_prefix(note, READING_MISSING))
            continue;
        job_reason(job, "partial", "%s", note + strlen(READING_MISSING));
        missing++;
    }
    return missing;
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
    if (job->reading) {
        note_hidden(job);
        data_disagreements(job);
    }
    return job->reading != NULL;
}

static void on_read(Job *job, Reading *reading, guint lost, GError *error)
{
    const char *outcome = error ? docket_error_reason(error->code) : "ok";
    GError *local = NULL;
    if (reading)
        reading_mark_running(reading);
    job->reading = reading;
    if (reading) {
        note_hidden(job);
        data_disagreements(job);
        lost += note_missing(job);
    }
    if (reading && lost == 0) /* another run may see more of a partial one */
        keep_if_dear(job);
    if (!ledger_end_attempt(engine_ledger(job->engine), job, outcome, &local)) {
        g_clear_error(&error);
        error = local;
    }
    if (!error && !children_of_reading(job, &local))
        error = local;
    engine_resume(job, error ? STAGE_ERROR : STAGE_NEXT, error);
}

char **read_passwords(const Job *job)
{
    const ReadStage *stage = engine_stage_state(job->engine, "read");
    return stage->passwords;
}

static StageStep run(Job *job, GError **error)
{
    if (job->kind == JOB_BATCH)
        return rows_run(job, error);
    if (job->kind == JOB_CONTAINER)
        return members_run(job, error);
    if (overlay_is_wanted(job))
        return overlay_run(job, error);
    if (take_kept(job))
        return STAGE_NEXT;
    if (!ledger_begin_attempt(engine_ledger(job->engine), job, "read", error))
        return STAGE_ERROR;
    ranges_read(job, read_passwords(job), on_read);
    return STAGE_WAIT;
}

const Stage stage_read = {
    .name = "read",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_BATCH | STAGE_FOR_CONTAINER,
    .start = start,
    .stop = stage_free,
    .run = run,
};
