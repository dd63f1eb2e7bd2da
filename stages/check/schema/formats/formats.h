/* The format assertions of JSON Schema: the names of 2020-12 (validation vocabulary, section 7.3),
 * and since which draft each of them is defined.
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
    /* The first draft that defines it: 4, 6, 7, 2019 or 2020. For older drafts the name is an
     * unknown format, which is valid for every value: draft-07 says nothing of "uuid" or
     * "duration", draft-04 nothing of "date". */
    guint since;
} Format;

/* NULL for a format that is in no draft: such a format is valid for every value. */
const Format *format_find(const char *name);

/* The rows of the table by their place, NULL beyond the last: for programs that want them all. */
const Format *format_nth(guint index);
