/* A set of code points as a small automaton over the bytes of their UTF-8. */
#pragma once

#include "stages/check/schema/regex/ranges.h"

#define UTF8_END (-1) /* the character is complete */

typedef struct {
    guint8 low, high; /* bytes */
    gint32 target;    /* a node, or UTF8_END */
} Utf8Edge;

typedef struct {
    guint first, count; /* edges, sorted by byte, disjoint */
} Utf8Node;

/* Equal tails are shared, so that even \p{L} stays at some hundred nodes. The last node is where a
 * character begins; there is always one. */
typedef struct {
    GArray *nodes; /* Utf8Node */
    GArray *edges; /* Utf8Edge */
} Utf8;

Utf8 *utf8_new(Ranges set);
void utf8_free(Utf8 *utf8);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Utf8, utf8_free)
