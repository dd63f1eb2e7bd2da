/* The pool: scheduling of tasks and what comes back. Starting and ending a process is
 * reader-process.c. */
#include "workers.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/sandbox.h"
#include "reader-process.h"
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#define MAX_FAILED_STARTS 3 /* in a row, before the pool gives up */

typedef struct {
    WireFrame frame;
    gboolean alone;
    WorkersDone done;
    gpointer data;
} Task;

typedef struct {
    Workers *workers;
    ReaderProcess *process;
    gboolean ready; /* has warmed up */
    gboolean used;  /* has seen a document: what it says next may be that one's doing */
    Task *task;     /* being read, NULL when idle */
    guint32 page;   /* last page it said it would read */
    gboolean timed_out;
    GSource *watch, *timer;
} Worker;

struct Workers {
    WorkersOptions options;
    char *program, *languages, *tessdata;
    GMainContext *context;
    GPtrArray *workers; /* of Worker */
    GQueue tasks;       /* of Task, waiting */
    guint64 last_task;
    guint failed_starts;
    guint64 peak_memory;
    char *weakness; /* what the jail lacks, when that is accepted */
    GError *fault;
};

static void task_free(Task *task)
{
    wire_frame_clear(&task->frame);
    g_free(task);
}

static void clear_source(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void schedule(Workers *workers);

static void worker_free(gpointer data)
{
    Worker *worker = data;
    clear_source(&worker->watch);
    clear_source(&worker->timer);
    if (worker->process) {
        ReaderEnd end = reader_process_end(worker->process, TRUE);
        worker->workers->peak_memory = MAX(worker->workers->peak_memory, end.peak_memory);
    }
    if (worker->task)
        task_free(worker->task);
    g_free(worker);
}

/* Gives the task's end to who asked for it. Takes the task. */
static void finish(Task *task, GVariant *body, const GError *error)
{
    if (task->done)
        task->done(body, error, task->data);
    task_free(task);
}

/* ---- a reader's end ---- */

/* What a reader's death says about the document it was reading. */
static GError *death_error(const Worker *worker, const ReaderEnd *end)
{
    g_autofree char *where =
        worker->page ? g_strdup_printf(" on page %u", worker->page) : g_strdup("");
    if (worker->timed_out)
        return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_TIMEOUT,
                           "the reader passed its deadline of %u s%s",
                           worker->workers->options.deadline_s, where);
    if (end->exit_code == READER_EXIT_MEMORY)
        return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                           "the reader ran out of its %" G_GUINT64_FORMAT " MB of memory%s",
                           worker->workers->options.memory_bytes >> 20, where);
    if (end->signal == SIGSYS)
        return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_ESCAPE,
                           "the reader tried a forbidden system call%s", where);
    if (end->signal == SIGXCPU)
        return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_CPU,
                           "the reader used up its processor time%s", where);
    if (end->signal)
        return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_SIGNAL,
                           "the reader died by signal %d (%s)%s", end->signal,
                           g_strsignal(end->signal), where);
    return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_SIGNAL,
                       "the reader ended by itself with status %d%s", end->exit_code, where);
}

static void note_failed_start(Workers *workers, const ReaderEnd *end)
{
    if (++workers->failed_starts < MAX_FAILED_STARTS || workers->fault)
        return;
    g_autofree char *program = bytes_for_terminal(workers->program);
    workers->fault =
        g_error_new(DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "no reader comes up: %s ended %u times before it was ready (status %d, signal "
                    "%d); run `docket doctor`",
                    program, workers->failed_starts, end->exit_code, end->signal);
}

/* Ends a reader and settles its task with `error` (taken), or with what its death says. */
static void retire(Worker *worker, GError *error)
{
    Workers *workers = worker->workers;
    clear_source(&worker->watch);
    clear_source(&worker->timer);
    ReaderEnd end =
        reader_process_end(g_steal_pointer(&worker->process), worker->timed_out || error);
    workers->peak_memory = MAX(workers->peak_memory, end.peak_memory);
    Task *task = g_steal_pointer(&worker->task);
    if (!worker->ready)
        note_failed_start(workers, &end);
    if (task) {
        g_autoptr(GError) reason = error ? error : death_error(worker, &end);
        finish(task, NULL, reason);
    } else {
        g_clear_error(&error);
    }
    g_ptr_array_remove(workers->workers, worker);
    schedule(workers);
}

/* ---- frames ---- */

static GError *lied(const char *what)
{
    return g_error_new(DOCKET_ERROR, DOCKET_ERROR_READER_LIED, "the reader broke the protocol: %s",
                       what);
}

/* The task is done and the worker idle. The callback may submit more, so nothing of the worker is
 * touched behind it. */
static void settle(Worker *worker, GVariant *body, const GError *error)
{
    Workers *workers = worker->workers;
    clear_source(&worker->timer);
    finish(g_steal_pointer(&worker->task), body, error);
    schedule(workers);
}

