/* Tables that are drawn: frames with lines inside, and lines of one width above one another with rows
 * of cells between them. */
#include "table-grid.h"

#include <math.h>
#include <string.h>

#define MAX_WORDS 20000u       /* more: no page with drawn tables */
#define MAX_LINES 2500u        /* the same */
#define LONGEST_UNDERLINE 15.0 /* letter heights */
#define TOUCH 0.35             /* letter heights between lines that meet */
#define SAME_END 0.8           /* letter heights between the ends of lines of one width */
#define PROSE_WORDS 5.0        /* words a piece, on average: running text */
#define PARTED 4.0             /* letter heights of white: what stands below is something else */
#define BESIDE_SHARE 0.6       /* of a column's lines, at least, go on beside it */
#define NEXT_ROW 1.8           /* letter heights to the middle of the next row, at most */
#define MAX_HEAD_LINES 6       /* heads over each other leave some lines with one piece */

typedef struct {
    const LayoutWord *words;
    guint n;
    double unit;
    GArray *rulings; /* of Ruling: those that are not letters */
    guint *parents;  /* of each ruling, by union and find */
    guint8 *taken;   /* words that are in a table */
} Regions;

/* ---- lines that are no letters ---- */

static int row_of(double y, double unit)
{
    return (int)floor(CLAMP(y / unit, -1e8, 1e8));
}

static GHashTable *words_by_row(const LayoutWord *words, guint n, double unit)
{
    GHashTable *rows = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
    for (guint i = 0; i < n; i++) {
        int row = row_of((words[i].rect.y0 + words[i].rect.y1) / 2, unit);
        GArray *list = g_hash_table_lookup(rows, GINT_TO_POINTER(row));
        if (!list) {
            list = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(rows, GINT_TO_POINTER(row), list);
        }
        g_array_append_val(list, i);
    }
    return rows;
}

/* How much of the line lies in the box, shrunk by a share of its height. */
static double in_box(const Ruling *r, Rect box, double margin)
{
    double cut = margin * (box.y1 - box.y0);
    if (r->vertical)
        return r->at > box.x0 && r->at < box.x1 ? MAX(0, MIN(r->to, box.y1) - MAX(r->from, box.y0))
                                                : 0;
    return r->at > box.y0 + cut && r->at < box.y1 - cut
               ? MAX(0, MIN(r->to, box.x1) - MAX(r->from, box.x0))
               : 0;
}

/* Edges through the middle of words, those along the feet of letters, and
 * the lines under words, which have the words' ends. */
static gboolean is_letters(const Regions *g, GHashTable *rows, const Ruling *r)
{
    int from = row_of(r->vertical ? r->from : r->at, g->unit) - 2;
    int to = row_of(r->vertical ? r->to : r->at, g->unit) + 2;
    double inside = 0, along = 0, under = 0;
    for (int row = from; row <= to && row - from < 4000; row++) {
        const GArray *list = g_hash_table_lookup(rows, GINT_TO_POINTER(row));
        for (guint k = 0; list && k < list->len; k++) {
            Rect box = g->words[g_array_index(list, guint, k)].rect;
            inside += in_box(r, box, 0.22);
            along += in_box(r, box, 0.04);
            under += in_box(r, (Rect){box.x0, box.y0, box.x1, box.y1 + 0.3 * (box.y1 - box.y0)}, 0);
        }
    }
    return inside > 0.4 * (r->to - r->from) || along > 0.75 * (r->to - r->from) ||
           (under > 0.93 * (r->to - r->from) && r->to - r->from < LONGEST_UNDERLINE * g->unit);
}

static GArray *without_letters(const Regions *g, const GArray *rulings)
{
    GArray *kept = g_array_new(FALSE, FALSE, sizeof(Ruling));
    g_autoptr(GHashTable) rows = words_by_row(g->words, g->n, g->unit);
    for (guint i = 0; i < rulings->len; i++) {
        const Ruling *r = &g_array_index(rulings, Ruling, i);
        if (r->to - r->from >= (r->vertical ? 0.9 : 1.5) * g->unit && !is_letters(g, rows, r))
            g_array_append_val(kept, *r);
    }
    return kept;
}

/* ---- lines that belong together ---- */

