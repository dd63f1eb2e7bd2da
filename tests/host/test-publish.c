/* Files appear whole or not at all, and an original is never lost on its way. */
#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/host/publish.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *root;
    char *other; /* on another file system, NULL if there is none */
} Place;

static char *temp_in(const char *folder)
{
    char *path = g_build_filename(folder, "docket-publish-XXXXXX", NULL);
    return g_mkdtemp(path);
}

static void set_up(Place *place, gconstpointer data)
{
    struct stat here, there;
    place->root = temp_in(g_get_tmp_dir());
    g_assert_nonnull(place->root);
    place->other = temp_in("/dev/shm");
    if (place->other && stat(place->root, &here) == 0 && stat(place->other, &there) == 0 &&
        here.st_dev == there.st_dev) {
        g_rmdir(place->other);
        g_clear_pointer(&place->other, g_free);
    }
}

static void remove_tree(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        if (g_file_test(below, G_FILE_TEST_IS_DIR) && !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
            remove_tree(below);
        else
            g_unlink(below);
    }
    if (folder)
        g_dir_close(folder);
    g_rmdir(path);
}

static void tear_down(Place *place, gconstpointer data)
{
    remove_tree(place->root);
    if (place->other)
        remove_tree(place->other);
    g_free(place->root);
    g_free(place->other);
}

static char *at(const char *root, const char *name)
{
    return g_build_filename(root, name, NULL);
}

static void put(const char *path, const char *content)
{
    g_assert_true(g_file_set_contents(path, content, -1, NULL));
}

static void assert_holds(const char *path, const char *content)
{
    g_autofree char *found = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &found, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(found, ==, content);
}

static guint entries(const char *folder)
{
    guint n = 0;
    GDir *dir = g_dir_open(folder, 0, NULL);
    while (dir && g_dir_read_name(dir))
        n++;
    if (dir)
        g_dir_close(dir);
    return n;
}

static char *hash_of(const char *content)
{
    return bytes_sha256(content, strlen(content));
}

static void test_file(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = at(place->root, "a/b/na\nme\xff.json"),
                    *folder = at(place->root, "a/b");
    for (guint i = 0; i < 2; i++)
        g_assert_true(publish_file(path, "one", 3, &error));
    assert_holds(path, "one");
    g_assert_true(publish_file(path, "", 0, &error));
    assert_holds(path, "");
    g_assert_cmpuint(entries(folder), ==, 1); /* no temp file stays */
    g_assert_no_error(error);
}

static void test_stream(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = at(place->root, "big"), *hash = NULL, *check = NULL, *part = NULL;
    g_autofree char *block = g_strnfill(300000, 'x');
    guint64 size = 0, found = 0;
    g_autoptr(Publish) publish = publish_begin(path, &error);
    for (guint i = 0; i < 5; i++)
        g_assert_true(publish_write(publish, block, 300000, &error));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS)); /* not before the end */
    g_assert_true(publish_end(g_steal_pointer(&publish), &hash, &size, &error));
    g_assert_cmpuint(size, ==, 1500000);
    check = publish_sha256(path, &found, &error);
    g_assert_cmpstr(check, ==, hash);
    g_assert_cmpuint(found, ==, size);
    Publish *given_up = publish_begin(path, &error);
    g_assert_true(publish_write(given_up, block, 300000, &error));
    publish_abandon(given_up);
    g_assert_cmpuint(entries(place->root), ==, 1);
}

