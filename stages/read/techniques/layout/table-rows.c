/* Which lines of text make one row of a table. Drawn lines say it best; without them a line goes on
 * with the row above when it only continues cells of words, never when it brings new figures. */
#include "table-grid.h"

#include <string.h>

#define RULED_SHARE 0.2 /* of the width, drawn between two lines, parts two rows */
#define BAND_SPACE 0.5  /* letter heights of extra space between two rows that no line parts */
#define MIN_BANDS 3     /* between drawn lines, for them to be the rows */
#define FULL_WIDTH 0.9  /* of it: drawn from side to side */
#define MAX_HEADER_LINES 12
#define MAX_WORD_HEADER 4 /* lines, where no row has figures */
#define ROW_SPACE 0.75    /* letter heights of extra space that always part two rows */

typedef struct {
    Grid *grid;
    guint n_columns;
    double usual;      /* space between lines, median */
    guint first_body;  /* the first line that brings figures; n lines when none does */
    GArray *ruled;     /* of gboolean: a line is drawn above this line of text */
    gboolean by_bands; /* drawn lines are the rows */
    double edge;       /* where the longest label ends */
} Rows;

static guint count_cells(const Rows *rows, guint line, guint8 flag)
{
    guint n = 0;
    for (guint c = 0; c < rows->n_columns; c++)
        n += (grid_cell(rows->grid, line, c) & flag) != 0;
    return n;
}

/* Both lines bring a figure for the same column. */
static gboolean both_number(const Rows *rows, guint above, guint below)
{
    for (guint c = 0; c < rows->n_columns; c++)
        if (grid_cell(rows->grid, above, c) & grid_cell(rows->grid, below, c) & CELL_NUMBER)
            return TRUE;
    return FALSE;
}