static guint find(guint *parents, guint i)
{
    while (parents[i] != i) {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    return i;
}

static gboolean meet(const Ruling *a, const Ruling *b, double near)
{
    if (a->vertical == b->vertical)
        return fabs(a->at - b->at) <= near && MAX(a->from, b->from) - MIN(a->to, b->to) <= near;
    return a->at >= b->from - near && a->at <= b->to + near && b->at >= a->from - near &&
           b->at <= a->to + near;
}

static void join_meeting(Regions *g)
{
    for (guint i = 0; i < g->rulings->len; i++)
        for (guint k = i + 1; k < g->rulings->len; k++)
            if (meet(&g_array_index(g->rulings, Ruling, i), &g_array_index(g->rulings, Ruling, k),
                     TOUCH * g->unit))
                g->parents[find(g->parents, k)] = find(g->parents, i);
}

static GArray *words_inside(const Regions *g, Rect rect)
{
    GArray *inside = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < g->n; i++) {
        Rect r = g->words[i].rect;
        double x = (r.x0 + r.x1) / 2, y = (r.y0 + r.y1) / 2;
        if (!g->taken[i] && x >= rect.x0 && x <= rect.x1 && y >= rect.y0 && y <= rect.y1)
            g_array_append_val(inside, i);
    }
    return inside;
}

/* The words as lines of text, cut in pieces at wide gaps. Clear it with lines_clear. */
static Grid lines_of(const Regions *g, GArray *indices)
{
    Grid grid = {.words = g->words,
                 .order = g_array_new(FALSE, FALSE, sizeof(guint)),
                 .lines = g_array_new(FALSE, TRUE, sizeof(GridLine)),
                 .pieces = g_array_new(FALSE, FALSE, sizeof(GridPiece)),
                 .unit = g->unit};
    grid_lines(&grid, indices);
    grid_pieces(&grid, 0.8);
    return grid;
}

static void lines_clear(Grid *grid)
{
    g_array_unref(grid->order);
    g_array_unref(grid->lines);
    g_array_unref(grid->pieces);
}

/* Lines of which several pieces stand side by side, against all; and the words of these pieces. */
typedef struct {
    guint lines, full, words, pieces;
    double gap; /* the largest between two lines, points */
} Sides;

static Sides count_sides(const Regions *g, GArray *indices)
{
    Sides sides = {0};
    Grid grid = lines_of(g, indices);
    sides.lines = grid.lines->len;
    for (guint l = 0; l < grid.lines->len; l++) {
        const GridLine *line = grid_line_at(&grid, l);
        if (l > 0)
            sides.gap = MAX(sides.gap, line->y0 - grid_line_at(&grid, l - 1)->y1);
        if (line->n_pieces < 2)
            continue;
        sides.full++;
        sides.words += line->n;
        sides.pieces += line->n_pieces;
    }
    lines_clear(&grid);
    return sides;
}

static gboolean is_columnar(const Sides *sides, double unit)
{
    guint share = sides->lines <= MAX_HEAD_LINES ? 3 : 2;
    return sides->full > 0 && share * sides->full >= sides->lines &&
           sides->words < PROSE_WORDS * sides->pieces && sides->gap < PARTED * unit;
}

static int by_height(gconstpointer a, gconstpointer b)
{
    const Ruling *one = *(Ruling *const *)a, *two = *(Ruling *const *)b;
    return one->at < two->at ? -1 : one->at > two->at;
}

/* Each horizontal line is joined with the next one below that has its width, when rows of cells, or
 * nothing, stand between them. */
static void join_widths(Regions *g)
{
    g_autoptr(GPtrArray) across = g_ptr_array_new();
    double near = SAME_END * g->unit;
    for (guint i = 0; i < g->rulings->len; i++)
        if (!g_array_index(g->rulings, Ruling, i).vertical)
            g_ptr_array_add(across, &g_array_index(g->rulings, Ruling, i));
    if (across->len) /* an empty array has no data to sort */
        qsort(across->pdata, across->len, sizeof(gpointer), by_height);
    for (guint i = 0; i < across->len; i++) {
        const Ruling *above = across->pdata[i], *below = NULL;
        for (guint k = i + 1; k < across->len && !below; k++) {
            const Ruling *r = across->pdata[k];
            if (fabs(r->from - above->from) <= near && fabs(r->to - above->to) <= near)
                below = r;
        }
        if (!below)
            continue;
        guint a = find(g->parents, (guint)(above - (Ruling *)(void *)g->rulings->data));
        guint b = find(g->parents, (guint)(below - (Ruling *)(void *)g->rulings->data));
        if (a == b)
            continue;
        g_autoptr(GArray) between =
            words_inside(g, (Rect){above->from, above->at, above->to, below->at});
        Sides sides = {0};
        if (between->len)
            sides = count_sides(g, between);
        /* A line of text alone is a row that heads those below it. */
        double apart = below->at - above->at;
        gboolean row = sides.lines == 0   ? apart < 2 * g->unit
                       : sides.lines == 1 ? apart < 3 * g->unit || is_columnar(&sides, g->unit)
                                          : is_columnar(&sides, g->unit);
        if (row)
            g->parents[b] = a;
    }
}

