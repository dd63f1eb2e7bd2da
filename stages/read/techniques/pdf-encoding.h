/* Names of glyphs that PDF's encodings of simple fonts give to codes (ISO 32000-1, annex D). */
#pragma once

#include <glib.h>

typedef enum {
    PDF_ENCODING_NONE, /* the font's own */
    PDF_ENCODING_STANDARD,
    PDF_ENCODING_WIN,
    PDF_ENCODING_MAC,
} PdfEncoding;

/* NULL for a code without a glyph, and for the accented half of the standard encoding. */
const char *pdf_encoding_name(PdfEncoding encoding, guint code);
/* 0 for names that are in none of the encodings. */
gunichar pdf_encoding_unicode(const char *name);
/* The code of a name in Mac OS Roman, 0 if it has none. */
guint pdf_encoding_mac_code(const char *name);
