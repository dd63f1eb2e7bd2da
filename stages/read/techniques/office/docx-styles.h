/* Styles and numbering of a DOCX: what a paragraph is, and the number that Word prints before it. */
#pragma once

#include <glib.h>

typedef struct {
    gint heading;   /* level 1..6; 0: none; -1: not said here */
    gint numbering; /* numId; 0: none; -1: not said here */
    gint depth;     /* ilvl; -1: not said here */
    gint hidden;    /* w:vanish; -1: not said here */
    gint white;     /* letters in white; -1: not said here */
    gint painted;   /* has shading of its own; -1: not said here */
} DocxStyle;

typedef struct DocxStyles DocxStyles;

/* Both parts may be NULL. Never fails: what a broken part does not say is not known. Caller frees. */
DocxStyles *docx_styles_new(GBytes *styles, GBytes *numbering);
void docx_styles_free(DocxStyles *styles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DocxStyles, docx_styles_free)

/* A style with what it inherits; NULL is the default paragraph style. */
DocxStyle docx_style(const DocxStyles *styles, const char *id);

/* Counts on in a numbering and gives what stands before the paragraph ("2.1."), "" for bullets, or NULL
 * where there is no such numbering. Caller frees. */
char *docx_number(DocxStyles *styles, gint numbering, gint depth);
