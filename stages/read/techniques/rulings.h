/* Ruling lines in a picture of a page: drawn lines, and the edges of shaded areas. */
#pragma once

#include "layout.h"

#include <allheaders.h>

/* Straight horizontal and vertical edges of an 8-bit grey picture, those of one line taken together;
 * `scale` makes the unit of the words' rectangles of pixels. Array of Ruling (layout.h), empty when
 * there are none or so many that the page is a drawing. Caller unrefs. */
GArray *rulings_find(PIX *grey, double scale);
