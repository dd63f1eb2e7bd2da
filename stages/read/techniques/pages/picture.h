/* A page as a model shall see it: upright, without boxes, as JPEG; grey where it has no colour. Its
 * size is that of pipeline/core/picture.h. */
#pragma once

#include "stages/read/techniques/technique.h"

/* Draws input->first_page, turned as input->flags say, and returns a reading without pages, so that
 * the answer has its usual shape. DOCKET_ERROR_EMPTY: there is no such page, or it is blank. Caller
 * frees both. */
Reading *picture_read(const TechniqueRow *row, const TechniqueInput *input, GBytes **picture,
                      GError **error);
