/* From words with rectangles to blocks and lines in reading order: columns are read one after the
 * other, a label and its value stay on one line, aligned rows become tables. */
#pragma once

#include "pipeline/core/reading.h"

typedef struct {
    Rect rect;         /* upright, in any unit: what the layout is judged by */
    Rect page_rect;    /* points on the page: what the reading gets */
    const char *text;  /* valid UTF-8 without white space; lent until layout_add returns */
    double size;       /* letter height in the unit of rect */
    double confidence; /* 0..1, -1 if none */
    guint flags;       /* WordFlags */
    gint line;         /* words that the technique saw on one line share a number; -1 unknown */
    gint next;         /* layout's own: the next word of the segment */
} LayoutWord;

/* Adds the words (of LayoutWord; reordered) to the open page. FALSE and TOO_LARGE at a limit. */
gboolean layout_add(Reading *reading, GArray *words, GError **error);
