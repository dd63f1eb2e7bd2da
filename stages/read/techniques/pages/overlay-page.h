/* What lies under the boxes of an overlay: the page itself. */
#pragma once

#include "stages/read/techniques/technique.h"

#include <cairo.h>

/* Fonts of an overlay's own letters; warm-libraries.c has found them before the jail is locked. */
#define OVERLAY_FONT "sans-serif"
#define OVERLAY_FONT_GRID "monospace"

/* Draws page i (index) of the reading in its own units: points, or characters and lines of a grid.
 * A page that cannot be drawn stays white: its boxes are shown all the same. */
void overlay_page_draw(const TechniqueInput *input, const Reading *reading, guint i, cairo_t *cr);
