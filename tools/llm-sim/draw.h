/* Chance that repeats: numbers that depend on the seed and on what they decide about, not on the
 * order in which requests of many clients arrive. */
#pragma once

#include <glib.h>

/* A number in [0, 1). `purpose` tells apart what is decided about the same subject. */
double draw(gint64 seed, const char *purpose, const char *subject);
/* The same as an index below n (n > 0). */
guint draw_index(gint64 seed, const char *purpose, const char *subject, guint n);
