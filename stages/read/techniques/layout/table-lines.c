/* Words of a table to lines of text, and lines to pieces; what can be seen of a line. */
#include "table-grid.h"

typedef struct {
    guint index;
    double centre, x0;
} Placed;

static int by_centre(gconstpointer a, gconstpointer b)
{
    const Placed *one = a, *two = b;
    return one->centre < two->centre ? -1 : one->centre > two->centre;
}

static int by_x(gconstpointer a, gconstpointer b)
{
    const Placed *one = a, *two = b;
    return one->x0 < two->x0 ? -1 : one->x0 > two->x0;
}

static gboolean on_line(const GridLine *line, Rect r)
{
    double least = MIN(line->y1 - line->y0, r.y1 - r.y0);
    return MIN(line->y1, r.y1) - MAX(line->y0, r.y0) >= 0.5 * least;
}

static void add_to_line(Grid *grid, Rect r, guint at)
{
    GridLine *line = grid->lines->len ? grid_line_at(grid, grid->lines->len - 1) : NULL;
    if (!line || !on_line(line, r)) {
        GridLine fresh = {.first = at, .n = 1, .y0 = r.y0, .y1 = r.y1};
        g_array_append_val(grid->lines, fresh);
        return;
    }
    /* The mean of its words, so that a slanting line does not swallow its neighbours. */
    line->y0 = (line->y0 * line->n + r.y0) / (line->n + 1);
    line->y1 = (line->y1 * line->n + r.y1) / (line->n + 1);
    line->n++;
}

void grid_lines(Grid *grid, GArray *indices)
{
    g_autoptr(GArray) placed = g_array_sized_new(FALSE, FALSE, sizeof(Placed), indices->len);
    for (guint i = 0; i < indices->len; i++) {
        guint index = g_array_index(indices, guint, i);
        Rect r = grid->words[index].rect;
        Placed p = {.index = index, .centre = (r.y0 + r.y1) / 2, .x0 = r.x0};
        g_array_append_val(placed, p);
        grid->rect = i ? rect_union(grid->rect, r) : r;
    }
    g_array_sort(placed, by_centre);
    for (guint i = 0; i < placed->len; i++)
        add_to_line(grid, grid->words[g_array_index(placed, Placed, i).index].rect, i);
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        qsort(&g_array_index(placed, Placed, line->first), line->n, sizeof(Placed), by_x);
    }
    for (guint i = 0; i < placed->len; i++)
        g_array_append_val(grid->order, g_array_index(placed, Placed, i).index);
}

void grid_pieces(Grid *grid, double gap)
{
    g_array_set_size(grid->pieces, 0);
    for (guint l = 0; l < grid->lines->len; l++) {
        GridLine *line = grid_line_at(grid, l);
        line->first_piece = grid->pieces->len;
        for (guint i = line->first; i < line->first + line->n; i++) {
            const LayoutWord *word = grid_word(grid, i);
            GridPiece *last = i > line->first
                                  ? &g_array_index(grid->pieces, GridPiece, grid->pieces->len - 1)
                                  : NULL;
            if (last && word->rect.x0 - last->rect.x1 < gap * MIN(word->size, 2 * grid->unit)) {
                last->rect = rect_union(last->rect, word->rect);
                last->n++;
                continue;
            }
            GridPiece fresh = {.rect = word->rect, .first = i, .n = 1};
            g_array_append_val(grid->pieces, fresh);
        }
        line->n_pieces = grid->pieces->len - line->first_piece;
    }
}

static gboolean is_nothing(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            return FALSE;
    return TRUE;
}

gboolean grid_is_number(const Grid *grid, guint first, guint last)
{
    guint digits = 0, others = 0;
    gboolean nothing = TRUE;
    if (last - first > 4)
        return FALSE;
    for (guint i = first; i < last; i++) {
        const char *text = grid_word(grid, i)->text;
        nothing = nothing && is_nothing(text);
        for (const char *p = text; *p; p = g_utf8_next_char(p)) {
            gunichar c = g_utf8_get_char(p);
            digits += g_unichar_isdigit(c) != 0;
            others += g_unichar_isalpha(c) != 0;
        }
    }
    return nothing || (digits > 0 && digits >= others);
}

static double centre_of(const GridLine *line)
{
    return (line->y0 + line->y1) / 2;
}

/* The first line of text whose middle is not above y. */
static guint line_below(const Grid *grid, double y)
{
    guint low = 0, high = grid->lines->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (centre_of(grid_line_at(grid, middle)) < y)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void grid_mark_drawn(Grid *grid)
{
    guint n = grid_n_columns(grid), lines = grid->lines->len;
    double width = MAX(grid->rect.x1 - grid->rect.x0, 1e-6);
    grid->drawn = g_malloc0((gsize)lines * n + 1);
    grid->drawn_share = g_new0(double, lines + 1);
    for (guint i = 0; grid->rulings && i < grid->rulings->len; i++) {
        const Ruling *r = &g_array_index(grid->rulings, Ruling, i);
        guint below = r->vertical ? 0 : line_below(grid, r->at);
        if (below == 0 || below >= lines)
            continue;
        double from = MAX(r->from, grid->rect.x0), to = MIN(r->to, grid->rect.x1);
        grid->drawn_share[below] += MAX(0, to - from) / width;
        for (guint c = 0; c < n; c++) {
            double x0 = c ? g_array_index(grid->separators, double, c - 1) : grid->rect.x0;
            double x1 = c + 1 < n ? g_array_index(grid->separators, double, c) : grid->rect.x1;
            double middle = (x0 + x1) / 2;
            if (r->from <= middle && r->to >= middle)
                grid->drawn[(gsize)below * n + c] = 1;
        }
    }
}
