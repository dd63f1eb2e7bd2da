/* A font of a PDF page: which of its codes leave ink, what text they stand for, and how far they advance. */
#pragma once

#include "pdf-cmap.h"
#include "pipeline/core/reading.h"

typedef struct PdfFont PdfFont;

/* One code of it: a letter with ink, a space, or something that nobody reads. */
typedef struct {
    double width; /* ems */
    Rect ink;     /* where it leaves ink: ems from its origin, upwards */
    guint n;      /* characters of its text; 0: nobody can tell what it stands for */
    gunichar text[PDF_CODE_TEXT]; /* ' ' for every kind of space */
} PdfCode;

typedef struct {
    double ascent, descent; /* of letters above the baseline and below it (negative), ems */
    gboolean bold;
    gboolean wide; /* two bytes a code */
} PdfFontStyle;

const PdfFontStyle *pdf_font_style(const PdfFont *font);
/* NULL when the code may paint nothing and yet stand for text, or has several texts. Lent, as long as the font
 * lives. */
const PdfCode *pdf_font_code(PdfFont *font, guint code);
