/* Ruling lines in a picture of a page: drawn lines, and the edges of shaded areas. */
#pragma once

#include "stages/read/techniques/layout/layout.h"

#include <allheaders.h>

/* Straight horizontal and vertical edges of an 8-bit grey picture, those of one line taken together;
 * `scale` makes the unit of the words' rectangles of pixels. Array of Ruling (layout.h), empty when
 * there are none or so many that the page is a drawing. Caller unrefs. */
GArray *rulings_find(PIX *grey, double scale);

/* Adds the ruling, or the edges, of an area that is painted: a rectangle in the unit of the words. Thin
 * ones are lines. */
void rulings_add_area(GArray *rulings, Rect area);
/* Takes together what belongs to one line, at the end; `near` is a small distance in the same unit (a
 * pixel or a point). Consumes the array; caller unrefs what comes back. */
GArray *rulings_join(GArray *rulings, double near);
