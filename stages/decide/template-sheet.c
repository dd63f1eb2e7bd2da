#include "template-sheet.h"

#include "pipeline/core/values.h"
#include <string.h>

/* A gap wider than this share of the line's height separates cells; in a grid, this many columns. */
#define CELL_GAP 1.6
/* On a page the columns of a table were judged by gaps too; between its cells this is enough. */
#define COLUMN_GAP 1.1
#define CELL_GAP_GRID 2.5

typedef struct {
    guint line, block, row;
    Rect rect;
} PlacedLine;

/* ---- rows ---- */

static double overlap(double a0, double a1, double b0, double b1)
{
    return MIN(a1, b1) - MAX(a0, b0);
}

static int by_height(gconstpointer a, gconstpointer b)
{
    const PlacedLine *p = a, *q = b;
    double u = p->rect.y0 + p->rect.y1, v = q->rect.y0 + q->rect.y1;
    if (u != v)
        return u < v ? -1 : 1;
    return p->line < q->line ? -1 : p->line > q->line;
}

/* Lines stand in one row when they overlap in height by half and not in width. */
static gboolean fits_row(const GArray *lines, guint first, guint row, const PlacedLine *line)
{
    gboolean beside = FALSE;
    for (guint i = first; i-- > 0 && first - i < 40;) {
        const PlacedLine *other = &g_array_index(lines, PlacedLine, i);
        if (other->row != row)
            continue;
        const Rect *a = &other->rect, *b = &line->rect;
        double height = MIN(a->y1 - a->y0, b->y1 - b->y0);
        if (overlap(a->y0, a->y1, b->y0, b->y1) < 0.5 * height - 1e-6 ||
            overlap(a->x0, a->x1, b->x0, b->x1) > 0.2 * MIN(a->x1 - a->x0, b->x1 - b->x0))
            return FALSE;
        beside = TRUE;
    }
    return beside;
}

static int by_row(gconstpointer a, gconstpointer b)
{
    const PlacedLine *p = a, *q = b;
    if (p->row != q->row)
        return p->row < q->row ? -1 : 1;
    if (p->rect.x0 != q->rect.x0)
        return p->rect.x0 < q->rect.x0 ? -1 : 1;
    return p->line < q->line ? -1 : p->line > q->line;
}

/* The page's lines with their rows, sorted by row and from left to right. */
static GArray *place_lines(const Reading *r, const Page *page)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(PlacedLine));
    for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
        const Block *block = reading_block(r, b);
        for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
            PlacedLine placed = {.line = l, .block = b, .rect = reading_line(r, l)->rect};
            g_array_append_val(lines, placed);
        }
    }
    g_array_sort(lines, by_height);
    guint rows = 0;
    for (guint i = 0; i < lines->len; i++) {
        PlacedLine *line = &g_array_index(lines, PlacedLine, i);
        gboolean found = FALSE;
        for (guint back = 1; back <= MIN(rows, 3) && !found; back++) {
            line->row = rows - back;
            found = fits_row(lines, i, line->row, line);
        }
        if (!found)
            line->row = rows++;
    }
    g_array_sort(lines, by_row);
    return lines;
}

/* ---- tokens ---- */

static void add_token(GStringChunk *strings, GArray *tokens, const char *text, gsize start,
                      gsize end)
{
    gsize n = end - start;
    char key[64];
    gboolean plain = n < sizeof(key);
    for (gsize i = 0; i < n && plain; i++) {
        plain = (guchar)text[start + i] < 0x80;
        key[i] = g_ascii_tolower(text[start + i]);
    }
    Token token = {.start = (guint32)start, .end = (guint32)end};
    if (plain) {
        token.key = g_string_chunk_insert_len(strings, key, (gssize)n);
    } else {
        g_autofree char *folded = value_key(text + start, (gssize)n);
        token.key = g_string_chunk_insert(strings, folded);
    }
    if (token.key[0] != '\0')
        g_array_append_val(tokens, token);
}

