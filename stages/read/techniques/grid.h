/* Pages without a geometry: text on a grid of characters and lines. */
#pragma once

#include "pipeline/core/reading.h"

typedef struct {
    Reading *reading;
    double y;       /* of the open line */
    double width;   /* of the widest line so far */
    guint hidden;   /* words with characters that nobody sees, and words left out */
    gboolean lines; /* a line was begun */
    guint32 source; /* the technique's own mark of where a block comes from: Block.reserved until it
                       ends its work on the page */
    gboolean full;  /* a limit was reached: what came after is missing */
} Grid;

/* Begins page 1 of the reading. */
void grid_begin(Grid *grid, Reading *reading, Technique technique);
/* Begins another page, which starts its own grid. */
void grid_begin_page(Grid *grid, Reading *reading, Technique technique, guint number);
void grid_block(Grid *grid, BlockKind kind, guint level);
/* The open block comes from `source` (again), whatever was said when it began. */
void grid_source(Grid *grid, guint32 source);
void grid_line(Grid *grid);
/* Adds the words of UTF-8 text to the open line, the first at column x of the grid; `cell` as in
 * Word.column. Characters that nobody sees are dropped. Returns the x after the text. */
double grid_text(Grid *grid, const char *text, double x, int cell);
/* Ends the page; notes hidden words. FALSE and TOO_LARGE when it did not all fit. */
gboolean grid_end(Grid *grid, GError **error);

/* How many words hidden text has; for counting what is left out. */
guint grid_count_words(const char *text);
