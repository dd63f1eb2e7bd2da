/* Files appear whole or not at all. The order is always: write under a temp name, fsync the file,
 * rename, fsync the folder; only then may somebody say that it is done. */
#include "publish.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_PREFIX ".docket-"
#define PART_SUFFIX ".part"
#define PUBLISH_BUFFER (256u << 10) /* bytes gathered before they are written */

struct Publish {
    char *path; /* for messages */
    char *name; /* last component */
    char *part; /* temp name in the same folder */
    int folder; /* descriptor of the folder */
    int file;   /* descriptor of the temp file, locked while its writer lives */
    GByteArray *buffer;
    GChecksum *checksum;
    guint64 size; /* bytes so far */
};

/* ---- folders ---- */

/* Opens a folder, making what is missing of it; each new entry is made durable in its parent. */
static int folder_open(const char *path, GError **error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0)
        return folder;
    if (errno != ENOENT) {
        docket_error_set_errno(error, errno, "opening folder", path);
        return -1;
    }
    g_autofree char *up = g_path_get_dirname(path);
    int parent = folder_open(up, error);
    if (parent < 0)
        return -1;
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        docket_error_set_errno(error, errno, "making folder", path);
    } else if (fsync(parent) != 0) {
        docket_error_set_errno(error, errno, "flushing folder", up);
    } else {
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
            docket_error_set_errno(error, errno, "opening folder", path);
    }
    close(parent);
    return folder;
}

static gboolean folder_flush(int folder, const char *path, GError **error)
{
    if (fsync(folder) == 0)
        return TRUE;
    docket_error_set_errno(error, errno, "flushing the folder of", path);
    return FALSE;
}

/* Flushes the folder in which `path` stands. */
static gboolean folder_flush_of(const char *path, GError **error)
{
    g_autofree char *up = g_path_get_dirname(path);
    int folder = open(up, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        docket_error_set_errno(error, errno, "opening folder", up);
        return FALSE;
    }
    gboolean flushed = folder_flush(folder, path, error);
    close(folder);
    return flushed;
}

gboolean publish_folder(const char *path, GError **error)
{
    int folder = folder_open(path, error);
    if (folder < 0) {
        g_prefix_error(error, "the folder cannot be used: ");
        return FALSE;
    }
    /* Only trying tells: permissions, a read-only mount, no inode left. */
    g_autofree char *part =
        g_strdup_printf(PART_PREFIX "%08x%08x" PART_SUFFIX, g_random_int(), g_random_int());
    int file = openat(folder, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        docket_error_set_errno(error, errno, "writing into folder", path);
        g_prefix_error(error, "give this user the right to write there, or name another folder: ");
    } else {
        close(file);
        unlinkat(folder, part, 0);
    }
    close(folder);
    return file >= 0;
}

/* ---- publishing ---- */

void publish_abandon(Publish *publish)
{
    if (!publish)
        return;
    if (publish->file >= 0) {
        unlinkat(publish->folder, publish->part, 0);
        close(publish->file);
    }
    if (publish->folder >= 0)
        close(publish->folder);
    g_byte_array_unref(publish->buffer);
    g_checksum_free(publish->checksum);
    g_free(publish->path);
    g_free(publish->name);
    g_free(publish->part);
    g_free(publish);
}

