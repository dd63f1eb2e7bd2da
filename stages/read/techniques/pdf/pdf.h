/* PDF: the text layer where it tells what the page shows, recognition of the page's picture where
 * it does not; decided page by page. */
#pragma once

#include "stages/read/techniques/technique.h"

Reading *pdf_read(const TechniqueInput *input, GError **error);
