/* docket-reader: turns bytes into readings, for the supervisor on the socket at descriptor 3.
 *
 * It parses hostile bytes with large libraries and must be expected to fall to them. So it takes its
 * limits before anything else, warms up what it will need (the libraries for pages only where it shall
 * read such), and locks itself in before it asks for the first document (pipeline/core/sandbox.h). It
 * has no environment, no network, no ledger, no key and no path of a document: bytes come in through a
 * sealed memory file, a reading goes out through another. It says READY with the profile of the jail
 * in force, and the supervisor judges that. It exits when the supervisor closes the socket or breaks
 * the protocol, dies with the supervisor, and exits with OUT_OF_MEMORY when a document took all the
 * memory that it may have.
 *
 *   docket-reader --languages eng [--memory BYTES] [--tessdata FOLDER] [--for MEDIA-TYPE] */
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/sandbox.h"
#include "pipeline/core/wire.h"
#include "stages/read/techniques/libraries.h"
#include "stages/read/techniques/pages-load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef DOCKET_SANITIZE
#include <sanitizer/lsan_interface.h>
#endif

#define SOCKET 3
#define OUT_OF_MEMORY 77 /* exit status, known to the supervisor */
/* Rows of a batch come in answers of about this size, so that the supervisor's memory stays small.
 */
#define ROWS_ANSWER_BYTES (16u << 20)
#define MEMBERS_ANSWER_BYTES (64u << 20)

static struct {
    char *languages;
    char *tessdata;
    char *media_type;
    gint64 memory;
} options = {0};

static const GOptionEntry entries[] = {
    {"languages", 0, 0, G_OPTION_ARG_STRING, &options.languages, "OCR languages", "eng+deu"},
    {"memory", 0, 0, G_OPTION_ARG_INT64, &options.memory, "limit of the address space", "BYTES"},
    {"tessdata", 0, 0, G_OPTION_ARG_FILENAME, &options.tessdata, "OCR language data", "FOLDER"},
    {"for", 0, 0, G_OPTION_ARG_STRING, &options.media_type,
     "read documents of this kind and those that need no more; all kinds without it", "MEDIA-TYPE"},
    {NULL}};

/* ---- giving up rights ---- */

#ifndef DOCKET_SANITIZE /* the sanitizers have handlers and an address space of their own */
/* Libraries end in abort() or in a wild pointer when memory is refused. What a crash cannot tell
 * any more is found by asking for some: refused means that memory was the reason. */
static size_t memory_probe = 16u << 20;

static void on_crash(int number)
{
    void *probe =
        mmap(NULL, memory_probe, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        _exit(OUT_OF_MEMORY);
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_crashes(void)
{
    static char stack[65536]; /* the usual one may be what ran over */
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGTRAP, SIGBUS};
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        sigaction(numbers[i], &action, NULL);
}

#endif

#ifndef DOCKET_SANITIZE
/* Some libraries print on their own account. (Sanitizers too, and must be heard.) */
static void be_silent(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2 && nowhere >= 0; fd++)
        dup2(nowhere, fd);
    if (nowhere > 2)
        close(nowhere);
}
#endif

static void give_up_rights(const SandboxOptions *sandbox)
{
    if (!sandbox_enter(sandbox, NULL))
        exit(EXIT_FAILURE);
#ifndef DOCKET_SANITIZE
    be_silent();
    memory_probe = MAX(memory_probe, (size_t)sandbox->memory_bytes / 4);
    watch_crashes();
#endif
}

/* ---- answers ---- */

typedef struct {
    guint64 task;
    gint64 began_us;
    GVariantBuilder items, bad_rows;
    GBytes *picture; /* the overlay, or NULL */
} Answer;

/* What lives on between tasks: the document of the last one, for the next of the same. */
typedef struct {
    const Pages *pages; /* NULL: it reads none */
    Warm *warm;         /* theirs */
    guint64 document;   /* its number; 0: none */
    GBytes *bytes;
} Session;

/* The supervisor is gone or breaks the protocol: nobody is left to work for. */
static void send_or_exit(const WireFrame *frame)
{
    if (!wire_send(SOCKET, frame, NULL))
        exit(EXIT_FAILURE);
}

static void send_page(guint page, gpointer data)
{
    const Answer *answer = data;
    send_or_exit(
        &(WireFrame){.kind = WIRE_PAGE, .task = answer->task, .first_page = page, .fd = -1});
}

