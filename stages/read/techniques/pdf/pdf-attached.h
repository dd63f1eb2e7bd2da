/* Files that a PDF carries inside. */
#pragma once

#include "pipeline/core/reading.h"

#include <poppler.h>

/* Lists them in the reading, small ones with their content; an invoice as XML becomes its second
 * reading, held against the pages read so far. */
void pdf_attached_read(PopplerDocument *document, Reading *reading);
