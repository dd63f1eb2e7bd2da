/* Bytes from outside: hashing, UTF-8 repair, names made safe for terminals and for file systems. */
#pragma once

#include <glib.h>

/* Letters and digits alone, folded to lower case, for texts that differ in spacing, breaks and marks.
 * `text` is valid UTF-8. Caller frees. */
char *bytes_fold_letters(const char *text);

/* Lower-case hexadecimal SHA-256 (FIPS 180-4), 64 characters. Caller frees with g_free. */
char *bytes_sha256(gconstpointer data, gsize length);

/* Valid UTF-8 from any bytes: broken sequences become U+FFFD, NUL bytes too. Caller frees. */
char *bytes_to_utf8(const char *data, gssize length);

/* The same string with every control, bidi-override and unprintable character shown as \xNN or
 * \u{NNNN}, so that hostile text cannot steer a terminal. Input may be broken UTF-8. Caller frees.
 */
char *bytes_for_terminal(const char *text);

/* A file name component for the outbox: control characters, '/', and bytes that are not UTF-8 are
 * percent-encoded, a leading dot too; at most DOCKET_MAX_NAME_BYTES long. Two different inputs give
 * two different names unless both are over the length (then a hash tells them apart). Caller frees.
 */
char *bytes_for_file_name(const char *name);

/* Frees a list of secrets (NULL: none), overwritten first: they do not stay in memory that is given
 * back. */
void bytes_free_secrets(char **secrets);
