/* Words of a text layer that a person does not see, in two steps. Nearly every page is proved to show
 * all its words from what it paints; where that cannot be proved, the page is drawn and every word's
 * ink looked at. Here the first step; a word too many in doubt costs time, one too few is a hole. */
#pragma once

#include "pdf-paint.h"
#include "pdf-text.h"

/* TRUE when every word is surely seen on a page of this size (points). */
gboolean pdf_hidden_none(const PdfText *text, const PdfPaint *paint, double width, double height);
/* A word so small or thin that nobody reads it. */
gboolean pdf_hidden_is_tiny(Rect word);
