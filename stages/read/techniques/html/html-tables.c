#include "html-tables.h"

#include <string.h>

#define MAX_COLUMNS 200
#define WIDEST_COLUMN 120 /* characters; longer cells reach into the next column's place */

typedef struct {
    GString *text;  /* lines separated by newlines */
    guint32 source; /* as in Grid */
    guint column;
    gboolean heading;
} Cell;

struct HtmlTable {
    GPtrArray *rows; /* of GArray of Cell */
    guint32 source;
    Cell *open;
    guint columns;
    gboolean dissolved;
};

static void cell_clear(gpointer data)
{
    Cell *cell = data;
    g_string_free(cell->text, TRUE);
}

HtmlTable *html_table_new(guint32 source)
{
    HtmlTable *table = g_new0(HtmlTable, 1);
    table->source = source;
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    return table;
}

void html_table_free(HtmlTable *table)
{
    g_ptr_array_unref(table->rows);
    g_free(table);
}

void html_table_row(HtmlTable *table)
{
    GArray *row = g_array_new(FALSE, FALSE, sizeof(Cell));
    g_array_set_clear_func(row, cell_clear);
    g_ptr_array_add(table->rows, row);
    table->open = NULL;
}

void html_table_cell(HtmlTable *table, guint span, gboolean heading)
{
    if (table->dissolved)
        return;
    if (table->rows->len == 0)
        html_table_row(table);
    GArray *row = table->rows->pdata[table->rows->len - 1];
    guint column = row->len ? g_array_index(row, Cell, row->len - 1).column + 1 : 0;
    Cell cell = {
        .text = g_string_new(NULL), .column = MIN(column, MAX_COLUMNS - 1), .heading = heading};
    g_array_append_val(row, cell);
    table->open = &g_array_index(row, Cell, row->len - 1);
    table->columns = MAX(table->columns, table->open->column + 1);
    /* The columns that a wide cell covers are skipped by the next one. */
    if (span > 1 && span < MAX_COLUMNS)
        table->columns = MAX(table->columns, MIN(table->open->column + span, MAX_COLUMNS));
    table->open->column = MIN(table->open->column, MAX_COLUMNS - 1);
}

gboolean html_table_text(HtmlTable *table, const char *line, guint32 source)
{
    if (!table->open)
        return FALSE;
    if (table->open->text->len == 0)
        table->open->source = source;
    if (table->open->text->len)
        g_string_append_c(table->open->text, '\n');
    g_string_append(table->open->text, line);
    return TRUE;
}

void html_table_end_cell(HtmlTable *table)
{
    table->open = NULL;
}

static void write_paragraph(const Cell *cell, Grid *grid)
{
    if (cell->text->len == 0)
        return;
    g_auto(GStrv) lines = g_strsplit(cell->text->str, "\n", -1);
    grid->source = cell->source;
    grid_block(grid, BLOCK_PARAGRAPH, 0);
    for (guint i = 0; lines[i]; i++) {
        grid_line(grid);
        grid_text(grid, lines[i], 0, -1);
    }
}

void html_table_dissolve(HtmlTable *table, Grid *grid)
{
    for (guint i = 0; i < table->rows->len; i++) {
        GArray *row = table->rows->pdata[i];
        for (guint k = 0; k < row->len; k++)
            write_paragraph(&g_array_index(row, Cell, k), grid);
    }
    g_ptr_array_set_size(table->rows, 0);
    table->open = NULL;
    table->dissolved = TRUE;
}

static void measure(const HtmlTable *table, double *starts)
{
    glong widths[MAX_COLUMNS] = {0};
    for (guint i = 0; i < table->rows->len; i++) {
        GArray *row = table->rows->pdata[i];
        for (guint k = 0; k < row->len; k++) {
            const Cell *cell = &g_array_index(row, Cell, k);
            widths[cell->column] = MAX(widths[cell->column], g_utf8_strlen(cell->text->str, -1));
        }
    }
    double x = 0;
    for (guint c = 0; c < table->columns; c++) {
        starts[c] = x;
        x += (double)MIN(widths[c], WIDEST_COLUMN) + 2;
    }
}

static gboolean are_fields(const HtmlTable *table)
{
    guint keyed = 0;
    if (table->columns != 2)
        return FALSE;
    for (guint i = 0; i < table->rows->len; i++) {
        GArray *row = table->rows->pdata[i];
        if (row->len != 2)
            continue;
        const Cell *first = &g_array_index(row, Cell, 0), *second = &g_array_index(row, Cell, 1);
        keyed += (first->heading && !second->heading) || g_str_has_suffix(first->text->str, ":");
    }
    return 2 * keyed > table->rows->len;
}

void html_table_write(const HtmlTable *table, Grid *grid)
{
    double starts[MAX_COLUMNS] = {0};
    if (table->columns == 0 || table->dissolved)
        return;
    measure(table, starts);
    grid->source = table->source;
    if (table->columns > 1)
        grid_block(grid, are_fields(table) ? BLOCK_FIELDS : BLOCK_TABLE, 0);
    for (guint i = 0; i < table->rows->len && !grid->full; i++) {
        GArray *row = table->rows->pdata[i];
        if (table->columns > 1)
            grid_line(grid);
        for (guint k = 0; k < row->len; k++) {
            const Cell *cell = &g_array_index(row, Cell, k);
            if (table->columns > 1)
                grid_text(grid, cell->text->str, starts[cell->column], (int)cell->column);
            else
                write_paragraph(cell, grid);
        }
    }
}
