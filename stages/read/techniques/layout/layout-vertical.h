/* Text that runs up or down beside the page's own: stamps in the margin, labels of axes, headings of
 * narrow columns. It would tear the lines apart that it crosses, so it is read by itself. */
#pragma once

#include "layout.h"

/* Takes vertical words out of `words` (of LayoutWord), in their order; caller unrefs. NULL when there
 * are none, or when most words are: then the page itself is turned, or written that way. */
GArray *layout_take_vertical(GArray *words);

/* Adds them to the open page as blocks with BLOCK_VERTICAL, each line as it runs. FALSE at a limit. */
gboolean layout_add_vertical(Reading *reading, const GArray *vertical);
