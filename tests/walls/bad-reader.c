/* A reader that does what a captured reader would do. It speaks the protocol like docket-reader;
 * the document's first word says what it does instead of reading: "mode=hang". Whatever it does,
 * the supervisor must end this document with a reason, and read the next one. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/reading.h"
#include "pipeline/core/sandbox.h"
#include "pipeline/core/wire.h"
#include "pipeline/host/reader-process.h"

#define SOCKET 3 /* where the supervisor puts it */

typedef struct {
    int socket;
    WireFrame *task;
} Session;

/* The word behind `key` at the beginning of the document; "honest" without one. Caller frees. */
static char *word_after(int fd, const char *key)
{
    char text[256] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    const char *found = strstr(text, key);
    if (!found)
        return g_strdup("honest");
    found += strlen(key);
    return g_strndup(found, strcspn(found, " \r\n"));
}

/* ---- what an honest reader sends ---- */

static Reading *honest_reading(void)
{
    static const char text[] = "INVOICE No. 4711 Date: 2026-03-01 Total: EUR 12.50";
    Reading *reading = reading_new("text/plain");
    reading->page_count = 1;
    reading_begin_page(reading, 1, TECHNIQUE_TEXT, READING_GRID, 80, 1);
    reading_begin_block(reading, BLOCK_PARAGRAPH, 0);
    reading_begin_line(reading);
    reading_add_text(reading, text, -1, 0, 0, -1);
    reading_end_page(reading);
    return reading;
}

/* The body of a RESULT with one item; takes a floating reading variant. */
static GVariant *result_body(GVariant *reading)
{
    GVariant *item[] = {g_variant_new_uint64(0), g_variant_new_string(""), reading};
    GVariant *items[] = {g_variant_new_tuple(item, 3)};
    GVariant *body[] = {
        g_variant_new_array(NULL, items, 1),
        g_variant_new_array(G_VARIANT_TYPE("(tus)"), NULL, 0),
        g_variant_new_uint64(0),
        g_variant_new_uint64(0),
        g_variant_new_array(G_VARIANT_TYPE_BYTE, NULL, 0), /* no overlay */
    };
    return g_variant_ref_sink(g_variant_new_tuple(body, G_N_ELEMENTS(body)));
}

static void send_bytes_as_result(const Session *s, const void *data, gsize length, guint64 task)
{
    WireFrame frame = {.kind = WIRE_RESULT, .task = task};
    frame.fd = wire_memfd_from_bytes("result", data, length, NULL);
    wire_send(s->socket, &frame, NULL);
    close(frame.fd);
}

static void send_body(const Session *s, GVariant *body, guint64 task)
{
    send_bytes_as_result(s, g_variant_get_data(body), g_variant_get_size(body), task);
    g_variant_unref(body);
}

/* A reading that breaks one of its own rules, as the supervisor gets to see it. */
static void send_reading(const Session *s, Reading *reading)
{
    send_body(s, result_body(reading_to_variant(reading)), s->task->task);
    reading_free(reading);
}

/* ---- one function for each misdeed ---- */

static void honest(const Session *s)
{
    send_reading(s, honest_reading());
}

static void leave(const Session *s)
{
    _exit(0);
}

