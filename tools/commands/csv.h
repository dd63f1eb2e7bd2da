/* Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet. */
#pragma once

#include <glib.h>

/* Appends a cell of text. Unless `raw`, one that a spreadsheet would take for a formula (it begins with
 * = + - @, a tab or a line's end, also in their full-width forms, and is no number) gets an apostrophe
 * in front (OWASP, "CSV Injection"). */
void csv_add_text(GString *line, const char *text, gboolean raw);
/* Between two cells, and after the last one of a line. */
void csv_next(GString *line);
void csv_end(GString *line);
