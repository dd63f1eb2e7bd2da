/* The cells of a table, and words that the typesetter broke. */
#include "reading.h"

#include <string.h>

gsize reading_hyphen_bytes(const char *text, gsize length)
{
    if (length > 1 && text[length - 1] == '-')
        return 1;
    if (length > 3 && memcmp(text + length - 3, "\xe2\x80\x90", 3) == 0)
        return 3; /* U+2010 */
    return 0;
}

gboolean reading_append_word(const Reading *r, const Word *word, const Word *before, GString *out)
{
    gsize hyphen = before && before->flags & WORD_HYPHEN
                       ? reading_hyphen_bytes(reading_word_text(r, before), before->length)
                       : 0;
    if (hyphen && out->len >= hyphen &&
        memcmp(out->str + out->len - hyphen, reading_word_text(r, before) + before->length - hyphen,
               hyphen) == 0)
        g_string_truncate(out, out->len - hyphen);
    else if (before && !(word->flags & WORD_GLUED))
        g_string_append_c(out, ' ');
    g_string_append_len(out, reading_word_text(r, word), word->length);
    return hyphen > 0;
}

static void cell_clear(gpointer data)
{
    g_free(((ReadingCell *)data)->text);
}

/* The words of a line that stand in one cell. FALSE when there are none. */
static gboolean read_cell(const Reading *r, const Line *line, gint column, ReadingCell *cell)
{
    const Word *before = NULL;
    GString *text = NULL;
    for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
        const Word *word = reading_word(r, w);
        if (MAX(word->column, 0) != column)
            continue;
        if (!text)
            text = g_string_new(NULL);
        cell->rect = before ? rect_union(cell->rect, word->rect) : word->rect;
        reading_append_word(r, word, before, text);
        before = word;
    }
    if (text)
        cell->text = g_string_free(text, FALSE);
    return text != NULL;
}

/* Words of one row come cell by cell, but nothing forces a technique to do so. */
static void add_row(const Reading *r, const Line *line, guint row, GArray *cells)
{
    gint done = -1;
    for (;;) {
        gint next = G_MAXINT;
        for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
            gint column = MAX(reading_word(r, w)->column, 0);
            if (column > done && column < next)
                next = column;
        }
        ReadingCell cell = {.row = row, .column = (guint)next};
        if (next == G_MAXINT || !read_cell(r, line, next, &cell))
            return;
        g_array_append_val(cells, cell);
        done = next;
    }
}

GArray *reading_cells(const Reading *r, const Block *block)
{
    GArray *cells = g_array_new(FALSE, FALSE, sizeof(ReadingCell));
    g_array_set_clear_func(cells, cell_clear);
    for (guint l = 0; l < block->n_lines; l++)
        add_row(r, reading_line(r, block->first_line + l), l, cells);
    return cells;
}
