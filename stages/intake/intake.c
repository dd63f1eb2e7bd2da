/* Intake: takes a snapshot of the document that nobody can change any more, tells what it is, and
 * enters it in the ledger before anything is done with it. */
#include "pipeline/core/bytes.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/wire.h"
#include "pipeline/host/engine.h"
#include "sniff.h"
#include "stages/stages.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stands in the ledger for a file whose bytes could not be read at all. */
#define NO_BYTES ""

static int open_regular(const char *path, gint64 *mtime_us, GError **error)
{
    /* O_NONBLOCK: a fifo put there since the scan must not hang us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        /* Not a fault of the run: this one file cannot be had. */
        int code = errno == ELOOP ? DOCKET_ERROR_SPECIAL_FILE : DOCKET_ERROR_DAMAGED;
        g_set_error(error, DOCKET_ERROR, code, "it cannot be opened: %s", g_strerror(errno));
        return -1;
    }
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SPECIAL_FILE, "it is not a regular file");
        return -1;
    }
    *mtime_us = status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000;
    return fd;
}

/* The hash of a file that is too large to be taken in, so that it has an identity all the same. */
static char *hash_file(int fd)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *buffer = g_malloc(1 << 16);
    ssize_t n;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return g_strdup(NO_BYTES);
    while ((n = read(fd, buffer, 1 << 16)) > 0)
        g_checksum_update(sum, (const guchar *)buffer, n);
    return g_strdup(g_checksum_get_string(sum));
}

static gboolean is_batch_file(int fd, const char *name)
{
    char head[SNIFF_BYTES];
    ssize_t n = pread(fd, head, sizeof head, 0);
    return n > 0 && sniff_is_batch(sniff_media_type(head, (gsize)n, name));
}

/* Copies the file into a sealed memory file: job->document, sha256, size. */
static gboolean take_snapshot(Job *job, GError **error)
{
    int fd = open_regular(job->path, &job->mtime_us, error);
    if (fd < 0)
        return FALSE;
    guint64 limit = (guint64)config_int(engine_config(job->engine), "limits.file_mb") << 20;
    if (is_batch_file(fd, job->name))
        limit = DOCKET_MAX_BATCH_BYTES;
    g_autoptr(GError) local = NULL;
    job->document = wire_memfd_from_file("document", fd, limit, &job->sha256, &job->size, &local);
    if (job->document < 0 && g_error_matches(local, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE))
        job->sha256 = hash_file(fd);
    else if (job->document < 0 && g_error_matches(local, DOCKET_ERROR, DOCKET_ERROR_IO))
        local->code = DOCKET_ERROR_DAMAGED; /* a bad block of this file is no fault of the run */
    close(fd);
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    return job->document >= 0;
}

static gboolean sniff(Job *job, GError **error)
{
    char head[SNIFF_BYTES];
    ssize_t n = pread(job->document, head, sizeof head, 0);
    if (n <= 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the file is empty (0 bytes)");
        return FALSE;
    }
    const char *type = sniff_media_type(head, (gsize)n, job->name);
    if (sniff_is_package(type)) {
        g_autoptr(GBytes) whole = wire_memfd_map(job->document, DOCKET_MAX_DOCUMENT_BYTES, error);
        if (!whole)
            return FALSE;
        type = sniff_package(type, g_bytes_get_data(whole, NULL), g_bytes_get_size(whole));
    }
    job->media_type = g_strdup(type);
    if (sniff_is_batch(job->media_type))
        job->kind = JOB_BATCH;
    else if (sniff_holds_documents(job->media_type))
        job->kind = JOB_CONTAINER;
    return TRUE;
}

static StageStep run(Job *job, GError **error)
{
    g_autoptr(GError) refused = NULL;
    if (job->document < 0 && !take_snapshot(job, &refused) && !job->sha256)
        job->sha256 = g_strdup(NO_BYTES);
    if (refused && refused->code == DOCKET_ERROR_DISK_FULL) {
        g_propagate_error(error, g_steal_pointer(&refused));
        return STAGE_ERROR;
    }
    if (!refused)
        sniff(job, &refused);
    if (!job->media_type)
        job->media_type = g_strdup("application/octet-stream");
    gboolean finished;
    if (!ledger_claim(engine_ledger(job->engine), job, &finished, error))
        return STAGE_ERROR;
    if (finished)
        return STAGE_FINISH;
    if (refused) {
        g_propagate_error(error, g_steal_pointer(&refused));
        return STAGE_ERROR;
    }
    return STAGE_NEXT;
}

const Stage stage_intake = {
    .name = "intake",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_BATCH | STAGE_FOR_CONTAINER,
    .run = run,
};
