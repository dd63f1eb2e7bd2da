/* The proof, word by word:
 *   - it has a size and lies on the page;
 *   - a line of text of this content explains it, so that Poppler and the map speak of one page;
 *   - all letters of the page are glyphs with ink (pdf-font.h), or the page counts as odd;
 *   - every line that may explain it is clipped outside of it only;
 *   - areas painted after the first such line leave it uncovered;
 *   - its ink differs from every area below it that is not filled over, and from the paper unless an
 *     area fills its place. */
#include "pdf-hidden.h"

#include <math.h>
#include <stdlib.h>

#define MIN_POINTS 1.0      /* height of a word */
#define PAPER_CONTRAST 0.12 /* of 0 to 1; a grey of 0.88 is still proved */
#define AREA_CONTRAST 0.3   /* colour spaces of areas are known roughly */
#define MAX_LOST 0.2        /* of a word; a rule through or below it is no cover */
/* A word's middle stands so far above the baseline or below it, at most, in letter heights. */
#define ABOVE 0.8
#define BELOW 0.35
#define FILLED 0.95 /* share of a word that an area has to fill to lie below all of it */
#define SLACK 0.5   /* points */
#define LETTER 0.25 /* letter heights; a narrower piece of a word is no letter */
#define LARGE 40.0  /* points; lines of larger letters are searched one by one */

typedef struct {
    Rect rect;
    float darkest, lightest; /* ink */
    guint first, last;       /* orders of the lines that may explain it; last 0: none */
    double covered;          /* share under later areas */
    double merged; /* share on areas that it may not stand out from, and that are not filled over */
    gboolean filled; /* an area lies below all of it */
} Mark;

typedef struct {
    GArray *level; /* of PdfShow: ordinary lines from left to right, sorted by y */
    GArray *other;
    double reach; /* of level lines */
} Lines;

static int by_y(gconstpointer a, gconstpointer b)
{
    double one = ((const PdfShow *)a)->y, two = ((const PdfShow *)b)->y;
    return one < two ? -1 : one > two;
}

static void lines_init(Lines *l, const PdfPaint *paint)
{
    *l = (Lines){.level = g_array_new(FALSE, FALSE, sizeof(PdfShow)),
                 .other = g_array_new(FALSE, FALSE, sizeof(PdfShow))};
    for (guint i = 0; i < paint->shows->len; i++) {
        const PdfShow *s = &g_array_index(paint->shows, PdfShow, i);
        gboolean level = s->dx > 0 && fabs(s->dy) < 1e-6 && s->size <= LARGE;
        g_array_append_vals(level ? l->level : l->other, s, 1);
        if (level)
            l->reach = MAX(l->reach, ABOVE * s->size + SLACK);
    }
    g_array_sort(l->level, by_y);
}

static void lines_clear(Lines *l)
{
    g_array_unref(l->level);
    g_array_unref(l->other);
}

static gboolean contains(Rect outer, Rect inner)
{
    double w = 0.2 * (inner.x1 - inner.x0), h = 0.25 * (inner.y1 - inner.y0);
    return inner.x0 + w >= outer.x0 && inner.x1 - w <= outer.x1 && inner.y0 + h >= outer.y0 &&
           inner.y1 - h <= outer.y1;
}

/* FALSE when the line may have shown the word, or a letter of it, where it was clipped away. */
static gboolean explain(Mark *mark, const PdfShow *s)
{
    Rect r = mark->rect;
    double x = (r.x0 + r.x1) / 2 - s->x, y = (r.y0 + r.y1) / 2 - s->y;
    double above = s->up * (s->dy * x - s->dx * y);
    if (above < -BELOW * s->size - SLACK || above > ABOVE * s->size + SLACK)
        return TRUE;
    double along = s->dx * x + s->dy * y;
    double half = (fabs(s->dx) * (r.x1 - r.x0) + fabs(s->dy) * (r.y1 - r.y0)) / 2;
    double from = MAX(along - half, s->lo), to = MIN(along + half, s->hi);
    if (to - from < MIN(LETTER * s->size, half))
        return TRUE;
    mark->first = mark->last ? MIN(mark->first, s->order) : s->order;
    mark->last = MAX(mark->last, s->order);
    if (fabs(s->dy) < 1e-6) { /* only the part that it may have shown */
        r.x0 = MIN(s->x + s->dx * from, s->x + s->dx * to);
        r.x1 = MAX(s->x + s->dx * from, s->x + s->dx * to);
    }
    return contains(s->clip, r);
}

