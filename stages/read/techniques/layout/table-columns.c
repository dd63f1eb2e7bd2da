/* Where the columns of a table part: at drawn lines, and at strips that hold no text in any row but
 * those with a cell that reaches over several columns. */
#include "layout-blocks.h"
#include "table-grid.h"

#include <math.h>
#include <string.h>

#define MIN_DRAWN_SHARE 0.35 /* of the height, by the pieces of one vertical line */
#define SAME_LINE 0.35       /* letter heights between pieces of one vertical line */
#define SPANNING_SHARE 0.06  /* of the lines may lie across a strip */
#define MIN_FIGURES 3        /* lines that bring figures, for them to say where columns are */
#define OFF_CENTRE 0.15      /* of a column's width, between its middle and that of its head */
#define WIDE_SPACE 0.34      /* letter heights: wider than between two words of a phrase */

typedef struct {
    double x;
    int step; /* +1 text begins, -1 it ends */
} Edge;

typedef struct {
    double x0, x1;
    double middle; /* of its emptiest part */
    double clear;  /* width of that part */
    int depth;     /* pieces that lie across that part */
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

/* Which lines say where the columns are: those that bring figures, when there are enough of them; the
 * words of a header lie across as they please. */
static guint8 *choose_lines(const Grid *grid, guint *n)
{
    guint8 *chosen = g_malloc0(grid->lines->len + 1);
    guint full = 0, figures = 0;
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        guint numbers = 0;
        for (guint p = line->first_piece + 1; p < line->first_piece + line->n_pieces; p++) {
            const GridPiece *piece = &g_array_index(grid->pieces, GridPiece, p);
            numbers += grid_is_number(grid, piece->first, piece->first + piece->n);
        }
        chosen[l] = line->n_pieces < 2 ? 0 : 2 * numbers >= line->n_pieces - 1 ? 2 : 1;
        full += chosen[l] > 0;
        figures += chosen[l] == 2;
    }
    gboolean enough = figures >= MIN_FIGURES && 2 * figures >= full;
    for (guint l = 0; l < grid->lines->len; l++)
        chosen[l] = chosen[l] > (enough ? 1 : 0);
    *n = enough ? figures : full;
    return chosen;
}

/* Strips that at most `allowed` pieces of the chosen lines lie across. */
static GArray *find_strips(const Grid *grid, const guint8 *chosen, guint allowed, double least)
{
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(Edge));
    GArray *strips = g_array_new(FALSE, FALSE, sizeof(Strip));
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        for (guint p = line->first_piece; chosen[l] && p < line->first_piece + line->n_pieces;
             p++) {
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
        if (depth > (int)allowed || edge[1].x <= edge->x)
            continue;
        Strip *last = strips->len ? &g_array_index(strips, Strip, strips->len - 1) : NULL;
        gboolean goes_on = last && last->x1 >= edge->x;
        Strip strip = {.x0 = edge->x,
                       .x1 = edge[1].x,
                       .depth = depth,
                       .middle = (edge->x + edge[1].x) / 2,
                       .clear = edge[1].x - edge->x};
        if (!goes_on) {
            g_array_append_val(strips, strip);
            continue;
        }
        last->x1 = strip.x1;
        if (depth < last->depth || (depth == last->depth && strip.clear > last->clear)) {
            last->depth = depth;
            last->middle = strip.middle;
            last->clear = strip.clear;
        }
    }
    for (guint i = strips->len; i-- > 0;) {
        const Strip *strip = &g_array_index(strips, Strip, i);
        gboolean outside = strip->x0 <= g_array_index(edges, Edge, 0).x ||
                           strip->x1 >= g_array_index(edges, Edge, edges->len - 1).x;
        if (strip->x1 - strip->x0 < least || (allowed > 0 && outside))
            g_array_remove_index(strips, i);
    }
    return strips;
}

/* A column that few rows fill would be lost in a strip that few pieces may lie across: pieces that
 * stand free inside of a strip part it. */
