/* How large a page is drawn for a model. The reader draws by it, and the supervisor, which does not
 * look into the picture, says by it how large the picture is. */
#pragma once

#include <glib.h>

/* 150 dpi show small print well; of a longer side than this the providers make a smaller picture
 * before their model sees it (Anthropic's advice). */
#define PICTURE_DPI 150.0
#define PICTURE_LONG_SIDE 1568u      /* pixels */
#define PICTURE_MAX_BYTES (4u << 20) /* of the JPEG; the providers take 5 MB at most */

/* Pixels of a page of so many points, turned by quarter turns, each at least 1; returns the dpi. */
double picture_pixels(double width, double height, guint turn, guint *pixels_x, guint *pixels_y);
