/* A font's ToUnicode map: what text its codes stand for. */
#pragma once

#include <glib.h>

#define PDF_CODE_TEXT 4 /* characters that one code stands for, at most: a ligature */

typedef struct PdfCMap PdfCMap;
typedef enum {
    PDF_CMAP_NOTHING, /* the map does not name the code */
    PDF_CMAP_TEXT,
    PDF_CMAP_ODD, /* several texts, or a long one */
} PdfCMapAnswer;

/* NULL when it is written in an unusual way. */
PdfCMap *pdf_cmap_new(GBytes *stream);
void pdf_cmap_free(PdfCMap *map);

/* Fills text (PDF_CODE_TEXT characters; any number may stand there) and *n. */
PdfCMapAnswer pdf_cmap_text(const PdfCMap *map, guint code, gunichar *text, guint *n);
