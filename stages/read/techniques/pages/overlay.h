/* The page with the boxes of what was read, for eyes: blocks by kind, lines, words by confidence,
 * and a legend below. Drawn here because only a reader may look into the document. */
#pragma once

#include "stages/read/techniques/technique.h"

/* Reads the pages of the input with `row`, and draws them: as one PNG (WIRE_OVERLAY_PNG: the first
 * page of the range alone) or as a PDF. *picture (caller unrefs) is set when the reading is. */
Reading *overlay_read(const TechniqueRow *row, const TechniqueInput *input, GBytes **picture,
                      GError **error);
