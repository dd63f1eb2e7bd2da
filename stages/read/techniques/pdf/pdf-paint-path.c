/* Paths of a page's content, and the areas that they fill. */
#include "pdf-painter.h"

#include <math.h>
#include <string.h>

#define MAX_AREAS 100000

static void finish_areas(PdfPainter *p, guint first, double light, guint veils)
{
    GArray *areas = p->paint->areas;
    guint kept = first;
    veils |= p->s.veils & (PDF_VEIL_MASK | PDF_VEIL_BLEND | PDF_VEIL_LAYER);
    veils |= p->layer ? PDF_VEIL_LAYER : 0;
    p->order++;
    for (guint i = first; i < areas->len; i++) {
        PdfArea area = g_array_index(areas, PdfArea, i);
        area.rect = (Rect){MAX(area.rect.x0, p->s.clip.x0), MAX(area.rect.y0, p->s.clip.y0),
                           MIN(area.rect.x1, p->s.clip.x1), MIN(area.rect.y1, p->s.clip.y1)};
        area.exact &= !p->s.shaped && !veils;
        area.n_corners = p->s.shaped || veils ? 0 : area.n_corners;
        area.light = veils ? -1 : light;
        area.order = p->order;
        if (!isfinite(area.rect.x0 + area.rect.y0 + area.rect.x1 + area.rect.y1))
            set_odd(p, "an area without bounds");
        if (area.rect.x0 < area.rect.x1 && area.rect.y0 < area.rect.y1)
            g_array_index(areas, PdfArea, kept++) = area;
    }
    g_array_set_size(areas, kept);
    if (areas->len > MAX_AREAS)
        set_odd(p, "too many areas");
}

void pdf_paint_add_area(PdfPainter *p, Rect rect)
{
    PdfArea area = {.rect = rect, .cover = 1};
    g_array_append_val(p->paint->areas, area);
    finish_areas(p, p->paint->areas->len - 1, -1, 0);
}

void pdf_paint_narrow_clip(PdfPainter *p, Rect rect, gboolean exact)
{
    Rect *clip = &p->s.clip;
    *clip = (Rect){MAX(clip->x0, rect.x0), MAX(clip->y0, rect.y0), MIN(clip->x1, rect.x1),
                   MIN(clip->y1, rect.y1)};
    p->s.shaped |= !exact;
}

static double scale_of(PdfMatrix m)
{
    return sqrt(fabs(m.a * m.d - m.b * m.c));
}

static void paint_path(PdfPainter *p, gboolean fill, gboolean stroke)
{
    Rect box;
    gboolean exact;
    if (p->path.odd) { /* a curve may have been cut in the middle */
        set_odd(p, "a path without a beginning, or too long");
        return;
    }
    if (fill) {
        guint first = p->paint->areas->len;
        pdf_path_fill(&p->path, p->paint->areas, p->paint->corners);
        finish_areas(p, first, p->s.fill, p->s.veils & PDF_VEIL_FILL);
    }
    if (stroke) {
        guint first = p->paint->areas->len;
        pdf_path_stroke(&p->path, p->s.line_width * scale_of(p->s.ctm), p->paint->areas);
        finish_areas(p, first, p->s.stroke, p->s.veils & PDF_VEIL_STROKE);
    }
    if (p->clip) {
        if (pdf_path_box(&p->path, &box, &exact))
            pdf_paint_narrow_clip(p, box, exact);
        else
            set_odd(p, "a clip without a path");
    }
    p->clip = 0;
    pdf_path_reset(&p->path);
}

static gboolean path_operator(PdfPainter *p, guint32 op)
{
    const double *v = p->operands;
    double full[6] = {p->path.x, p->path.y, v[0], v[1], v[2], v[3]};
    switch (op) {
    case OP('m', 0, 0):
        pdf_path_move(&p->path, p->s.ctm, v[0], v[1]);
        return p->n == 2;
    case OP('l', 0, 0):
        pdf_path_to(&p->path, p->s.ctm, v, 1);
        return p->n == 2;
    case OP('c', 0, 0):
        pdf_path_to(&p->path, p->s.ctm, v, 3);
        return p->n == 6;
    case OP('v', 0, 0):
        pdf_path_to(&p->path, p->s.ctm, full, 3);
        return p->n == 4;
    case OP('y', 0, 0):
        memcpy(full, v, 4 * sizeof *v);
        full[4] = v[2];
        full[5] = v[3];
        pdf_path_to(&p->path, p->s.ctm, full, 3);
        return p->n == 4;
    case OP('h', 0, 0):
        pdf_path_close(&p->path);
        return p->n == 0;
    case OP('r', 'e', 0):
        pdf_path_rect(&p->path, p->s.ctm, (Rect){v[0], v[1], v[0] + v[2], v[1] + v[3]});
        return p->n == 4;
    case OP('W', 0, 0):
    case OP('W', '*', 0):
        p->clip = 'W';
        return p->n == 0;
    default:
        return FALSE;
    }
}

static gboolean paint_operator(PdfPainter *p, guint32 op)
{
    switch (op) {
    case OP('s', 0, 0):
        pdf_path_close(&p->path);
        paint_path(p, FALSE, TRUE);
        return TRUE;
    case OP('S', 0, 0):
        paint_path(p, FALSE, TRUE);
        return TRUE;
    case OP('f', 0, 0):
    case OP('F', 0, 0):
    case OP('f', '*', 0):
        paint_path(p, TRUE, FALSE);
        return TRUE;
    case OP('b', 0, 0):
    case OP('b', '*', 0):
        pdf_path_close(&p->path);
        paint_path(p, TRUE, TRUE);
        return TRUE;
    case OP('B', 0, 0):
    case OP('B', '*', 0):
        paint_path(p, TRUE, TRUE);
        return TRUE;
    case OP('n', 0, 0):
        paint_path(p, FALSE, FALSE);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean pdf_paint_path_operator(PdfPainter *p, guint32 op)
{
    return path_operator(p, op) || paint_operator(p, op);
}
