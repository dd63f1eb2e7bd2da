/* A reading as the pieces of text that a model is shown: one for each block, in reading order. */
#pragma once

#include "pipeline/core/reading.h"

typedef struct {
    char *text;       /* Markdown, each line ended */
    guint page;       /* from 1 */
    guint kind;       /* BlockKind */
    guint head_lines; /* of a table: the names of its columns, without which no row is understood */
    gboolean joined;  /* no empty line before it: the next item of a list */
} Piece;

/* Running heads once, boilerplate not at all. Where a page was read by two techniques (reading_agree()
 * has compared them) and the second read a line otherwise, that line stands behind the block, with both
 * techniques' names and confidence; where they agree, the text stands there once. Caller unrefs. */
GArray *pieces_of(const Reading *reading);
