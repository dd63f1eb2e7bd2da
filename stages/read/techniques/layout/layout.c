/* Words -> segments (runs of words with ordinary gaps) -> regions (columns, by cutting along empty
 * vertical strips) -> rows -> blocks.
 *
 * The one hard question is whether an empty strip separates two columns of text, to be read one
 * after the other, or the cells of one row (a label and its value, a table). See is_column_strip.
 */
#include "layout.h"

#include "layout-blocks.h"
#include "layout-vertical.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLACE 1e7 /* of a coordinate, in any unit */
#define MAX_DEPTH 24
/* Gaps in letter heights. */
#define COLUMN_GAP 2.5 /* between two rows of columns that are not running text, at most */
#define STRIP_GAP 1.0  /* an empty strip is at least this wide */
#define MIN_COLUMN_ROWS 3
#define MAX_CAPTION_ROWS 8
#define CUT_SHARE 3 /* a table that cuts one in so many of its lines is none */
#define MAX_LEAD                                                                                   \
    1.2 /* letter heights between a line and the columns below whose first line it is */
/* Over this many segments a page is no page of text: rows only, no search for columns. */
#define MAX_SEGMENTS 6000

static double height_of(Rect r)
{
    return r.y1 - r.y0;
}

static double overlap(double a0, double a1, double b0, double b1)
{
    return MIN(a1, b1) - MAX(a0, b0);
}

static int compare_double(gconstpointer a, gconstpointer b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

static double median_size(const GArray *words)
{
    g_autofree double *sizes = g_new(double, words->len);
    for (guint i = 0; i < words->len; i++)
        sizes[i] = g_array_index(words, LayoutWord, i).size;
    qsort(sizes, words->len, sizeof *sizes, compare_double);
    return MAX(sizes[words->len / 2], 1e-3);
}

/* ---- segments to rows ---- */

static int by_centre(gconstpointer a, gconstpointer b)
{
    const Segment *one = *(Segment *const *)a, *two = *(Segment *const *)b;
    double d = (one->rect.y0 + one->rect.y1) - (two->rect.y0 + two->rect.y1);
    return d < 0 ? -1 : d > 0;
}

static int by_left(gconstpointer a, gconstpointer b)
{
    const Segment *one = *(Segment *const *)a, *two = *(Segment *const *)b;
    return one->rect.x0 < two->rect.x0 ? -1 : one->rect.x0 > two->rect.x0;
}

static gboolean in_row(const Row *row, const Segment *s)
{
    double least = MIN(row->y1 - row->y0, height_of(s->rect));
    return overlap(row->y0, row->y1, s->rect.y0, s->rect.y1) >= 0.5 * least;
}

/* Rows from top to bottom, each with its segments from left to right. Two segments that overlap
 * sideways never share a row. */
static GArray *make_rows(Segment **segments, guint n)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
    qsort(segments, n, sizeof *segments, by_centre);
    for (guint i = 0; i < n; i++) {
        Row *row = rows->len ? &g_array_index(rows, Row, rows->len - 1) : NULL;
        gboolean joins =
            row && !segments[i]->table && !row->segments[0]->table && in_row(row, segments[i]);
        for (guint k = 0; joins && k < row->n; k++)
            joins = overlap(row->segments[k]->rect.x0, row->segments[k]->rect.x1,
                            segments[i]->rect.x0, segments[i]->rect.x1) <= 0.5 * segments[i]->size;
        if (!joins) {
            Row fresh = {.segments = &segments[i],
                         .n = 1,
                         .y0 = segments[i]->rect.y0,
                         .y1 = segments[i]->rect.y1};
            g_array_append_val(rows, fresh);
            continue;
        }
        /* The mean of the members, so that a slanting row does not swallow its neighbours. */
        row->y0 = (row->y0 * row->n + segments[i]->rect.y0) / (row->n + 1);
        row->y1 = (row->y1 * row->n + segments[i]->rect.y1) / (row->n + 1);
        row->n++;
    }
    for (guint i = 0; i < rows->len; i++) {
        Row *row = &g_array_index(rows, Row, i);
        qsort(row->segments, row->n, sizeof *row->segments, by_left);
    }
    return rows;
}

/* ---- columns ---- */

typedef struct {
    double x0, x1;
} Strip;

