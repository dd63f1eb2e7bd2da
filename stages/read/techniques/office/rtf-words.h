/* What RTF's control words do, as far as reading needs to know. */
#pragma once

#include <glib.h>

typedef enum {
    RTF_DO_NOTHING,
    RTF_DO_SKIP,      /* its group is not text */
    RTF_DO_KEEP,      /* its group is text even behind \* */
    RTF_DO_TABLE,     /* its group is a table of the head; value is RtfTable */
    RTF_DO_MARGIN,    /* header or footer; value is BlockFlags */
    RTF_DO_NOTE,      /* footnote, comment; value is BlockFlags */
    RTF_DO_MARKER,    /* its group is the number or bullet before a list item */
    RTF_DO_TEXT,      /* stands for the character `value` */
    RTF_DO_PARAGRAPH, /* ends one */
    RTF_DO_BREAK,     /* ends a line */
    RTF_DO_RESET,     /* the paragraph's properties are the usual ones again */
    RTF_DO_PLAIN,     /* the letters' properties are */
    RTF_DO_SET,       /* sets a property; value is RtfProperty */
    RTF_DO_CELL,
    RTF_DO_ROW,
    RTF_DO_NESTED_CELL,
    RTF_DO_NESTED_ROW,
    RTF_DO_NOTE_MARK, /* the number of a note */
    RTF_DO_UNICODE,   /* \uN */
} RtfAction;

typedef enum {
    RTF_HIDDEN,       /* \v */
    RTF_DELETED,      /* \deleted */
    RTF_FONT,         /* \f */
    RTF_FONT_DEFAULT, /* \deff */
    RTF_SIZE,         /* \fs, half points */
    RTF_COLOR,        /* \cf */
    RTF_PAINT,        /* \highlight, \chcbpat, \cb */
    RTF_SHADE,        /* \cbpat, \shading: of the paragraph */
    RTF_STYLE,        /* \s */
    RTF_OUTLINE,      /* \outlinelevel */
    RTF_DEPTH,        /* \ilvl */
    RTF_IN_TABLE,     /* \intbl */
    RTF_NESTING,      /* \itap */
    RTF_FALLBACK,     /* \uc */
    RTF_PAGE,         /* \ansicpg */
    RTF_PAGE_MAC,     /* \mac */
    RTF_PAGE_PC,      /* \pc, \pca */
    RTF_HTML,         /* \htmlrtf: RTF that only stands in for HTML's */
    RTF_PROPERTIES
} RtfProperty;

typedef struct {
    const char *word;
    RtfAction action;
    guint value;
} RtfWord;

/* NULL for words that mean nothing to us. */
const RtfWord *rtf_word(const char *word);
