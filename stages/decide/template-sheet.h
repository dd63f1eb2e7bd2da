/* The sheet: a reading laid out for searching. Lines are cut into cells at columns and wide gaps,
 * cells that stand beside each other form rows from top to bottom, and every cell's words are folded
 * once into tokens as value_key() makes them. Made once per document. */
#pragma once

#include "pipeline/core/reading.h"

typedef struct {
    guint32 start, end; /* bytes of the cell's text */
    const char *key;    /* folded; owned by the sheet */
} Token;

typedef struct {
    const char *text; /* words as reading_words_text() joins them; owned by the sheet */
    guint32 length;
    guint first_word, n_words;    /* of the reading */
    guint first_token, n_tokens;  /* of the sheet */
    guint line, block, page, row; /* indices: of the reading, and of the sheet's rows */
    gint column;                  /* as the words have it */
    guint32 kind;                 /* BlockKind of its block */
    gboolean
        pair; /* of a name-value pair whose place is certain (rows, HTML); column 0 is the name */
    gboolean ocr; /* letters may be wrong */
    Rect rect;
} Cell;

typedef struct {
    guint first_cell, n_cells; /* from left to right */
    guint page;                /* index */
    Rect rect;
} Row;

typedef struct {
    const Reading *reading; /* lent */
    GStringChunk *strings;
    GArray *cells;     /* of Cell, in order of rows, then from left to right */
    GArray *rows;      /* of Row, from top to bottom */
    GArray *tokens;    /* of Token, in order of cells */
    GArray *word_at;   /* of guint32: where each word starts in its cell's text */
    GArray *word_cell; /* of guint32: the cell of each word */
} Sheet;

Sheet *sheet_new(const Reading *reading); /* lends the reading */
void sheet_free(Sheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sheet, sheet_free)

/* Appends the words of a text as Tokens, folded; their keys are kept in `strings`. */
void sheet_tokens(const char *text, gsize length, GStringChunk *strings, GArray *tokens);

static inline const Cell *sheet_cell(const Sheet *s, guint i)
{
    return &g_array_index(s->cells, Cell, i);
}
static inline const Row *sheet_row(const Sheet *s, guint i)
{
    return &g_array_index(s->rows, Row, i);
}
static inline const Token *sheet_token(const Sheet *s, guint i)
{
    return &g_array_index(s->tokens, Token, i);
}
/* The words of the reading that bytes [start, end) of a cell's text touch; FALSE if none. */
gboolean sheet_words(const Sheet *s, const Cell *cell, gsize start, gsize end, guint *first,
                     guint *n);
/* The rectangle of those words; the cell's when there are none. */
Rect sheet_rect(const Sheet *s, const Cell *cell, gsize start, gsize end);
/* The text of a row, cells joined by one space. Caller frees. */
char *sheet_row_text(const Sheet *s, guint row);
/* Height of a line of the page in its unit: the median of its cells' heights. */
double sheet_line_height(const Sheet *s, guint row);
