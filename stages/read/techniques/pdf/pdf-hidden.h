/* Words of a page that a person does not see, in two steps. Nearly all words are proved to show from what the
 * page paints; the others' places are drawn, and their ink looked at. Here the first step; a word too many in
 * doubt costs time, one too few is a hole. */
#pragma once

#include "pdf-paint.h"

/* Finds the words that are surely seen, or surely not (PdfInk.sight), of a paint that is not odd. FALSE when one
 * is not seen, or in doubt. */
gboolean pdf_hidden_prove(const PdfPaint *paint);
/* A word so small or thin that nobody reads it. */
gboolean pdf_hidden_is_tiny(Rect word);
