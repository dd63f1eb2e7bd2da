/* A font of a PDF page, as far as it decides whether its text can be seen. */
#pragma once

#include <glib.h>

typedef struct PdfFont PdfFont;

/* No letter is wider, in ems. */
double pdf_font_widest(const PdfFont *font);
/* TRUE when each code of a string shows ink, or is a space for whoever reads the text layer. */
gboolean pdf_font_shows(PdfFont *font, const guint8 *codes, gsize length);
