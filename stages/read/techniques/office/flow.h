/* What office formats have in common: a flow of paragraphs, headings, list items and tables, collected
 * piece by piece as the file has them and written to grid pages. */
#pragma once

#include "stages/read/techniques/grid.h"

typedef struct Flow Flow;

Flow *flow_new(Reading *reading);
void flow_free(Flow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Flow, flow_free)

void flow_begin_page(Flow *flow, guint number);
/* Ends what is open. FALSE and TOO_LARGE when the page did not all fit. */
gboolean flow_end_page(Flow *flow, GError **error);
/* A limit was reached: what comes now is dropped, and the caller may as well stop. */
gboolean flow_is_full(const Flow *flow);

/* BlockFlags of the blocks that are begun from now on. */
void flow_flags(Flow *flow, guint flags);

/* Begins a paragraph of this kind; an open one ends. Level as in Block. */
void flow_begin(Flow *flow, BlockKind kind, guint level);
/* Changes what the open paragraph is. */
void flow_kind(Flow *flow, BlockKind kind, guint level);
/* Adds UTF-8 text to the open paragraph, which is begun when there is none. '\n' breaks the line, '\t' goes
 * to the next stop. */
void flow_text(Flow *flow, const char *text, gssize length);
/* The open paragraph has no text yet. */
gboolean flow_is_fresh(const Flow *flow);
/* The open paragraph ends in white space, or has no text. */
gboolean flow_ends_in_space(const Flow *flow);
void flow_end(Flow *flow);
/* Counts the words of text that a person does not see. */
void flow_hide(Flow *flow, const char *text, gssize length);

/* The open paragraph's text so far is not seen either: it is counted and dropped. */
void flow_hide_open(Flow *flow);

/* Sets the open paragraph aside while what is anchored in it (a text box) is read; flow_pop goes on with
 * it. May be nested to any depth. */
void flow_push(Flow *flow);
void flow_pop(Flow *flow);

/* Tables. Between begin_cell and end_cell, text goes into the cell, a line a paragraph. A table in a cell
 * turns the outer one into paragraphs: it only places things. */
void flow_begin_table(Flow *flow);
void flow_begin_row(Flow *flow);
/* `column` from 0, or -1 for the one after the cell before; `span` is how many columns it covers. */
void flow_begin_cell(Flow *flow, gint column, guint span);
void flow_end_cell(Flow *flow);
/* The row has no text so far. */
gboolean flow_row_is_empty(const Flow *flow);
/* The cell that was ended last, if it has text, stands in the next `times` columns too; the same of the open
 * row. */
void flow_repeat_cell(Flow *flow, guint times);
void flow_repeat_row(Flow *flow, guint times);
/* Writes the table: as paragraphs where it has one column, as fields where the first of two columns is
 * labels, else as a table whose empty columns are left out. */
void flow_end_table(Flow *flow);
/* How many tables are open. */
guint flow_depth(const Flow *flow);
