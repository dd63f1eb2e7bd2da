/* Numbers before list items, as office programs write them. */
#pragma once

#include <glib.h>

/* Appends the number in a format named as OOXML does: "decimal", "lowerLetter", "upperRoman", "decimalZero",
 * "none"; others, and NULL, are decimal. */
void list_number_append(GString *out, const char *format, gint number);
