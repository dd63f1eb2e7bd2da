/* The text of a PDF page as words, and whether it can be trusted. */
#pragma once

#include "stages/read/techniques/layout/layout.h"

typedef enum {
    PDF_IN_DOUBT,
    PDF_SEEN,
    PDF_HIDDEN,
} PdfSight;

/* What is known of how a word is painted; of Poppler's words nothing is. */
typedef struct {
    Rect box;                /* where it leaves ink, points */
    float darkest, lightest; /* of its letters: 0 black to 1 white */
    guint first, last;       /* when they are painted (PdfArea.order) */
    gboolean whole;          /* no clip takes anything off them */
    PdfSight sight;          /* what is proved (pdf-hidden.h) */
} PdfInk;

/* The word that is being put together. */
typedef struct {
    GString *text;
    Rect rect; /* points */
    PdfInk ink;
    double size; /* letter height by the font, points; 0 unknown */
    gboolean bold;
    gboolean begun; /* characters were seen, though none may have been kept */
} PdfWord;

typedef struct {
    GArray *words;         /* of LayoutWord, in content order */
    GArray *inks;          /* of PdfInk, one a word until words are taken out */
    GStringChunk *strings; /* holds their text */
    PdfWord word;
    gunichar before;              /* the last character; 0 none */
    guint letters;                /* characters that are not space */
    guint unusable;               /* of them: U+FFFD, control, private use, unassigned */
    guint latin_words, voiceless; /* longer words of Latin letters; of them without a vowel */
    guint latin_letters,
        common;     /* their letters; of them those that are common in every language */
    guint mojibake; /* UTF-8 sequences that were taken for two or three characters */
} PdfText;

/* Without words. Caller frees with pdf_text_free. */
PdfText *pdf_text_new(void);
void pdf_text_free(PdfText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfText, pdf_text_free)

/* A word, character by character: begin it, set what is known of it in text->word, end it. What only hides
 * words from a search is left out, ligatures are taken apart. */
void pdf_text_begin_word(PdfText *text, Rect rect);
/* `place` is the character's own. */
void pdf_text_add_character(PdfText *text, gunichar character, Rect place);
void pdf_text_end_word(PdfText *text);
gboolean pdf_text_is_bold_name(const char *font);

/* Of what is painted once more at its place: shows as the later one does, in either's colour. */
void pdf_ink_repeat(PdfInk *ink, const PdfInk *again);

/* Adds a word that is no part of the layer: `place` is where it would stand, `page_rect` its evidence
 * (points). */
void pdf_text_add(PdfText *text, const char *word, Rect place, Rect page_rect, double size);

/* FALSE when the characters are not what the page shows (fonts without a Unicode mapping). */
gboolean pdf_text_is_usable(const PdfText *text);
