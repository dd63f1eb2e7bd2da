/* What a glyph's name says of the text that it stands for, by the rules of Adobe's glyph list: uni0041,
 * u1F600, f_f_i, and a suffix that only tells one shape from another (a.swash). */
#pragma once

#include "pdf-cmap.h"

/* Fills text (PDF_CODE_TEXT characters) and returns how many; 0 for a name that follows no rule and stands in
 * none of PDF's encodings. */
guint pdf_unicode_of_name(const char *name, gunichar *text);
