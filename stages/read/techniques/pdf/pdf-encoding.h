/* Names of glyphs that PDF's encodings of simple fonts give to codes (ISO 32000-1, annex D). */
#pragma once

#include <glib.h>

typedef enum {
    PDF_ENCODING_NONE, /* the font's own */
    PDF_ENCODING_STANDARD,
    PDF_ENCODING_WIN,
    PDF_ENCODING_MAC,
} PdfEncoding;

/* Names the codes (of 256) that have no name yet; of the standard encoding only those of ASCII. */
void pdf_encoding_fill(PdfEncoding encoding, const char **names);
/* 0 for names that are in none of the encodings. */
gunichar pdf_encoding_unicode(const char *name);
/* The code of a name in Mac OS Roman, 0 if it has none. */
guint pdf_encoding_mac_code(const char *name);
