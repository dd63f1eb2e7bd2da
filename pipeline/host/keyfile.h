/* Files in GKeyFile syntax (docket.conf, pack.conf), read so that every later complaint can name
 * the line: GKeyFile decodes the values, this remembers where they stand. */
#pragma once

#include <glib.h>

typedef struct {
    char *group;
    char *key;   /* NULL: the heading of the group itself */
    char *value; /* decoded; NULL for a heading */
    guint line;  /* from 1 */
} KeyEntry;

/* The entries in file order (GPtrArray of KeyEntry, freed by unref). Syntax errors and keys given
 * twice are DOCKET_ERROR with `code`, "path:line: …". */
GPtrArray *keyfile_parse(const char *text, gsize length, const char *path, int code,
                         GError **error);

/* Reads a file of at most 1 MiB and parses it. */
GPtrArray *keyfile_load(const char *path, int code, GError **error);

/* Sets "path:line: …". Line 0 leaves the number out. */
void keyfile_error(GError **error, int code, const char *path, guint line, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* The candidate that `word` was most likely meant to be, or NULL when none is near. Lent. */
const char *keyfile_nearest(const char *word, const char *const *candidates);
