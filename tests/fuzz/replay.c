/* Runs a fuzz target over seeds: every file of every folder (or file) named on the command line,
 * each whole, then cut at every eighth, so that truncation is always among the inputs. */
#include <stdio.h>

#include "pipeline/core/json.h"
#include "tests/fuzz/fuzz.h"

static guint runs;

/* An allocation of exactly this size, so that the sanitizer sees one byte too far. */
static void run(const char *data, gsize length)
{
    g_autofree guint8 *copy = length ? g_memdup2(data, length) : NULL;
    LLVMFuzzerTestOneInput(copy, length);
    runs++;
}

static void run_file(const char *path)
{
    g_autofree char *data = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &data, &length, &error))
        g_error("%s", error->message);
    run(data, length);
    for (guint eighth = 1; eighth < 8; eighth++)
        run(data, length * eighth / 8);
}

static void run_path(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    if (!folder) {
        run_file(path);
        return;
    }
    const char *name;
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        run_path(child);
    }
    g_dir_close(folder);
}

int main(int argc, char **argv)
{
    run(NULL, 0);
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    if (runs < 9) {
        fprintf(stderr, "no seeds in the folders named\n");
        return 1;
    }
    printf("%u inputs\n", runs);
    return 0;
}
