/* The format assertions of JSON Schema: the names of all drafts, which 2020-12 (validation
 * vocabulary, section 7.3) has together. They mean the same in every draft; whether a draft that
 * lacks a name ("uuid" came with 2019-09) knows it all the same is for the compiler to say.
 *
 * A check reads a NUL-terminated text of UTF-8 and says whether it follows the format. It keeps no
 * state, reads no locale and may run in several threads. All checks are single passes; only
 * hostname, idn-hostname, email and idn-email allocate, and they only for names with letters beyond
 * ASCII or labels that begin with "xn--". Values other than strings are valid by definition. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name;
    const char *meaning; /* "a date as YYYY-MM-DD", for sentences */
    gboolean (*check)(const char *text);
} Format;

/* NULL for a format that is in no draft: such a format is valid for every value. */
const Format *format_find(const char *name);

/* The rows of the table by their place, NULL beyond the last: for programs that want them all. */
const Format *format_nth(guint index);
