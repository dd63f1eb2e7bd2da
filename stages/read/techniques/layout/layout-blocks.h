/* The second half of layout: rows of one column become headings, paragraphs, lists and tables. */
#pragma once

#include "layout.h"
#include "tables.h"

typedef struct {
    Rect rect;
    guint first, last; /* words, chained by LayoutWord.next */
    guint n_words;
    double size;
    const Table *table; /* a whole table stands here; NULL for words */
} Segment;

typedef struct {
    Segment **segments; /* from left to right */
    guint n;
    double y0, y1;
} Row;

/* Sorts the words from left to right and chains them to segments (of Segment); with `taken`, one byte a
 * word, those marked are left out, and the words are sorted already. Caller unrefs. */
GArray *layout_segments(GArray *words, const guint8 *taken, double unit);
/* Whether they stand side by side as in a table that rulings would make clearer; when asking for these
 * is not cheap, only pages with many columns are. */
gboolean layout_segments_are_likely(const GArray *segments, double unit, gboolean cheap);

/* Adds blocks for the rows; `body` is the letter height of running text. FALSE at a limit. */
gboolean layout_add_rows(Reading *reading, const LayoutWord *words, const Row *rows, guint n,
                         double body);

/* "Invoice no.:" and the like. */
gboolean layout_is_label(const LayoutWord *words, const Segment *segment);
/* An amount, a date, a quantity, a code: short and mostly digits. */
gboolean layout_is_number(const LayoutWord *words, const Segment *segment);
/* A letter of a script that is read from the right. */
gboolean layout_is_right_to_left(gunichar c);
/* "$", which stands apart from its amount in the columns of a statement. */
gboolean layout_is_currency(const char *text);
/* A word that a typesetter broke: letters and a hyphen, and the next line goes on in small letters.
 * Compounds that happen to be broken at their own hyphen ("well-known") cannot be told from it without
 * a dictionary; they are the rarer case, and a word with a hyphen inside is taken for one. */
gboolean layout_is_broken(const char *before, const char *after);
