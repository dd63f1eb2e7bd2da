/* PowerPoint presentations (ECMA-376, both editions): a page a slide, in their order, with tables, grouped
 * shapes, notes and comments; without hidden slides and shapes. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *pptx_read(const TechniqueInput *input, GError **error);