static void part_strips(const Grid *grid, const guint8 *chosen, GArray *strips)
{
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        for (guint p = line->first_piece; chosen[l] && p < line->first_piece + line->n_pieces;
             p++) {
            Rect r = g_array_index(grid->pieces, GridPiece, p).rect;
            for (guint s = 0; s < strips->len; s++) {
                Strip *strip = &g_array_index(strips, Strip, s);
                double free_left = r.x0 - strip->x0, free_right = strip->x1 - r.x1;
                if (MIN(free_left, free_right) < 0.5 * grid->unit)
                    continue;
                Strip right = {.x0 = r.x1, .x1 = strip->x1, .middle = r.x1 + free_right / 2};
                strip->x1 = r.x0;
                strip->middle = strip->x0 + free_left / 2;
                g_array_insert_val(strips, s + 1, right);
                break;
            }
        }
    }
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
    guint full, drawn = grid->n_ruled;
    g_autofree guint8 *chosen = choose_lines(grid, &full);
    double least = least_strip(grid, full);
    guint allowed = full >= 6 ? MAX(1u, (guint)(SPANNING_SHARE * full)) : 0;
    g_autoptr(GArray) strips = find_strips(grid, chosen, allowed, least);
    part_strips(grid, chosen, strips);
    for (guint s = 0; s < strips->len && full >= (drawn ? 4u : 1u); s++) {
        const Strip *strip = &g_array_index(strips, Strip, s);
        if (!near_drawn(grid, strip) && grid->separators->len + 1 < GRID_MAX_COLUMNS)
            g_array_append_val(grid->separators, strip->middle);
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

/* The separators between two neighbouring words: from the column of the first to that of the second. */
static gboolean is_cut(const Grid *grid, guint before, guint after)
{
    const LayoutWord *one = grid_word(grid, before), *two = grid_word(grid, after);
    double slack = 0.1 * MIN(one->size, two->size);
    return column_at(grid, one->rect.x1 - slack) < column_at(grid, two->rect.x0 + slack);
}

static guint main_column(const Grid *grid, guint i)
{
    const LayoutWord *word = grid_word(grid, i);
    return column_at(grid, (word->rect.x0 + word->rect.x1) / 2);
}

/* A line drawn under the piece that is longer than it, and its own: a heading over several columns. */
static gboolean is_underlined(const Grid *grid, const GridPiece *piece)
{
    for (guint i = 0; grid->rulings && i < grid->rulings->len; i++) {
        const Ruling *r = &g_array_index(grid->rulings, Ruling, i);
        if (!r->vertical && r->at > (piece->rect.y0 + piece->rect.y1) / 2 &&
            r->at < piece->rect.y1 + 0.9 * grid->unit && r->from <= piece->rect.x0 &&
            r->to >= piece->rect.x1 && r->to - r->from < 0.85 * (grid->rect.x1 - grid->rect.x0))
            return TRUE;
    }
    return FALSE;
}

/* Short heads of narrow columns may stand as close as the words of a phrase: then every column has
 * one, in its middle. */
static gboolean is_list_of_heads(const Grid *grid, const GridPiece *piece)
{
    guint from = main_column(grid, piece->first), last = from, n = grid_n_columns(grid);
    double left = G_MAXDOUBLE, right = 0;
    for (guint i = piece->first; i < piece->first + piece->n; i++) {
        Rect r = grid_word(grid, i)->rect;
        guint column = main_column(grid, i);
        gboolean ends = i + 1 == piece->first + piece->n || main_column(grid, i + 1) != column;
        if (column > last + 1)
            return FALSE;
        left = column == last ? MIN(left, r.x0) : r.x0;
        right = r.x1;
        last = column;
        double x0 = column ? g_array_index(grid->separators, double, column - 1) : grid->rect.x0;
        double x1 =
            column + 1 < n ? g_array_index(grid->separators, double, column) : grid->rect.x1;
        if (ends && fabs((left + right) - (x0 + x1)) / 2 > OFF_CENTRE * (x1 - x0))
            return FALSE;
    }
    return last > from && !is_underlined(grid, piece);
}

/* A piece is cut at a separator that stands in one of its gaps when the gap is wider than a space, or
 * the piece is a list of heads; else it is one cell over several columns. */
static void place_piece(Grid *grid, const GridPiece *piece)
{
    guint *columns = &g_array_index(grid->columns, guint, 0);
    gboolean all = is_list_of_heads(grid, piece);
    guint start = piece->first;
    for (guint i = piece->first; i < piece->first + piece->n; i++) {
        const LayoutWord *word = grid_word(grid, i);
        if (i > piece->first &&
            (all ? main_column(grid, i) != main_column(grid, i - 1) : is_cut(grid, i - 1, i)) &&
            (all || word->rect.x0 - grid_word(grid, i - 1)->rect.x1 >= WIDE_SPACE * word->size))
            start = i;
        /* What begins left of its column, by a hair, is where most of it is. */
        guint left = column_at(grid, word->rect.x0 + 0.1 * word->size);
        double end = i + 1 == piece->first + piece->n ? word->rect.x1 : piece->rect.x1;
        guint most = column_at(grid, word->rect.x0 + 0.2 * (end - word->rect.x0));
        columns[i] = i > start ? columns[start] : all ? main_column(grid, i) : MAX(left, most);
    }
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
            guint8 flags = CELL_FILLED | (grid_is_number(grid, i, k) ? CELL_NUMBER : 0);
            grid->cells[(gsize)l * n + column] |= flags;
            i = k;
        }
    }
}

/* Columns that hold nothing come from shading and frames; signs of currencies that stand apart from
 * their amounts belong to the column on their right. */
void grid_drop_columns(Grid *grid)
{
    guint n = grid_n_columns(grid);
    g_autofree guint *counts = g_new0(guint, n);
    g_autofree guint *moved = g_new0(guint, n);
    for (guint i = 0; i < grid->columns->len; i++)
        counts[g_array_index(grid->columns, guint, i)] +=
            !layout_is_currency(grid_word(grid, i)->text);
    guint kept = 0;
    for (guint c = 0; c < n; c++) {
        moved[c] = kept;
        kept += counts[c] > 0;
    }
    for (guint i = 0; i < grid->columns->len; i++)
        g_array_index(grid->columns, guint, i) =
            MIN(moved[g_array_index(grid->columns, guint, i)], MAX(kept, 1) - 1);
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
        const GridLine *line = grid_line_at(grid, l);
        for (guint p = line->first_piece; p < line->first_piece + line->n_pieces; p++)
            place_piece(grid, &g_array_index(grid->pieces, GridPiece, p));
    }
    mark_cells(grid);
}
