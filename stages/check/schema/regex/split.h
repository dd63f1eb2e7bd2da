/* Lookaheads right behind ^ ask of the whole text what an expression of its own could ask:
 * ^(?=A)(?!B)C is ^A and not ^B and ^C. */
#pragma once

#include "stages/check/schema/regex/parse.h"

#define SPLIT_MAX 8u /* parts */

typedef struct {
    ParseNode *root;
    gboolean negated;
} SplitPart;

/* Takes the tree apart, which is used up by it; returns how many parts there are, each regular:
 * the tree itself when it is, and 0 when it cannot be done. */
guint split_tree(Arena *arena, const Parsed *parsed, SplitPart parts[SPLIT_MAX]);
