/* The tokens of RTF (Rich Text Format specification 1.9.1). */
#pragma once

#include <glib.h>

typedef enum {
    RTF_END,
    RTF_OPEN,   /* { */
    RTF_CLOSE,  /* } */
    RTF_WORD,   /* \word or \word12: word, has_number, number */
    RTF_SYMBOL, /* \~ and its like: symbol */
    RTF_BYTE,   /* \'hh: symbol is the byte */
    RTF_TEXT,   /* text, length: bytes as they stand, without line ends */
} RtfKind;

typedef struct {
    RtfKind kind;
    char word[33]; /* at most 32 letters count */
    gboolean has_number;
    gint32 number;
    guchar symbol;
    const char *text;
    gsize length;
} RtfToken;

typedef struct {
    const char *at, *end;
} RtfLexer;

/* The next token; \binN is passed over with its bytes. */
RtfToken rtf_next(RtfLexer *lexer);
