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

/* A straight line that is drawn on the page, or the edge of a shaded area. */
typedef struct {
    gboolean vertical;
    double at;       /* its x when vertical, else its y; unit of LayoutWord.rect */
    double from, to; /* where it begins and ends along the other axis */
} Ruling;

/* What the technique can tell about the page when it is asked. */
typedef struct {
    GArray *(*rulings)(gpointer data); /* of Ruling, layout_add unrefs; NULL if it cannot tell */
    gpointer data;
    gboolean cheap; /* asking costs next to nothing: what is painted is known, or drawn already.
                       Drawing a page costs five times the rest of layout and text together, and is
                       asked for only where the words stand in many columns */
} LayoutHelp;

/* Adds the words (of LayoutWord; reordered) to the open page. FALSE and TOO_LARGE at a limit. */
gboolean layout_add(Reading *reading, GArray *words, GError **error);
/* The same with help; `help` may be NULL. */
gboolean layout_add_helped(Reading *reading, GArray *words, const LayoutHelp *help, GError **error);
