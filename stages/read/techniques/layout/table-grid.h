/* A table while it is being made; shared by table-*.c only. */
#pragma once

#include "tables.h"

#define GRID_MAX_COLUMNS 64u

/* Words on one height. */
typedef struct {
    guint first, n; /* into Grid.order */
    double y0, y1;
    guint first_piece, n_pieces;
} GridLine;

/* Words of one line with ordinary gaps between them. */
typedef struct {
    Rect rect;
    guint first, n; /* into Grid.order */
} GridPiece;

typedef enum {
    CELL_FILLED = 1 << 0,
    CELL_NUMBER = 1 << 1, /* an amount, a date, a dash for nothing */
} GridCellFlags;

typedef struct {
    const LayoutWord *words;
    GArray *order;       /* of guint: words by line, then from left to right */
    GArray *lines;       /* of GridLine */
    GArray *pieces;      /* of GridPiece */
    GArray *separators;  /* of double: x between columns */
    GArray *columns;     /* of guint, one for each of order */
    GArray *rows;        /* the same */
    guint8 *cells;       /* GridCellFlags, lines x columns */
    guint8 *drawn;       /* lines x columns: a line is drawn between the cell and the one above */
    double *drawn_share; /* of the width, drawn between a line of text and the one above; 0..1 */
    guint n_ruled;       /* separators that are drawn */
    Rect rect;
    const GArray *rulings; /* may be NULL */
    double unit;
} Grid;

void grid_lines(Grid *grid, GArray *indices);
void grid_pieces(Grid *grid, double gap);
void grid_find_columns(Grid *grid);
/* Takes out columns without words, and those of currency signs only; cells and separators no longer hold then. */
void grid_drop_columns(Grid *grid);
/* Gives every word its row; returns how many there are. */
guint grid_find_rows(Grid *grid);
/* Gives the words of the lines before `body` rows of a header; returns how many rows it has. */
guint grid_find_header_rows(Grid *grid, guint body);

/* Says of every line and cell whether something is drawn above; needs the columns. */
void grid_mark_drawn(Grid *grid);
/* The words [first, last) are an amount, a date, a dash for nothing. */
gboolean grid_is_number(const Grid *grid, guint first, guint last);

static inline const LayoutWord *grid_word(const Grid *grid, guint i)
{
    return &grid->words[g_array_index(grid->order, guint, i)];
}
static inline GridLine *grid_line_at(const Grid *grid, guint i)
{
    return &g_array_index(grid->lines, GridLine, i);
}
static inline guint grid_n_columns(const Grid *grid)
{
    return grid->separators->len + 1;
}
static inline guint8 grid_cell(const Grid *grid, guint line, guint column)
{
    return grid->cells[line * grid_n_columns(grid) + column];
}
