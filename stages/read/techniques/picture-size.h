/* How large a picture is, from its first bytes, without decoding it. */
#pragma once

#include <glib.h>

/* Pixels; FALSE when it is not PNG, JPEG, GIF, BMP, TIFF (its first page), WebP or JPEG 2000, or too
 * short to say. */
gboolean picture_size(GBytes *bytes, guint *width, guint *height);
