/* Text of a page's content: its letters, and where they stand. */
#include "pdf-painter.h"

#include <math.h>
#include <string.h>

#define MAX_LETTERS 200000
#define LEVEL 0.1 /* of a line's run: it may rise or fall so far across the page's axis */

static void begin_line(PdfPainter *p, PdfMatrix line)
{
    p->line = line;
    p->at = 0;
}

static void move_line(PdfPainter *p, double x, double y)
{
    begin_line(p, pdf_matrix_times((PdfMatrix){1, 0, 0, 1, x, y}, p->line));
}

/* Letters in an ordinary way: upright in one of the four directions, neither mirrored nor flat. */
static gboolean is_plain(const PdfState *s, PdfMatrix m, guint8 *turn)
{
    gboolean level = fabs(m.a) > fabs(m.b);
    double along = level ? m.a : m.b, across = level ? m.b : m.a;
    if (level)
        *turn = m.a > 0 ? 0 : 2;
    else
        *turn = m.b > 0 ? 1 : 3;
    return s->size > 0 && s->stretch > 0 && fabs(across) <= LEVEL * fabs(along) &&
           m.a * m.d - m.b * m.c < 0;
}

/* What is filled and then stroked shows one of two colours. */
static void set_ink(const PdfState *s, PdfRun *run)
{
    double other = s->stroked ? s->stroke : s->fill;
    gboolean known = s->fill >= 0 && other >= 0;
    run->darkest = known ? (float)MIN(s->fill, other) : 0;
    run->lightest = known ? (float)MAX(s->fill, other) : 1;
}

static gboolean begin_run(PdfPainter *p, PdfMatrix m, PdfRun *run)
{
    const PdfState *s = &p->s;
    const PdfFontStyle *style = pdf_font_style(s->font);
    double size = s->size * hypot(m.c, m.d);
    *run = (PdfRun){.size = size,
                    .ascent = style->ascent * size,
                    .descent = style->descent * size,
                    .bold = style->bold,
                    .clip = s->clip,
                    .order = ++p->order};
    set_ink(s, run);
    if (s->pattern || s->shaped || (s->veils & (PDF_VEIL_FILL | PDF_VEIL_MASK | PDF_VEIL_BLEND)) ||
        (s->stroked && s->veils & PDF_VEIL_STROKE))
        set_odd(p, "text with a pattern as ink, inside a shape or transparent");
    else if (p->layer || s->veils & PDF_VEIL_LAYER)
        set_odd(p, "text in a layer, which may be switched off");
    else if (!is_plain(s, m, &run->turn))
        set_odd(p, "text that is slanted, mirrored or flat");
    else if (!isfinite(run->size + run->clip.x0 + run->clip.x1 + run->clip.y0 + run->clip.y1))
        set_odd(p, "text without bounds");
    return !p->paint->odd;
}

static void show_code(PdfPainter *p, PdfMatrix m, const PdfRun *run, guint code)
{
    const PdfState *s = &p->s;
    const PdfCode *c = pdf_font_code(s->font, code);
    if (!c) {
        set_odd(p, "letters that may paint nothing, or stand for several texts");
        return;
    }
    double across = s->size * s->stretch, width = c->width * across;
    Rect ink = {p->at + c->ink.x0 * across, s->rise + c->ink.y0 * s->size,
                p->at + c->ink.x1 * across, s->rise + c->ink.y1 * s->size};
    gboolean exact;
    PdfLetter letter = {.x = m.a * p->at + m.c * s->rise + m.e,
                        .y = m.b * p->at + m.d * s->rise + m.f,
                        .dx = m.a * width,
                        .dy = m.b * width,
                        .ink = pdf_matrix_rect(m, ink, &exact),
                        .text = c->text,
                        .n = c->n};
    if (!isfinite(letter.x + letter.y + letter.dx + letter.dy))
        set_odd(p, "a letter without bounds");
    else
        pdf_paint_letter(p, run, &letter);
    gboolean space = code == ' ' && !pdf_font_style(s->font)->wide;
    p->at += width + (s->letter_space + (space ? s->word_space : 0)) * s->stretch;
}

static void show_codes(PdfPainter *p, PdfMatrix m, const PdfRun *run)
{
    gboolean wide = pdf_font_style(p->s.font)->wide;
    const guint8 *codes = p->codes->data;
    guint step = wide ? 2 : 1, move = 0;
    for (gsize i = 0; i <= p->codes->len && !p->paint->odd; i += step) {
        for (; move < p->moves->len && g_array_index(p->moves, PdfMove, move).at <= i; move++)
            p->at -=
                g_array_index(p->moves, PdfMove, move).amount / 1000 * p->s.size * p->s.stretch;
        if (i + step <= p->codes->len)
            show_code(p, m, run, wide ? (guint)(codes[i] << 8 | codes[i + 1]) : codes[i]);
    }
}

static gboolean show(PdfPainter *p)
{
    PdfMatrix m = pdf_matrix_times(p->line, p->s.ctm);
    PdfRun run;
    if (!p->text || !p->s.font)
        return FALSE;
    if (begin_run(p, m, &run))
        show_codes(p, m, &run);
    if (pdf_words_count_letters(p->words) > MAX_LETTERS)
        set_odd(p, "too much text");
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
    if (op == OP('T', 'J', 0))
        return p->n == 0 && p->n_arrays == 1 && show(p);
    if (p->n_arrays != 0 || p->n_strings != 1)
        return FALSE;
    switch (op) {
    case OP('T', 'j', 0):
        return p->n == 0 && show(p);
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
        begin_line(p, (PdfMatrix){1, 0, 0, 1, 0, 0});
        return p->n == 0;
    case OP('T', 'd', 0):
    case OP('T', 'D', 0):
        if (op == OP('T', 'D', 0))
            p->s.leading = -v[1];
        move_line(p, v[0], v[1]);
        return p->n == 2 && p->text;
    case OP('T', 'm', 0):
        begin_line(p, (PdfMatrix){v[0], v[1], v[2], v[3], v[4], v[5]});
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
        p->s.stroked = v[0] == 2;
        return p->n == 1;
    default:
        return show_operator(p, op);
    }
}
