/* Scans and photographs: one page an image, multi-page TIFF as many. */
#pragma once

#include "stages/read/techniques/technique.h"

#include <allheaders.h>

/* The picture of one page (from 1) as it was read: decoded, turned as EXIF says. NULL with an error
 * when it cannot be decoded. Caller destroys. */
PIX *image_page(GBytes *bytes, guint page, GError **error);

Reading *image_read(const TechniqueInput *input, GError **error);
