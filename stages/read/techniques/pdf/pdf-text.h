/* The text layer of a PDF page as words, and whether it can be trusted. */
#pragma once

#include "stages/read/techniques/layout/layout.h"

#include <poppler.h>

/* How light the letters of one word are, 0 black to 1 white; lightest < darkest when unknown. */
typedef struct {
    float darkest, lightest;
} PdfInk;

typedef struct {
    GArray *words;                /* of LayoutWord, in content order */
    GArray *inks;                 /* of PdfInk, one a word until words are taken out */
    GStringChunk *strings;        /* holds their text */
    guint letters;                /* characters that are not space */
    guint unusable;               /* of them: U+FFFD, control, private use, unassigned */
    guint latin_words, voiceless; /* longer words of Latin letters; of them without a vowel */
    guint latin_letters,
        common;     /* their letters; of them those that are common in every language */
    guint mojibake; /* UTF-8 sequences that were taken for two or three characters */
} PdfText;

/* The words of the page; `scale` makes points of page units. Caller frees with pdf_text_free. */
PdfText *pdf_text_new(PopplerPage *page, double scale);
void pdf_text_free(PdfText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfText, pdf_text_free)

/* Adds a word that is no part of the layer: `place` is where it would stand, `page_rect` its evidence
 * (points). */
void pdf_text_add(PdfText *text, const char *word, Rect place, Rect page_rect, double size);

/* FALSE when the characters are not what the page shows (fonts without a Unicode mapping). */
gboolean pdf_text_is_usable(const PdfText *text);
