/* The proof, word by word:
 *   - it has a size and lies on the page, and no clip takes anything off it;
 *   - all letters of the page are glyphs with ink (pdf-font.h), or the page counts as odd;
 *   - areas painted after its first letters leave it uncovered;
 *   - its ink differs from every area below it that is not filled over, and from the paper unless an
 *     area fills its place.
 * What is buried by a later area, or white on bare paper, is surely not seen: that needs no drawing, either. */
#include "pdf-hidden.h"

#include <math.h>
#include <stdlib.h>

#define MIN_POINTS 1.0      /* height of a word */
#define PAPER_CONTRAST 0.12 /* of 0 to 1; a grey of 0.88 is still proved */
#define AREA_CONTRAST 0.3   /* colour spaces of areas are known roughly */
#define MAX_LOST 0.2        /* of a word; a rule through or below it is no cover */
#define WHITE 0.995         /* as the paper */
#define WHOLE 0.999         /* share of a word below an area that buries it */
#define FILLED 0.95         /* share of a word that an area has to fill to lie below all of it */

typedef struct {
    guint word;
    PdfInk ink;
    double covered; /* share under later areas */
    double merged; /* share on areas that it may not stand out from, and that are not filled over */
    gboolean filled;  /* an area lies below all of it */
    gboolean touched; /* any area does */
    gboolean buried;  /* an area lies over all of it */
} Mark;

static gboolean contains(Rect outer, Rect inner)
{
    double w = 0.2 * (inner.x1 - inner.x0), h = 0.25 * (inner.y1 - inner.y0);
    return inner.x0 + w >= outer.x0 && inner.x1 - w <= outer.x1 && inner.y0 + h >= outer.y0 &&
           inner.y1 - h <= outer.y1;
}

static int by_top(gconstpointer a, gconstpointer b)
{
    double one = ((const Mark *)a)->ink.box.y0, two = ((const Mark *)b)->ink.box.y0;
    return one < two ? -1 : one > two;
}

static gboolean stands_out(const Mark *mark, const PdfArea *area)
{
    return area->light >= 0 && (mark->ink.lightest <= area->light - AREA_CONTRAST ||
                                mark->ink.darkest >= area->light + AREA_CONTRAST);
}

static gboolean lies_inside(Rect r, const PdfArea *area, const GArray *corners)
{
    const PdfCorner *all = &g_array_index(corners, PdfCorner, area->corners);
    if (area->n_corners < 3 || r.x0 < area->rect.x0 || r.x1 > area->rect.x1 ||
        r.y0 < area->rect.y0 || r.y1 > area->rect.y1)
        return FALSE;
    for (guint i = 0; i < area->n_corners; i++) {
        const PdfCorner *a = &all[i], *b = &all[(i + 1) % area->n_corners];
        double dx = b->x - a->x, dy = b->y - a->y;
        /* the corner of the rectangle that reaches furthest out over this side */
        double x = dy > 0 ? r.x1 : r.x0, y = dx > 0 ? r.y0 : r.y1;
        if (dx * (y - a->y) - dy * (x - a->x) < 0)
            return FALSE;
    }
    return TRUE;
}

/* Areas come in the order in which they are painted: one that fills a word's place hides what was there
 * before. */
static void lay_on(Mark *mark, const PdfArea *area, const GArray *corners, double share)
{
    mark->touched = TRUE;
    mark->buried |= area->exact && area->order > mark->ink.last && share > WHOLE;
    if (area->order > mark->ink.first) {
        mark->covered += share * area->cover;
        return;
    }
    gboolean fills = area->order < mark->ink.first &&
                     ((area->exact && share > FILLED) || lies_inside(mark->ink.box, area, corners));
    if (fills)
        mark->merged = 0;
    if (!stands_out(mark, area))
        mark->merged += share * area->cover;
    mark->filled |= fills;
}

static void lay(GArray *marks, const PdfArea *area, const GArray *corners, double highest)
{
    Mark *all = &g_array_index(marks, Mark, 0);
    guint from = 0, to = marks->len;
    while (from < to) {
        guint middle = (from + to) / 2;
        if (all[middle].ink.box.y0 < area->rect.y0 - highest)
            from = middle + 1;
        else
            to = middle;
    }
    for (guint i = from; i < marks->len && all[i].ink.box.y0 < area->rect.y1; i++) {
        Rect r = all[i].ink.box;
        double w = MIN(r.x1, area->rect.x1) - MAX(r.x0, area->rect.x0);
        double h = MIN(r.y1, area->rect.y1) - MAX(r.y0, area->rect.y0);
        if (w > 0 && h > 0)
            lay_on(&all[i], area, corners, w * h / ((r.x1 - r.x0) * (r.y1 - r.y0)));
    }
}

gboolean pdf_hidden_is_tiny(Rect word)
{
    return !(word.y1 - word.y0 >= MIN_POINTS) || !(word.x1 > word.x0);
}

static PdfSight sight_of(const Mark *mark)
{
    if (mark->buried || (!mark->touched && mark->ink.darkest >= WHITE))
        return PDF_HIDDEN;
    gboolean seen = mark->covered + mark->merged <= MAX_LOST &&
                    (mark->filled || mark->ink.lightest <= 1 - PAPER_CONTRAST);
    return seen ? PDF_SEEN : PDF_IN_DOUBT;
}

/* Those words of which no area can tell more: the others are in doubt already. */
static GArray *marks_of(const PdfPaint *paint, double *highest)
{
    Rect page = {0, 0, paint->width, paint->height};
    const PdfText *text = paint->text;
    GArray *marks = g_array_sized_new(FALSE, FALSE, sizeof(Mark), text->words->len);
    *highest = 0;
    for (guint i = 0; i < text->words->len; i++) {
        Rect rect = g_array_index(text->words, LayoutWord, i).page_rect;
        Mark mark = {.word = i, .ink = g_array_index(text->inks, PdfInk, i)};
        if (pdf_hidden_is_tiny(rect) || !contains(page, rect) || !mark.ink.whole)
            continue;
        g_array_append_val(marks, mark);
        *highest = MAX(*highest, mark.ink.box.y1 - mark.ink.box.y0);
    }
    g_array_sort(marks, by_top);
    return marks;
}

gboolean pdf_hidden_prove(const PdfPaint *paint)
{
    double highest;
    g_autoptr(GArray) marks = marks_of(paint, &highest);
    guint seen = 0;
    for (guint i = 0; i < paint->areas->len; i++)
        lay(marks, &g_array_index(paint->areas, PdfArea, i), paint->corners, highest);
    for (guint i = 0; i < marks->len; i++) {
        const Mark *mark = &g_array_index(marks, Mark, i);
        PdfSight sight = sight_of(mark);
        g_array_index(paint->text->inks, PdfInk, mark->word).sight = sight;
        seen += sight == PDF_SEEN;
    }
    return seen == paint->text->words->len;
}
