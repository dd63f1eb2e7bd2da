/* Numbers as a spreadsheet shows them: format codes of ECMA-376 part 1, 18.8.30 and 18.8.31. */
#pragma once

#include <glib.h>

/* The code of a built-in format (numFmtId 0 to 49), or NULL. Dates that every country writes differently
 * (14, 22) are given as ISO 8601 has them. Static string. */
const char *number_format_builtin(gint id);

/* The text shown for a number; "" where the code hides it (";;;"). `from_1904`: days count from 1904-01-01
 * instead of the end of 1899. A code that cannot be followed shows the number as General does. Caller
 * frees. */
char *number_format(double value, const char *code, gboolean from_1904);
/* Whether the code hides texts: it has a fourth section, and that is empty. */
gboolean number_format_hides_text(const char *code);

/* ---- between number-format.c and number-format-date.c ---- */

/* Whether a section (code without its ';') shows a date or time. */
gboolean number_format_is_date(const char *section);
/* NULL when the number is no date. Caller frees. */
char *number_format_date(double value, const char *section, gboolean from_1904);
/* Steps over what is not a placeholder at p: appends a quoted text, an escaped character, a currency's sign;
 * leaves out colours and paddings. Returns the place behind, or p itself. `out` may be NULL. */
const char *number_format_literal(const char *p, GString *out);
