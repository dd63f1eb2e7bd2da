/* Text of a page's content: where its lines are. */
#include "pdf-painter.h"

#include <math.h>
#include <string.h>

#define MAX_SHOWS 50000
#define FAR 1e6

static void move_line(PdfPainter *p, double x, double y)
{
    p->line = pdf_matrix_times((PdfMatrix){1, 0, 0, 1, x, y}, p->line);
    p->lo = p->hi = 0;
}

/* How far the letters may reach, without knowing their widths. */
static void stretch_run(PdfPainter *p)
{
    const PdfState *s = &p->s;
    double em = fabs(s->size * s->stretch), letters = (double)p->bytes;
    double least = p->forwards / 1000 * em, most = p->backwards / 1000 * em;
    double spaces = (s->letter_space + MAX(s->word_space, 0)) * s->stretch;
    p->hi += least + letters * (pdf_font_widest(s->font) * em + MAX(spaces, 0));
    p->lo -= most + letters * MAX(0, -(s->letter_space + MIN(s->word_space, 0)) * s->stretch);
    if (!(s->size > 0) || !(s->stretch > 0)) {
        p->lo = -FAR;
        p->hi = FAR;
    }
}

static gboolean show(PdfPainter *p)
{
    PdfMatrix m = pdf_matrix_times(p->line, p->s.ctm);
    double along = hypot(m.a, m.b);
    if (!p->text || !p->s.font)
        return FALSE;
    if (p->s.pattern || p->s.shaped ||
        (p->s.veils & (PDF_VEIL_FILL | PDF_VEIL_MASK | PDF_VEIL_BLEND))) {
        set_odd(p, "text with a pattern as ink, inside a shape or transparent");
        return TRUE;
    }
    stretch_run(p);
    if (!(along > 0))
        return TRUE; /* no word can be explained by it */
    PdfShow run = {.x = m.c * p->s.rise + m.e,
                   .y = m.d * p->s.rise + m.f,
                   .dx = m.a / along,
                   .dy = m.b / along,
                   .lo = p->lo * along,
                   .hi = p->hi * along,
                   .up = (m.a * m.d - m.b * m.c) * p->s.size < 0 ? 1 : -1,
                   .size = fabs(p->s.size) * hypot(m.c, m.d),
                   .clip = p->s.clip,
                   .order = ++p->order};
    g_array_append_val(p->paint->shows, run);
    if (p->paint->shows->len > MAX_SHOWS ||
        !isfinite(run.x + run.y + run.size + run.clip.x0 + run.clip.x1 + run.clip.y0 + run.clip.y1))
        set_odd(p, "too much text, or text without bounds");
    return TRUE;
}

static gboolean set_font(PdfPainter *p)
{
    if (p->n != 1 || p->n_names != 1)
        return FALSE;
    PdfKnownFont *font = &p->fonts[g_str_hash(p->names[0]) % PDF_KNOWN_FONTS];
    if (font->resources != p->resources || strcmp(font->name, p->names[0]) != 0) {
        font->font = pdf_map_font(p->map, p->resources, p->names[0]);
        font->resources = p->resources;
        g_strlcpy(font->name, p->names[0], sizeof font->name);
    }
    p->s.font = font->font;
    p->s.size = p->operands[0];
    return p->s.font != NULL;
}

static gboolean show_operator(PdfPainter *p, guint32 op)
{
    switch (op) {
    case OP('T', 'j', 0):
    case OP('T', 'J', 0):
        return show(p);
    case OP('\'', 0, 0):
        move_line(p, 0, -p->s.leading);
        return p->n == 0 && show(p);
    case OP('"', 0, 0):
        p->s.word_space = p->operands[0];
        p->s.letter_space = p->operands[1];
        move_line(p, 0, -p->s.leading);
        return p->n == 2 && show(p);
    default:
        return FALSE;
    }
}

gboolean pdf_paint_text_operator(PdfPainter *p, guint32 op)
{
    const double *v = p->operands;
    switch (op) {
    case OP('B', 'T', 0):
    case OP('E', 'T', 0):
        p->text = op == OP('B', 'T', 0);
        p->line = (PdfMatrix){1, 0, 0, 1, 0, 0};
        p->lo = p->hi = 0;
        return p->n == 0;
    case OP('T', 'd', 0):
    case OP('T', 'D', 0):
        if (op == OP('T', 'D', 0))
            p->s.leading = -v[1];
        move_line(p, v[0], v[1]);
        return p->n == 2 && p->text;
    case OP('T', 'm', 0):
        p->line = (PdfMatrix){v[0], v[1], v[2], v[3], v[4], v[5]};
        p->lo = p->hi = 0;
        return p->n == 6 && p->text;
    case OP('T', '*', 0):
        move_line(p, 0, -p->s.leading);
        return p->n == 0 && p->text;
    case OP('T', 'f', 0):
        return set_font(p);
    case OP('T', 'L', 0):
        p->s.leading = v[0];
        return p->n == 1;
    case OP('T', 'c', 0):
        p->s.letter_space = v[0];
        return p->n == 1;
    case OP('T', 'w', 0):
        p->s.word_space = v[0];
        return p->n == 1;
    case OP('T', 'z', 0):
        p->s.stretch = v[0] / 100;
        return p->n == 1;
    case OP('T', 's', 0):
        p->s.rise = v[0];
        return p->n == 1;
    case OP('T', 'r', 0):
        if (v[0] != 0 && v[0] != 2)
            set_odd(p, "a render mode that need not paint");
        return p->n == 1;
    default:
        return show_operator(p, op);
    }
}