void sheet_tokens(const char *text, gsize length, GStringChunk *strings, GArray *tokens)
{
    const char *end = text + length, *run = NULL;
    for (const char *p = text; p < end;) {
        gunichar c = (guchar)*p < 0x80 ? (gunichar)*p : g_utf8_get_char(p);
        const char *next = (guchar)*p < 0x80 ? p + 1 : g_utf8_next_char(p);
        gboolean letter = c < 0x80 ? g_ascii_isalnum((char)c)
                                   : g_unichar_isalnum(c) || (run && g_unichar_ismark(c));
        if (letter && run == NULL)
            run = p;
        if (!letter) {
            if (run)
                add_token(strings, tokens, text, (gsize)(run - text), (gsize)(p - text));
            run = NULL;
            /* '#', '%', and signs that stand for letters ("No" in one) are words of their own. */
            if (c == '#' || c == '%' || c >= 0x80)
                add_token(strings, tokens, text, (gsize)(p - text), (gsize)(next - text));
        }
        p = next;
    }
    if (run)
        add_token(strings, tokens, text, (gsize)(run - text), length);
}

/* ---- cells ---- */

static void add_cell(Sheet *s, const PlacedLine *line, guint page, guint first, guint n)
{
    const Reading *r = s->reading;
    const Page *p = reading_page(r, page);
    const Block *block = reading_block(r, line->block);
    Cell cell = {.first_word = first,
                 .n_words = n,
                 .line = line->line,
                 .block = line->block,
                 .page = page,
                 .row = s->rows->len - 1,
                 .column = reading_word(r, first)->column,
                 .kind = block->kind,
                 .pair = block->kind == BLOCK_FIELDS && p->geometry == READING_GRID,
                 .ocr = p->technique == TECHNIQUE_OCR,
                 .rect = reading_word(r, first)->rect};
    GString *text = g_string_new(NULL);
    for (guint w = first; w < first + n; w++) {
        const Word *word = reading_word(r, w);
        if (w > first && !(word->flags & WORD_GLUED))
            g_string_append_c(text, ' ');
        g_array_index(s->word_at, guint32, w) = (guint32)text->len;
        g_array_index(s->word_cell, guint32, w) = s->cells->len;
        g_string_append_len(text, reading_word_text(r, word), (gssize)word->length);
        cell.rect = rect_union(cell.rect, word->rect);
    }
    cell.text = g_string_chunk_insert_len(s->strings, text->str, (gssize)text->len);
    cell.length = (guint32)text->len;
    g_string_free(text, TRUE);
    cell.first_token = s->tokens->len;
    sheet_tokens(cell.text, cell.length, s->strings, s->tokens);
    cell.n_tokens = s->tokens->len - cell.first_token;
    g_array_append_val(s->cells, cell);
    Row *row = &g_array_index(s->rows, Row, s->rows->len - 1);
    row->rect = row->n_cells++ == 0 ? cell.rect : rect_union(row->rect, cell.rect);
}

static gboolean cell_ends(const Reading *r, const Page *page, gboolean fields, guint w)
{
    const Word *a = reading_word(r, w - 1), *b = reading_word(r, w);
    gboolean column = a->column != b->column;
    if (column && (page->geometry == READING_GRID || fields))
        return TRUE;
    if (b->flags & WORD_GLUED || (!column && b->column >= 0))
        return FALSE;
    double gap = b->rect.x0 - a->rect.x1;
    if (page->geometry == READING_GRID)
        return gap >= CELL_GAP_GRID;
    double height = MAX(a->rect.y1 - a->rect.y0, b->rect.y1 - b->rect.y0);
    return gap > (column ? COLUMN_GAP : CELL_GAP) * MAX(height, 1.0);
}

