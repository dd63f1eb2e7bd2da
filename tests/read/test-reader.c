/* The shipped docket-reader over its socket. */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    GPid pid;
    int socket;
} Reader;

static const char *program(void)
{
    static char *path;
    const char *build = g_getenv("DOCKET_BUILD");
    if (!path)
        path = g_build_filename(build ? build : ".", "docket-reader", NULL);
    return path;
}

/* With one option more, unless it is NULL. */
static Reader reader_start(const char *option, const char *value)
{
    int pair[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), ==, 0);
    Reader reader = {.socket = pair[0], .pid = fork()};
    if (reader.pid == 0) {
        close(pair[0]);
        if (pair[1] != 3) {
            dup2(pair[1], 3);
            close(pair[1]);
        }
        execl(program(), program(), "--languages", "eng", option, value, NULL);
        _exit(127);
    }
    close(pair[1]);
    return reader;
}

static WireFrame receive(const Reader *reader)
{
    WireFrame frame = {.fd = -1};
    gboolean eof = FALSE;
    g_autoptr(GError) error = NULL;
    g_assert_true(wire_receive(reader->socket, &frame, &eof, &error));
    g_assert_false(eof);
    return frame;
}

static void send_task(const Reader *reader, guint64 task, const char *type, const void *data,
                      gsize length, guint flags)
{
    g_autoptr(GError) error = NULL;
    int fd = wire_memfd_from_bytes("document", data, length, &error);
    g_assert_no_error(error);
    WireFrame frame = {.kind = WIRE_TASK,
                       .task = task,
                       .media_type = (char *)type,
                       .first_page = flags & WIRE_SPLIT_ROWS ? 0 : 1,
                       .flags = flags,
                       .languages = (char *)"eng",
                       .fd = fd};
    g_assert_true(wire_send(reader->socket, &frame, &error));
    close(fd);
}

/* The answer after the PAGE frames, and the last page that they named. */
static WireFrame answer(const Reader *reader, guint64 task, guint *page)
{
    for (;;) {
        WireFrame frame = receive(reader);
        g_assert_cmpuint(frame.task, ==, task);
        if (frame.kind != WIRE_PAGE)
            return frame;
        *page = frame.first_page;
        wire_frame_clear(&frame);
    }
}

static GVariant *body_of(const WireFrame *frame)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(frame->kind, ==, WIRE_RESULT);
    g_autoptr(GBytes) bytes = wire_memfd_map(frame->fd, 1u << 30, &error);
    g_assert_no_error(error);
    return g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(WIRE_RESULT_TYPE), bytes, FALSE));
}

static int reader_stop(Reader *reader)
{
    int status;
    close(reader->socket);
    g_assert_cmpint(waitpid(reader->pid, &status, 0), ==, reader->pid);
    return status;
}

static void test_document(void)
{
    Reader reader = reader_start(NULL, NULL);
    WireFrame ready = receive(&reader);
    g_assert_cmpint(ready.kind, ==, WIRE_READY);
    wire_frame_clear(&ready);
    guint page = 0;
    send_task(&reader, 7, "text/html", "<p>hello <b>there</b>", 21, 0);
    WireFrame result = answer(&reader, 7, &page);
    g_autoptr(GVariant) body = body_of(&result);
    g_autoptr(GVariant) items = g_variant_get_child_value(body, 0);
    g_assert_cmpuint(g_variant_n_children(items), ==, 1);
    g_autoptr(GVariant) item = g_variant_get_child_value(items, 0);
    g_autoptr(GVariant) variant = g_variant_get_child_value(item, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) reading = reading_from_variant(variant, &error);
    g_assert_no_error(error);
    fixture_has(reading, "hello there");
    wire_frame_clear(&result);
    g_assert_cmpint(reader_stop(&reader), ==, 0);
}

static void test_rows(void)
{
    Reader reader = reader_start(NULL, NULL);
    WireFrame ready = receive(&reader);
    wire_frame_clear(&ready);
    guint page = 0;
    static const char csv[] = "a,b\n1,2\n3,4,5\n6,7\n";
    send_task(&reader, 1, "text/csv", csv, strlen(csv), WIRE_SPLIT_ROWS);
    WireFrame result = answer(&reader, 1, &page);
    g_autoptr(GVariant) body = body_of(&result);
    g_autoptr(GVariant) items = g_variant_get_child_value(body, 0);
    g_autoptr(GVariant) bad = g_variant_get_child_value(body, 1);
    g_assert_cmpuint(g_variant_n_children(items), ==, 2);
    g_assert_cmpuint(g_variant_n_children(bad), ==, 1);
    guint64 number, next_offset;
    const char *json;
    g_variant_get_child(items, 1, "(t&s@" READING_VARIANT_TYPE ")", &number, &json, NULL);
    g_assert_cmpuint(number, ==, 2);
    g_assert_cmpstr(json, ==, "{\"a\":\"6\",\"b\":\"7\"}");
    g_variant_get_child(body, 2, "t", &next_offset);
    g_assert_cmpuint(next_offset, ==, 0);
    wire_frame_clear(&result);
    g_assert_cmpint(reader_stop(&reader), ==, 0);
}