/* ---- regions ---- */

typedef struct {
    Rect rect;
    guint root;
} Region;

static int by_area(gconstpointer a, gconstpointer b)
{
    const Region *one = a, *two = b;
    double d = (one->rect.x1 - one->rect.x0) * (one->rect.y1 - one->rect.y0) -
               (two->rect.x1 - two->rect.x0) * (two->rect.y1 - two->rect.y0);
    return d > 0 ? -1 : d < 0;
}

static GArray *find_regions(Regions *g)
{
    GArray *regions = g_array_new(FALSE, FALSE, sizeof(Region));
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < g->rulings->len; i++) {
        const Ruling *r = &g_array_index(g->rulings, Ruling, i);
        Rect rect = r->vertical ? (Rect){r->at, r->from, r->at, r->to}
                                : (Rect){r->from, r->at, r->to, r->at};
        guint root = find(g->parents, i);
        guint at = GPOINTER_TO_UINT(g_hash_table_lookup(known, GUINT_TO_POINTER(root + 1)));
        if (at) {
            Region *region = &g_array_index(regions, Region, at - 1);
            region->rect = rect_union(region->rect, rect);
            continue;
        }
        Region fresh = {.rect = rect, .root = root};
        g_array_append_val(regions, fresh);
        g_hash_table_insert(known, GUINT_TO_POINTER(root + 1), GUINT_TO_POINTER(regions->len));
    }
    g_array_sort(regions, by_area);
    return regions;
}

static GArray *rulings_inside(const Regions *g, Rect rect)
{
    GArray *inside = g_array_new(FALSE, FALSE, sizeof(Ruling));
    double near = TOUCH * g->unit;
    for (guint i = 0; i < g->rulings->len; i++) {
        const Ruling *r = &g_array_index(g->rulings, Ruling, i);
        double x = r->vertical ? r->at : (r->from + r->to) / 2;
        double y = r->vertical ? (r->from + r->to) / 2 : r->at;
        if (x >= rect.x0 - near && x <= rect.x1 + near && y >= rect.y0 - near &&
            y <= rect.y1 + near)
            g_array_append_val(inside, *r);
    }
    return inside;
}

/* Some word outside of the region stands on a line of height y0 to y1. */
static gboolean goes_on_outside(const Regions *g, Rect rect, double y0, double y1)
{
    for (guint i = 0; i < g->n; i++) {
        Rect r = g->words[i].rect;
        if ((r.x1 <= rect.x0 || r.x0 >= rect.x1) && MIN(r.y1, y1) - MAX(r.y0, y0) > 0.5 * (y1 - y0))
            return TRUE;
    }
    return FALSE;
}

/* Lines over and under sums are as wide as the column of figures: nothing but figures, and what they
 * mean stands beside them. Such a column is a part of a table that is not drawn. */
static gboolean is_column_of_figures(const Regions *g, Rect rect, GArray *indices)
{
    guint beside = 0, lines;
    gboolean figures = TRUE;
    Grid grid = lines_of(g, indices);
    lines = grid.lines->len;
    for (guint l = 0; l < lines && figures; l++) {
        const GridLine *line = grid_line_at(&grid, l);
        for (guint i = line->first; i < line->first + line->n && figures; i++)
            figures = grid_is_number(&grid, i, i + 1);
        beside += figures && goes_on_outside(g, rect, line->y0, line->y1);
    }
    lines_clear(&grid);
    return figures && BESIDE_SHARE * lines <= beside;
}

/* The words of the line of text next to the edge of the region, as far as it may be the next row; the
 * edge is moved behind it. */
static GArray *next_line(const Regions *g, Rect *edge, gboolean above)
{
    double near = NEXT_ROW * g->unit, at = above ? -G_MAXDOUBLE : G_MAXDOUBLE;
    GArray *line = g_array_new(FALSE, FALSE, sizeof(guint));
    for (int pass = 0; pass < 2; pass++)
        for (guint i = 0; i < g->n; i++) {
            Rect r = g->words[i].rect;
            double y = (r.y0 + r.y1) / 2, away = above ? edge->y0 - y : y - edge->y1;
            if (g->taken[i] || away <= 0 || away > near || r.x1 < edge->x0 || r.x0 > edge->x1)
                continue;
            if (pass == 0)
                at = above ? MAX(at, y) : MIN(at, y);
            else if (fabs(y - at) < 0.4 * g->unit)
                g_array_append_val(line, i);
        }
    edge->y0 = edge->y1 = at + (above ? -0.4 : 0.4) * g->unit;
    return line;
}