static void crash(const Session *s)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void hang(const Session *s)
{
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void spin(const Session *s)
{
    for (volatile guint64 n = 0;; n++)
        ;
}

/* A child that outlives its parent must fall with the group. The document gives it the name by
 * which the test finds it in the process list. */
static void breed(const Session *s)
{
    if (fork() == 0) {
        g_autofree char *name = word_after(s->task->fd, "child=");
        prctl(PR_SET_NAME, name);
    }
    hang(s);
}

/* What docket-reader does when an allocation fails under its own limit. */
static void run_out_of_memory(const Session *s)
{
    _exit(READER_EXIT_MEMORY);
}

/* ---- behind the lock ---- */

/* The lock of docket-reader, in the middle of a document. */
static void lock(const Session *s)
{
    SandboxOptions options = {.socket = s->socket};
    g_autofree char *profile = NULL;
    if (!sandbox_enter(&options, NULL))
        _exit(1);
    profile = sandbox_lock(&options);
}

static void escape_by_exec(const Session *s)
{
    lock(s);
    execl("/bin/true", "true", NULL);
}

/* Builds with sanitizers only refuse it; the next attempt is one too many there. */
static void escape_by_fork(const Session *s)
{
    lock(s);
    if (syscall(SYS_fork) < 0)
        kill(1, SIGTERM);
}

static void escape_by_network(const Session *s)
{
    lock(s);
    socket(AF_INET, SOCK_STREAM, 0);
}

static void escape_by_tracing(const Session *s)
{
    lock(s);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void escape_by_writing(const Session *s)
{
    lock(s);
    open("/tmp/docket-escape", O_WRONLY | O_CREAT, 0600);
}

static void fail_with(const Session *s, int code, char *message);

/* Files are not there, as for an honest reader that looks for a font. */
static void read_elsewhere(const Session *s)
{
    lock(s);
    if (open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES)
        fail_with(s, DOCKET_ERROR_ENCRYPTED, "no file could be opened");
}

/* As the kernel does at the limit; a second of processor time may be more than the deadline here. */
static void burn(const Session *s)
{
    raise(SIGXCPU);
}

static void be_killed(const Session *s)
{
    raise(SIGKILL);
}

static void close_and_stay(const Session *s)
{
    close(s->socket);
    hang(s);
}

static void giant_frame(const Session *s)
{
    const gsize length = 150000;
    char *bytes = calloc(1, length);
    send(s->socket, bytes, length, MSG_NOSIGNAL);
    free(bytes);
}

static void empty_frame(const Session *s)
{
    send(s->socket, "", 0, MSG_NOSIGNAL);
    hang(s);
}

static void noise_frame(const Session *s)
{
    char bytes[600];
    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + 13);
    send(s->socket, bytes, sizeof bytes, MSG_NOSIGNAL);
    hang(s);
}

/* Said by every reader that the document is given to, also by those that were started for all kinds. */
static void be_cold(const Session *s)
{
    wire_send(s->socket, &(WireFrame){.kind = WIRE_COLD, .task = s->task->task, .fd = -1}, NULL);
}

/* A frame of a kind that only the supervisor sends. */
static void give_orders(const Session *s)
{
    WireFrame frame = {.kind = WIRE_TASK, .task = s->task->task, .media_type = "text/plain"};
    frame.fd = wire_memfd_from_bytes("task", "hello", 5, NULL);
    wire_send(s->socket, &frame, NULL);
    hang(s);
}

static void ready_again(const Session *s)
{
    wire_send(s->socket, &(WireFrame){.kind = WIRE_READY, .fd = -1}, NULL);
    hang(s);
}

static void other_task(const Session *s)
{
    g_autoptr(Reading) reading = honest_reading();
    send_body(s, result_body(reading_to_variant(reading)), s->task->task + 1000);
    hang(s);
}

static void twice(const Session *s)
{
    honest(s);
    honest(s);
}

static void flood(const Session *s)
{
    WireFrame frame = {.kind = WIRE_PAGE, .task = s->task->task, .fd = -1};
    for (frame.first_page = 1;; frame.first_page++)
        if (!wire_send(s->socket, &frame, NULL))
            _exit(1);
}

/* The result's descriptor: a pipe, which would block whoever reads it. */
static void send_descriptor(const Session *s, int fd)
{
    WireFrame frame = {.kind = WIRE_RESULT, .task = s->task->task, .fd = fd};
    wire_send(s->socket, &frame, NULL);
    hang(s);
}

static void send_pipe(const Session *s)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    send_descriptor(s, ends[0]);
}

/* Two descriptors where there is one. */
static void send_two_pipes(const Session *s)
{
    int ends[2];
    union {
        char bytes[CMSG_SPACE(sizeof ends)];
        struct cmsghdr align;
    } control = {0};
    struct iovec data = {"x", 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (pipe(ends) != 0)
        abort();
    *header = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof ends)};
    memcpy(CMSG_DATA(header), ends, sizeof ends);
    sendmsg(s->socket, &message, MSG_NOSIGNAL);
    hang(s);
}

static void send_unsealed(const Session *s)
{
    int fd = memfd_create("unsealed", 0);
    if (write(fd, "0123456789", 10) != 10)
        abort();
    send_descriptor(s, fd);
}

/* A sealed sparse file over the limit: mapping it would not fail, reading it would take for ever.
 */
static void send_enormous(const Session *s)
{
    int fd = memfd_create("enormous", MFD_ALLOW_SEALING);
    if (ftruncate(fd, (off_t)DOCKET_MAX_RESULT_BYTES * 8) != 0)
        abort();
    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    send_descriptor(s, fd);
}

static void send_noise_body(const Session *s)
{
    char bytes[4096];
    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + 7);
    send_bytes_as_result(s, bytes, sizeof bytes, s->task->task);
}

static void send_empty_body(const Session *s)
{
    send_bytes_as_result(s, "", 0, s->task->task);
}

static void lie_about_text(const Session *s)
{
    Reading *reading = honest_reading();
    g_array_index(reading->words, Word, 1).text = 0x7fffff00;
    send_reading(s, reading);
}

static void lie_about_ranges(const Session *s)
{
    Reading *reading = honest_reading();
    g_array_index(reading->pages, Page, 0).n_blocks = 0xffffffff;
    send_reading(s, reading);
}

