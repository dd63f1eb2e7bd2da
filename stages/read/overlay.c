#include "overlay.h"

#include "pipeline/core/limits.h"
#include "read.h"

typedef struct {
    OverlayFormat format;
    guint page; /* 0: all */
    gboolean uses_passwords;
    GBytes *picture;
} Overlay;

static void overlay_free(gpointer data)
{
    Overlay *overlay = data;
    g_clear_pointer(&overlay->picture, g_bytes_unref);
    g_free(overlay);
}

void overlay_want(Job *job, OverlayFormat format, guint page)
{
    Overlay *overlay = g_new0(Overlay, 1);
    overlay->format = format;
    overlay->page = page;
    job_set_data(job, "overlay", overlay, overlay_free);
}

gboolean overlay_is_wanted(const Job *job)
{
    return job_data(job, "overlay") != NULL;
}

GBytes *overlay_picture(const Job *job)
{
    const Overlay *overlay = job_data(job, "overlay");
    return overlay ? overlay->picture : NULL;
}

/* The picture and the reading that it shows, both checked. */
static gboolean take_answer(Job *job, GVariant *body, GError **error)
{
    Overlay *overlay = job_data(job, "overlay");
    g_autoptr(GVariant) items = read_result_items(body);
    g_autoptr(GVariant) picture = g_variant_get_child_value(body, 4);
    if (g_variant_n_children(items) != 1 || g_variant_n_children(picture) == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED,
                    "the reader gave no picture of the document");
        return FALSE;
    }
    g_autoptr(GVariant) item = g_variant_get_child_value(items, 0);
    g_autoptr(GVariant) reading = g_variant_get_child_value(item, 2);
    job->reading = reading_from_variant(reading, error);
    overlay->picture = job->reading ? g_variant_get_data_as_bytes(picture) : NULL;
    return job->reading != NULL;
}

static void submit(Job *job, gpointer data);

static void on_answer(const WorkersAnswer *answer, gpointer data)
{
    Job *job = data;
    Overlay *overlay = job_data(job, "overlay");
    char **passwords = read_passwords(job);
    GError *error = answer->error ? g_error_copy(answer->error) : NULL;
    if (g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_ENCRYPTED) && passwords && *passwords &&
        !overlay->uses_passwords) {
        g_error_free(error);
        overlay->uses_passwords = TRUE;
        submit(job, NULL);
        return;
    }
    if (!error)
        take_answer(job, answer->body, &error);
    engine_resume(job, error ? STAGE_ERROR : STAGE_NEXT, error);
}

static void submit(Job *job, gpointer data)
{
    const Overlay *overlay = job_data(job, "overlay");
    WireFrame task = read_task(job);
    task.first_page = MAX(overlay->page, 1);
    task.last_page = overlay->page;
    task.flags |= overlay->format == OVERLAY_PNG ? WIRE_OVERLAY_PNG : WIRE_OVERLAY_PDF;
    task.passwords = overlay->uses_passwords ? read_passwords(job) : NULL;
    workers_submit(engine_workers(job->engine), &task, WORKERS_FRESH, on_answer, job);
}

StageStep overlay_run(Job *job, GError **error)
{
    engine_after_commit(job, submit, NULL);
    return STAGE_WAIT;
}
