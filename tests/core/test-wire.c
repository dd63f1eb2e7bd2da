/* Frames and sealed memory: what is sent arrives, what breaks the rules is refused. */
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/wire.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void pair(int sockets[2])
{
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), ==, 0);
}

static void test_frame(void)
{
    int s[2];
    pair(s);
    g_autoptr(GError) error = NULL;
    int fd = wire_memfd_from_bytes("t", "hello", 5, &error);
    const char *const passwords[] = {"one", "zwei \303\244", NULL};
    WireFrame task = {.kind = WIRE_TASK,
                      .task = 7,
                      .media_type = (char *)"text/plain",
                      .first_page = 3,
                      .last_page = 9,
                      .offset = 1ull << 40,
                      .flags = 2,
                      .languages = (char *)"eng",
                      .document = 1ull << 50,
                      .passwords = (char **)passwords,
                      .fd = fd};
    g_assert_true(wire_send(s[0], &task, &error));
    g_auto(WireFrame) got = {.fd = -1};
    gboolean eof;
    g_assert_true(wire_receive(s[1], &got, &eof, &error));
    g_assert_false(eof);
    g_assert_cmpuint(got.task, ==, 7);
    g_assert_cmpuint(got.last_page, ==, 9);
    g_assert_cmpuint(got.offset, ==, 1ull << 40);
    g_assert_cmpstr(got.media_type, ==, "text/plain");
    g_assert_cmpuint(got.document, ==, 1ull << 50);
    g_assert_true(g_strv_equal((const char *const *)got.passwords, passwords));
    g_autoptr(GBytes) bytes = wire_memfd_map(got.fd, 100, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "hello", 5);
    close(fd);
    close(s[0]);
    g_auto(WireFrame) end = {.fd = -1};
    g_assert_true(wire_receive(s[1], &end, &eof, &error));
    g_assert_true(eof);
    close(s[1]);
}

static void refuse(const void *bytes, gsize length)
{
    int s[2];
    pair(s);
    g_assert_cmpint(send(s[0], bytes, length, 0), ==, (ssize_t)length);
    g_auto(WireFrame) got = {.fd = -1};
    gboolean eof;
    g_autoptr(GError) error = NULL;
    g_assert_false(wire_receive(s[1], &got, &eof, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED);
    close(s[0]);
    close(s[1]);
}

static void test_bad_frames(void)
{
    g_autofree char *giant = g_malloc0(DOCKET_MAX_FRAME_BYTES * 2);
    refuse("x", 1);
    refuse(giant, DOCKET_MAX_FRAME_BYTES * 2);
    refuse(giant, 300);
}

static void test_missing_descriptor(void)
{
    int s[2], other[2];
    pair(s);
    pair(other);
    /* A result without its descriptor: sent as a page frame, its kind changed on the way. */
    WireFrame page = {.kind = WIRE_PAGE, .task = 1, .fd = -1};
    g_autoptr(GError) error = NULL;
    g_assert_true(wire_send(s[0], &page, &error));
    char bytes[1000];
    ssize_t n = recv(s[1], bytes, sizeof bytes, 0);
    guint32 kind = WIRE_RESULT;
    memcpy(bytes, &kind, sizeof kind);
    g_assert_cmpint(send(other[0], bytes, (gsize)n, 0), ==, n);
    g_auto(WireFrame) got = {.fd = -1};
    gboolean eof;
    g_assert_false(wire_receive(other[1], &got, &eof, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED);
    for (int i = 0; i < 2; i++) {
        close(s[i]);
        close(other[i]);
    }
}

static void test_unsealed(void)
{
    int fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    g_assert_cmpint(ftruncate(fd, 100), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_memfd_map(fd, 1000, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_LIED);
    close(fd);
}

static void test_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("wire-XXXXXX", &path, &error);
    g_assert_cmpint(write(file, "abc", 3), ==, 3);
    lseek(file, 0, SEEK_SET);
    g_autofree char *sha = NULL;
    guint64 size;
    int fd = wire_memfd_from_file("t", file, 3, &sha, &size, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(size, ==, 3);
    g_assert_cmpstr(sha, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    g_assert_cmpint(write(fd, "x", 1), ==, -1);
    lseek(file, 0, SEEK_SET);
    g_autofree char *none = NULL;
    g_assert_cmpint(wire_memfd_from_file("t", file, 2, &none, &size, &error), ==, -1);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE);
    close(fd);
    close(file);
    unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/frame", test_frame);
    g_test_add_func("/wire/bad-frames", test_bad_frames);
    g_test_add_func("/wire/missing-descriptor", test_missing_descriptor);
    g_test_add_func("/wire/unsealed", test_unsealed);
    g_test_add_func("/wire/file", test_file);
    return g_test_run();
}