static gboolean ends_in_digit(const LayoutWord *word)
{
    gsize length = strlen(word->text);
    while (length && strchr(")%*-", word->text[length - 1]))
        length--;
    return length && g_ascii_isdigit(word->text[length - 1]);
}

/* Figures of the region stand over or under the piece. */
static gboolean stands_at_figure(const LayoutWord *words, GArray *indices, Rect piece)
{
    for (guint i = 0; i < indices->len; i++) {
        const LayoutWord *word = &words[g_array_index(indices, guint, i)];
        if (MIN(word->rect.x1, piece.x1) > MAX(word->rect.x0, piece.x0) && ends_in_digit(word))
            return TRUE;
    }
    return FALSE;
}

typedef enum { LINE_HEADING, LINE_ROW, LINE_OTHER } LineKind;

/* A row of the region's table: it is cut in pieces, and those that are figures stand over or under the
 * region's. A heading: one piece. */
static LineKind line_kind(const Regions *g, GArray *line, GArray *inside)
{
    guint at_figure = 0, figures = 0;
    Grid grid = lines_of(g, line);
    guint pieces = grid.pieces->len;
    for (guint i = 0; i < pieces; i++) {
        const GridPiece *piece = &g_array_index(grid.pieces, GridPiece, i);
        guint end = piece->first + piece->n;
        if (!grid_is_number(&grid, piece->first, end) || !ends_in_digit(grid_word(&grid, end - 1)))
            continue;
        figures++;
        at_figure += stands_at_figure(g->words, inside, piece->rect);
    }
    lines_clear(&grid);
    if (pieces == 1 && figures == 0)
        return LINE_HEADING;
    return figures > 0 && at_figure == figures && pieces > 1 ? LINE_ROW : LINE_OTHER;
}

/* Stripes and lines over sums frame some rows of a table that goes on above or below them: no frame. */
static gboolean is_part(const Regions *g, Rect rect, GArray *inside, const GArray *rulings)
{
    for (guint i = 0; i < rulings->len; i++)
        if (g_array_index(rulings, Ruling, i).vertical)
            return FALSE;
    for (int above = 0; above < 2; above++) {
        LineKind kind = LINE_HEADING;
        Rect edge = rect;
        for (int i = 0; i < 3 && kind == LINE_HEADING; i++) {
            g_autoptr(GArray) line = next_line(g, &edge, above);
            kind = line->len ? line_kind(g, line, inside) : LINE_OTHER;
        }
        if (kind == LINE_ROW)
            return TRUE;
    }
    return FALSE;
}

static Table *try_region(const Regions *g, Rect rect)
{
    double width = rect.x1 - rect.x0, height = rect.y1 - rect.y0;
    if (width < 4 * g->unit || height < 1.5 * g->unit)
        return NULL;
    g_autoptr(GArray) inside = words_inside(g, rect);
    g_autoptr(GArray) rulings = rulings_inside(g, rect);
    if (inside->len < 4 || is_column_of_figures(g, rect, inside) ||
        is_part(g, rect, inside, rulings))
        return NULL;
    return table_build(g->words, inside, rulings, g->unit);
}

GPtrArray *tables_find_ruled(const LayoutWord *words, guint n, const GArray *rulings, double unit)
{
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_free);
    Regions g = {.words = words, .n = n, .unit = unit};
    if (n > MAX_WORDS)
        return tables;
    g.rulings = without_letters(&g, rulings);
    if (g.rulings->len <= MAX_LINES) {
        g.parents = g_new(guint, g.rulings->len + 1);
        g.taken = g_malloc0(n + 1);
        for (guint i = 0; i < g.rulings->len; i++)
            g.parents[i] = i;
        join_meeting(&g);
        join_widths(&g);
        g_autoptr(GArray) regions = find_regions(&g);
        for (guint i = 0; i < regions->len; i++) {
            Table *table = try_region(&g, g_array_index(regions, Region, i).rect);
            if (!table)
                continue;
            g_ptr_array_add(tables, table);
            for (guint k = 0; k < table->places->len; k++)
                g.taken[g_array_index(table->places, TablePlace, k).word] = 1;
        }
        g_free(g.parents);
        g_free(g.taken);
    }
    g_array_unref(g.rulings);
    return tables;
}
