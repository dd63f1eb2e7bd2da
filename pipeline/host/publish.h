/* Files appear whole or not at all: temp file in the same folder, write, fsync, rename, fsync of
 * the folder. Publishing the same content twice is harmless. */
#pragma once

#include <glib.h>

/* Creates missing parent folders. DOCKET_ERROR_DISK_FULL / IO. */
gboolean publish_file(const char *path, const void *data, gsize length, GError **error);

/* Moves a file, across file systems too (copy, fsync, rename, unlink). TRUE also when `from` is
 * gone and `to` has the given SHA-256 (done before a crash). Never overwrites another content:
 * DOCKET_ERROR_IO then. */
gboolean publish_move(const char *from, const char *to, const char *sha256, GError **error);

/* Makes a folder and its parents; checks that it can be written. The error says what to do. */
gboolean publish_folder(const char *path, GError **error);