/* Takes away from the strips what r occupies; strips thinner than `least` vanish. */
static void narrow_strips(GArray *strips, Rect r, double least)
{
    for (guint i = strips->len; i-- > 0;) {
        Strip s = g_array_index(strips, Strip, i);
        if (r.x1 <= s.x0 || r.x0 >= s.x1)
            continue;
        Strip left = {s.x0, MIN(s.x1, r.x0)}, right = {MAX(s.x0, r.x1), s.x1};
        g_array_remove_index(strips, i);
        if (right.x1 - right.x0 >= least)
            g_array_insert_val(strips, i, right);
        if (left.x1 - left.x0 >= least)
            g_array_insert_val(strips, i, left);
    }
}

/* What stands next to the strip on one side of it. */
typedef struct {
    guint rows;    /* with a segment on this side */
    guint words;   /* of the segments next to the strip */
    guint labels;  /* of these segments end with a colon */
    guint numbers; /* of these segments are amounts, dates, codes */
    guint values;  /* of these segments begin with a colon */
    guint wide;    /* of these segments fill most of the column */
    double x0, x1; /* of the column */
} Side;

static const Segment *next_to(const Row *row, double x, gboolean left)
{
    const Segment *found = NULL;
    for (guint k = 0; k < row->n; k++)
        if ((row->segments[k]->rect.x1 <= x) == left && (left || !found))
            found = row->segments[k];
    return found;
}

static Side look_at_side(const LayoutWord *words, const Row *rows, guint n, double x, gboolean left)
{
    Side side = {0};
    for (guint i = 0; i < n; i++) {
        const Segment *s = next_to(&rows[i], x, left);
        if (!s)
            continue;
        side.x0 = side.rows ? MIN(side.x0, s->rect.x0) : s->rect.x0;
        side.x1 = side.rows ? MAX(side.x1, s->rect.x1) : s->rect.x1;
        side.rows++;
        side.words += s->n_words;
        side.labels += layout_is_label(words, s);
        side.numbers += layout_is_number(words, s);
        side.values += words[s->first].text[0] == ':';
    }
    for (guint i = 0; i < n; i++) {
        const Segment *s = next_to(&rows[i], x, left);
        side.wide += s && s->rect.x1 - s->rect.x0 >= 0.4 * (side.x1 - side.x0);
    }
    return side;
}

static gboolean is_prose(const Side *side)
{
    return side->rows >= MIN_COLUMN_ROWS && side->words >= 4 * side->rows &&
           2 * side->wide >= side->rows;
}

/* Does the empty strip at x separate two columns of text, each to be read for itself? */
static gboolean is_column_strip(const LayoutWord *words, const Row *rows, guint n, double x,
                                guint n_strips)
{
    Side left = look_at_side(words, rows, n, x, TRUE);
    Side right = look_at_side(words, rows, n, x, FALSE);
    guint both = 0;
    for (guint i = 0; i < n; i++)
        both += next_to(&rows[i], x, TRUE) && next_to(&rows[i], x, FALSE);
    guint least = MIN(left.rows, right.rows);
    if (least < 2)
        return FALSE;
    if (2 * right.numbers >= right.rows || 2 * left.numbers >= left.rows)
        return FALSE; /* amounts and codes stay with what they are the amount of */
    if (5 * left.labels >= 2 * both && 5 * right.labels < 2 * right.rows)
        return FALSE; /* label: value */
    if (5 * right.values >= 2 * right.rows)
        return FALSE; /* label : value */
    if (5 * right.labels >= 2 * right.rows)
        return TRUE; /* a block of text beside a block of label: value */
    if (10 * both < 6 * least)
        return TRUE; /* rows in a rhythm of their own */
    if (n_strips >= 2 && both >= 3)
        return FALSE; /* a table of words */
    /* Two rows may be two lines with a wide gap in each. */
    return least >= MIN_COLUMN_ROWS && left.words >= 2 * left.rows && right.words >= 2 * right.rows;
}

typedef struct {
    Reading *reading;
    const LayoutWord *words;
    double unit;
    double body; /* letter height of most words */
    gboolean fits;
} Layout;

static void read_region(Layout *l, Segment **segments, guint n, guint depth);

/* A picture's caption between two columns: short pieces with text on both sides, or reaching into the
 * row above or below, so that text must stand beside them. */