static void accept_result(Worker *worker, WireFrame *frame)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = wire_memfd_map(frame->fd, DOCKET_MAX_RESULT_BYTES, &error);
    if (!bytes) {
        retire(worker, g_steal_pointer(&error));
        return;
    }
    g_autoptr(GVariant) body = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(WIRE_RESULT_TYPE), bytes, FALSE));
    settle(worker, body, NULL);
}

static void accept_failure(Worker *worker, const WireFrame *frame)
{
    g_autofree char *message = g_strndup(frame->message, 1000);
    g_autofree char *utf8 = bytes_to_utf8(message, -1);
    g_autoptr(GError) error =
        g_error_new_literal(DOCKET_ERROR, docket_error_from_reader(frame->code), utf8);
    settle(worker, NULL, error);
}

/* What the jail of a reader that is ready lacks, or NULL. The kernel's word goes before the reader's.
 * Caller frees. */
static char *jail_lacks(const Worker *worker, const char *profile)
{
    g_autofree char *utf8 = bytes_to_utf8(profile, -1);
    if (!reader_process_is_filtered(worker->process))
        return g_strdup("seccomp: the kernel shows no filter");
    return sandbox_missing(utf8);
}

/* No document goes to a reader outside its jail, unless that was asked for. */
static void accept_ready(Worker *worker, const WireFrame *frame)
{
    Workers *workers = worker->workers;
    g_autofree char *missing = jail_lacks(worker, frame->message);
    worker->ready = TRUE;
    workers->failed_starts = 0;
    clear_source(&worker->timer);
    if (missing && !workers->options.best_effort) {
        if (!workers->fault)
            workers->fault = g_error_new(
                DOCKET_ERROR, DOCKET_ERROR_NO_SANDBOX,
                "readers cannot be locked in, so nothing is read; missing: %s", missing);
        retire(worker, NULL);
        return;
    }
    if (missing && !workers->weakness)
        workers->weakness = g_steal_pointer(&missing);
    schedule(workers);
}

static void dispatch_frame(Worker *worker, WireFrame *frame)
{
    gboolean expected = worker->ready ? worker->task && frame->task == worker->task->frame.task
                                      : frame->kind == WIRE_READY;
    if (!expected) {
        retire(worker, lied("a frame that was not asked for"));
        return;
    }
    switch (frame->kind) {
    case WIRE_READY:
        if (worker->ready)
            retire(worker, lied("ready twice"));
        else
            accept_ready(worker, frame);
        return;
    case WIRE_PAGE:
        worker->page = frame->first_page;
        return;
    case WIRE_RESULT:
        accept_result(worker, frame);
        return;
    case WIRE_FAILED:
        accept_failure(worker, frame);
        return;
    case WIRE_TASK:
    case WIRE_LAST:
        retire(worker, lied("a frame of the wrong direction"));
        return;
    }
}

static gboolean on_frame(int fd, GIOCondition condition, gpointer data)
{
    Worker *worker = data;
    g_auto(WireFrame) frame = {.fd = -1};
    gboolean eof;
    GError *error = NULL;
    if (!wire_receive(fd, &frame, &eof, &error) || eof)
        retire(worker, error);
    else
        dispatch_frame(worker, &frame);
    return G_SOURCE_CONTINUE; /* a retired worker has destroyed this source */
}

static gboolean on_deadline(gpointer data)
{
    Worker *worker = data;
    worker->timed_out = TRUE;
    retire(worker, NULL);
    return G_SOURCE_REMOVE;
}

static void set_timer(Worker *worker, guint seconds)
{
    clear_source(&worker->timer);
    worker->timer = g_timeout_source_new_seconds(seconds);
    g_source_set_callback(worker->timer, on_deadline, worker, NULL);
    g_source_attach(worker->timer, worker->workers->context);
}

/* ---- scheduling ---- */

static gboolean start_worker(Workers *workers)
{
    GError *error = NULL;
    ReaderProcess *process =
        reader_process_start(workers->program, workers->languages, workers->tessdata,
                             workers->options.memory_bytes, &error);
    if (!process) {
        if (workers->fault)
            g_error_free(error);
        else
            workers->fault = error;
        return FALSE;
    }
    Worker *worker = g_new0(Worker, 1);
    worker->workers = workers;
    worker->process = process;
    worker->watch = g_unix_fd_source_new(reader_process_socket(process), G_IO_IN | G_IO_HUP);
    g_source_set_callback(worker->watch, G_SOURCE_FUNC(on_frame), worker, NULL);
    g_source_attach(worker->watch, workers->context);
    set_timer(worker, READER_START_DEADLINE_S);
    g_ptr_array_add(workers->workers, worker);
    return TRUE;
}

static Worker *idle_worker(Workers *workers, guint *busy, guint *starting)
{
    Worker *idle = NULL;
    *busy = *starting = 0;
    for (guint i = 0; i < workers->workers->len; i++) {
        Worker *worker = workers->workers->pdata[i];
        if (!worker->ready)
            (*starting)++;
        else if (worker->task)
            (*busy)++;
        else
            idle = worker;
    }
    return idle;
}

