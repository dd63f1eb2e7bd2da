/* The glyphs of a font that a PDF embeds: which of them leave ink where a person looks for their letter.
 * FreeType and Poppler's drawing agree on outlines, so a glyph that shows here is drawn there. */
#pragma once

#include "pipeline/core/reading.h"

typedef struct PdfGlyphs PdfGlyphs;
typedef enum { PDF_GLYPHS_TYPE1, PDF_GLYPHS_CFF, PDF_GLYPHS_TRUETYPE } PdfGlyphKind;

/* `library` is an FT_Library and outlives it. NULL when the font is broken or of another kind. Keeps
 * `file`. */
PdfGlyphs *pdf_glyphs_new(void *library, GBytes *file, PdfGlyphKind kind);
void pdf_glyphs_free(PdfGlyphs *glyphs);

/* TRUE when the glyph has ink, enough of it, and near its origin; *box: where, in ems, upwards. */
gboolean pdf_glyphs_has_ink(PdfGlyphs *glyphs, guint glyph, Rect *box);
/* 0 for a name that the font does not have. */
guint pdf_glyphs_by_name(PdfGlyphs *glyphs, const char *name);
/* Names the codes (of 256) that have no name yet by the encoding that a CFF font brings along. */
void pdf_glyphs_own_names(PdfGlyphs *glyphs, const char **names, GStringChunk *strings);
/* The character that a glyph of a Type 1 or CFF font stands for by its name, in Adobe's list of glyph names
 * (which FreeType knows); 0 when the list lacks it. */
gunichar pdf_glyphs_unicode(PdfGlyphs *glyphs, guint glyph);
/* Where a simple TrueType font's code leads: the way that Poppler goes. `name` by the font's encoding, NULL
 * when it has none. -1 when that cannot be told. */
int pdf_glyphs_by_code(PdfGlyphs *glyphs, guint code, const char *name, gboolean symbolic);
