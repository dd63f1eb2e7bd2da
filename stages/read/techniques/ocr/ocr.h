/* Optical character recognition of one page image. */
#pragma once

#include "stages/read/techniques/layout/layout.h"
#include "stages/read/techniques/pages/warm.h"

#include <allheaders.h>

/* Reads `image`, which covers `area` of the page (points), and begins, fills and ends page `number`
 * of the reading; a page without letters becomes TECHNIQUE_NONE. `dpi` 0: unknown. */
gboolean ocr_page(const TechniqueInput *input, PIX *image, double dpi, Rect area, guint number,
                  Rect page, Reading *reading, GError **error);
