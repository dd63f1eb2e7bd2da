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
    WorkersOrder order;
    WorkersDone done;
    gpointer data;
} Task;

typedef struct {
    Workers *workers;
    ReaderProcess *process;
    gboolean ready;   /* has warmed up */
    gboolean used;    /* has seen a document: what it says next may be that one's doing */
    gboolean trusted; /* has been given passwords */
    gboolean cold;    /* was started for one kind of document */
    guint64 document; /* the last one that it read, which it may have open still */
    Task *task;       /* being read, NULL when idle */
    guint32 page;     /* last page it said it would read */
    guint deadline_s; /* the one that is running */
    gint64 began_us;  /* monotonic: when it was given the task */
    gboolean timed_out;
    GSource *watch;
    gint64 deadline_us; /* monotonic: the one that is running; 0: none */
    GSource *timer;     /* one for its whole life, see set_deadline() */
} Worker;

struct Workers {
    WorkersOptions options;
    char *program, *languages, *tessdata;
    GMainContext *context;
    GPtrArray *workers; /* of Worker */
    GQueue tasks;       /* of Task, waiting */
    guint64 last_task;
    guint failed_starts;
    gboolean mixed; /* a reader met a kind that it was not started for: others are for all kinds */
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

/* Takes the worker's task and gives its end to who asked for it; whatever that does, the worker is
 * not touched behind it. */
static void finish(Worker *worker, GVariant *body, const GError *error)
{
    Task *task = g_steal_pointer(&worker->task);
    WorkersAnswer answer = {.body = body,
                            .error = error,
                            .page = worker->page,
                            .spent_us = clock_monotonic_us() - worker->began_us};
    if (task->done)
        task->done(&answer, task->data);
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
                           "the reader passed its deadline of %u s%s", worker->deadline_s, where);
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
    if (!worker->ready)
        note_failed_start(workers, &end);
    /* The callback may submit or cancel: it must not meet a worker without a process. */
    g_ptr_array_set_free_func(workers->workers, NULL);
    g_ptr_array_remove(workers->workers, worker);
    g_ptr_array_set_free_func(workers->workers, worker_free);
    if (worker->task) {
        g_autoptr(GError) reason = error ? error : death_error(worker, &end);
        finish(worker, NULL, reason);
    } else {
        g_clear_error(&error);
    }
    worker_free(worker);
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
    worker->deadline_us = 0;
    finish(worker, body, error);
    schedule(workers);
}

/* The next deadline: this many seconds from now, but never beyond that of the task. A later one than
 * the timer waits for is left to on_deadline(): setting a source's time wakes the loop up, which
 * would cost more than all else that a page costs us. */
