/* Files appear whole or not at all: temp file in the same folder, write, fsync, rename, fsync of
 * the folder. Publishing the same content twice is harmless. */
#pragma once

#include <glib.h>

/* Creates missing parent folders and replaces what has the name. DOCKET_ERROR_DISK_FULL / IO. Temp
 * files are called .docket-*.part; one left by a crash is whole or not, but never has a real name.
 */
gboolean publish_file(const char *path, const void *data, gsize length, GError **error);

/* The same in pieces, for what does not fit into memory. publish_end makes the file appear and
 * tells the SHA-256 (caller frees) and the bytes of it; both may be NULL. It frees `publish`, like
 * publish_abandon, which leaves nothing behind. */
typedef struct Publish Publish;
Publish *publish_begin(const char *path, GError **error);
gboolean publish_write(Publish *publish, const void *data, gsize length, GError **error);
gboolean publish_end(Publish *publish, char **sha256, guint64 *size, GError **error);
void publish_abandon(Publish *publish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Publish, publish_abandon)

/* Moves a file, across file systems too (copy, fsync, rename, unlink). TRUE also when `from` is
 * gone and `to` has the given SHA-256 (done before a crash); when both have it, `from` is removed.
 * Never overwrites another content: DOCKET_ERROR_IO then. A `from` that is gone, or no longer has
 * the SHA-256, is DOCKET_ERROR_NOT_FOUND and stays untouched: it is another document by now.
 * sha256 NULL: the file could never be read; it is only renamed, within its file system. */
gboolean publish_move(const char *from, const char *to, const char *sha256, GError **error);

/* Makes a folder and its parents; checks that it can be written. The error says what to do. */
gboolean publish_folder(const char *path, GError **error);

/* Removes a file if it is there. */
gboolean publish_remove(const char *path, GError **error);
/* The same, but only if it is still the file with this SHA-256; DOCKET_ERROR_NOT_FOUND otherwise.
 */
gboolean publish_remove_original(const char *path, const char *sha256, GError **error);

/* Lower-case hexadecimal SHA-256 of a regular file (no symbolic link) and its bytes (size may be
 * NULL). DOCKET_ERROR_NOT_FOUND, SPECIAL_FILE, IO. Caller frees. */
char *publish_sha256(const char *path, guint64 *size, GError **error);

/* Whether a file name is that of a temp file of ours; and removing from one folder those whose
 * writer is dead. A folder that is not there is clean. */
gboolean publish_is_part(const char *name);
gboolean publish_clean(const char *folder, GError **error);
