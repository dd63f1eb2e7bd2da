/* The inbox: which files are documents, when they are complete, and that each is taken once. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "stages/intake/inbox.h"

typedef struct {
    char *root;
    GPtrArray *notices;
} Fixture;

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    fixture->root = g_dir_make_tmp("docket-inbox-XXXXXX", NULL);
    g_assert_nonnull(fixture->root);
    fixture->notices = g_ptr_array_new_with_free_func(g_free);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    remove_tree(fixture->root);
    g_free(fixture->root);
    g_ptr_array_unref(fixture->notices);
}

/* Writes a file that was last changed `age` seconds ago. */
static void put(const Fixture *fixture, const char *name, int age)
{
    g_autofree char *path = g_build_filename(fixture->root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, name, -1, NULL));
    struct timespec times[2] = {{0}};
    clock_gettime(CLOCK_REALTIME, &times[1]);
    times[1].tv_sec -= age;
    times[0] = times[1];
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void note(const char *path, const char *sentence, gpointer data)
{
    g_autofree char *name = g_path_get_basename(path);
    g_ptr_array_add(data, g_strdup(name));
}

static Inbox *open_inbox(const Fixture *fixture, double settle_s)
{
    InboxOptions options = {
        .root = fixture->root, .settle_s = settle_s, .notice = note, .data = fixture->notices};
    g_autoptr(GError) error = NULL;
    Inbox *inbox = inbox_new(&options, &error);
    g_assert_no_error(error);
    return inbox;
}

/* Everything that can be had now, as "folder/name " in the order given. */
static char *take_all(Inbox *inbox, gint64 *wait_us)
{
    g_autoptr(GString) taken = g_string_new(NULL);
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(InboxFile) file = inbox_next(inbox, wait_us, &error);
        g_assert_no_error(error);
        if (!file)
            return g_string_free(g_steal_pointer(&taken), FALSE);
        g_string_append_printf(taken, "%s/%s ", file->folder ? file->folder : ".", file->name);
    }
}

static void test_order_and_names(Fixture *fixture, gconstpointer data)
{
    put(fixture, "b.pdf", 60);
    put(fixture, "a.pdf", 60);
    put(fixture, "invoice/deep/er/c.pdf", 60);
    put(fixture, "line\nfeed.txt", 60);
    put(fixture, ".hidden", 60);
    put(fixture, ".cache/d.pdf", 60);
    put(fixture, "e.pdf.part", 60);
    put(fixture, "e.TMP", 60);
    put(fixture, "e.crdownload", 60);
    put(fixture, "~lock.odt", 60);
    g_autoptr(Inbox) inbox = open_inbox(fixture, 2);
    gint64 wait_us = -1;
    g_autofree char *taken = take_all(inbox, &wait_us);
    g_assert_cmpstr(taken, ==, "./a.pdf ./b.pdf invoice/c.pdf ./line\nfeed.txt ");
    g_assert_cmpint(wait_us, ==, 0);
    g_assert_cmpuint(fixture->notices->len, ==, 0);
}

static void test_special(Fixture *fixture, gconstpointer data)
{
    put(fixture, "real.pdf", 60);
    g_autofree char *link = g_build_filename(fixture->root, "link.pdf", NULL);
    g_autofree char *fifo = g_build_filename(fixture->root, "pipe", NULL);
    g_assert_cmpint(symlink("real.pdf", link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_autoptr(Inbox) inbox = open_inbox(fixture, 2);
    gint64 wait_us = -1;
    g_autofree char *taken = take_all(inbox, &wait_us);
    g_assert_cmpstr(taken, ==, "./real.pdf ");
    /* Looked at more than once, said once. */
    g_assert_cmpuint(fixture->notices->len, ==, 2);
    g_assert_cmpstr(fixture->notices->pdata[0], ==, "link.pdf");
    g_assert_cmpstr(fixture->notices->pdata[1], ==, "pipe");
}

static void test_settles(Fixture *fixture, gconstpointer data)
{
    put(fixture, "fresh.pdf", 0);
    put(fixture, "growing.pdf", 0);
    put(fixture, "future.pdf", -3600);
    put(fixture, "old.pdf", 60);
    g_autoptr(Inbox) inbox = open_inbox(fixture, 0.3);
    gint64 wait_us = -1;
    g_autofree char *first = take_all(inbox, &wait_us);
    g_assert_cmpstr(first, ==, "./old.pdf ");
    g_assert_cmpint(wait_us, >, 0);
    g_assert_cmpint(wait_us, <=, 300000);

    put(fixture, "growing.pdf", 1);
    g_usleep(350000);
    g_autofree char *second = take_all(inbox, &wait_us);
    g_assert_cmpstr(second, ==, "./fresh.pdf ./future.pdf ");
    g_assert_cmpint(wait_us, ==, 0);
    g_assert_cmpuint(inbox_left(inbox), ==, 1);
}

static void test_arrivals(Fixture *fixture, gconstpointer data)
{
    put(fixture, "a.pdf", 60);
    g_autoptr(Inbox) inbox = open_inbox(fixture, 2);
    gint64 wait_us = -1;
    g_autofree char *first = take_all(inbox, &wait_us);
    g_assert_cmpstr(first, ==, "./a.pdf ");
    /* a.pdf is still there and not offered again; a new one and one put in its place are. */
    put(fixture, "b.pdf", 60);
    g_autofree char *second = take_all(inbox, &wait_us);
    g_assert_cmpstr(second, ==, "./b.pdf ");
    put(fixture, "a.pdf", 90);
    g_autofree char *third = take_all(inbox, &wait_us);
    g_assert_cmpstr(third, ==, "./a.pdf ");
}

static void test_apart(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *output;
        gboolean good;
    } cases[] = {{"inbox", FALSE},       {"inbox/out", FALSE},    {"outbox", TRUE},
                 {"inbox-out", TRUE},    {"x/../inbox/y", FALSE}, {"link/new/out", FALSE},
                 {"not/there/yet", TRUE}};
    g_autofree char *root = g_build_filename(fixture->root, "inbox", NULL);
    g_autofree char *link = g_build_filename(fixture->root, "link", NULL);
    g_assert_cmpint(g_mkdir(root, 0700), ==, 0);
    g_assert_cmpint(symlink("inbox", link), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *output = g_build_filename(fixture->root, cases[i].output, NULL);
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(inbox_check_apart(root, output, "the outbox", &error), ==, cases[i].good);
        if (!cases[i].good)
            g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
        else
            g_assert_no_error(error);
    }
}

static void test_missing(Fixture *fixture, gconstpointer data)
{
    g_autofree char *root = g_build_filename(fixture->root, "nowhere", NULL);
    InboxOptions options = {.root = root};
    g_autoptr(GError) error = NULL;
    g_assert_null(inbox_new(&options, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/inbox/order-and-names", test_order_and_names);
    ADD("/inbox/special", test_special);
    ADD("/inbox/settles", test_settles);
    ADD("/inbox/arrivals", test_arrivals);
    ADD("/inbox/apart", test_apart);
    ADD("/inbox/missing", test_missing);
    return g_test_run();
}
