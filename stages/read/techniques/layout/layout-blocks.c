#include "layout-blocks.h"

#include <stdlib.h>
#include <string.h>

#define HEADING_RATIO 1.25 /* letters so much larger than running text head something */
#define MAX_HEADING_WORDS 14
#define BLOCK_GAP 0.55 /* letter heights of extra space that begin a new block */
#define TABLE_GAP 3.0  /* letter heights between two rows of one table, at most */
#define MIN_TABLE_ROWS 2
#define MAX_CELLS 64
#define MAX_ALONE 5 /* rows with one cell between two full ones */

typedef struct {
    double x0, x1;
} Cell;

typedef struct {
    Cell cells[MAX_CELLS]; /* from left to right */
    guint n;
} Columns;

/* ---- what a segment looks like ---- */

gboolean layout_is_label(const LayoutWord *words, const Segment *segment)
{
    const char *text = words[segment->last].text;
    return g_str_has_suffix(text, ":") || g_str_has_suffix(text, "：");
}

gboolean layout_is_currency(const char *text)
{
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_type(g_utf8_get_char(text)) != G_UNICODE_CURRENCY_SYMBOL)
            return FALSE;
    return TRUE;
}

gboolean layout_is_number(const LayoutWord *words, const Segment *segment)
{
    guint digits = 0, others = 0;
    if (segment->n_words > 3)
        return FALSE;
    for (gint i = (gint)segment->first; i >= 0; i = words[i].next)
        for (const char *p = words[i].text; *p; p = g_utf8_next_char(p)) {
            gunichar c = g_utf8_get_char(p);
            digits += g_unichar_isdigit(c) != 0;
            others += g_unichar_isalpha(c) != 0;
        }
    return digits > 0 && digits >= others;
}

/* ---- emitting ---- */

gboolean layout_is_right_to_left(gunichar c)
{
    return (c >= 0x0590 && c <= 0x08ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfeff);
}

static gboolean add_word(Reading *r, const LayoutWord *word, int column)
{
    return reading_add_word(r, word->text, -1, word->page_rect, word->confidence, column,
                            word->flags);
}

/* Right-to-left scripts: the words were chained from left to right, and are read the other way. */
static gboolean add_segment(Reading *r, const LayoutWord *words, const Segment *segment, int column)
{
    guint backwards = 0, n = 0;
    for (gint i = (gint)segment->first; i >= 0; i = words[i].next, n++)
        backwards += layout_is_right_to_left(g_utf8_get_char(words[i].text));
    if (2 * backwards <= n) {
        for (gint i = (gint)segment->first; i >= 0; i = words[i].next)
            if (!add_word(r, &words[i], column))
                return FALSE;
        return TRUE;
    }
    g_autofree gint *order = g_new(gint, n);
    guint k = 0;
    for (gint i = (gint)segment->first; i >= 0; i = words[i].next)
        order[k++] = i;
    while (k-- > 0)
        if (!add_word(r, &words[order[k]], column))
            return FALSE;
    return TRUE;
}

static int column_of(const Columns *columns, const Segment *s)
{
    int best = -1;
    double most = -G_MAXDOUBLE;
    for (guint i = 0; i < columns->n; i++) {
        /* A long cell counts for the column that it begins in. */
        if (s->rect.x0 >= columns->cells[i].x0 - 0.1 * s->size && s->rect.x0 < columns->cells[i].x1)
            return (int)i;
        double shared =
            MIN(columns->cells[i].x1, s->rect.x1) - MAX(columns->cells[i].x0, s->rect.x0);
        if (shared > most) {
            most = shared;
            best = (int)i;
        }
    }
    return best;
}

static gboolean add_row(Reading *r, const LayoutWord *words, const Row *row, const Columns *columns)
{
    reading_begin_line(r);
    for (guint k = 0; k < row->n; k++) {
        int column = columns ? column_of(columns, row->segments[k]) : -1;
        if (!add_segment(r, words, row->segments[k], column))
            return FALSE;
    }
    return TRUE;
}

/* ---- tables ---- */

/* Merges the row into the columns. FALSE (columns unchanged) when a segment of the row lies across
 * two of them, or two segments of the row in one. */