Publish *publish_begin(const char *path, GError **error)
{
    g_autofree char *up = g_path_get_dirname(path);
    g_autoptr(Publish) publish = g_new0(Publish, 1);
    publish->file = -1;
    publish->path = g_strdup(path);
    publish->name = g_path_get_basename(path);
    publish->part =
        g_strdup_printf(PART_PREFIX "%08x%08x" PART_SUFFIX, g_random_int(), g_random_int());
    publish->buffer = g_byte_array_new();
    publish->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    publish->folder = folder_open(up, error);
    if (publish->folder < 0)
        return NULL;
    publish->file = openat(publish->folder, publish->part,
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (publish->file < 0) {
        docket_error_set_errno(error, errno, "writing", path);
        return NULL;
    }
    /* Tells publish_clean in another process that this temp file has a living writer. Where locks
     * do not work, cleaning does not either. */
    (void)flock(publish->file, LOCK_EX | LOCK_NB);
    return g_steal_pointer(&publish);
}

static gboolean publish_flush(Publish *publish, GError **error)
{
    for (gsize done = 0; done < publish->buffer->len;) {
        ssize_t n = write(publish->file, publish->buffer->data + done, publish->buffer->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            docket_error_set_errno(error, errno, "writing", publish->path);
            return FALSE;
        }
        done += (gsize)n;
    }
    g_byte_array_set_size(publish->buffer, 0);
    return TRUE;
}

gboolean publish_write(Publish *publish, const void *data, gsize length, GError **error)
{
    const guint8 *bytes = data;
    publish->size += length;
    while (length > 0) {
        guint take = (guint)MIN(length, PUBLISH_BUFFER);
        g_checksum_update(publish->checksum, bytes, take);
        g_byte_array_append(publish->buffer, bytes, take);
        if (publish->buffer->len >= PUBLISH_BUFFER && !publish_flush(publish, error))
            return FALSE;
        bytes += take;
        length -= take;
    }
    return TRUE;
}

/* Renames within the folder or between two; RENAME_NOREPLACE where the file system has it. */
static int rename_new(int from_folder, const char *from, int to_folder, const char *to)
{
    int result = renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE);
    if (result == 0 || (errno != EINVAL && errno != ENOSYS))
        return result;
    struct stat info;
    if (fstatat(to_folder, to, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return renameat(from_folder, from, to_folder, to);
}

static gboolean publish_finish(Publish *publish, gboolean replace, GError **error)
{
    if (!publish_flush(publish, error))
        return FALSE;
    if (fsync(publish->file) != 0) {
        docket_error_set_errno(error, errno, "flushing", publish->path);
        return FALSE;
    }
    int renamed = replace
                      ? renameat(publish->folder, publish->part, publish->folder, publish->name)
                      : rename_new(publish->folder, publish->part, publish->folder, publish->name);
    if (renamed != 0) {
        docket_error_set_errno(error, errno, "naming", publish->path);
        return FALSE;
    }
    close(publish->file);
    publish->file = -1;
    return folder_flush(publish->folder, publish->path, error);
}

gboolean publish_end(Publish *publish, char **sha256, guint64 *size, GError **error)
{
    g_autoptr(Publish) owned = publish;
    if (!publish_finish(owned, TRUE, error))
        return FALSE;
    if (sha256)
        *sha256 = g_strdup(g_checksum_get_string(owned->checksum));
    if (size)
        *size = owned->size;
    return TRUE;
}

gboolean publish_file(const char *path, const void *data, gsize length, GError **error)
{
    g_autoptr(Publish) publish = publish_begin(path, error);
    if (!publish || !publish_write(publish, data, length, error))
        return FALSE;
    return publish_end(g_steal_pointer(&publish), NULL, NULL, error);
}

/* ---- files that are there ---- */

static int original_open(const char *path, struct stat *info, GError **error)
{
    /* NONBLOCK: a fifo that took the place of a file must not hold us up. */
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 && errno != ELOOP && errno != ENXIO) {
        docket_error_set_errno(error, errno, "opening", path);
        return -1;
    }
    if (file >= 0 && fstat(file, info) == 0 && S_ISREG(info->st_mode))
        return file;
    if (file >= 0)
        close(file);
    g_autofree char *shown = bytes_for_terminal(path);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SPECIAL_FILE, "%s is not a regular file", shown);
    return -1;
}

/* Hashes what is left of the file; what is read goes into `copy` too, if there is one. */
static char *file_hash(int file, const char *path, Publish *copy, guint64 *size, GError **error)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guint8 *buffer = g_malloc(PUBLISH_BUFFER);
    guint64 total = 0;
    for (;;) {
        ssize_t n = read(file, buffer, PUBLISH_BUFFER);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            docket_error_set_errno(error, errno, "reading", path);
            return NULL;
        }
        if (n == 0)
            break;
        g_checksum_update(checksum, buffer, n);
        if (copy && !publish_write(copy, buffer, (gsize)n, error))
            return NULL;
        total += (guint64)n;
    }
    if (size)
        *size = total;
    return g_strdup(g_checksum_get_string(checksum));
}

char *publish_sha256(const char *path, guint64 *size, GError **error)
{
    struct stat info;
    int file = original_open(path, &info, error);
    if (file < 0)
        return NULL;
    char *hash = file_hash(file, path, NULL, size, error);
    close(file);
    return hash;
}

static gboolean file_has(const char *path, const char *sha256)
{
    g_autofree char *hash = publish_sha256(path, NULL, NULL);
    return g_strcmp0(hash, sha256) == 0;
}

gboolean publish_remove(const char *path, GError **error)
{
    if (unlink(path) == 0)
        return folder_flush_of(path, error);
    if (errno == ENOENT || errno == ENOTDIR)
        return TRUE;
    docket_error_set_errno(error, errno, "removing", path);
    return FALSE;
}

static gboolean original_changed(const char *path, GError **error)
{
    g_autofree char *shown = bytes_for_terminal(path);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                "%s was replaced by another file while it was being worked on", shown);
    return FALSE;
}

gboolean publish_remove_original(const char *path, const char *sha256, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *hash = publish_sha256(path, NULL, &problem);
    if (hash && g_str_equal(hash, sha256))
        return publish_remove(path, error);
    if (hash || g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_SPECIAL_FILE))
        return original_changed(path, error);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

/* ---- moving ---- */

static gboolean is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The name `to` is taken: by what we want there (then the move is complete but for `from`), or not.
 */
static gboolean move_onto(const char *from, const char *to, const char *sha256, GError **error)
{
    if (file_has(to, sha256))
        return publish_remove(from, error);
    g_autofree char *shown = bytes_for_terminal(to);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_IO,
                "%s exists with another content and is not overwritten: move it away", shown);
    return FALSE;
}

