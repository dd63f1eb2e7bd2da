/* Where the columns of a table part: at drawn lines, and at strips that hold no text in any row but
 * those with a cell that reaches over several columns. */
#include "table-grid.h"

#include <math.h>
#include <string.h>

#define MIN_DRAWN_SHARE 0.35 /* of the height, by the pieces of one vertical line */
#define SAME_LINE 0.35       /* letter heights between pieces of one vertical line */
#define SPANNING_SHARE 0.15  /* of the lines may lie across a strip */

typedef struct {
    double x;
    int step; /* +1 text begins, -1 it ends */
} Edge;

typedef struct {
    double x0, x1;
} Strip;

/* ---- drawn ---- */

static int compare_double(gconstpointer a, gconstpointer b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

static double drawn_at(const Grid *grid, double x)
{
    double length = 0;
    for (guint i = 0; i < grid->rulings->len; i++) {
        const Ruling *r = &g_array_index(grid->rulings, Ruling, i);
        if (r->vertical && fabs(r->at - x) <= SAME_LINE * grid->unit)
            length += MAX(0, MIN(r->to, grid->rect.y1) - MAX(r->from, grid->rect.y0));
    }
    return length;
}

static void find_drawn(Grid *grid)
{
    if (!grid->rulings)
        return;
    for (guint i = 0; i < grid->rulings->len; i++) {
        const Ruling *r = &g_array_index(grid->rulings, Ruling, i);
        if (!r->vertical || r->at < grid->rect.x0 + 0.2 * grid->unit ||
            r->at > grid->rect.x1 - 0.2 * grid->unit ||
            drawn_at(grid, r->at) < MIN_DRAWN_SHARE * (grid->rect.y1 - grid->rect.y0))
            continue;
        gboolean known = FALSE;
        for (guint k = 0; k < grid->separators->len && !known; k++)
            known = fabs(g_array_index(grid->separators, double, k) - r->at) <=
                    2 * SAME_LINE * grid->unit;
        if (!known && grid->separators->len + 1 < GRID_MAX_COLUMNS)
            g_array_append_val(grid->separators, r->at);
    }
    g_array_sort(grid->separators, compare_double);
    grid->n_ruled = grid->separators->len;
}

/* ---- empty strips ---- */

static int by_place(gconstpointer a, gconstpointer b)
{
    const Edge *one = a, *two = b;
    if (one->x != two->x)
        return one->x < two->x ? -1 : 1;
    return two->step - one->step; /* what touches does not part */
}

/* Strips that at most `allowed` pieces lie across. */
static GArray *find_strips(const Grid *grid, const guint8 *spanning, guint allowed, double least)
{
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(Edge));
    GArray *strips = g_array_new(FALSE, FALSE, sizeof(Strip));
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        for (guint p = line->first_piece; p < line->first_piece + line->n_pieces; p++) {
            if (line->n_pieces < 2 || spanning[p])
                continue;
            Rect r = g_array_index(grid->pieces, GridPiece, p).rect;
            Edge pair[2] = {{r.x0, 1}, {r.x1, -1}};
            g_array_append_vals(edges, pair, 2);
        }
    }
    g_array_sort(edges, by_place);
    int depth = 0;
    for (guint i = 0; i + 1 < edges->len; i++) {
        const Edge *edge = &g_array_index(edges, Edge, i);
        depth += edge->step;
        Strip strip = {edge->x, edge[1].x};
        if (depth > (int)allowed || i == 0)
            continue;
        Strip *last = strips->len ? &g_array_index(strips, Strip, strips->len - 1) : NULL;
        if (last && last->x1 >= strip.x0 && allowed > 0)
            last->x1 = strip.x1;
        else
            g_array_append_val(strips, strip);
    }
    for (guint i = strips->len; i-- > 0;) {
        const Strip *strip = &g_array_index(strips, Strip, i);
        if (strip->x1 - strip->x0 < least)
            g_array_remove_index(strips, i);
    }
    return strips;
}

static guint count_full_lines(const Grid *grid)
{
    guint n = 0;
    for (guint l = 0; l < grid->lines->len; l++)
        n += grid_line_at(grid, l)->n_pieces >= 2;
    return n;
}

/* Pieces that lie across a strip that nearly all lines leave empty. */
static guint8 *find_spanning(const Grid *grid, guint allowed, double least)
{
    guint8 *spanning = g_malloc0(grid->pieces->len + 1);
    g_autoptr(GArray) strips = find_strips(grid, spanning, allowed, least);
    for (guint p = 0; p < grid->pieces->len; p++) {
        Rect r = g_array_index(grid->pieces, GridPiece, p).rect;
        for (guint s = 0; s < strips->len && !spanning[p]; s++) {
            const Strip *strip = &g_array_index(strips, Strip, s);
            spanning[p] = r.x0 < strip->x0 && r.x1 > strip->x1;
        }
    }
    return spanning;
}

static gboolean near_drawn(const Grid *grid, const Strip *strip)
{
    for (guint i = 0; i < grid->n_ruled; i++) {
        double x = g_array_index(grid->separators, double, i);
        if (x >= strip->x0 - SAME_LINE * grid->unit && x <= strip->x1 + SAME_LINE * grid->unit)
            return TRUE;
    }
    return FALSE;
}

/* The more lines keep a strip empty, the thinner it may be: the spaces of three lines of text meet by
 * chance, those of ten do not. */
