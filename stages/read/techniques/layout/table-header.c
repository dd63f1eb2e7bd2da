/* The head of a table: what stands above a column goes on line by line, and a heading over several
 * columns parts what is above it from what is below. A column without such a heading has its own in
 * the first row, however low it stands. */
#include "table-grid.h"

#include <math.h>
#include <string.h>

#define FULL_WIDTH 0.9     /* of the table drawn below a line: the next one begins a row */
#define ROW_SPACE 1.2      /* letter heights of space that begin a row too */
#define CELL_SPACE 2.2     /* between two lines of one cell; its neighbours may have one between */
#define MAX_RULED_SPAN 0.9 /* of the width; a longer line is not drawn under one heading */

typedef struct {
    guint first, last; /* of Grid.order, last excluded */
    guint from, to;    /* columns, last included */
    Rect rect;
} HeaderCell;

typedef struct {
    Grid *grid;
    guint n_columns;
    double *left, *right; /* of what stands in each column below the header */
    gint *level;          /* row reached in each column; -1 before the first */
    gint *last_line;      /* of the last cell of a column; -1 under a heading over several */
} Header;

/* Extents of the columns' own text: of lines from `body` on. */
static void measure_columns(Header *h, guint body)
{
    for (guint c = 0; c < h->n_columns; c++) {
        h->left[c] = G_MAXDOUBLE;
        h->right[c] = -G_MAXDOUBLE;
    }
    for (guint l = body; l < h->grid->lines->len; l++) {
        const GridLine *line = grid_line_at(h->grid, l);
        for (guint i = line->first; i < line->first + line->n; i++) {
            guint c = g_array_index(h->grid->columns, guint, i);
            const LayoutWord *word = grid_word(h->grid, i);
            if (line->n_pieces < 2)
                continue;
            h->left[c] = MIN(h->left[c], word->rect.x0);
            h->right[c] = MAX(h->right[c], word->rect.x1);
        }
    }
    for (guint c = 0; c < h->n_columns; c++) {
        if (h->left[c] <= h->right[c])
            continue;
        h->left[c] = c ? g_array_index(h->grid->separators, double, c - 1) : h->grid->rect.x0;
        h->right[c] =
            c + 1 < h->n_columns ? g_array_index(h->grid->separators, double, c) : h->grid->rect.x1;
    }
}

static void span_between(const Header *h, double x0, double x1, HeaderCell *cell)
{
    gboolean found = FALSE;
    guint from = cell->from, to = cell->from;
    for (guint c = 0; c < h->n_columns; c++) {
        double middle = (h->left[c] + h->right[c]) / 2;
        if (middle < x0 || middle > x1)
            continue;
        if (!found)
            from = c;
        to = c;
        found = TRUE;
    }
    if (found) {
        cell->from = from;
        cell->to = to;
    }
}

/* The line drawn under a heading says how far it reaches: the nearest one below that is as long. */
static gboolean span_by_underline(const Header *h, guint line, HeaderCell *cell)
{
    const Grid *grid = h->grid;
    const GridLine *at = grid_line_at(grid, line);
    const Ruling *nearest = NULL;
    double top = (at->y0 + at->y1) / 2, bottom = at->y1 + 1.2 * grid->unit;
    if (line + 1 < grid->lines->len)
        bottom = MAX(bottom, (at[1].y0 + at[1].y1) / 2);
    for (guint i = 0; grid->rulings && i < grid->rulings->len; i++) {
        const Ruling *r = &g_array_index(grid->rulings, Ruling, i);
        if (!r->vertical && r->at > top && r->at <= bottom &&
            r->from <= cell->rect.x0 + 0.5 * grid->unit &&
            r->to >= cell->rect.x1 - 0.5 * grid->unit && (!nearest || r->at < nearest->at))
            nearest = r;
    }
    if (!nearest || nearest->to - nearest->from >= MAX_RULED_SPAN * (grid->rect.x1 - grid->rect.x0))
        return FALSE;
    span_between(h, nearest->from, nearest->to, cell);
    return TRUE;
}

/* So do the lines drawn left and right of it, in a table with columns drawn. */
static gboolean span_by_sides(const Header *h, HeaderCell *cell)
{
    const Grid *grid = h->grid;
    double y = (cell->rect.y0 + cell->rect.y1) / 2, x = (cell->rect.x0 + cell->rect.x1) / 2;
    double x0 = -G_MAXDOUBLE, x1 = G_MAXDOUBLE;
    if (grid->n_ruled == 0)
        return FALSE;
    for (guint i = 0; i < grid->rulings->len; i++) {
        const Ruling *r = &g_array_index(grid->rulings, Ruling, i);
        if (!r->vertical || r->from > y || r->to < y)
            continue;
        if (r->at <= x)
            x0 = MAX(x0, r->at);
        else
            x1 = MIN(x1, r->at);
    }
    span_between(h, x0, x1, cell);
    return TRUE;
}

static void span_by_text(const Header *h, HeaderCell *cell)
{
    guint from = G_MAXUINT, to = 0;
    for (guint c = 0; c < h->n_columns; c++) {
        double shared = MIN(h->right[c], cell->rect.x1) - MAX(h->left[c], cell->rect.x0);
        if (shared <= 0.3 * MIN(h->right[c] - h->left[c], cell->rect.x1 - cell->rect.x0))
            continue;
        from = MIN(from, c);
        to = c;
    }
    if (from == G_MAXUINT)
        return;
    cell->from = from;
    cell->to = to;
}