static void lie_about_rectangles(const Session *s)
{
    Reading *reading = honest_reading();
    Word *word = &g_array_index(reading->words, Word, 0);
    word->rect.x0 = 1e308;
    word->rect.x1 = -1e308;
    send_reading(s, reading);
}

static void lie_about_page(const Session *s)
{
    Reading *reading = honest_reading();
    g_array_index(reading->pages, Page, 0).width = -1e300;
    send_reading(s, reading);
}

static void lie_about_confidence(const Session *s)
{
    Reading *reading = honest_reading();
    g_array_index(reading->words, Word, 0).confidence = 4711;
    send_reading(s, reading);
}

static void lie_about_kinds(const Session *s)
{
    Reading *reading = honest_reading();
    g_array_index(reading->pages, Page, 0).technique = 99;
    g_array_index(reading->blocks, Block, 0).kind = 99;
    send_reading(s, reading);
}

static void lie_in_latin1(const Session *s)
{
    Reading *reading = honest_reading();
    reading->text->data[0] = 0xe9;
    reading->text->data[1] = 0xff;
    send_reading(s, reading);
}

static void fail_with(const Session *s, int code, char *message)
{
    WireFrame frame = {
        .kind = WIRE_FAILED, .task = s->task->task, .code = code, .message = message, .fd = -1};
    wire_send(s->socket, &frame, NULL);
}

static void fail_honestly(const Session *s)
{
    fail_with(s, DOCKET_ERROR_DAMAGED, "the file ends in the middle");
}

static void fail_with_unknown_code(const Session *s)
{
    fail_with(s, 4711, "a code that there is not");
}

/* A reader may not hold a document back for money, nor end the run as if the user had. */
static void fail_as_supervisor(const Session *s)
{
    fail_with(s, DOCKET_ERROR_NO_BUDGET, "the budget is spent");
}

static void fail_with_escapes(const Session *s)
{
    fail_with(s, DOCKET_ERROR_DAMAGED, "\033]0;owned\007\033[2Jdamaged\nfake: line");
}

static const struct {
    const char *mode;
    void (*act)(const Session *s);
} acts[] = {
    {"honest", honest},
    {"leave", leave},
    {"crash", crash},
    {"hang", hang},
    {"spin", spin},
    {"breed", breed},
    {"run-out-of-memory", run_out_of_memory},
    {"escape-by-exec", escape_by_exec},
    {"escape-by-fork", escape_by_fork},
    {"escape-by-network", escape_by_network},
    {"escape-by-tracing", escape_by_tracing},
    {"escape-by-writing", escape_by_writing},
    {"read-elsewhere", read_elsewhere},
    {"burn", burn},
    {"be-killed", be_killed},
    {"close-and-stay", close_and_stay},
    {"giant-frame", giant_frame},
    {"empty-frame", empty_frame},
    {"noise-frame", noise_frame},
    {"be-cold", be_cold},
    {"give-orders", give_orders},
    {"ready-again", ready_again},
    {"other-task", other_task},
    {"twice", twice},
    {"flood", flood},
    {"send-pipe", send_pipe},
    {"send-two-pipes", send_two_pipes},
    {"send-unsealed", send_unsealed},
    {"send-enormous", send_enormous},
    {"send-noise-body", send_noise_body},
    {"send-empty-body", send_empty_body},
    {"lie-about-text", lie_about_text},
    {"lie-about-ranges", lie_about_ranges},
    {"lie-about-rectangles", lie_about_rectangles},
    {"lie-about-page", lie_about_page},
    {"lie-about-confidence", lie_about_confidence},
    {"lie-about-kinds", lie_about_kinds},
    {"lie-in-latin1", lie_in_latin1},
    {"fail-honestly", fail_honestly},
    {"fail-with-unknown-code", fail_with_unknown_code},
    {"fail-as-supervisor", fail_as_supervisor},
    {"fail-with-escapes", fail_with_escapes},
};

/* Started as if for the language "boast", it claims a jail that it is not in. */
static char *profile_of(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (g_str_equal(argv[i], "boast"))
            return "no capabilities; Landlock 7; seccomp";
    return "";
}

int main(int argc, char **argv)
{
    WireFrame ready = {.kind = WIRE_READY, .message = profile_of(argc, argv), .fd = -1};
    if (!wire_send(SOCKET, &ready, NULL))
        return 1;
    for (;;) {
        g_auto(WireFrame) frame = {.fd = -1};
        gboolean eof = FALSE;
        if (!wire_receive(SOCKET, &frame, &eof, NULL) || eof)
            return 0;
        g_autofree char *mode = word_after(frame.fd, "mode=");
        Session session = {.socket = SOCKET, .task = &frame};
        for (gsize i = 0; i < G_N_ELEMENTS(acts); i++)
            if (g_str_equal(acts[i].mode, mode))
                acts[i].act(&session);
    }
}
