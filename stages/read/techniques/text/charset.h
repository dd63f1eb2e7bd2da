/* Text in any encoding becomes UTF-8. */
#pragma once

#include <glib.h>

/* The encoding, as iconv names it, by byte order mark, by being valid UTF-8, by zero bytes (UTF-16
 * without a mark), by `declared` (what the text says of itself, or NULL), or by its statistics. A
 * pure function of at most the first CHARSET_SAMPLE bytes. *mark is the length of the byte order
 * mark to skip. Caller frees. */
#define CHARSET_SAMPLE (4u << 20)
char *charset_guess(const char *data, gsize length, const char *declared, gsize *mark);

/* Valid UTF-8 in any case: what cannot be converted becomes U+FFFD. Bytes that are not UTF-8 where
 * UTF-8 was expected are read as windows-1252, what old programs write. Caller frees. */
char *charset_decode(const char *data, gsize length, const char *charset);

/* Whether there is a converter for it. */
gboolean charset_is_known(const char *charset);

/* Bytes of one code unit: 1, 2 for UTF-16, 4 for UTF-32; *big is the byte order. */
guint charset_unit(const char *charset, gboolean *big);