/* One bad document after the other: an answer for each, and the reader lives on. */
static void test_failures(void)
{
    static const struct {
        const char *type, *data;
        int code;
    } cases[] = {{"application/pdf", "%PDF-1.4 nothing", DOCKET_ERROR_DAMAGED},
                 {"application/zip", "PK", DOCKET_ERROR_UNSUPPORTED},
                 {"image/png", "\x89PNG\r\n\x1a\nxxxxxxxxxxxxxxxxxxxxx", DOCKET_ERROR_DAMAGED},
                 {"text/plain", " \n ", DOCKET_ERROR_EMPTY}};
    Reader reader = reader_start(NULL, NULL);
    WireFrame ready = receive(&reader);
    wire_frame_clear(&ready);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint page = 0;
        send_task(&reader, i, cases[i].type, cases[i].data, strlen(cases[i].data), 0);
        WireFrame failed = answer(&reader, i, &page);
        g_assert_cmpint(failed.kind, ==, WIRE_FAILED);
        g_assert_cmpint(failed.code, ==, cases[i].code);
        g_assert_cmpstr(failed.message, !=, "");
        wire_frame_clear(&failed);
    }
    g_assert_cmpint(reader_stop(&reader), ==, 0);
}

/* A reader for texts says of pages that it is cold, and lives on; one for pages reads texts as well. */
static void test_kinds(void)
{
    static const struct {
        const char *kind, *type;
        guint flags;
        WireKind answer;
    } cases[] = {{"text/html", "application/pdf", 0, WIRE_COLD},
                 {"text/html", "image/png", 0, WIRE_COLD},
                 {"text/html", "text/plain", WIRE_OVERLAY_PNG, WIRE_COLD},
                 {"text/html", "text/plain", 0, WIRE_RESULT},
                 {"application/zip", "text/html", 0, WIRE_RESULT},
                 {"application/pdf", "text/plain", 0, WIRE_RESULT},
                 {"application/pdf", "image/png", 0, WIRE_FAILED},
                 {"image/tiff", "text/plain", WIRE_OVERLAY_PNG, WIRE_RESULT}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reader reader = reader_start("--for", cases[i].kind);
        WireFrame ready = receive(&reader);
        wire_frame_clear(&ready);
        guint page = 0;
        send_task(&reader, 1, cases[i].type, "plain", 5, cases[i].flags);
        WireFrame frame = answer(&reader, 1, &page);
        g_assert_cmpint(frame.kind, ==, cases[i].answer);
        wire_frame_clear(&frame);
        send_task(&reader, 2, "text/html", "<p>plain", 8, 0);
        frame = answer(&reader, 2, &page);
        g_assert_cmpint(frame.kind, ==, WIRE_RESULT);
        wire_frame_clear(&frame);
        g_assert_cmpint(reader_stop(&reader), ==, 0);
    }
}

/* A frame that the protocol does not know ends the process. */
static void test_protocol(void)
{
    Reader reader = reader_start(NULL, NULL);
    WireFrame ready = receive(&reader);
    wire_frame_clear(&ready);
    g_assert_cmpint(send(reader.socket, "nonsense", 8, MSG_NOSIGNAL), ==, 8);
    int status;
    g_assert_cmpint(waitpid(reader.pid, &status, 0), ==, reader.pid);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    close(reader.socket);
}

/* A document that needs more memory than allowed ends the reader with its own status. */
static void test_memory(void)
{
#ifdef DOCKET_SANITIZE
    g_test_skip("the sanitizers need the address space");
#else
    GString *bomb = g_string_new("P5 12000 12000 255\n"); /* 144 MB of pixels, more to work on */
    g_string_set_size(bomb, bomb->len + 12000u * 12000u);
    Reader reader = reader_start("--memory", "471859200");
    WireFrame ready = receive(&reader);
    wire_frame_clear(&ready);
    for (gsize i = 20; i < bomb->len; i += 7)
        bomb->str[i] = (char)(i * 31);
    send_task(&reader, 1, "image/x-portable-anymap", bomb->str, bomb->len, 0);
    /* A library that asks politely is told no, and we say so; another ends the process. */
    WireFrame frame = {.fd = -1};
    gboolean eof = FALSE;
    do {
        wire_frame_clear(&frame);
        g_assert_true(wire_receive(reader.socket, &frame, &eof, NULL));
    } while (!eof && frame.kind == WIRE_PAGE);
    if (!eof) {
        g_assert_cmpint(frame.kind, ==, WIRE_FAILED);
        g_assert_cmpint(frame.code, ==, DOCKET_ERROR_READER_MEMORY);
        wire_frame_clear(&frame);
        g_assert_cmpint(reader_stop(&reader), ==, 0);
    } else {
        int status = reader_stop(&reader);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 77);
    }
    g_string_free(bomb, TRUE);
#endif
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!g_file_test(program(), G_FILE_TEST_IS_EXECUTABLE)) {
        g_printerr("docket-reader is not built\n");
        return 77;
    }
    g_test_add_func("/reader/document", test_document);
    g_test_add_func("/reader/rows", test_rows);
    g_test_add_func("/reader/failures", test_failures);
    g_test_add_func("/reader/kinds", test_kinds);
    g_test_add_func("/reader/protocol", test_protocol);
    g_test_add_func("/reader/memory", test_memory);
    return g_test_run();
}