static gboolean explain_by_lines(Mark *mark, const Lines *l)
{
    const PdfShow *level = (const PdfShow *)(const void *)l->level->data;
    double y = (mark->rect.y0 + mark->rect.y1) / 2;
    guint from = 0, to = l->level->len;
    while (from < to) {
        guint middle = (from + to) / 2;
        if (level[middle].y < y - l->reach)
            from = middle + 1;
        else
            to = middle;
    }
    for (guint i = from; i < l->level->len && level[i].y <= y + l->reach; i++)
        if (!explain(mark, &level[i]))
            return FALSE;
    for (guint i = 0; i < l->other->len; i++)
        if (!explain(mark, &g_array_index(l->other, PdfShow, i)))
            return FALSE;
    return mark->last > 0;
}

static int by_top(gconstpointer a, gconstpointer b)
{
    double one = ((const Mark *)a)->rect.y0, two = ((const Mark *)b)->rect.y0;
    return one < two ? -1 : one > two;
}

static gboolean stands_out(const Mark *mark, const PdfArea *area)
{
    return area->light >= 0 && (mark->lightest <= area->light - AREA_CONTRAST ||
                                mark->darkest >= area->light + AREA_CONTRAST);
}

/* Areas come in the order in which they are painted: one that fills a word's place hides what was there
 * before. FALSE when the area surely covers too much of the word. */
static gboolean lay_on(Mark *mark, const PdfArea *area, double share)
{
    if (area->order > mark->first) {
        mark->covered += share * area->cover;
        return mark->covered <= MAX_LOST;
    }
    gboolean fills = area->exact && area->order < mark->first && share > FILLED;
    if (fills)
        mark->merged = 0;
    if (!stands_out(mark, area))
        mark->merged += share * area->cover;
    mark->filled |= fills;
    return TRUE;
}

static gboolean lay(GArray *marks, const PdfArea *area, double highest)
{
    Mark *all = &g_array_index(marks, Mark, 0);
    guint from = 0, to = marks->len;
    while (from < to) {
        guint middle = (from + to) / 2;
        if (all[middle].rect.y0 < area->rect.y0 - highest)
            from = middle + 1;
        else
            to = middle;
    }
    for (guint i = from; i < marks->len && all[i].rect.y0 < area->rect.y1; i++) {
        Rect r = all[i].rect;
        double w = MIN(r.x1, area->rect.x1) - MAX(r.x0, area->rect.x0);
        double h = MIN(r.y1, area->rect.y1) - MAX(r.y0, area->rect.y0);
        if (w > 0 && h > 0 && !lay_on(&all[i], area, w * h / ((r.x1 - r.x0) * (r.y1 - r.y0))))
            return FALSE;
    }
    return TRUE;
}

gboolean pdf_hidden_is_tiny(Rect word)
{
    return !(word.y1 - word.y0 >= MIN_POINTS) || !(word.x1 > word.x0);
}

static gboolean prove(GArray *marks, const PdfPaint *paint, const Lines *lines, Rect page)
{
    double highest = 0;
    for (guint i = 0; i < marks->len; i++) {
        Mark *mark = &g_array_index(marks, Mark, i);
        if (pdf_hidden_is_tiny(mark->rect) || !contains(page, mark->rect) ||
            !explain_by_lines(mark, lines))
            return FALSE;
        highest = MAX(highest, mark->rect.y1 - mark->rect.y0);
    }
    g_array_sort(marks, by_top);
    for (guint i = 0; i < paint->areas->len; i++)
        if (!lay(marks, &g_array_index(paint->areas, PdfArea, i), highest))
            return FALSE;
    for (guint i = 0; i < marks->len; i++) {
        const Mark *mark = &g_array_index(marks, Mark, i);
        if (mark->covered + mark->merged > MAX_LOST ||
            (!mark->filled && mark->lightest > 1 - PAPER_CONTRAST))
            return FALSE;
    }
    return TRUE;
}

gboolean pdf_hidden_none(const PdfText *text, const PdfPaint *paint, double width, double height)
{
    if (paint->odd)
        return FALSE;
    Lines lines;
    g_autoptr(GArray) marks = g_array_sized_new(FALSE, FALSE, sizeof(Mark), text->words->len);
    for (guint i = 0; i < text->words->len; i++) {
        const PdfInk *ink = &g_array_index(text->inks, PdfInk, i);
        Mark mark = {.rect = g_array_index(text->words, LayoutWord, i).page_rect,
                     .darkest = ink->darkest,
                     .lightest = ink->lightest};
        g_array_append_val(marks, mark);
    }
    lines_init(&lines, paint);
    gboolean seen = prove(marks, paint, &lines, (Rect){0, 0, width, height});
    lines_clear(&lines);
    return seen;
}
