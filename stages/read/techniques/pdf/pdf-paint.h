/* What a page's content paints, without painting it: its words, and what areas are filled, in which
 * order. Enough to read a page and to prove that its words can be seen, or to find that only drawing
 * the page can tell. */
#pragma once

#include "pdf-map.h"
#include "pdf-text.h"

typedef struct {
    double x, y;
} PdfCorner;

typedef struct {
    Rect rect;
    double cover;             /* share of the rectangle that is painted, at most */
    double light;             /* 0 black to 1 white, -1 unknown */
    gboolean exact;           /* paints the whole rectangle */
    guint corners, n_corners; /* of PdfPaint.corners: paints the whole polygon; 0: none is known */
    guint order;              /* later covers earlier; shared with the words' PdfInk */
} PdfArea;

typedef struct {
    double width,
        height;      /* of the page as it is shown, points; 0 when it is odd before that is known */
    PdfText *text;   /* NULL when the page is odd */
    GArray *areas;   /* of PdfArea */
    GArray *corners; /* of PdfCorner: convex polygons, clockwise as they are shown */
    guint images;    /* among the areas */
    double fineness; /* of the finest image: pixels per point; 0 unknown */
    guint letters;   /* that are shown, or lost */
    guint lost;      /* pieces of text that are left out: nobody can tell what they say */
    gboolean annotated; /* it has, or may have, annotations that are more than links */
    const char *odd;    /* why only drawing can tell, or NULL; static */
} PdfPaint;

/* In points of the page as it is shown. Caller frees. */
PdfPaint *pdf_paint_new(PdfMap *map, guint page);
void pdf_paint_free(PdfPaint *paint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfPaint, pdf_paint_free)
