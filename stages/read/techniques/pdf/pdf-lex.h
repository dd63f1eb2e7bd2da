/* Words of a PDF content stream, one after the other, in its plainest notation only: what parsers
 * may read differently (odd numbers, escapes in names) is PDF_ODD. */
#pragma once

#include <glib.h>

typedef enum {
    PDF_END,
    PDF_ODD,
    PDF_NUMBER,
    PDF_NAME,   /* text, length: without the slash */
    PDF_STRING, /* text, length: as written; pdf_lex_bytes tells what it stands for */
    PDF_OPEN,   /* [ */
    PDF_CLOSE,  /* ] */
    PDF_DICT,   /* << … >> as a whole; text, length: with its brackets */
    PDF_OPERATOR,
} PdfTokenKind;

typedef struct {
    PdfTokenKind kind;
    double number;
    const char *text; /* in the content; lent */
    gsize length;
    gboolean escaped; /* a name with #xx in it */
    gboolean hex;     /* a string <…> */
} PdfToken;

typedef struct {
    const char *at, *end;
} PdfLex;

PdfToken pdf_lex_next(PdfLex *lex);
/* The bytes of a string: lent, valid until the content or scratch changes. */
const guint8 *pdf_lex_bytes(const PdfToken *string, GByteArray *scratch, gsize *length);