static gboolean columns_take(Columns *columns, const Row *row)
{
    Columns grown = *columns;
    int before = -1;
    for (guint k = 0; k < row->n; k++) {
        Rect r = row->segments[k]->rect;
        int hit = -1;
        guint at = 0;
        for (guint i = 0; i < grown.n; i++) {
            if (grown.cells[i].x1 <= r.x0)
                at = i + 1;
            if (grown.cells[i].x0 < r.x1 && r.x0 < grown.cells[i].x1) {
                if (hit >= 0)
                    return FALSE;
                hit = (int)i;
            }
        }
        if (hit < 0) {
            if (grown.n == MAX_CELLS)
                return FALSE;
            memmove(&grown.cells[at + 1], &grown.cells[at], (grown.n - at) * sizeof(Cell));
            grown.cells[at] = (Cell){r.x0, r.x1};
            grown.n++;
            hit = (int)at;
        } else {
            grown.cells[hit].x0 = MIN(grown.cells[hit].x0, r.x0);
            grown.cells[hit].x1 = MAX(grown.cells[hit].x1, r.x1);
        }
        if (hit <= before)
            return FALSE;
        before = hit;
    }
    *columns = grown;
    return TRUE;
}

/* A row with one cell continues the row above (a long description) when it begins in a column. One that
 * begins left of all of them, and does not reach the second, heads the rows below: labels are indented
 * under it, or the only line so far is the heads of figures. */
static gboolean continues(const Columns *columns, const Row *row)
{
    const Segment *s = row->segments[0];
    if (columns->n && s->rect.x0 < columns->cells[0].x0 &&
        (s->rect.x1 <= columns->cells[0].x0 ||
         (columns->n > 1 && s->rect.x1 <= columns->cells[1].x0)))
        return TRUE;
    for (guint i = 0; i < columns->n; i++)
        if (s->rect.x0 >= columns->cells[i].x0 - s->size && s->rect.x0 < columns->cells[i].x1)
            return TRUE;
    return FALSE;
}

/* Rows from `first` on that form one table; 0 if they do not. Rows with one cell do not end it, but
 * neither are they its last rows. */
static guint table_length(const Row *rows, guint n, guint first, Columns *columns)
{
    guint full = 0, length = 0, alone = 0;
    Columns grown = {.n = 0};
    if (rows[first].n < 2)
        return 0; /* a drawn table is alone in its row */
    for (guint i = first; i < n; i++) {
        if (rows[i].segments[0]->table)
            break;
        double size = rows[i].segments[0]->size;
        if (i > first && rows[i].y0 - rows[i - 1].y1 > TABLE_GAP * size)
            break;
        alone = rows[i].n < 2 ? alone + 1 : 0;
        if (alone > MAX_ALONE ||
            !(alone ? continues(&grown, &rows[i]) : columns_take(&grown, &rows[i])))
            break;
        if (rows[i].n >= 2) {
            full++;
            length = i - first + 1;
            *columns = grown;
        }
    }
    return full >= MIN_TABLE_ROWS && columns->n >= 2 ? length : 0;
}

static gboolean is_currency(const LayoutWord *words, const Segment *segment)
{
    return segment->n_words == 1 && layout_is_currency(words[segment->first].text);
}

/* Signs of currencies that stand apart from their amounts, often in the first row and at the sums only,
 * are no column: they belong to the one on their right. */
static void join_currencies(const LayoutWord *words, const Row *rows, guint n, Columns *columns)
{
    guint cells[MAX_CELLS] = {0}, signs[MAX_CELLS] = {0};
    for (guint i = 0; i < n; i++)
        for (guint k = 0; k < rows[i].n; k++) {
            int column = column_of(columns, rows[i].segments[k]);
            cells[column]++;
            signs[column] += is_currency(words, rows[i].segments[k]);
        }
    guint kept = 0;
    for (guint c = 0; c < columns->n; c++) {
        double x0 = columns->cells[c].x0;
        while (c + 1 < columns->n && signs[c] > 0 && signs[c] == cells[c])
            c++;
        columns->cells[kept++] = (Cell){x0, columns->cells[c].x1};
    }
    columns->n = kept;
}

