/* Words of a PDF content stream, one after the other, in its plainest notation only: what parsers
 * may read differently (odd numbers, escapes in names) is PDF_ODD. */
#pragma once

#include <glib.h>

typedef enum {
    PDF_END,
    PDF_ODD,
    PDF_NUMBER,
    PDF_NAME,   /* text, length: without the slash */
    PDF_STRING, /* length: bytes that it stands for, at most */
    PDF_OPEN,   /* [ */
    PDF_CLOSE,  /* ] */
    PDF_DICT,   /* << … >> as a whole */
    PDF_OPERATOR,
} PdfTokenKind;

typedef struct {
    PdfTokenKind kind;
    double number;
    const char *text; /* in the content; lent */
    gsize length;
    gboolean escaped; /* a name with #xx in it */
} PdfToken;

typedef struct {
    const char *at, *end;
} PdfLex;

PdfToken pdf_lex_next(PdfLex *lex);