static gboolean time_is_up(gpointer data)
{
    const Answer *answer = data;
    return clock_monotonic_us() - answer->began_us > (gint64)DOCKET_TASK_SLICE_MS * 1000;
}

static void send_failed(guint64 task, const GError *error)
{
    gboolean ours = error->domain == DOCKET_ERROR;
    /* A frame is small; a message that quotes the document may not be. */
    g_autofree char *message =
        g_utf8_make_valid(error->message, (gssize)MIN(strlen(error->message), 2000));
    send_or_exit(&(WireFrame){.kind = WIRE_FAILED,
                              .task = task,
                              .code = ours ? error->code : DOCKET_ERROR_INTERNAL,
                              .message = message,
                              .fd = -1});
}

static void add_item(Answer *answer, guint64 number, const char *json, Reading *reading)
{
    g_variant_builder_open(&answer->items, G_VARIANT_TYPE("(ts" READING_VARIANT_TYPE ")"));
    g_variant_builder_add(&answer->items, "t", number);
    g_variant_builder_add(&answer->items, "s", json);
    g_variant_builder_add_value(&answer->items, reading_to_variant(reading));
    g_variant_builder_close(&answer->items);
    reading_free(reading);
}

static void on_row(guint64 number, const char *json, Reading *reading, gpointer data)
{
    add_item(data, number, json, reading);
}

static void on_bad_row(guint64 number, int code, const char *sentence, gpointer data)
{
    Answer *answer = data;
    g_variant_builder_add(&answer->bad_rows, "(tus)", number, (guint32)code, sentence);
}

static GVariant *picture_of(const Answer *answer)
{
    if (answer->picture)
        return g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, answer->picture, TRUE);
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, NULL, 0, 1);
}

static gboolean send_answer(Answer *answer, guint64 next_offset, guint64 next_row, GError **error)
{
    g_autoptr(GVariant) body = g_variant_ref_sink(g_variant_new(
        "(@a(ts" READING_VARIANT_TYPE ")@a(tus)tt@ay)", g_variant_builder_end(&answer->items),
        g_variant_builder_end(&answer->bad_rows), next_offset, next_row, picture_of(answer)));
    if (g_variant_get_size(body) > DOCKET_MAX_RESULT_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "the reading is over %u MB",
                    DOCKET_MAX_RESULT_BYTES >> 20);
        return FALSE;
    }
    int fd =
        wire_memfd_from_bytes("reading", g_variant_get_data(body), g_variant_get_size(body), error);
    if (fd < 0)
        return FALSE;
    send_or_exit(&(WireFrame){.kind = WIRE_RESULT, .task = answer->task, .fd = fd});
    close(fd);
    return TRUE;
}

/* ---- a task ---- */

static gboolean draws(const WireFrame *task)
{
    return task->flags & (WIRE_OVERLAY_PNG | WIRE_OVERLAY_PDF | WIRE_PICTURE);
}

/* Only the techniques for pages read such documents. */
static gboolean is_of_pages(const char *media_type)
{
    const TechniqueRow *row = technique_find(media_type);
    return row && !row->read;
}

static const TechniqueRow *find_row(const Pages *pages, const char *media_type)
{
    return is_of_pages(media_type) ? pages->find(media_type) : technique_find(media_type);
}

static gboolean read_into(Answer *answer, const WireFrame *task, const Pages *pages,
                          const TechniqueInput *input, guint64 *next_offset, guint64 *next_row,
                          GError **error)
{
    *next_offset = *next_row = 0;
    if (task->flags & WIRE_SPLIT_ROWS) {
        RowSink sink = {
            .row = on_row, .bad_row = on_bad_row, .data = answer, .max_bytes = ROWS_ANSWER_BYTES};
        return rows_read(input, task->offset, task->first_page, DOCKET_ROWS_PER_TASK, &sink,
                         next_offset, next_row, error);
    }
    if (task->flags & WIRE_SPLIT_MEMBERS) {
        RowSink sink = {.bad_row = on_bad_row, .data = answer, .max_bytes = MEMBERS_ANSWER_BYTES};
        Reading *members = members_read(input, task->offset, task->first_page, &sink, next_offset,
                                        next_row, error);
        if (members)
            add_item(answer, task->first_page, "", members);
        return members != NULL;
    }
    const TechniqueRow *row = find_row(pages, task->media_type);
    if (!row) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_UNSUPPORTED, "no technique reads %s",
                    task->media_type);
        return FALSE;
    }
    if (!draws(task) && !row->ranges && task->first_page > 1) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "%s is not read in ranges",
                    task->media_type);
        return FALSE;
    }
    Reading *reading = NULL;
    if (task->flags & WIRE_PICTURE)
        reading = pages->picture(row, input, &answer->picture, error);
    else if (draws(task))
        reading = pages->overlay(row, input, &answer->picture, error);
    else
        reading = row->read(input, error);
    if (reading)
        add_item(answer, 0, "", reading);
    return reading != NULL;
}