static double least_strip(const Grid *grid, guint full)
{
    double letters = full < 4 ? 0.85 : full < 8 ? 0.6 : 0.42;
    return (grid->n_ruled ? MAX(letters, 0.8) : letters) * grid->unit;
}

static void find_empty(Grid *grid)
{
    guint full = count_full_lines(grid);
    double least = least_strip(grid, full);
    g_autofree guint8 *spanning =
        find_spanning(grid, (guint)(SPANNING_SHARE * full), least);
    g_autoptr(GArray) strips = find_strips(grid, spanning, 0, least);
    guint drawn = grid->n_ruled;
    for (guint s = 0; s < strips->len && full >= (drawn ? 4u : 1u); s++) {
        const Strip *strip = &g_array_index(strips, Strip, s);
        double middle = (strip->x0 + strip->x1) / 2;
        if (!near_drawn(grid, strip) && grid->separators->len + 1 < GRID_MAX_COLUMNS)
            g_array_append_val(grid->separators, middle);
    }
    g_array_sort(grid->separators, compare_double);
}

/* ---- words to columns ---- */

static guint column_at(const Grid *grid, double x)
{
    guint column = 0;
    while (column < grid->separators->len && g_array_index(grid->separators, double, column) <= x)
        column++;
    return column;
}

/* A piece is cut at a separator that stands in one of its gaps, when the gap is wider than a space or
 * every separator that it crosses stands in a gap; else it is one cell over several columns. */
static void place_piece(Grid *grid, const GridPiece *piece, GridLine *line)
{
    guint from = column_at(grid, piece->rect.x0 + 0.1 * grid->unit);
    guint to = column_at(grid, piece->rect.x1 - 0.1 * grid->unit);
    guint start = piece->first, column = from;
    guint *columns = &g_array_index(grid->columns, guint, 0);
    for (guint i = piece->first; i < piece->first + piece->n; i++) {
        const LayoutWord *word = grid_word(grid, i);
        double centre = (word->rect.x0 + word->rect.x1) / 2;
        double gap = i > start ? word->rect.x0 - grid_word(grid, i - 1)->rect.x1 : 0;
        guint at = column_at(grid, centre);
        gboolean clear = column_at(grid, word->rect.x0 + 0.1 * word->size) == at &&
                         i > start &&
                         column_at(grid, grid_word(grid, i - 1)->rect.x1 - 0.1 * word->size) < at;
        if (from != to && at > column && clear && gap >= 0.34 * word->size)
            column = at;
        columns[i] = column;
    }
    guint reached = column;
    line->spans |= to > reached;
}

static gboolean is_nothing(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            return FALSE;
    return TRUE;
}

static gboolean is_number(const Grid *grid, guint first, guint n)
{
    guint digits = 0, others = 0, words = 0;
    gboolean nothing = TRUE;
    for (guint i = first; i < first + n; i++, words++)
        for (const char *p = grid_word(grid, i)->text; *p; p = g_utf8_next_char(p)) {
            gunichar c = g_utf8_get_char(p);
            digits += g_unichar_isdigit(c) != 0;
            others += g_unichar_isalpha(c) != 0;
        }
    for (guint i = first; i < first + n && nothing; i++)
        nothing = is_nothing(grid_word(grid, i)->text);
    return words <= 4 && (nothing || (digits > 0 && digits >= others));
}

static void mark_cells(Grid *grid)
{
    guint n = grid_n_columns(grid);
    grid->cells = g_malloc0((gsize)grid->lines->len * n + 1);
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        for (guint i = line->first; i < line->first + line->n;) {
            guint column = g_array_index(grid->columns, guint, i), k = i;
            while (k < line->first + line->n && g_array_index(grid->columns, guint, k) == column)
                k++;
            guint8 flags = CELL_FILLED | (is_number(grid, i, k - i) ? CELL_NUMBER : 0);
            grid->cells[(gsize)l * n + column] |= flags;
            i = k;
        }
    }
}

/* Columns that hold nothing come from shading and frames. */
static void drop_empty_columns(Grid *grid)
{
    guint n = grid_n_columns(grid);
    g_autofree guint *counts = g_new0(guint, n);
    g_autofree guint *moved = g_new0(guint, n);
    for (guint i = 0; i < grid->columns->len; i++)
        counts[g_array_index(grid->columns, guint, i)]++;
    guint kept = 0;
    for (guint c = 0; c < n; c++) {
        moved[c] = kept;
        kept += counts[c] > 0;
    }
    for (guint i = 0; i < grid->columns->len; i++)
        g_array_index(grid->columns, guint, i) = moved[g_array_index(grid->columns, guint, i)];
    for (guint c = n; c-- > 0;)
        if (counts[c] == 0 && grid->separators->len)
            g_array_remove_index(grid->separators, c ? c - 1 : 0);
}

void grid_find_columns(Grid *grid)
{
    grid_pieces(grid, 0.42);
    find_drawn(grid);
    find_empty(grid);
    g_array_set_size(grid->columns, grid->order->len);
    grid_pieces(grid, 0.8);
    for (guint l = 0; l < grid->lines->len; l++) {
        GridLine *line = grid_line_at(grid, l);
        for (guint p = line->first_piece; p < line->first_piece + line->n_pieces; p++)
            place_piece(grid, &g_array_index(grid->pieces, GridPiece, p), line);
    }
    drop_empty_columns(grid);
    mark_cells(grid);
}