static gboolean someone_is_alone(const Workers *workers)
{
    for (guint i = 0; i < workers->workers->len; i++) {
        const Worker *worker = workers->workers->pdata[i];
        if (worker->task && worker->task->alone)
            return TRUE;
    }
    return FALSE;
}

static gboolean give(Worker *worker, Task *task)
{
    GError *error = NULL;
    worker->task = task;
    worker->used = TRUE;
    worker->page = 0;
    set_timer(worker, worker->workers->options.deadline_s);
    reader_process_allow_cpu(worker->process, worker->workers->options.deadline_s);
    if (wire_send(reader_process_socket(worker->process), &task->frame, &error))
        return TRUE;
    /* It died while idle: the document has nothing to do with that, and waits for another one. */
    g_error_free(error);
    worker->task = NULL;
    g_queue_push_head(&worker->workers->tasks, task);
    retire(worker, NULL);
    return FALSE;
}

static void schedule(Workers *workers)
{
    while (!g_queue_is_empty(&workers->tasks) && !workers->fault) {
        const Task *next = g_queue_peek_head(&workers->tasks);
        guint busy, starting;
        Worker *idle = idle_worker(workers, &busy, &starting);
        if (someone_is_alone(workers) || (next->alone && busy > 0))
            return;
        if (idle && idle->used && next->alone) {
            /* A second chance is one in a fresh process: another document may have spoiled this. */
            g_ptr_array_remove(workers->workers, idle);
            continue;
        }
        if (!idle) {
            gboolean room = workers->workers->len < workers->options.count;
            if (!room || starting >= g_queue_get_length(&workers->tasks) || !start_worker(workers))
                return;
            continue;
        }
        if (!give(idle, g_queue_pop_head(&workers->tasks)))
            return; /* retire() has scheduled again */
    }
}

/* ---- public ---- */

Workers *workers_new(const WorkersOptions *options, GMainContext *context, GError **error)
{
    g_autofree char *program = options->program && *options->program ? g_strdup(options->program)
                                                                     : reader_process_find(error);
    if (!program)
        return NULL;
    Workers *workers = g_new0(Workers, 1);
    workers->options = *options;
    if (workers->options.count == 0)
        workers->options.count = g_get_num_processors();
    workers->program = g_steal_pointer(&program);
    workers->languages = g_strdup(options->languages);
    workers->tessdata = g_strdup(options->tessdata);
    workers->context = g_main_context_ref(context);
    workers->workers = g_ptr_array_new_with_free_func(worker_free);
    g_queue_init(&workers->tasks);
    return workers;
}

void workers_free(Workers *workers)
{
    if (!workers)
        return;
    g_queue_clear_full(&workers->tasks, (GDestroyNotify)task_free);
    g_ptr_array_unref(workers->workers);
    g_main_context_unref(workers->context);
    g_clear_error(&workers->fault);
    g_free(workers->weakness);
    g_free(workers->program);
    g_free(workers->languages);
    g_free(workers->tessdata);
    g_free(workers);
}

guint64 workers_submit(Workers *workers, const WireFrame *frame, gboolean alone, WorkersDone done,
                       gpointer data)
{
    Task *task = g_new0(Task, 1);
    task->frame = *frame;
    task->frame.kind = WIRE_TASK;
    task->frame.task = ++workers->last_task;
    task->frame.media_type = g_strdup(frame->media_type);
    task->frame.languages = g_strdup(frame->languages);
    task->frame.message = NULL;
    task->frame.fd = fcntl(frame->fd, F_DUPFD_CLOEXEC, 3);
    task->alone = alone;
    task->done = done;
    task->data = data;
    g_queue_push_tail(&workers->tasks, task);
    schedule(workers);
    return workers->last_task;
}

void workers_cancel(Workers *workers, guint64 id)
{
    for (GList *link = workers->tasks.head; link; link = link->next) {
        Task *task = link->data;
        if (task->frame.task != id)
            continue;
        g_queue_delete_link(&workers->tasks, link);
        task_free(task);
        return;
    }
    for (guint i = 0; i < workers->workers->len; i++) {
        Worker *worker = workers->workers->pdata[i];
        if (!worker->task || worker->task->frame.task != id)
            continue;
        g_clear_pointer(&worker->task, task_free);
        retire(worker, NULL);
        return;
    }
}

guint workers_count(const Workers *workers)
{
    return workers->options.count;
}

guint workers_waiting(const Workers *workers)
{
    return g_queue_get_length((GQueue *)&workers->tasks);
}

const char *workers_weakness(const Workers *workers)
{
    return workers->weakness;
}

const GError *workers_fault(const Workers *workers)
{
    return workers->fault;
}

guint64 workers_peak_memory(const Workers *workers)
{
    guint64 peak = workers->peak_memory;
    for (guint i = 0; i < workers->workers->len; i++) {
        const Worker *worker = workers->workers->pdata[i];
        peak = MAX(peak, reader_process_memory(worker->process));
    }
    return peak;
}
