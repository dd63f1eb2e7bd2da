/* A table of an HTML page while it is read: cells are known only when it ends. */
#pragma once

#include "stages/read/techniques/grid.h"

typedef struct HtmlTable HtmlTable;

/* `source` as in Grid, of the place where the table stands. */
HtmlTable *html_table_new(guint32 source);
void html_table_free(HtmlTable *table);

void html_table_row(HtmlTable *table);
/* Begins a cell; the row is begun when there is none. */
void html_table_cell(HtmlTable *table, guint span, gboolean heading);
/* Adds a line of text, from the place `source`, to the open cell. FALSE when no cell is open. */
gboolean html_table_text(HtmlTable *table, const char *line, guint32 source);
void html_table_end_cell(HtmlTable *table);

/* The table only places things on the page: writes what it has as paragraphs; from now on it takes no
 * text any more. */
void html_table_dissolve(HtmlTable *table, Grid *grid);
/* Writes it as BLOCK_TABLE, BLOCK_FIELDS (two columns, the first of headings) or paragraphs (one). */
void html_table_write(const HtmlTable *table, Grid *grid);
