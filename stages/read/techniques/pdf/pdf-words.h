/* From the letters that a page's content paints to words: what stands on one line without a gap. Where words
 * end is decided as Poppler decides it, so that both ways of reading a page give the same ones. */
#pragma once

#include "pdf-text.h"

typedef struct PdfWords PdfWords;

/* What the letters of one string share. */
typedef struct {
    guint8 turn;            /* quarter turns clockwise: letters run right, down, left, up */
    double size;            /* letter height, points */
    double ascent, descent; /* of letters above the baseline and below it (negative), points */
    gboolean bold;
    Rect clip;
    float darkest, lightest; /* ink */
    guint order;             /* PdfArea.order */
} PdfRun;

typedef struct {
    double x, y;   /* points on the page: its origin, on the baseline */
    double dx, dy; /* to where the next one begins without any space between */
    Rect ink;      /* where it leaves ink, points on the page */
    const gunichar *text;
    guint n; /* characters of it */
} PdfLetter;

/* `width` and `height` of the page, points: letters off it are left out. */
PdfWords *pdf_words_new(double width, double height);
void pdf_words_add(PdfWords *words, const PdfRun *run, const PdfLetter *letter);
/* A space between letters, whether it takes room or not. */
void pdf_words_add_space(PdfWords *words);
guint pdf_words_count_letters(const PdfWords *words);
/* Frees the builder. Caller frees the text. */
PdfText *pdf_words_end(PdfWords *words);
