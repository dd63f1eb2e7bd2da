/* Rows of an OpenDocument spreadsheet: cells and rows that are repeated, hidden ones. And formulas. */
#pragma once

#include "flow.h"
#include "zip-parts.h"

typedef struct OdfRows OdfRows;

OdfRows *odf_rows_new(Flow *flow);
void odf_rows_free(OdfRows *rows);

/* The next columns of the sheet. */
void odf_rows_column(OdfRows *rows, gint64 repeated, gboolean hidden);
/* A row, which may stand for many. An empty one ends the table above it. */
void odf_rows_begin(OdfRows *rows, gint64 repeated, gboolean hidden);
void odf_rows_end(OdfRows *rows);
/* A cell, which may stand for many; its text goes through the flow. */
void odf_rows_begin_cell(OdfRows *rows, gint64 repeated);
void odf_rows_end_cell(OdfRows *rows);
/* The open cell's row or column is not shown. */
gboolean odf_rows_hidden(const OdfRows *rows);

/* Adds a formula's signs to the open paragraph, when `href` is one. */
void odf_formula(const ZipParts *zip, const char *href, Flow *flow);
