/* How far the letters of a font advance, as a PDF lists it. */
#pragma once

#include <glib.h>

typedef struct {
    guint from, to; /* codes */
    double width;   /* thousandths of an em */
} PdfWidth;

/* Adds what a list says to `widths` (of PdfWidth): "[500 600]" for the codes from `first` on, or, of composite
 * fonts, "[first [width …] first last width …]". FALSE when it is written in another way. */
gboolean pdf_widths_parse(const char *list, gboolean composite, guint first, GArray *widths);
/* That of a code; `usual` for one that is not listed. */
double pdf_widths_of(const GArray *widths, guint code, double usual);
