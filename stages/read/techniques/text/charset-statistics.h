/* Encodings that only the statistics of a text tell. */
#pragma once

#include <glib.h>

/* The encoding of bytes that are neither ASCII nor Unicode, as iconv names it. Caller frees. */
char *charset_by_statistics(const char *data, gsize length);
/* What uchardet says, or "". Caller frees. */
char *charset_detect(const char *data, gsize length);