static int compare_double(gconstpointer a, gconstpointer b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

static double label_edge(const Grid *grid, guint from)
{
    double edge = grid->rect.x0;
    for (guint l = from; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        for (guint i = line->first; i < line->first + line->n && line->n_pieces > 1; i++)
            if (g_array_index(grid->columns, guint, i) == 0)
                edge = MAX(edge, grid_word(grid, i)->rect.x1);
    }
    return edge;
}

/* The lines of the header end where figures begin, or at the first line that is drawn below them from
 * side to side: a header may hold figures (years, ranges), and rows without figures may come first. */
static guint header_end(const Rows *rows, guint figures)
{
    guint n = rows->grid->lines->len, drawn = 0;
    for (guint l = 1; l < n && l <= MAX_HEADER_LINES && !drawn; l++)
        if (rows->grid->drawn_share[l] >= FULL_WIDTH)
            drawn = l;
    if (!drawn)
        return figures;
    if (drawn < figures)
        return figures < n || drawn <= MAX_WORD_HEADER ? drawn : n;
    return figures > 0 && drawn <= figures + 2 ? drawn : figures;
}

static void measure(Rows *rows)
{
    guint n = rows->grid->lines->len, bands = 1;
    g_autofree double *gaps = g_new0(double, n);
    rows->first_body = n;
    for (guint l = 0; l < n; l++) {
        const GridLine *line = grid_line_at(rows->grid, l);
        gboolean ruled = l > 0 && rows->grid->drawn_share[l] >= RULED_SHARE;
        g_array_append_val(rows->ruled, ruled);
        bands += ruled;
        if (l > 0)
            gaps[l - 1] = line->y0 - line[-1].y1;
        guint filled = count_cells(rows, l, CELL_FILLED),
              numbers = count_cells(rows, l, CELL_NUMBER);
        if (rows->first_body == n && filled >= 2 && 2 * numbers >= filled &&
            (grid_cell(rows->grid, l, 0) & CELL_FILLED))
            rows->first_body = l;
    }
    rows->first_body = header_end(rows, rows->first_body);
    qsort(gaps, n - 1, sizeof *gaps, compare_double);
    rows->edge = label_edge(rows->grid, rows->first_body);
    rows->usual = gaps[(n - 1) / 2];
    rows->by_bands = bands >= MIN_BANDS;
}

/* ---- the cell of a line ---- */

static gboolean cell_range(const Rows *rows, guint l, guint column, guint *first, guint *last)
{
    const GridLine *line = grid_line_at(rows->grid, l);
    gboolean found = FALSE;
    for (guint i = line->first; i < line->first + line->n; i++)
        if (g_array_index(rows->grid->columns, guint, i) == column) {
            if (!found)
                *first = i;
            *last = i;
            found = TRUE;
        }
    return found;
}

static gboolean begins_small(const char *text)
{
    gunichar c = g_utf8_get_char(text);
    return g_unichar_islower(c) || c == '(' || c == '&';
}

/* A line that ends so goes on. */
static gboolean ends_open(const char *text)
{
    static const char *const links[] = {"and", "or", "of", "the", "to", "for",
                                        "in",  "by", "&",  "und", "et", NULL};
    return g_strv_contains(links, text) || g_str_has_suffix(text, ",") ||
           (strlen(text) > 1 && (g_str_has_suffix(text, "-") || g_str_has_suffix(text, "/")));
}

static double label_start(const Rows *rows, guint l)
{
    guint first, last;
    return cell_range(rows, l, 0, &first, &last) ? grid_word(rows->grid, first)->rect.x0
                                                 : G_MAXDOUBLE;
}

/* The first cell of the line below goes on with that of the line above: the words say so, or it hangs
 * below a label that was as long as labels get. The head of a group of rows is none: those are its
 * members that stand further in. */
static gboolean label_goes_on(const Rows *rows, guint above, guint below)
{
    guint a0, a1, b0, b1;
    const Grid *grid = rows->grid;
    double near = 0.3 * grid->unit;
    if (!cell_range(rows, above, 0, &a0, &a1) || !cell_range(rows, below, 0, &b0, &b1))
        return FALSE;
    const LayoutWord *end = grid_word(grid, a1), *next = grid_word(grid, b0);
    if (g_str_has_suffix(end->text, ":") || ((end->flags ^ next->flags) & WORD_BOLD))
        return FALSE;
    if (begins_small(next->text) || ends_open(end->text))
        return TRUE;
    double start = grid_word(grid, a0)->rect.x0;
    gboolean full = a1 > a0 && end->rect.x1 <= rows->edge + near &&
                    end->rect.x1 + 0.3 * end->size + (next->rect.x1 - next->rect.x0) > rows->edge;
    if (!full || next->rect.x0 < start - near)
        return FALSE;
    if (count_cells(rows, above, CELL_FILLED) < 2)
        return next->rect.x0 < start + near && end->rect.x1 > rows->edge - 2 * grid->unit;
    return next->rect.x0 > start + near &&
           (below + 1 >= grid->lines->len || label_start(rows, below + 1) < next->rect.x0 - near);
}

/* ---- where a row begins ---- */

static gboolean only_first(const Rows *rows, guint line)
{
    return count_cells(rows, line, CELL_FILLED) == 1 &&
           (grid_cell(rows->grid, line, 0) & CELL_FILLED);
}

/* Every cell of the line below stands under a filled one of the row so far. */
static gboolean under_filled(const Rows *rows, guint start, guint below)
{
    for (guint c = 0; c < rows->n_columns; c++) {
        gboolean filled = FALSE;
        for (guint l = start; l < below && !filled; l++)
            filled = (grid_cell(rows->grid, l, c) & CELL_FILLED) != 0;
        if ((grid_cell(rows->grid, below, c) & CELL_FILLED) && !filled)
            return FALSE;
    }
    return TRUE;
}

/* A row that began at `start` holds line `l` too, as far as the words tell. */
static gboolean goes_on(const Rows *rows, guint start, guint l)
{
    const GridLine *line = grid_line_at(rows->grid, l);
    double gap = line->y0 - line[-1].y1;
    if (gap > MAX(rows->usual, 0) + ROW_SPACE * rows->grid->unit || both_number(rows, l - 1, l))
        return FALSE;
    gboolean first = (grid_cell(rows->grid, l, 0) & CELL_FILLED) != 0;
    if (!first)
        return count_cells(rows, l, CELL_NUMBER) == 0 && under_filled(rows, start, l);
    if (only_first(rows, l - 1) || only_first(rows, l))
        return label_goes_on(rows, l - 1, l);
    /* Words in several columns: a wrapped row when the label wraps. */
    return count_cells(rows, l, CELL_NUMBER) == 0 &&
           count_cells(rows, l, CELL_FILLED) < count_cells(rows, l - 1, CELL_FILLED) &&
           label_goes_on(rows, l - 1, l);
}

/* Lines between two drawn ones that are rows of their own: they bring figures for the same columns, or
 * fill the same columns time and again. */
static gboolean is_regular(const Rows *rows, guint from, guint to)
{
    guint most = 0, full = 0, numbers = 0;
    for (guint l = from; l < to; l++)
        most = MAX(most, count_cells(rows, l, CELL_FILLED));
    for (guint l = from; l < to; l++) {
        full += count_cells(rows, l, CELL_FILLED) == most;
        numbers += l > from && both_number(rows, l - 1, l);
    }
    return numbers > 0 || (most >= 2 && to - from >= 4 && 10 * full >= 9 * (to - from));
}

static void set_row(Grid *grid, guint l, guint row)
{
    const GridLine *line = grid_line_at(grid, l);
    for (guint i = line->first; i < line->first + line->n; i++)
        g_array_index(grid->rows, guint, i) = row;
}

/* Between two drawn lines: a label after a clear space begins a row. */
static gboolean stands_apart(const Rows *rows, guint l)
{
    const GridLine *line = grid_line_at(rows->grid, l);
    return (grid_cell(rows->grid, l, 0) & CELL_FILLED) &&
           line->y0 - line[-1].y1 > MAX(rows->usual, 0) + BAND_SPACE * rows->grid->unit;
}

/* The line above is drawn over a sum: only between figures, and beside it the words of both lines stand in
 * a column of their own, a label each. */
static gboolean is_sum(const Rows *rows, guint l)
{
    const guint8 *drawn = rows->grid->drawn + (gsize)l * rows->n_columns;
    gboolean labels = FALSE, sum = FALSE;
    for (guint c = 0; c < rows->n_columns; c++) {
        guint8 both = grid_cell(rows->grid, l - 1, c) & grid_cell(rows->grid, l, c);
        if (drawn[c] && (both & CELL_FILLED) && !(both & CELL_NUMBER))
            return FALSE;
        sum |= drawn[c] && (both & CELL_NUMBER);
        labels |= !drawn[c] && (both & CELL_FILLED) && !(both & CELL_NUMBER);
    }
    return sum && labels;
}

/* A cell over several rows begins in the first of them, wherever its words stand: it reaches up to
 * the next drawn line. */
static void raise_cells(Rows *rows)
{
    Grid *grid = rows->grid;
    g_autofree guint *top = g_new0(guint, rows->n_columns);
    guint before = 0;
    for (guint l = rows->first_body; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        guint row = g_array_index(grid->rows, guint, line->first);
        const guint8 *drawn = grid->drawn + (gsize)l * rows->n_columns;
        /* A row that no line parts from the one above holds no cell of that one. */
        gboolean fresh = l == rows->first_body ||
                         (row != before && (grid->drawn_share[l] < RULED_SHARE || is_sum(rows, l)));
        before = row;
        for (guint c = 0; c < rows->n_columns; c++)
            if (fresh || drawn[c])
                top[c] = MAX(row, top[c]);
        for (guint i = line->first; i < line->first + line->n; i++)
            g_array_index(grid->rows, guint, i) = top[g_array_index(grid->columns, guint, i)];
    }
}

static guint split_band(Rows *rows, guint from, guint to, guint row)
{
    guint start = from;
    gboolean whole = rows->by_bands && !is_regular(rows, from, to);
    for (guint l = from; l < to; l++) {
        if (l > from && (whole ? stands_apart(rows, l) : !goes_on(rows, start, l))) {
            row++;
            start = l;
        }
        set_row(rows->grid, l, row);
    }
    return row + 1;
}

guint grid_find_rows(Grid *grid)
{
    guint n = grid->lines->len, row = 0;
    if (n == 0)
        return 0;
    g_autoptr(GArray) ruled = g_array_sized_new(FALSE, FALSE, sizeof(gboolean), n);
    Rows rows = {.grid = grid, .n_columns = grid_n_columns(grid), .ruled = ruled};
    measure(&rows);
    g_array_set_size(grid->rows, grid->order->len);
    if (rows.first_body < n)
        row = grid_find_header_rows(grid, rows.first_body);
    else
        rows.first_body = 0;
    for (guint from = rows.first_body; from < n;) {
        guint to = from + 1;
        while (to < n && !g_array_index(ruled, gboolean, to))
            to++;
        row = split_band(&rows, from, to, row);
        from = to;
    }
    if (rows.by_bands && grid->n_ruled)
        raise_cells(&rows);
    return row;
}
