/* The text layer of a PDF page as Poppler reads it: for pages that our own way (pdf-words.h) does not follow.
 * Poppler says nothing of what hides text, so these pages are drawn. */
#pragma once

#include "pdf-text.h"

#include <poppler.h>

/* The words of the page; `scale` makes points of page units. Caller frees with pdf_text_free. */
PdfText *pdf_layer_read(PopplerPage *page, double scale);