/* The document's bytes: those of the task before, if it is the same document. Lent. */
static GBytes *document_of(Session *session, const WireFrame *task, GError **error)
{
    guint64 most =
        task->flags & WIRE_SPLIT_ROWS ? DOCKET_MAX_BATCH_BYTES : DOCKET_MAX_DOCUMENT_BYTES;
    if (session->bytes && task->document && session->document == task->document)
        return session->bytes;
    g_clear_pointer(&session->bytes, g_bytes_unref);
    session->document = task->document;
    session->bytes = wire_memfd_map(task->fd, most, error);
    return session->bytes;
}

static void do_task(Session *session, WireFrame *task)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = document_of(session, task, &error);
    if (!bytes) {
        send_failed(task->task, error);
        return;
    }
    Answer answer = {.task = task->task, .began_us = clock_monotonic_us()};
    TechniqueInput input = {.bytes = bytes,
                            .media_type = task->media_type,
                            .first_page = task->first_page,
                            .last_page = task->last_page,
                            .flags = task->flags,
                            .languages = task->languages,
                            .warm = session->warm,
                            .passwords = (const char *const *)task->passwords,
                            .on_page = send_page,
                            .time_is_up = draws(task) ? NULL : time_is_up,
                            .data = &answer};
    guint64 next_offset, next_row;
    g_variant_builder_init(&answer.items, G_VARIANT_TYPE("a(ts" READING_VARIANT_TYPE ")"));
    g_variant_builder_init(&answer.bad_rows, G_VARIANT_TYPE("a(tus)"));
    if (!read_into(&answer, task, session->pages, &input, &next_offset, &next_row, &error) ||
        !send_answer(&answer, next_offset, next_row, &error))
        send_failed(task->task, error);
    g_variant_builder_clear(&answer.items);
    g_variant_builder_clear(&answer.bad_rows);
    g_clear_pointer(&answer.picture, g_bytes_unref);
}

/* It did not load what this task needs, and cannot any more. */
static gboolean is_too_much(const Session *session, const WireFrame *task)
{
    return !session->pages && (draws(task) || is_of_pages(task->media_type));
}

static int work(Session *session, char *profile)
{
    send_or_exit(&(WireFrame){.kind = WIRE_READY, .message = profile, .fd = -1});
    for (;;) {
        gboolean eof = FALSE;
        g_auto(WireFrame) task = {.fd = -1};
        if (!wire_receive(SOCKET, &task, &eof, NULL))
            return EXIT_FAILURE;
        if (eof)
            return EXIT_SUCCESS;
        if (task.kind != WIRE_TASK)
            return EXIT_FAILURE;
        if (is_too_much(session, &task))
            send_or_exit(&(WireFrame){.kind = WIRE_COLD, .task = task.task, .fd = -1});
        else
            do_task(session, &task);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("- for docket's own use");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, NULL) || argc != 1)
        return 2;
    SandboxOptions sandbox = {.socket = SOCKET};
#ifndef DOCKET_SANITIZE /* their bookkeeping needs more addresses than there is memory */
    sandbox.memory_bytes = (guint64)MAX(options.memory, 0);
#endif
    give_up_rights(&sandbox);
    libraries_silence();
    g_autoptr(Libraries) libraries = libraries_new();
    Session session = {0};
    if (!options.media_type || is_of_pages(options.media_type)) {
        session.pages = pages_load();
        if (!session.pages)
            return EXIT_FAILURE;
        session.warm = session.pages->warm(options.languages, options.tessdata);
        sandbox.pages = TRUE;
        sandbox.ocr_folder = session.pages->tessdata(session.warm);
    }
#ifdef DOCKET_SANITIZE
    __lsan_do_recoverable_leak_check(); /* it loads its list of known leaks at the first time */
#endif
    g_autofree char *profile = sandbox_lock(&sandbox);
    int status = work(&session, profile);
    if (session.warm)
        session.pages->cool(session.warm);
    g_clear_pointer(&session.bytes, g_bytes_unref);
    g_free(options.languages);
    g_free(options.tessdata);
    g_free(options.media_type);
    return status;
}
