/* Scans and photographs: one page an image, multi-page TIFF as many. */
#pragma once

#include "technique.h"

Reading *image_read(const TechniqueInput *input, GError **error);
