/* OpenDocument files (ODF 1.3) and their forerunners: texts, spreadsheets (a page a sheet) and presentations
 * (a page a slide); without deleted and hidden text. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *odf_read(const TechniqueInput *input, GError **error);
