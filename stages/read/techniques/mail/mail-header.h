/* Header fields of a mail as a person reads them: one line, encoded words (RFC 2047) and raw bytes of any
 * encoding decoded. The decoding is lenient: what old and broken programs write is read as it was
 * meant. All return valid UTF-8; caller frees. */
#pragma once

#include <glib.h>

/* An unstructured field (Subject). `raw` as it stands in the mail, folded or not. */
char *mail_header_text(const char *raw);

/* A list of addresses: "Doug Sauder <doug@example.com>, jane@example.com". */
char *mail_header_addresses(const char *raw);

/* Text of a mail in its charset, as declared (NULL: not) unless its bytes say something else. */
char *mail_decode(const char *data, gsize length, const char *declared);
