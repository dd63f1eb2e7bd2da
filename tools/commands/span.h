/* Where the values of a JSON text stand, by their bytes: for an answer about one part of a text whose
 * other parts cannot be read, and for handing a value on exactly as it was written. */
#pragma once

#include <glib.h>

/* Lies in a text that it does not own. */
typedef struct {
    const char *at;
    gsize length;
} Span;

/* The value that begins at or after `text`, without the space around it. FALSE when brackets or quotes do
 * not close. What stands inside is not looked at: parse it to know that it is JSON. */
gboolean span_value(const char *text, gsize length, Span *value);

/* Goes through the members of an object or the items of an array. *at is NULL at first; `name` (with its
 * quotes; empty in an array) and `value` are set while TRUE comes back. FALSE at the end, and where it is
 * no container or a broken one. */
gboolean span_next(Span container, const char **at, Span *name, Span *value);

/* The member of this name, compared as it is written, without escapes; the first of several. */
gboolean span_member(Span object, const char *name, Span *value);