static void set_deadline(Worker *worker, guint seconds)
{
    gint64 task_end =
        worker->began_us + (gint64)worker->workers->options.deadline_s * G_USEC_PER_SEC;
    gint64 end = clock_monotonic_us() + (gint64)seconds * G_USEC_PER_SEC;
    worker->deadline_s = end < task_end ? seconds : worker->workers->options.deadline_s;
    worker->deadline_us = MIN(end, task_end);
    gint64 waits_for = g_source_get_ready_time(worker->timer);
    if (waits_for < 0 || waits_for > worker->deadline_us)
        g_source_set_ready_time(worker->timer, worker->deadline_us);
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

/* It cannot read this kind of document: another shall, started for every kind. */
static void accept_cold(Worker *worker)
{
    Workers *workers = worker->workers;
    if (!worker->cold) {
        retire(worker, lied("it was started for every kind of document"));
        return;
    }
    workers->mixed = TRUE;
    g_queue_push_head(&workers->tasks, g_steal_pointer(&worker->task));
    g_ptr_array_remove(workers->workers, worker);
    schedule(workers);
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
    worker->deadline_us = 0;
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

/* Pages rise within the range, so that nobody gets a new deadline for ever. */
static void begin_page(Worker *worker, guint page)
{
    const WireFrame *task = &worker->task->frame;
    if (page <= worker->page || page < task->first_page ||
        (task->last_page && page > task->last_page)) {
        retire(worker, lied("a page that was not asked for"));
        return;
    }
    worker->page = page;
    set_deadline(worker, worker->workers->options.page_deadline_s);
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
        begin_page(worker, frame->first_page);
        return;
    case WIRE_RESULT:
        accept_result(worker, frame);
        return;
    case WIRE_FAILED:
        accept_failure(worker, frame);
        return;
    case WIRE_COLD:
        accept_cold(worker);
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

/* A source that has its ready time and nothing else. */
static gboolean dispatch_timer(GSource *source, GSourceFunc callback, gpointer data)
{
    return callback(data);
}

static GSourceFuncs timer_functions = {.dispatch = dispatch_timer};

static gboolean on_deadline(gpointer data)
{
    Worker *worker = data;
    if (worker->deadline_us == 0 || worker->deadline_us > clock_monotonic_us()) {
        g_source_set_ready_time(worker->timer, worker->deadline_us ? worker->deadline_us : -1);
        return G_SOURCE_CONTINUE;
    }
    worker->timed_out = TRUE;
    retire(worker, NULL);
    return G_SOURCE_REMOVE;
}

/* ---- scheduling ---- */

/* For the kind of document that waits, until one of another kind has come. */
static gboolean start_worker(Workers *workers, const Task *next)
{
    GError *error = NULL;
    ReaderOptions options = {.program = workers->program,
                             .languages = workers->languages,
                             .tessdata = workers->tessdata,
                             .kind = workers->mixed ? NULL : next->frame.media_type,
                             .memory_bytes = workers->options.memory_bytes};
    ReaderProcess *process = reader_process_start(&options, &error);
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
    worker->cold = options.kind != NULL;
    worker->watch = g_unix_fd_source_new(reader_process_socket(process), G_IO_IN | G_IO_HUP);
    g_source_set_callback(worker->watch, G_SOURCE_FUNC(on_frame), worker, NULL);
    /* It never does; but a source that may not is taken out of the loop and put back each time, and
     * both wake the loop up. */
    g_source_set_can_recurse(worker->watch, TRUE);
    g_source_attach(worker->watch, workers->context);
    worker->timer = g_source_new(&timer_functions, sizeof(GSource));
    g_source_set_callback(worker->timer, on_deadline, worker, NULL);
    g_source_attach(worker->timer, workers->context);
    worker->deadline_us = clock_monotonic_us() + (gint64)READER_START_DEADLINE_S * G_USEC_PER_SEC;
    g_source_set_ready_time(worker->timer, worker->deadline_us);
    g_ptr_array_add(workers->workers, worker);
    return TRUE;
}

/* An idle worker; the one that has the document open, if there is one. */
static Worker *idle_worker(const Workers *workers, guint64 document, guint *busy, guint *starting)
{
    Worker *idle = NULL;
    *busy = *starting = 0;
    for (guint i = 0; i < workers->workers->len; i++) {
        Worker *worker = workers->workers->pdata[i];
        if (!worker->ready)
            (*starting)++;
        else if (worker->task)
            (*busy)++;
        else if (!idle || worker->document == document)
            idle = worker;
    }
    return idle;
}

static gboolean someone_is_alone(const Workers *workers)
{
    for (guint i = 0; i < workers->workers->len; i++) {
        const Worker *worker = workers->workers->pdata[i];
        if (worker->task && worker->task->order == WORKERS_ALONE)
            return TRUE;
    }
    return FALSE;
}

/* A second chance is one in a fresh process: another document may have spoiled this. And what knows
 * passwords sees no other document. */
static gboolean must_go(const Worker *worker, const Task *next)
{
    return (worker->used && next->order == WORKERS_ALONE) ||
           (worker->trusted &&
            (next->frame.document == 0 || worker->document != next->frame.document));
}

/* The next task for this worker: a range of the document that it has open, else the first. */
static GList *next_task(Workers *workers, const Worker *worker)
{
    for (GList *link = workers->tasks.head; link; link = link->next) {
        const Task *task = link->data;
        if (task->order != WORKERS_GOES_ON)
            break;
        if (task->frame.document == worker->document)
            return link;
    }
    return workers->tasks.head;
}

/* The callbacks of the worker's last task have run: a failure to send is not one of this task. */
static gboolean give(Worker *worker, GList *link)
{
    GError *error = NULL;
    Task *task = link->data;
    g_queue_unlink(&worker->workers->tasks, link);
    worker->task = task;
    worker->used = TRUE;
    worker->trusted |= task->frame.passwords && *task->frame.passwords;
    worker->document = task->frame.document;
    worker->page = 0;
    worker->began_us = clock_monotonic_us();
    set_deadline(worker, worker->workers->options.deadline_s);
    reader_process_allow_cpu(worker->process, worker->workers->options.deadline_s);
    if (wire_send(reader_process_socket(worker->process), &task->frame, &error)) {
        g_list_free(link);
        return TRUE;
    }
    /* It died while idle: the document has nothing to do with that, and waits for another one. */
    g_error_free(error);
    worker->task = NULL;
    g_queue_push_head_link(&worker->workers->tasks, link);
    retire(worker, NULL);
    return FALSE;
}

static void schedule(Workers *workers)
{
    while (!g_queue_is_empty(&workers->tasks) && !workers->fault) {
        const Task *next = g_queue_peek_head(&workers->tasks);
        guint busy, starting;
        Worker *idle = idle_worker(workers, next->frame.document, &busy, &starting);
        if (someone_is_alone(workers) || (next->order == WORKERS_ALONE && busy > 0))
            return;
        if (!idle) {
            gboolean room = workers->workers->len < workers->options.count;
            if (!room || starting >= g_queue_get_length(&workers->tasks) ||
                !start_worker(workers, next))
                return;
            continue;
        }
        GList *link = next_task(workers, idle);
        if (must_go(idle, link->data)) {
            g_ptr_array_remove(workers->workers, idle);
            continue;
        }
        if (!give(idle, link))
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

/* Ranges of documents that were begun stand before all that were not. */
static void enqueue(Workers *workers, Task *task)
{
    GList *behind = workers->tasks.head;
    while (behind && ((const Task *)behind->data)->order == WORKERS_GOES_ON)
        behind = behind->next;
    if (task->order == WORKERS_GOES_ON)
        g_queue_insert_before(&workers->tasks, behind, task);
    else
        g_queue_push_tail(&workers->tasks, task);
}

guint64 workers_submit(Workers *workers, const WireFrame *frame, WorkersOrder order,
                       WorkersDone done, gpointer data)
{
    Task *task = g_new0(Task, 1);
    guint64 number = ++workers->last_task;
    task->frame = *frame;
    task->frame.kind = WIRE_TASK;
    task->frame.task = number;
    task->frame.media_type = g_strdup(frame->media_type);
    task->frame.languages = g_strdup(frame->languages);
    task->frame.message = NULL;
    task->frame.passwords = g_strdupv(frame->passwords);
    task->frame.fd = fcntl(frame->fd, F_DUPFD_CLOEXEC, 3);
    task->order = order;
    task->done = done;
    task->data = data;
    enqueue(workers, task);
    schedule(workers);
    return number;
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
