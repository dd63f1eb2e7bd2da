/* A font's ToUnicode map, as far as one question goes: may a code stand for anything but a space? */
#pragma once

#include <glib.h>

typedef struct PdfCMap PdfCMap;

/* NULL when it is written in an unusual way. */
PdfCMap *pdf_cmap_new(GBytes *stream);
void pdf_cmap_free(PdfCMap *map);

/* TRUE when it says something of the code. */
gboolean pdf_cmap_has(const PdfCMap *map, guint code);
/* TRUE when everything it says of the code is a space. */
gboolean pdf_cmap_is_space(const PdfCMap *map, guint code);
