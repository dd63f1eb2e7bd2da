/* Lookaround that a search needs no backtracking for. At its very end C(?=A) finds what CA finds,
 * and at its beginning (?<=A)C what AC finds. Lookaheads right behind ^ ask of the whole text what
 * an expression of its own could ask: ^(?=A)(?!B)C is ^A and not ^B and ^C. */
#pragma once

#include "stages/check/schema/regex/parse.h"

#define SPLIT_MAX 8u /* parts */

typedef struct {
    ParseNode *root;
    gboolean negated;
} SplitPart;

/* Takes the tree apart, which is used up by it unless 0 is returned: then it still means the same.
 * Returns how many parts there are, each regular, or 0 when it cannot be done. */
guint split_tree(Arena *arena, const Parsed *parsed, SplitPart parts[SPLIT_MAX]);