static gboolean is_caption(const Layout *l, const GArray *rows, guint i, double width)
{
    const Row *row = &g_array_index(rows, Row, i);
    gboolean flanked = row->n >= 3;
    const Segment *from = row->segments[flanked ? 1 : 0];
    const Segment *to = row->segments[flanked ? row->n - 2 : row->n - 1];
    double above = row[-1].y1 - row->y0;
    double below = i + 1 < rows->len ? row->y1 - row[1].y0 : 0;
    return 4 * (to->rect.x1 - from->rect.x0) < width && (flanked || MAX(above, below) > 0);
}

/* From the left edge to the right one of what stands side by side at row i: all of the row, or two rows
 * of one piece each whose lines are out of step, as those of two columns often are. */
static gboolean is_side_by_side(const Layout *l, const GArray *rows, guint i, Strip *extent)
{
    const Row *row = &g_array_index(rows, Row, i);
    Rect one = row->segments[0]->rect, other = row->segments[row->n - 1]->rect;
    if (row->n == 1 && i + 1 < rows->len && row[1].n == 1)
        other = row[1].segments[0]->rect;
    *extent = (Strip){MIN(one.x0, other.x0), MAX(one.x1, other.x1)};
    return row->n > 1 || (overlap(one.y0, one.y1, other.y0, other.y1) > 0 &&
                          overlap(one.x0, one.x1, other.x0, other.x1) <= -STRIP_GAP * l->unit);
}

/* How many rows from `first` on keep an empty strip, and which strips these are. The run also ends
 * where the rows stand further apart than max_gap. */
static guint find_run(const Layout *l, const GArray *rows, guint first, double max_gap,
                      GArray *kept)
{
    g_autoptr(GArray) strips = g_array_new(FALSE, FALSE, sizeof(Strip));
    const Row *row = &g_array_index(rows, Row, first);
    Strip inside;
    guint last = first, captions = 0;
    is_side_by_side(l, rows, first, &inside);
    g_array_append_val(strips, inside);
    g_array_set_size(kept, 0);
    for (guint i = first; i < rows->len; i++) {
        row = &g_array_index(rows, Row, i);
        if (i > first && row->y0 - row[-1].y1 > max_gap)
            break;
        for (guint k = 0; k < row->n; k++)
            narrow_strips(strips, row->segments[k]->rect, STRIP_GAP * l->unit);
        if (strips->len == 0 && max_gap == G_MAXDOUBLE && i > first &&
            is_caption(l, rows, i, inside.x1 - inside.x0) && captions++ < MAX_CAPTION_ROWS) {
            g_array_append_vals(strips, kept->data, kept->len);
            for (guint k = 0; k < row->n && row->n >= 3; k += row->n - 1)
                narrow_strips(strips, row->segments[k]->rect, STRIP_GAP * l->unit);
        }
        if (strips->len == 0)
            break;
        g_array_set_size(kept, 0);
        g_array_append_vals(kept, strips->data, strips->len);
        last = i;
    }
    return last - first + 1;
}

static gboolean between_prose(const Layout *l, const Row *rows, guint n, double x)
{
    Side left = look_at_side(l->words, rows, n, x, TRUE);
    Side right = look_at_side(l->words, rows, n, x, FALSE);
    return is_prose(&left) && is_prose(&right);
}

/* The row has figures left of x and nothing else right of it: one of a table's. */
static gboolean has_figures_across(const LayoutWord *words, const Row *row, double x)
{
    guint left = 0, right = 0;
    for (guint k = 0; k < row->n; k++) {
        const Segment *s = row->segments[k];
        gboolean figure = layout_is_number(words, s);
        if (s->rect.x0 >= x && !figure && !layout_is_currency(words[s->first].text))
            return FALSE;
        left += figure && s->rect.x1 <= x;
        right += figure && s->rect.x0 >= x;
    }
    return left > 0 && right > 0;
}

/* The heads of a table may leave a strip free that its figures need. */
static gboolean heads_table(const Layout *l, const GArray *rows, guint first, guint n, double x)
{
    const Row *last = &g_array_index(rows, Row, first + n - 1), *next = last + 1;
    return first + n < rows->len && next->n >= 3 && next->y0 - last->y1 <= COLUMN_GAP * l->unit &&
           has_figures_across(l->words, next, x);
}

/* The run of rows from `first` on that is cut in columns, and where: columns of running text may have
 * gaps across (figures, equations), others end with the first gap. */