static void test_folder(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *deep = at(place->root, "x/y/z"), *file = at(place->root, "f");
    g_autofree char *under_file = at(file, "g");
    g_assert_true(publish_folder(deep, &error));
    g_assert_cmpuint(entries(deep), ==, 0);
    put(file, "");
    g_assert_false(publish_folder(under_file, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_clear_error(&error);
    g_assert_false(publish_file(under_file, "x", 1, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_clear_error(&error);
    if (geteuid() == 0) {
        g_test_message("rights are not checked: this is root");
        return;
    }
    g_chmod(deep, 0555);
    g_assert_false(publish_folder(deep, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_chmod(deep, 0755);
}

/* A full disk (here: the largest file this process may write) leaves the old file and no other. */
static void test_no_room(Place *place, gconstpointer data)
{
    g_autofree char *path = at(place->root, "f");
    put(path, "old");
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {1000, 1000};
        g_autofree char *block = g_strnfill(100000, 'x');
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(publish_file(path, block, 100000, NULL) ? 1 : 0);
    }
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    assert_holds(path, "old");
    g_assert_cmpuint(entries(place->root), ==, 1);
}

/* The same cases, within a file system and across two. */
static void move_cases(const char *here, const char *there)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *from = at(here, "from"), *to = at(there, "2026/11/to");
    g_autofree char *hash = hash_of("content");

    put(from, "content");
    g_assert_cmpint(g_chmod(from, 0640), ==, 0);
    struct stat before, after;
    g_assert_cmpint(stat(from, &before), ==, 0);
    g_assert_true(publish_move(from, to, hash, &error));
    g_assert_no_error(error);
    g_assert_false(g_file_test(from, G_FILE_TEST_EXISTS));
    assert_holds(to, "content");
    g_assert_cmpint(stat(to, &after), ==, 0);
    g_assert_cmpint(after.st_mtim.tv_nsec, ==, before.st_mtim.tv_nsec);
    g_assert_cmpint(after.st_mode & 0777, ==, 0640);

    /* Done before a crash: `from` is gone, or, copied and not yet removed, still there. */
    g_assert_true(publish_move(from, to, hash, &error));
    put(from, "content");
    g_assert_true(publish_move(from, to, hash, &error));
    g_assert_false(g_file_test(from, G_FILE_TEST_EXISTS));
    assert_holds(to, "content");

    /* Another document took the name in the meantime: it is not the one to move. */
    put(from, "newer");
    g_assert_true(publish_move(from, to, hash, &error));
    assert_holds(from, "newer");
    g_autofree char *elsewhere = at(there, "elsewhere");
    g_assert_false(publish_move(from, elsewhere, hash, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    assert_holds(from, "newer");
    g_assert_false(g_file_test(elsewhere, G_FILE_TEST_EXISTS));

    /* Something else has the place: neither is touched. */
    g_autofree char *newer = hash_of("newer");
    g_assert_false(publish_move(from, to, newer, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
    g_clear_error(&error);
    assert_holds(from, "newer");
    assert_holds(to, "content");

    /* Gone for good. */
    g_assert_cmpint(g_unlink(from), ==, 0);
    g_assert_false(publish_move(from, elsewhere, newer, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
}

static void test_move(Place *place, gconstpointer data)
{
    move_cases(place->root, place->root);
}

static void test_move_across(Place *place, gconstpointer data)
{
    if (!place->other) {
        g_test_skip("there is no second file system to write to");
        return;
    }
    move_cases(place->root, place->other);
}

static void test_move_links(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *target = at(place->root, "target"), *link = at(place->root, "link");
    g_autofree char *to = at(place->root, "to"), *fifo = at(place->root, "fifo");
    g_autofree char *hash = hash_of("content");
    put(target, "content");
    g_assert_cmpint(symlink(target, link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_false(publish_move(link, to, hash, &error)); /* the right content, but a link to it */
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(publish_move(fifo, to, hash, &error)); /* and it does not hang */
    g_clear_error(&error);
    assert_holds(target, "content");
    /* What could never be read has no hash: the name alone moves. */
    g_assert_true(publish_move(link, to, NULL, &error));
    g_assert_true(g_file_test(to, G_FILE_TEST_IS_SYMLINK));
    g_assert_true(publish_move(link, to, NULL, &error));
    assert_holds(target, "content");
    g_assert_false(publish_move(fifo, to, NULL, &error)); /* never onto what is there */
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_IO);
}

static void test_remove(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = at(place->root, "f"), *hash = hash_of("content");
    put(path, "changed");
    g_assert_false(publish_remove_original(path, hash, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    assert_holds(path, "changed");
    put(path, "content");
    g_assert_true(publish_remove_original(path, hash, &error));
    g_assert_cmpuint(entries(place->root), ==, 0);
    g_assert_true(publish_remove(path, &error)); /* again does no harm */
}

/* Killed while it writes, at a moment that differs from round to round. */
static void test_killed(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = at(place->root, "f"), *block = g_strnfill(2000000, 'x');
    guint parts = 0;
    for (guint round = 0; round < 30; round++) {
        pid_t child = fork();
        if (child == 0) {
            for (;;)
                publish_file(path, block, 2000000, NULL);
        }
        g_usleep(2000 + round * 700);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        struct stat info;
        if (stat(path, &info) == 0)
            g_assert_cmpint(info.st_size, ==, 2000000); /* whole or not at all */
        parts += entries(place->root) > (guint)g_file_test(path, G_FILE_TEST_EXISTS);
        g_assert_true(publish_clean(place->root, &error));
        g_assert_cmpuint(entries(place->root), ==, g_file_test(path, G_FILE_TEST_EXISTS));
        g_unlink(path);
    }
    g_test_message("%u of 30 kills left a temp file", parts);
}

/* Cleaning leaves alone what a living writer is at work on, and what is not ours. */
static void test_clean(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = at(place->root, "f"), *other = at(place->root, ".docket-x.parts");
    g_autofree char *missing = at(place->root, "no/such");
    put(other, "");
    int ready[2], go[2];
    char byte;
    g_assert_cmpint(pipe(ready), ==, 0);
    g_assert_cmpint(pipe(go), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        Publish *publish = publish_begin(path, NULL);
        publish_write(publish, "whole", 5, NULL);
        (void)!write(ready[1], "x", 1);
        (void)!read(go[0], &byte, 1);
        _exit(publish_end(publish, NULL, NULL, NULL) ? 0 : 1);
    }
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    g_assert_true(publish_clean(place->root, &error));
    g_assert_cmpint(write(go[1], "x", 1), ==, 1);
    int status = 0;
    waitpid(child, &status, 0);
    g_assert_cmpint(status, ==, 0);
    assert_holds(path, "whole");
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
    g_assert_true(publish_clean(missing, &error));
    for (guint i = 0; i < 2; i++)
        close(ready[i]), close(go[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/publish/" name, Place, NULL, set_up, test, tear_down)
    ADD("file", test_file);
    ADD("stream", test_stream);
    ADD("folder", test_folder);
    ADD("no-room", test_no_room);
    ADD("move", test_move);
    ADD("move-across", test_move_across);
    ADD("move-links", test_move_links);
    ADD("remove", test_remove);
    ADD("killed", test_killed);
    ADD("clean", test_clean);
    return g_test_run();
}
