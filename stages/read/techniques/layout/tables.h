/* Tables: where they stand on a page, and which row and column each word of one belongs to. */
#pragma once

#include "layout.h"

typedef struct {
    guint word;        /* index of the LayoutWord */
    guint row, column; /* from 0 */
    gboolean begins;   /* the first of its text line in its cell */
} TablePlace;

typedef struct {
    Rect rect;
    GArray *places; /* of TablePlace: row by row, cell by cell, as the cell is read */
    guint n_rows, n_columns;
} Table;

void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Makes rows and cells of the words named by `indices` (of guint; reordered). `rulings` (of Ruling) may
 * be NULL; `unit` is the letter height of the page. NULL when they are no table. */
Table *table_build(const LayoutWord *words, GArray *indices, const GArray *rulings, double unit);

/* The tables that rulings show, of Table* (freed with the array). A word is in one table at most. */
GPtrArray *tables_find_ruled(const LayoutWord *words, guint n, const GArray *rulings, double unit);

/* Adds the table as one block. FALSE at a limit. */
gboolean table_add(Reading *reading, const LayoutWord *words, const Table *table);
