/* Images that hold more than one page's worth: receipts ten times as long as wide, and books that lie
 * open. */
#pragma once

#include "stages/read/techniques/layout/layout.h"

#include <allheaders.h>

/* The parts of a prepared image for the engine, from top to bottom: one for an ordinary page; a long
 * one is cut between its lines. NULL without memory. Caller destroys. */
BOXA *pieces_of(PIX *prepared);

/* Whether the words (of LayoutWord, upright) of a wide image are two pages of running text side by
 * side. Then they are reordered: those of the left page first, *left of them. */
gboolean pieces_are_spread(GArray *words, double width, double height, guint *left);
