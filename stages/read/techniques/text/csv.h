/* CSV as spreadsheets write it (RFC 4180 and what is done instead): any of , ; tab | between the
 * cells, quotes around cells with line breaks in them, any encoding. */
#pragma once

#include "stages/read/techniques/technique.h"

/* As rows_read (technique.h). */
gboolean csv_rows(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                  const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error);

/* The whole batch as one table. */
Reading *csv_read(const TechniqueInput *input, GError **error);