static gboolean find_columns(const Layout *l, const GArray *rows, guint first, guint *n,
                             double *middle)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(Strip));
    const Row *row = &g_array_index(rows, Row, first);
    for (int prose = 1; prose >= 0; prose--) {
        double widest = 0;
        *n = find_run(l, rows, first, prose ? G_MAXDOUBLE : COLUMN_GAP * l->unit, kept);
        for (guint i = 0; i < kept->len && *n >= 2; i++) {
            Strip s = g_array_index(kept, Strip, i);
            double x = (s.x0 + s.x1) / 2;
            if (s.x1 - s.x0 > widest && (prose ? between_prose(l, row, *n, x)
                                               : is_column_strip(l->words, row, *n, x, kept->len) &&
                                                     !heads_table(l, rows, first, *n, x))) {
                widest = s.x1 - s.x0;
                *middle = x;
            }
        }
        if (widest > 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean goes_on_with(const Layout *l, const Row *row, const Segment *s, const Row *below,
                             const Segment *next)
{
    return next && fabs(next->rect.x0 - s->rect.x0) <= l->unit &&
           below->y0 - row->y1 <= MAX_LEAD * l->unit;
}

/* Is the row above the columns the first line of one of them, which begins higher than the other? */
static gboolean begins_column(const Layout *l, const GArray *rows, guint i, guint end, double x)
{
    const Row *row = &g_array_index(rows, Row, i);
    const Segment *s = row->segments[0], *next = NULL;
    gboolean left = s->rect.x1 <= x;
    if (row->n != 1 || s->table || (!left && (s->rect.x0 < x || s->size > 1.25 * l->body)))
        return FALSE;
    guint k = i;
    while (!next && ++k < end)
        next = next_to(&g_array_index(rows, Row, k), x, left);
    const Row *below = &g_array_index(rows, Row, MIN(k, end - 1));
    if (left)
        return next && below->y0 - row->y1 <= MAX_LEAD * l->unit;
    /* It may go on with a line that stands further up beside something else. */
    const Row *above = i > 0 ? row - 1 : NULL;
    for (guint j = 0; above && j < above->n && above->n > 1; j++)
        if (goes_on_with(l, above, above->segments[j], row, s))
            return FALSE;
    return goes_on_with(l, row, s, below, next);
}

/* Rows first..first+n cut at x: the left part, the right part, then what lies across. */
static void read_columns(Layout *l, const Row *rows, guint n, double x, guint depth)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new(), right = g_ptr_array_new();
    g_autoptr(GPtrArray) across = g_ptr_array_new();
    for (guint i = 0; i < n; i++)
        for (guint k = 0; k < rows[i].n; k++) {
            Rect r = rows[i].segments[k]->rect;
            g_ptr_array_add(r.x1 <= x ? left : r.x0 >= x ? right : across, rows[i].segments[k]);
        }
    read_region(l, (Segment **)left->pdata, left->len, depth + 1);
    read_region(l, (Segment **)right->pdata, right->len, depth + 1);
    read_region(l, (Segment **)across->pdata, across->len, depth + 1);
}

static void flush_rows(Layout *l, const Row *rows, guint n)
{
    if (n > 0 && l->fits)
        l->fits = layout_add_rows(l->reading, l->words, rows, n, l->body);
}

static void read_region(Layout *l, Segment **segments, guint n, guint depth)
{
    if (n == 0 || !l->fits)
        return;
    g_autoptr(GArray) rows = make_rows(segments, n);
    guint plain = 0; /* first row not yet written */
    for (guint i = 0; i < rows->len && depth < MAX_DEPTH && n <= MAX_SEGMENTS;) {
        guint length = 0;
        double middle = 0;
        Strip extent;
        if (!is_side_by_side(l, rows, i, &extent) || !find_columns(l, rows, i, &length, &middle)) {
            i++;
            continue;
        }
        guint end = i + length;
        while (i > plain && begins_column(l, rows, i - 1, end, middle))
            i--;
        flush_rows(l, &g_array_index(rows, Row, plain), i - plain);
        read_columns(l, &g_array_index(rows, Row, i), end - i, middle, depth);
        i = plain = end;
    }
    if (plain < rows->len)
        flush_rows(l, &g_array_index(rows, Row, plain), rows->len - plain);
}

/* ---- drawn tables ---- */

/* Lines that go on beside the table as if it were not there: what was taken for its frame is something
 * in the picture under running text. */
static gboolean cuts_lines(const LayoutWord *words, guint n, const GArray *segments,
                           const Table *table)
{
    g_autofree guint8 *inside = g_malloc0(n);
    guint touched = 0, cut = 0;
    for (guint i = 0; i < table->places->len; i++)
        inside[g_array_index(table->places, TablePlace, i).word] = 1;
    for (guint i = 0; i < segments->len; i++) {
        gboolean in = FALSE, out = FALSE;
        for (gint k = (gint)g_array_index(segments, Segment, i).first; k >= 0; k = words[k].next) {
            in |= inside[k];
            out |= !inside[k];
        }
        touched += in;
        cut += in && out;
    }
    return CUT_SHARE * cut >= touched;
}

static GPtrArray *find_tables(GArray *words, const GArray *segments, const LayoutHelp *help,
                              double unit)
{
    const LayoutWord *all = &g_array_index(words, LayoutWord, 0);
    if (!help || !help->rulings || !layout_segments_are_likely(segments, unit, help->cheap))
        return NULL;
    g_autoptr(GArray) rulings = help->rulings(help->data);
    GPtrArray *tables = rulings ? tables_find_ruled(all, words->len, rulings, unit) : NULL;
    for (guint i = tables ? tables->len : 0; i-- > 0;)
        if (cuts_lines(all, words->len, segments, tables->pdata[i]))
            g_ptr_array_remove_index(tables, i);
    return tables;
}

static guint8 *mark_taken(const GPtrArray *tables, guint n)
{
    guint8 *taken = g_malloc0(n + 1);
    for (guint t = 0; t < tables->len; t++) {
        const Table *table = tables->pdata[t];
        for (guint i = 0; i < table->places->len; i++)
            taken[g_array_index(table->places, TablePlace, i).word] = 1;
    }
    return taken;
}

/* A table stands among the segments as one of them. */
static void append_tables(GArray *segments, const GPtrArray *tables, double unit)
{
    for (guint t = 0; t < tables->len; t++) {
        const Table *table = tables->pdata[t];
        guint word = g_array_index(table->places, TablePlace, 0).word;
        Segment fresh = {.rect = table->rect,
                         .first = word,
                         .last = word,
                         .n_words = 1,
                         .size = unit,
                         .table = table};
        g_array_append_val(segments, fresh);
    }
}

/* Words that stand nowhere, by damaged fonts and matrices, are left out. */
static void keep_placed(GArray *words)
{
    guint kept = 0;
    for (guint i = 0; i < words->len; i++) {
        LayoutWord word = g_array_index(words, LayoutWord, i);
        const double all[] = {word.rect.x0, word.rect.y0, word.rect.x1, word.rect.y1, word.size};
        gboolean placed = TRUE;
        for (guint k = 0; k < G_N_ELEMENTS(all); k++)
            placed = placed && isfinite(all[k]) && fabs(all[k]) <= MAX_PLACE;
        if (placed)
            g_array_index(words, LayoutWord, kept++) = word;
    }
    g_array_set_size(words, kept);
}

gboolean layout_add_helped(Reading *reading, GArray *words, const LayoutHelp *help, GError **error)
{
    keep_placed(words);
    if (words->len == 0)
        return TRUE;
    g_autoptr(GArray) vertical = layout_take_vertical(words);
    double unit = median_size(words);
    g_autoptr(GArray) segments = layout_segments(words, NULL, unit);
    g_autoptr(GPtrArray) tables = find_tables(words, segments, help, unit);
    if (tables && tables->len) {
        g_autofree guint8 *taken = mark_taken(tables, words->len);
        g_array_unref(segments);
        segments = layout_segments(words, taken, unit);
        append_tables(segments, tables, unit);
    }
    g_autofree Segment **all = g_new(Segment *, segments->len);
    for (guint i = 0; i < segments->len; i++)
        all[i] = &g_array_index(segments, Segment, i);
    Layout l = {.reading = reading,
                .words = &g_array_index(words, LayoutWord, 0),
                .unit = unit,
                .body = unit,
                .fits = TRUE};
    read_region(&l, all, segments->len, 0);
    l.fits = l.fits && (!vertical || layout_add_vertical(reading, vertical));
    if (!l.fits)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "more than %u words or %u bytes of text", DOCKET_MAX_WORDS,
                    DOCKET_MAX_TEXT_BYTES);
    return l.fits;
}

gboolean layout_add(Reading *reading, GArray *words, GError **error)
{
    return layout_add_helped(reading, words, NULL, error);
}
