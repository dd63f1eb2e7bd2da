/* Colours of a page's content: how light what is painted is. */
#include "pdf-painter.h"

#include <string.h>

static gboolean set_device(PdfPainter *p, gboolean stroke, int parts)
{
    PdfSpace space = p->devices[parts];
    *(stroke ? &p->s.stroke_space : &p->s.fill_space) = space;
    *(stroke ? &p->s.stroke : &p->s.fill) = pdf_space_light(&space, p->operands);
    if (!stroke)
        p->s.pattern = FALSE;
    return p->n == (guint)parts && p->n_names == 0;
}

static gboolean set_space(PdfPainter *p, gboolean stroke)
{
    static const double black[4] = {0, 0, 0, 1};
    if (p->n != 0 || p->n_names != 1)
        return FALSE;
    PdfSpace space = pdf_map_space(p->map, p->resources, p->names[0]);
    *(stroke ? &p->s.stroke_space : &p->s.fill_space) = space;
    *(stroke ? &p->s.stroke : &p->s.fill) = pdf_space_light(&space, black);
    if (!stroke)
        p->s.pattern = strcmp(p->names[0], "Pattern") == 0;
    return TRUE;
}

static gboolean set_colour(PdfPainter *p, gboolean stroke)
{
    const PdfSpace *space = stroke ? &p->s.stroke_space : &p->s.fill_space;
    *(stroke ? &p->s.stroke : &p->s.fill) = pdf_space_light(space, p->operands);
    if (!stroke)
        p->s.pattern |= p->n_names > 0;
    return space->parts == 0 || (p->n == (guint)space->parts && p->n_names == 0);
}

gboolean pdf_paint_colour_operator(PdfPainter *p, guint32 op)
{
    switch (op) {
    case OP('g', 0, 0):
    case OP('G', 0, 0):
        return set_device(p, op == OP('G', 0, 0), 1);
    case OP('r', 'g', 0):
    case OP('R', 'G', 0):
        return set_device(p, op == OP('R', 'G', 0), 3);
    case OP('k', 0, 0):
    case OP('K', 0, 0):
        return set_device(p, op == OP('K', 0, 0), 4);
    case OP('c', 's', 0):
    case OP('C', 'S', 0):
        return set_space(p, op == OP('C', 'S', 0));
    case OP('s', 'c', 0):
    case OP('s', 'c', 'n'):
        return set_colour(p, FALSE);
    case OP('S', 'C', 0):
    case OP('S', 'C', 'N'):
        return set_colour(p, TRUE);
    default:
        return FALSE;
    }
}
