/* Makes a table of words: lines, columns, rows, then the places in the order in which a cell is read. */
#include "layout-blocks.h"
#include "table-grid.h"

#define MIN_FILLED 0.3 /* of the cells; less is a drawing with letters in it */

void table_free(Table *table)
{
    if (!table)
        return;
    g_array_unref(table->places);
    g_free(table);
}

/* The words of one line in one cell, turned round where they are read from the right. */
static void place_words(const Grid *grid, guint first, guint n, guint row, GArray *places)
{
    guint backwards = 0, column = g_array_index(grid->columns, guint, first);
    for (guint i = first; i < first + n; i++)
        backwards += layout_is_right_to_left(g_utf8_get_char(grid_word(grid, i)->text));
    for (guint i = 0; i < n; i++) {
        guint at = 2 * backwards > n ? first + n - 1 - i : first + i;
        TablePlace place = {.word = g_array_index(grid->order, guint, at),
                            .row = row,
                            .column = column,
                            .begins = i == 0};
        g_array_append_val(places, place);
    }
}

static int by_cell(gconstpointer a, gconstpointer b)
{
    const TablePlace *one = *(TablePlace *const *)a, *two = *(TablePlace *const *)b;
    if (one->row != two->row)
        return one->row < two->row ? -1 : 1;
    if (one->column != two->column)
        return one->column < two->column ? -1 : 1;
    return one < two ? -1 : one > two; /* as they came: line by line */
}

static GArray *sort_places(GArray *places)
{
    GArray *sorted = g_array_sized_new(FALSE, FALSE, sizeof(TablePlace), places->len);
    g_autofree TablePlace **order = g_new(TablePlace *, places->len + 1);
    for (guint i = 0; i < places->len; i++)
        order[i] = &g_array_index(places, TablePlace, i);
    qsort(order, places->len, sizeof *order, by_cell);
    for (guint i = 0; i < places->len; i++)
        g_array_append_val(sorted, *order[i]);
    return sorted;
}

static Table *table_from(const Grid *grid, guint n_rows)
{
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(TablePlace));
    for (guint l = 0; l < grid->lines->len; l++) {
        const GridLine *line = grid_line_at(grid, l);
        for (guint i = line->first; i < line->first + line->n;) {
            guint column = g_array_index(grid->columns, guint, i), k = i;
            guint row = g_array_index(grid->rows, guint, i);
            while (k < line->first + line->n && g_array_index(grid->columns, guint, k) == column &&
                   g_array_index(grid->rows, guint, k) == row)
                k++;
            place_words(grid, i, k - i, row, places);
            i = k;
        }
    }
    Table *table = g_new0(Table, 1);
    table->rect = grid->rect;
    table->n_rows = n_rows;
    table->n_columns = grid_n_columns(grid);
    table->places = sort_places(places);
    return table;
}

static guint count_filled(const Table *table)
{
    guint n = 0;
    for (guint i = 0; i < table->places->len; i++) {
        const TablePlace *place = &g_array_index(table->places, TablePlace, i);
        n += i == 0 || place->row != place[-1].row || place->column != place[-1].column;
    }
    return n;
}

static void grid_clear(Grid *grid)
{
    g_array_unref(grid->order);
    g_array_unref(grid->lines);
    g_array_unref(grid->pieces);
    g_array_unref(grid->separators);
    g_array_unref(grid->columns);
    g_array_unref(grid->rows);
    g_free(grid->cells);
    g_free(grid->drawn);
    g_free(grid->drawn_share);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Grid, grid_clear)

Table *table_build(const LayoutWord *words, GArray *indices, const GArray *rulings, double unit)
{
    g_auto(Grid) grid = {.words = words,
                         .order = g_array_new(FALSE, FALSE, sizeof(guint)),
                         .lines = g_array_new(FALSE, TRUE, sizeof(GridLine)),
                         .pieces = g_array_new(FALSE, FALSE, sizeof(GridPiece)),
                         .separators = g_array_new(FALSE, FALSE, sizeof(double)),
                         .columns = g_array_new(FALSE, TRUE, sizeof(guint)),
                         .rows = g_array_new(FALSE, TRUE, sizeof(guint)),
                         .rulings = rulings,
                         .unit = unit};
    if (indices->len < 2)
        return NULL;
    grid_lines(&grid, indices);
    grid_find_columns(&grid);
    grid_mark_drawn(&grid);
    guint n_rows = grid_find_rows(&grid);
    grid_drop_columns(&grid);
    if (grid_n_columns(&grid) < 2 || n_rows < 2)
        return NULL;
    g_autoptr(Table) table = table_from(&grid, n_rows);
    if (count_filled(table) < MIN_FILLED * n_rows * table->n_columns)
        return NULL;
    return g_steal_pointer(&table);
}

gboolean table_add(Reading *reading, const LayoutWord *words, const Table *table)
{
    reading_begin_block(reading, BLOCK_TABLE, 0);
    for (guint i = 0; i < table->places->len; i++) {
        const TablePlace *place = &g_array_index(table->places, TablePlace, i);
        const LayoutWord *word = &words[place->word];
        if (i == 0 || place->row != place[-1].row)
            reading_begin_line(reading);
        guint flags = word->flags;
        if (i + 1 < table->places->len && place[1].begins && place[1].row == place->row &&
            place[1].column == place->column &&
            layout_is_broken(word->text, words[place[1].word].text))
            flags |= WORD_HYPHEN;
        if (!reading_add_word(reading, word->text, -1, word->page_rect, word->confidence,
                              (int)place->column, flags))
            return FALSE;
    }
    return TRUE;
}
