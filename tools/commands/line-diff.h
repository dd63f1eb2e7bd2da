/* Two texts side by side, by lines, as `diff -u` shows them. */
#pragma once

#include <glib.h>

/* The unified diff with three lines of context and the names as its head; "" when they are equal.
 * The least that has to change is found as long as the lines between the first and the last difference
 * are no more than some thousand; beyond, all of them count as changed. Caller frees. */
char *line_diff(const char *before_name, const char *before, const char *after_name,
                const char *after);