static void add_line(Sheet *s, const PlacedLine *placed, guint page_index)
{
    const Reading *r = s->reading;
    const Page *page = reading_page(r, page_index);
    const Line *line = reading_line(r, placed->line);
    gboolean fields = reading_block(r, placed->block)->kind == BLOCK_FIELDS;
    guint first = line->first_word, end = line->first_word + line->n_words;
    for (guint w = first + 1; w <= end; w++) {
        if (w == end || cell_ends(r, page, fields, w)) {
            add_cell(s, placed, page_index, first, w - first);
            first = w;
        }
    }
}

Sheet *sheet_new(const Reading *r)
{
    Sheet *s = g_new0(Sheet, 1);
    s->reading = r;
    s->strings = g_string_chunk_new(4096);
    s->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    s->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    s->tokens = g_array_new(FALSE, FALSE, sizeof(Token));
    s->word_at = g_array_sized_new(FALSE, TRUE, sizeof(guint32), r->words->len);
    s->word_cell = g_array_sized_new(FALSE, TRUE, sizeof(guint32), r->words->len);
    g_array_set_size(s->word_at, r->words->len);
    g_array_set_size(s->word_cell, r->words->len);
    for (guint p = 0; p < r->pages->len; p++) {
        g_autoptr(GArray) lines = place_lines(r, reading_page(r, p));
        for (guint i = 0; i < lines->len; i++) {
            const PlacedLine *line = &g_array_index(lines, PlacedLine, i);
            if (reading_line(r, line->line)->n_words == 0)
                continue;
            if (i == 0 || line->row != g_array_index(lines, PlacedLine, i - 1).row) {
                Row row = {.first_cell = s->cells->len, .page = p};
                g_array_append_val(s->rows, row);
            }
            add_line(s, line, p);
        }
    }
    return s;
}

void sheet_free(Sheet *s)
{
    if (!s)
        return;
    g_string_chunk_free(s->strings);
    g_array_unref(s->cells);
    g_array_unref(s->rows);
    g_array_unref(s->tokens);
    g_array_unref(s->word_at);
    g_array_unref(s->word_cell);
    g_free(s);
}

gboolean sheet_words(const Sheet *s, const Cell *cell, gsize start, gsize end, guint *first,
                     guint *n)
{
    *n = 0;
    for (guint w = cell->first_word; w < cell->first_word + cell->n_words; w++) {
        gsize at = g_array_index(s->word_at, guint32, w);
        gsize stop = at + reading_word(s->reading, w)->length;
        if (stop <= start || at >= end)
            continue;
        if (*n == 0)
            *first = w;
        *n = w - *first + 1;
    }
    return *n > 0;
}

Rect sheet_rect(const Sheet *s, const Cell *cell, gsize start, gsize end)
{
    guint first, n;
    if (!sheet_words(s, cell, start, end, &first, &n))
        return cell->rect;
    Rect rect = reading_word(s->reading, first)->rect;
    for (guint w = first + 1; w < first + n; w++)
        rect = rect_union(rect, reading_word(s->reading, w)->rect);
    return rect;
}

char *sheet_row_text(const Sheet *s, guint index)
{
    const Row *row = sheet_row(s, index);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < row->n_cells; i++) {
        const Cell *cell = sheet_cell(s, row->first_cell + i);
        if (i > 0)
            g_string_append_c(text, ' ');
        g_string_append_len(text, cell->text, cell->length);
    }
    return g_string_free(text, FALSE);
}

static int by_value(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double sheet_line_height(const Sheet *s, guint row)
{
    /* The neighbours say it better than one row, whose only word may be a dash. */
    double heights[31];
    guint n = 0, from = row > 7 ? row - 7 : 0;
    for (guint i = from; i < s->rows->len && i <= row + 7 && n < G_N_ELEMENTS(heights); i++) {
        const Row *r = sheet_row(s, i);
        if (r->page == sheet_row(s, row)->page)
            heights[n++] =
                sheet_cell(s, r->first_cell)->rect.y1 - sheet_cell(s, r->first_cell)->rect.y0;
    }
    qsort(heights, n, sizeof(double), by_value);
    return n > 0 ? MAX(heights[n / 2], 0.1) : 1.0;
}
