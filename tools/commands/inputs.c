#include "tools/commands/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/wire.h"

static gboolean check_file(const char *file, GError **error)
{
    struct stat st;
    if (stat(file, &st) != 0 || access(file, R_OK) != 0) {
        docket_error_set_errno(error, errno, "cannot read", file);
        return FALSE;
    }
    if (S_ISDIR(st.st_mode)) {
        g_autofree char *safe = bytes_for_terminal(file);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "%s is a folder; name files, or let docket run read it as an inbox", safe);
        return FALSE;
    }
    return TRUE;
}

gboolean inputs_begin(Inputs *inputs, GStrv files, GError **error)
{
    gboolean standard = FALSE;
    if (!files[0]) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                    "name at least one FILE; - is standard input");
        return FALSE;
    }
    for (guint i = 0; files[i]; i++) {
        if (!g_str_equal(files[i], "-")) {
            if (!check_file(files[i], error))
                return FALSE;
        } else if (standard) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "standard input can be read only once");
            return FALSE;
        } else {
            standard = TRUE;
        }
    }
    *inputs = (Inputs){.files = files,
                       .paths = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL)};
    return TRUE;
}

void inputs_clear(Inputs *inputs)
{
    g_clear_pointer(&inputs->paths, g_hash_table_unref);
}

/* The bytes of a stream, or of a file that was named twice (one path is one document). */
static gboolean take_bytes(Job *job, const char *file, GError **error)
{
    gboolean standard = g_str_equal(file, "-");
    int fd = standard ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        docket_error_set_errno(error, errno, "cannot read", file);
        return FALSE;
    }
    job->document = wire_memfd_from_file("document", fd, DOCKET_MAX_DOCUMENT_BYTES, &job->sha256,
                                         &job->size, error);
    close(fd);
    return job->document >= 0;
}

Job *inputs_next(Inputs *inputs, Engine *engine, gboolean *drained, GError **error)
{
    const char *file = inputs->files[inputs->next];
    if (!file) {
        *drained = TRUE;
        return NULL;
    }
    gboolean standard = g_str_equal(file, "-");
    g_autofree char *name = standard ? g_strdup("stdin") : g_path_get_basename(file);
    g_autoptr(Job) job = job_new(engine, JOB_DOCUMENT, name);
    char *real = standard ? NULL : realpath(file, NULL);
    struct stat st;
    if (real && stat(real, &st) == 0 && S_ISREG(st.st_mode) &&
        !g_hash_table_contains(inputs->paths, real)) {
        job->path = g_strdup(real);
        g_hash_table_add(inputs->paths, real);
    } else {
        free(real);
        if (!take_bytes(job, file, error))
            return NULL;
    }
    job_set_data(job, "input", GUINT_TO_POINTER(inputs->next + 1), NULL);
    inputs->next++;
    return g_steal_pointer(&job);
}

guint inputs_index(const Job *job)
{
    return GPOINTER_TO_UINT(job_data(job_root(job), "input")) - 1;
}
