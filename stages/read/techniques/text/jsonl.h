/* JSON lines: one object a line. */
#pragma once

#include "stages/read/techniques/technique.h"

/* As rows_read (technique.h). */
gboolean jsonl_rows(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                    const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error);

/* The whole batch, one block of fields a row. */
Reading *jsonl_read(const TechniqueInput *input, GError **error);
