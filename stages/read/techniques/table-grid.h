/* A table while it is being made; shared by table-*.c only. */
#pragma once

#include "tables.h"

#define GRID_MAX_COLUMNS 64u

/* Words on one height. */
typedef struct {
    guint first, n; /* into Grid.order */
    double y0, y1;
    guint row;
    guint first_piece, n_pieces;
    gboolean spans; /* one of its pieces reaches over several columns */
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
    GArray *order;      /* of guint: words by line, then from left to right */
    GArray *lines;      /* of GridLine */
    GArray *pieces;     /* of GridPiece */
    GArray *separators; /* of double: x between columns */
    GArray *columns;    /* of guint, one for each of order */
    guint8 *cells;      /* GridCellFlags, lines x columns */
    guint n_ruled;      /* separators that are drawn */
    Rect rect;
    const GArray *rulings; /* may be NULL */
    double unit;
} Grid;

void grid_lines(Grid *grid, GArray *indices);
void grid_pieces(Grid *grid, double gap);
void grid_find_columns(Grid *grid);
/* Gives every line its row; returns how many there are. */
guint grid_find_rows(Grid *grid);

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