static HeaderCell next_cell(const Header *h, guint line, guint first)
{
    const Grid *grid = h->grid;
    const GridLine *at = grid_line_at(grid, line);
    guint column = g_array_index(grid->columns, guint, first);
    HeaderCell cell = {.first = first,
                       .last = first,
                       .from = column,
                       .to = column,
                       .rect = grid_word(grid, first)->rect};
    while (cell.last < at->first + at->n &&
           g_array_index(grid->columns, guint, cell.last) == column) {
        cell.rect = rect_union(cell.rect, grid_word(grid, cell.last)->rect);
        cell.last++;
    }
    return cell;
}

/* A line drawn under several headings is none's own: then the text says how far each reaches. */
static GArray *cells_of_line(const Header *h, guint line)
{
    GArray *cells = g_array_new(FALSE, FALSE, sizeof(HeaderCell));
    const GridLine *at = grid_line_at(h->grid, line);
    for (guint i = at->first; i < at->first + at->n;) {
        HeaderCell cell = next_cell(h, line, i);
        i = cell.last;
        if (!span_by_underline(h, line, &cell) && !span_by_sides(h, &cell))
            span_by_text(h, &cell);
        g_array_append_val(cells, cell);
    }
    for (guint i = 1; i < cells->len; i++) {
        HeaderCell *one = &g_array_index(cells, HeaderCell, i - 1), *two = one + 1;
        if (two->from > one->to)
            continue;
        HeaderCell *pair[2] = {one, two};
        for (int k = 0; k < 2; k++) {
            pair[k]->from = pair[k]->to = g_array_index(h->grid->columns, guint, pair[k]->first);
            span_by_text(h, pair[k]);
        }
        if (two->from <= one->to)
            one->to = MAX(one->from, two->from ? two->from - 1 : 0);
    }
    return cells;
}

static gint deepest(const Header *h, guint from, guint to)
{
    gint level = -1;
    for (guint c = from; c <= to; c++)
        level = MAX(level, h->level[c]);
    return level;
}

/* Whether a cell goes on with what the column had last. */
static gboolean goes_on(const Header *h, const HeaderCell *cell, guint line)
{
    gint last = h->last_line[cell->from];
    if (cell->from != cell->to || last < 0)
        return FALSE;
    const GridLine *above = grid_line_at(h->grid, (guint)last), *at = grid_line_at(h->grid, line);
    for (guint l = (guint)last + 1; l <= line; l++)
        if (h->grid->drawn[(gsize)l * h->n_columns + cell->from])
            return FALSE;
    return at->y0 - above->y1 < CELL_SPACE * h->grid->unit;
}

/* The columns that a phrase lies across had words of their own on the line above: it is their next
 * words that stand close, not one heading. */
static gboolean is_pair(const Header *h, const HeaderCell *cell, guint line)
{
    for (guint c = cell->from; c <= cell->to; c++)
        if (h->last_line[c] < 0 || h->last_line[c] + 2 < (gint)line)
            return FALSE;
    return cell->to == cell->from + 1 && cell->last > cell->first + 1;
}

static void place_one(Header *h, const HeaderCell *cell, guint line)
{
    gint level = deepest(h, cell->from, cell->to) + (goes_on(h, cell, line) ? 0 : 1);
    for (guint c = cell->from; c <= cell->to; c++) {
        h->level[c] = level;
        h->last_line[c] = cell->from == cell->to ? (gint)line : -1;
    }
    for (guint i = cell->first; i < cell->last; i++) {
        g_array_index(h->grid->rows, guint, i) = (guint)level;
        g_array_index(h->grid->columns, guint, i) = cell->from;
    }
}

static void place(Header *h, const HeaderCell *cell, guint line)
{
    guint cut = cell->first + 1;
    if (!is_pair(h, cell, line)) {
        place_one(h, cell, line);
        return;
    }
    double middle = (h->right[cell->from] + h->left[cell->to]) / 2;
    while (cut + 1 < cell->last && grid_word(h->grid, cut)->rect.x1 <= middle)
        cut++;
    HeaderCell left = *cell, right = *cell;
    left.last = right.first = cut;
    left.to = cell->from;
    right.from = cell->to;
    place_one(h, &left, line);
    place_one(h, &right, line);
}

/* A line drawn from side to side, or a wide space: nothing goes on across it. */
static void part(Header *h, guint line)
{
    const GridLine *at = grid_line_at(h->grid, line);
    if (line == 0 ||
        (h->grid->drawn_share[line] < FULL_WIDTH && at->y0 - at[-1].y1 < ROW_SPACE * h->grid->unit))
        return;
    gint level = deepest(h, 0, h->n_columns - 1);
    for (guint c = 0; c < h->n_columns; c++) {
        h->level[c] = level;
        h->last_line[c] = -1;
    }
}

guint grid_find_header_rows(Grid *grid, guint body)
{
    guint n = grid_n_columns(grid);
    g_autofree double *left = g_new(double, n), *right = g_new(double, n);
    g_autofree gint *level = g_new(gint, n), *last_line = g_new(gint, n);
    Header h = {.grid = grid,
                .n_columns = n,
                .left = left,
                .right = right,
                .level = level,
                .last_line = last_line};
    measure_columns(&h, body);
    for (guint c = 0; c < n; c++)
        level[c] = last_line[c] = -1;
    for (guint l = 0; l < body; l++) {
        part(&h, l);
        g_autoptr(GArray) cells = cells_of_line(&h, l);
        for (guint i = 0; i < cells->len; i++)
            place(&h, &g_array_index(cells, HeaderCell, i), l);
    }
    return (guint)(deepest(&h, 0, n - 1) + 1);
}