/* Two columns of which the left is labels. */
static gboolean are_fields(const LayoutWord *words, const Row *rows, guint n,
                           const Columns *columns)
{
    guint labels = 0;
    if (columns->n != 2)
        return FALSE;
    for (guint i = 0; i < n; i++)
        labels += layout_is_label(words, rows[i].segments[0]);
    return 2 * labels >= n;
}

static gboolean add_table(Reading *r, const LayoutWord *words, const Row *rows, guint n,
                          const Columns *columns)
{
    reading_begin_block(r, are_fields(words, rows, n, columns) ? BLOCK_FIELDS : BLOCK_TABLE, 0);
    for (guint i = 0; i < n; i++)
        if (!add_row(r, words, &rows[i], columns))
            return FALSE;
    return TRUE;
}

/* ---- running text ---- */

static guint heading_level(const Row *row, double body)
{
    guint words = 0;
    double size = 0;
    for (guint k = 0; k < row->n; k++) {
        words += row->segments[k]->n_words;
        size = MAX(size, row->segments[k]->size);
    }
    if (words > MAX_HEADING_WORDS || row->n > 1 || size < HEADING_RATIO * body)
        return 0;
    return size >= 1.8 * body ? 1 : size >= 1.45 * body ? 2 : 3;
}

static gboolean is_bullet(const LayoutWord *words, const Row *row)
{
    static const char *const bullets[] = {"•", "‣", "▪", "◦", "●", "■",
                                          "○", "–", "-", "*", "",  NULL};
    return g_strv_contains(bullets, words[row->segments[0]->first].text) &&
           (row->n > 1 || row->segments[0]->n_words > 1);
}

static int compare_double(gconstpointer a, gconstpointer b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

/* The usual space between two rows; what is clearly more begins a new block. */
static double usual_gap(const Row *rows, guint n)
{
    if (n < 2)
        return 0;
    g_autofree double *gaps = g_new(double, n - 1);
    for (guint i = 1; i < n; i++)
        gaps[i - 1] = rows[i].y0 - rows[i - 1].y1;
    qsort(gaps, n - 1, sizeof *gaps, compare_double);
    return gaps[(n - 1) / 2];
}

/* The line that begins with word `first` may go on with the last word of the line above. */
static void mark_broken(Reading *r, guint first)
{
    if (first == 0 || first >= r->words->len)
        return;
    Word *before = &g_array_index(r->words, Word, first - 1);
    if (layout_is_broken(reading_word_text(r, before),
                         reading_word_text(r, reading_word(r, first))))
        before->flags |= WORD_HYPHEN;
}

gboolean layout_add_rows(Reading *reading, const LayoutWord *words, const Row *rows, guint n,
                         double body)
{
    double usual = usual_gap(rows, n);
    gboolean fresh = TRUE;
    BlockKind open = BLOCK_PARAGRAPH;
    guint open_level = 0;
    for (guint i = 0; i < n;) {
        if (rows[i].segments[0]->table) {
            if (!table_add(reading, words, rows[i].segments[0]->table))
                return FALSE;
            i++;
            fresh = TRUE;
            continue;
        }
        Columns columns = {.n = 0};
        guint length = table_length(rows, n, i, &columns);
        if (length > 0) {
            join_currencies(words, &rows[i], length, &columns);
            if (!add_table(reading, words, &rows[i], length, &columns))
                return FALSE;
            i += length;
            fresh = TRUE;
            continue;
        }
        guint level = heading_level(&rows[i], body);
        gboolean bullet = !level && is_bullet(words, &rows[i]);
        gboolean apart = i > 0 && rows[i].y0 - rows[i - 1].y1 > MAX(usual, 0) + BLOCK_GAP * body;
        BlockKind kind = level ? BLOCK_HEADING : bullet ? BLOCK_LIST : BLOCK_PARAGRAPH;
        gboolean goes_on = !fresh && !apart && !bullet &&
                           ((kind == open && level == open_level) ||
                            (open == BLOCK_LIST && kind == BLOCK_PARAGRAPH));
        if (!goes_on) {
            reading_begin_block(reading, kind, level ? level : bullet ? 1 : 0);
            open = kind;
            open_level = level;
        }
        guint first = reading->words->len;
        if (!add_row(reading, words, &rows[i], NULL))
            return FALSE;
        if (goes_on)
            mark_broken(reading, first);
        fresh = FALSE;
        i++;
    }
    return TRUE;
}
