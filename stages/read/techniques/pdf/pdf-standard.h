/* The measures of the fonts that a PDF may use without bringing them along: Helvetica, Times and Courier,
 * and the names that Windows has for them (Adobe's Core 14 AFM files; ISO 32000-1, 9.6.2.2). */
#pragma once

#include <glib.h>

/* Thousandths of an em; -1 for another font, or a glyph that is in none of PDF's encodings. */
int pdf_standard_width(const char *font, const char *glyph);
/* How far letters reach above the baseline and below it (negative), ems. FALSE for another font. */
gboolean pdf_standard_height(const char *font, double *ascent, double *descent);
