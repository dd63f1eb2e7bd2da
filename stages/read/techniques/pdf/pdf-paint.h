/* What a page's content paints, without painting it: where lines of text begin and what areas are
 * filled, in which order. Enough to prove that a word can be seen, or to find that only drawing
 * the page can tell. */
#pragma once

#include "pdf-map.h"

/* Letters shown in one go. */
typedef struct {
    double x, y;   /* points on the page: where the line begins, on its baseline */
    double dx, dy; /* unit vector along the line */
    double lo, hi; /* the letters are within this part of the line, points from (x, y) */
    double up;   /* 1: letters stand left of the direction (dx, dy), as ordinary ones; -1: right */
    double size; /* letter height, points */
    Rect clip;
    guint order; /* later covers earlier; shared with areas */
} PdfShow;

typedef struct {
    Rect rect;
    double cover;   /* share of the rectangle that is painted, at most */
    double light;   /* 0 black to 1 white, -1 unknown */
    gboolean exact; /* paints the whole rectangle */
    guint order;
} PdfArea;

typedef struct {
    GArray *shows, *areas;
    guint images;       /* among the areas */
    double fineness;    /* of the finest image: pixels per point; 0 unknown */
    guint lost;         /* pieces of text that Poppler leaves out of the text layer */
    gboolean annotated; /* it has, or may have, annotations that are more than links */
    const char *odd;    /* why only drawing can tell, or NULL; static */
} PdfPaint;

/* The page's paint in points of the page as Poppler shows it (width by height). Caller frees. */
PdfPaint *pdf_paint_new(PdfMap *map, guint page, double width, double height);
void pdf_paint_free(PdfPaint *paint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfPaint, pdf_paint_free)