/* To another file system: `file` is open on `from`, at its start. */
static gboolean move_by_copy(int file, const struct stat *info, const char *from, const char *to,
                             const char *sha256, GError **error)
{
    g_autoptr(Publish) copy = publish_begin(to, error);
    if (!copy)
        return FALSE;
    g_autofree char *hash = file_hash(file, from, copy, NULL, error);
    if (!hash)
        return FALSE;
    if (!g_str_equal(hash, sha256))
        return original_changed(from, error);
    const struct timespec times[2] = {info->st_atim, info->st_mtim};
    if (!publish_flush(copy, error))
        return FALSE;
    /* The archive keeps date and mode where it can; the content is what matters. */
    (void)!fchmod(copy->file, info->st_mode & 0777);
    (void)!futimens(copy->file, times);
    if (!publish_finish(copy, FALSE, error))
        return FALSE;
    struct stat now;
    if (lstat(from, &now) == 0 && is_same_file(&now, info))
        return publish_remove(from, error);
    return TRUE; /* replaced in the meantime: the new one is another document */
}

/* `file` is open on `from`, whose content was found right; `info` is what it was like then. */
static gboolean move_file(int file, const struct stat *info, const char *from, const char *to,
                          const char *sha256, GError **error)
{
    g_autofree char *up = g_path_get_dirname(to), *name = g_path_get_basename(to);
    int folder = folder_open(up, error);
    if (folder < 0)
        return FALSE;
    int problem = rename_new(AT_FDCWD, from, folder, name) == 0 ? 0 : errno;
    struct stat now;
    if (problem == 0 && fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
        !is_same_file(&now, info)) {
        /* Somebody put another file there between the look and the rename: give it back. */
        gboolean back = rename_new(folder, name, AT_FDCWD, from) == 0;
        close(folder);
        return back ? original_changed(from, error) : move_onto(from, to, sha256, error);
    }
    /* A rename is one step of the file system's journal: what makes the new name durable has removed
     * the old one too. */
    gboolean moved = problem == 0 && folder_flush(folder, to, error);
    close(folder);
    if (problem == 0)
        return moved;
    /* Across file systems the name was not looked at yet. */
    if (problem == EEXIST || (problem == EXDEV && lstat(to, &now) == 0))
        return move_onto(from, to, sha256, error);
    if (problem == EXDEV && lseek(file, 0, SEEK_SET) == 0)
        return move_by_copy(file, info, from, to, sha256, error);
    docket_error_set_errno(error, problem, "moving a file to", to);
    return FALSE;
}

/* A file that cannot be read, or a symbolic link: what there is under the name changes its name. */
static gboolean move_unread(const char *from, const char *to, GError **error)
{
    struct stat info;
    if (lstat(from, &info) != 0) {
        int problem = errno;
        if (problem == ENOENT && lstat(to, &info) == 0)
            return TRUE;
        docket_error_set_errno(error, problem, "moving", from);
        return FALSE;
    }
    g_autofree char *up = g_path_get_dirname(to), *name = g_path_get_basename(to);
    int folder = folder_open(up, error);
    if (folder < 0)
        return FALSE;
    gboolean moved = rename_new(AT_FDCWD, from, folder, name) == 0;
    if (!moved)
        docket_error_set_errno(error, errno, "moving", from);
    moved = moved && folder_flush(folder, to, error);
    close(folder);
    return moved;
}

gboolean publish_move(const char *from, const char *to, const char *sha256, GError **error)
{
    struct stat info;
    g_autoptr(GError) problem = NULL;
    if (!sha256)
        return move_unread(from, to, error);
    int file = original_open(from, &info, &problem);
    if (file < 0) {
        /* A hit on `to` means that the move was complete before a crash. */
        gboolean gone = g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
        gboolean special = g_error_matches(problem, DOCKET_ERROR, DOCKET_ERROR_SPECIAL_FILE);
        if ((gone || special) && file_has(to, sha256))
            return TRUE;
        if (special)
            return original_changed(from, error);
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    gboolean moved = FALSE;
    g_autofree char *hash = file_hash(file, from, NULL, NULL, error);
    if (hash && g_str_equal(hash, sha256))
        moved = move_file(file, &info, from, to, sha256, error);
    else if (hash)
        moved = file_has(to, sha256) || original_changed(from, error);
    close(file);
    return moved;
}

/* ---- temp files that a crash left ---- */

gboolean publish_is_part(const char *name)
{
    return g_str_has_prefix(name, PART_PREFIX) && g_str_has_suffix(name, PART_SUFFIX);
}

static void part_remove(int folder, const char *name)
{
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return;
    if (flock(file, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(file);
}

gboolean publish_clean(const char *folder, GError **error)
{
    DIR *entries = opendir(folder);
    if (!entries) {
        if (errno == ENOENT)
            return TRUE;
        docket_error_set_errno(error, errno, "opening folder", folder);
        return FALSE;
    }
    for (const struct dirent *entry; (entry = readdir(entries));)
        if (publish_is_part(entry->d_name))
            part_remove(dirfd(entries), entry->d_name);
    closedir(entries);
    return TRUE;
}
