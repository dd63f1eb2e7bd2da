/* An interpreter of content streams that keeps only where text and areas are. Operators and their
 * meaning: ISO 32000-1, annex A. Everything that could hide text in a way that the lists of shows and
 * areas do not tell makes the page odd: invisible and clipping render modes, transparency, clips
 * that are no rectangles, patterns as ink, optional content, Type 3 fonts, inline images. */
#include "pdf-paint.h"

#include "pdf-lex.h"
#include "pdf-path.h"

#include <math.h>
#include <string.h>

#define MAX_OPERANDS 33
#define MAX_SAVED 64
#define MAX_FORMS 6 /* inside each other */
#define MAX_AREAS 20000
#define MAX_SHOWS 50000
#define MAX_FORM_USES 300
#define MAX_NAME 101
#define KNOWN_FONTS 32
#define MAX_ESCAPED_OC 6 /* "#4f#43" */
#define FAR 1e6

typedef struct {
    PdfMatrix ctm;
    Rect clip;
    gboolean shaped; /* the clip is no rectangle */
    double fill, stroke;
    PdfSpace fill_space, stroke_space;
    guint veils;      /* PdfVeil */
    gboolean pattern; /* as ink of text */
    double line_width;
    double size, leading, stretch, rise, letter_space, word_space;
    gboolean font;
    double widest; /* letter of the font, ems */
} State;

typedef struct {
    PdfObject resources; /* 0: none */
    char name[MAX_NAME];
    double widest;
    gboolean fine;
} KnownFont;

typedef struct {
    PdfMap *map;
    PdfPaint *paint;
    PdfObject resources;
    State s;
    GArray *saved; /* of State */
    guint floor;   /* of saved, in this form */
    PdfPath path;
    char clip;      /* 'W' until the path is painted */
    PdfMatrix line; /* of text, in the unit of the CTM */
    double lo, hi;  /* part of the line that was written on, text units */
    gboolean text;  /* between BT and ET */
    double operands[MAX_OPERANDS];
    guint n;
    char names[2][MAX_NAME];
    guint n_names, n_strings;
    gsize bytes;                /* of strings */
    double forwards, backwards; /* moves between them, thousandths */
    gboolean array;
    gboolean escaped; /* a name among the operands */
    guint order, forms, depth;
    gboolean layered;             /* optional content began */
    gboolean plain;               /* device colours mean what they say */
    KnownFont fonts[KNOWN_FONTS]; /* by their names' hash */
} Painter;

#define OP(a, b, c) ((guint32)(a) | (guint32)(b) << 8 | (guint32)(c) << 16)

static void set_odd(Painter *p, const char *why)
{
    if (!p->paint->odd)
        p->paint->odd = why;
}

/* ---- areas ---- */

static void finish_areas(Painter *p, guint first, double light, guint veils)
{
    GArray *areas = p->paint->areas;
    guint kept = first;
    veils |= p->s.veils & (PDF_VEIL_MASK | PDF_VEIL_BLEND | PDF_VEIL_LAYER);
    veils |= p->layered ? PDF_VEIL_LAYER : 0;
    p->order++;
    for (guint i = first; i < areas->len; i++) {
        PdfArea area = g_array_index(areas, PdfArea, i);
        area.rect = (Rect){MAX(area.rect.x0, p->s.clip.x0), MAX(area.rect.y0, p->s.clip.y0),
                           MIN(area.rect.x1, p->s.clip.x1), MIN(area.rect.y1, p->s.clip.y1)};
        area.exact &= !p->s.shaped && !veils;
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

static void add_area(Painter *p, Rect rect)
{
    PdfArea area = {.rect = rect, .cover = 1};
    g_array_append_val(p->paint->areas, area);
    finish_areas(p, p->paint->areas->len - 1, -1, 0);
}

static void narrow_clip(Painter *p, Rect rect, gboolean exact)
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

static void paint_path(Painter *p, gboolean fill, gboolean stroke)
{
    Rect box;
    gboolean exact;
    if (p->path.odd) { /* a curve may have been cut in the middle */
        set_odd(p, "a path without a beginning, or too long");
        return;
    }
    if (fill) {
        guint first = p->paint->areas->len;
        pdf_path_fill(&p->path, p->paint->areas);
        finish_areas(p, first, p->s.fill, p->s.veils & PDF_VEIL_FILL);
    }
    if (stroke) {
        guint first = p->paint->areas->len;
        pdf_path_stroke(&p->path, p->s.line_width * scale_of(p->s.ctm), p->paint->areas);
        finish_areas(p, first, p->s.stroke, p->s.veils & PDF_VEIL_STROKE);
    }
    if (p->clip) {
        if (pdf_path_box(&p->path, &box, &exact))
            narrow_clip(p, box, exact);
        else
            set_odd(p, "a clip without a path");
    }
    p->clip = 0;
    pdf_path_reset(&p->path);
}

static gboolean path_operator(Painter *p, guint32 op)
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

static gboolean paint_operator(Painter *p, guint32 op)
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

/* ---- colours ---- */

static gboolean set_device(Painter *p, gboolean stroke, int parts)
{
    PdfSpace space = {p->plain ? parts : 0, NULL};
    *(stroke ? &p->s.stroke_space : &p->s.fill_space) = space;
    *(stroke ? &p->s.stroke : &p->s.fill) = pdf_space_light(&space, p->operands);
    if (!stroke)
        p->s.pattern = FALSE;
    return p->n == (guint)parts && p->n_names == 0;
}

static gboolean set_space(Painter *p, gboolean stroke)
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

static gboolean set_colour(Painter *p, gboolean stroke)
{
    const PdfSpace *space = stroke ? &p->s.stroke_space : &p->s.fill_space;
    *(stroke ? &p->s.stroke : &p->s.fill) = pdf_space_light(space, p->operands);
    if (!stroke)
        p->s.pattern |= p->n_names > 0;
    return space->parts == 0 || (p->n == (guint)space->parts && p->n_names == 0);
}

static gboolean colour_operator(Painter *p, guint32 op)
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

/* ---- text ---- */

static void move_line(Painter *p, double x, double y)
{
    p->line = pdf_matrix_times((PdfMatrix){1, 0, 0, 1, x, y}, p->line);
    p->lo = p->hi = 0;
}

/* How far the letters may reach, without knowing their widths. */
static void stretch_run(Painter *p)
{
    const State *s = &p->s;
    double em = fabs(s->size * s->stretch), letters = (double)p->bytes;
    double least = p->forwards / 1000 * em, most = p->backwards / 1000 * em;
    double spaces = (s->letter_space + MAX(s->word_space, 0)) * s->stretch;
    p->hi += least + letters * (s->widest * em + MAX(spaces, 0));
    p->lo -= most + letters * MAX(0, -(s->letter_space + MIN(s->word_space, 0)) * s->stretch);
    if (!(s->size > 0) || !(s->stretch > 0)) {
        p->lo = -FAR;
        p->hi = FAR;
    }
}

static gboolean show(Painter *p)
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

static gboolean set_font(Painter *p)
{
    if (p->n != 1 || p->n_names != 1)
        return FALSE;
    KnownFont *font = &p->fonts[g_str_hash(p->names[0]) % KNOWN_FONTS];
    if (font->resources != p->resources || strcmp(font->name, p->names[0]) != 0) {
        font->fine = pdf_map_font(p->map, p->resources, p->names[0], &font->widest);
        font->resources = p->resources;
        g_strlcpy(font->name, p->names[0], sizeof font->name);
    }
    p->s.font = font->fine;
    p->s.widest = font->widest;
    p->s.size = p->operands[0];
    return p->s.font;
}

static gboolean show_operator(Painter *p, guint32 op)
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

static gboolean text_operator(Painter *p, guint32 op)
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

/* ---- the rest ---- */

static void run(Painter *p, GBytes *content);

static void set_resources(Painter *p, PdfObject resources)
{
    p->resources = resources;
    p->plain = pdf_map_has_plain_colours(p->map, resources);
}

static gboolean has_operands(const Painter *p)
{
    return p->n || p->n_names || p->n_strings || p->array;
}

static void reset_operands(Painter *p)
{
    p->n = p->n_names = p->n_strings = 0;
    p->bytes = 0;
    p->forwards = p->backwards = 0;
    p->array = p->escaped = FALSE;
}

static gboolean show_form(Painter *p, const PdfXObject *form)
{
    const double *v = form->matrix;
    if (p->depth >= MAX_FORMS || ++p->forms > MAX_FORM_USES || p->text)
        return FALSE;
    State outside = p->s;
    PdfObject resources = p->resources;
    guint below = p->floor;
    gboolean exact;
    p->s.ctm = pdf_matrix_times((PdfMatrix){v[0], v[1], v[2], v[3], v[4], v[5]}, p->s.ctm);
    Rect box = pdf_matrix_rect(p->s.ctm, form->box, &exact);
    narrow_clip(p, box, exact);
    set_resources(p, form->resources);
    reset_operands(p);
    p->floor = p->saved->len;
    p->depth++;
    run(p, form->content);
    p->depth--;
    gboolean whole =
        p->saved->len == p->floor && !p->text && p->path.points->len == 0 && !has_operands(p);
    p->floor = below;
    set_resources(p, resources);
    p->s = outside;
    return whole;
}

static gboolean show_object(Painter *p)
{
    PdfXObject object;
    gboolean exact;
    if (p->n_names != 1 || !pdf_map_xobject(p->map, p->resources, p->names[0], &object))
        return FALSE;
    guint veils = p->s.veils;
    p->s.veils |= object.optional ? PDF_VEIL_LAYER : 0;
    if (object.kind == PDF_IMAGE) {
        add_area(p, pdf_matrix_rect(p->s.ctm, (Rect){0, 0, 1, 1}, &exact));
        p->s.veils = veils;
        return TRUE;
    }
    gboolean fine = show_form(p, &object);
    g_bytes_unref(object.content);
    p->s.veils = veils;
    return fine;
}

static gboolean state_operator(Painter *p, guint32 op)
{
    const double *v = p->operands;
    switch (op) {
    case OP('q', 0, 0):
        g_array_append_val(p->saved, p->s);
        return p->n == 0 && p->saved->len <= MAX_SAVED && !p->text;
    case OP('Q', 0, 0):
        if (p->saved->len <= p->floor || p->text)
            return FALSE;
        p->s = g_array_index(p->saved, State, p->saved->len - 1);
        g_array_set_size(p->saved, p->saved->len - 1);
        return p->n == 0;
    case OP('c', 'm', 0):
        p->s.ctm = pdf_matrix_times((PdfMatrix){v[0], v[1], v[2], v[3], v[4], v[5]}, p->s.ctm);
        return p->n == 6 && !p->text;
    case OP('w', 0, 0):
        p->s.line_width = fabs(v[0]);
        return p->n == 1;
    case OP('J', 0, 0):
    case OP('j', 0, 0):
    case OP('M', 0, 0):
    case OP('d', 0, 0):
    case OP('i', 0, 0):
    case OP('r', 'i', 0):
    case OP('B', 'X', 0):
    case OP('E', 'X', 0):
    case OP('M', 'P', 0):
    case OP('D', 'P', 0):
    case OP('E', 'M', 'C'):
        return TRUE;
    case OP('g', 's', 0):
        return p->n_names == 1 &&
               pdf_map_state(p->map, p->resources, p->names[0], &p->s.veils, &p->s.line_width);
    case OP('D', 'o', 0):
        return show_object(p);
    case OP('s', 'h', 0):
        add_area(p, p->s.clip);
        return TRUE;
    default:
        return FALSE;
    }
}

/* Where a layer ends is not followed: the rest of its page or form counts as inside. */
static gboolean begin_marked(Painter *p)
{
    if (p->n_names == 0 || (p->escaped && strlen(p->names[0]) <= MAX_ESCAPED_OC))
        return FALSE;
    if (strcmp(p->names[0], "OC") == 0)
        p->layered = TRUE;
    return TRUE;
}

static gboolean execute(Painter *p, const PdfToken *token)
{
    const char *t = token->text;
    if (token->length > 3)
        return FALSE;
    guint32 op = OP((guint8)t[0], token->length > 1 ? (guint8)t[1] : 0,
                    token->length > 2 ? (guint8)t[2] : 0);
    if (op == OP('B', 'M', 'C') || op == OP('B', 'D', 'C'))
        return begin_marked(p);
    if (p->escaped)
        return FALSE;
    return t[0] == 'T' || op == OP('B', 'T', 0) || op == OP('E', 'T', 0) || op == OP('\'', 0, 0) ||
                   op == OP('"', 0, 0)
               ? text_operator(p, op)
               : path_operator(p, op) || paint_operator(p, op) || colour_operator(p, op) ||
                     state_operator(p, op);
}

static gboolean take_operand(Painter *p, const PdfToken *token)
{
    switch (token->kind) {
    case PDF_NUMBER:
        if (p->array) {
            *(token->number < 0 ? &p->forwards : &p->backwards) += fabs(token->number);
            return TRUE;
        }
        if (p->n == MAX_OPERANDS)
            return FALSE;
        p->operands[p->n++] = token->number;
        return TRUE;
    case PDF_NAME:
        if (p->n_names == 2 || token->length >= MAX_NAME)
            return FALSE;
        p->escaped |= token->escaped;
        memcpy(p->names[p->n_names], token->text, token->length);
        p->names[p->n_names++][token->length] = '\0';
        return TRUE;
    case PDF_STRING:
        p->n_strings++;
        p->bytes += token->length;
        return TRUE;
    case PDF_OPEN:
    case PDF_CLOSE:
        if (p->array != (token->kind == PDF_CLOSE))
            return FALSE;
        p->array = token->kind == PDF_OPEN;
        return TRUE;
    case PDF_DICT:
        return TRUE;
    default:
        return FALSE;
    }
}

static void run(Painter *p, GBytes *content)
{
    gsize size;
    const char *data = g_bytes_get_data(content, &size);
    PdfLex lex = {data, data + size};
    while (!p->paint->odd) {
        PdfToken token = pdf_lex_next(&lex);
        if (token.kind == PDF_END)
            break;
        if (token.kind != PDF_OPERATOR) {
            if (!take_operand(p, &token))
                set_odd(p, "content that is not plain");
            continue;
        }
        if (!execute(p, &token))
            set_odd(p, "an operator that is not followed");
        reset_operands(p);
    }
}

/* ---- the page ---- */

/* User space to the page as it is shown, from its top left corner. */
static PdfMatrix page_matrix(const PdfMapPage *page)
{
    Rect b = page->box;
    switch (page->turn) {
    case 1:
        return (PdfMatrix){0, 1, 1, 0, -b.y0, -b.x0};
    case 2:
        return (PdfMatrix){-1, 0, 0, 1, b.x1, -b.y0};
    case 3:
        return (PdfMatrix){0, -1, -1, 0, b.y1, b.x1};
    default:
        return (PdfMatrix){1, 0, 0, -1, -b.x0, b.y1};
    }
}

static void paint_page(Painter *p, const PdfMapPage *page, double width, double height)
{
    gboolean exact;
    p->s = (State){.ctm = page_matrix(page),
                   .clip = {0, 0, width, height},
                   .line_width = 1,
                   .stretch = 1,
                   .fill_space = {1, NULL},
                   .stroke_space = {1, NULL}};
    set_resources(p, page->resources);
    if (!p->plain) {
        p->s.fill_space.parts = p->s.stroke_space.parts = 0;
        p->s.fill = p->s.stroke = -1;
    }
    PdfMatrix start = p->s.ctm;
    Rect shown = pdf_matrix_rect(start, page->box, &exact);
    if (fabs(shown.x1 - width) > 0.1 || fabs(shown.y1 - height) > 0.1)
        set_odd(p, "another page than Poppler's");
    for (guint i = 0; i < page->contents->len && !p->paint->odd; i++)
        run(p, page->contents->pdata[i]);
    if (has_operands(p))
        set_odd(p, "content that ends within an operator");
    p->s.clip = (Rect){0, 0, width, height};
    p->s.shaped = FALSE;
    for (guint i = 0; i < page->notes_on_page->len; i++)
        add_area(p, pdf_matrix_rect(start, g_array_index(page->notes_on_page, Rect, i), &exact));
}

PdfPaint *pdf_paint_new(PdfMap *map, guint number, double width, double height)
{
    PdfPaint *paint = g_new0(PdfPaint, 1);
    paint->shows = g_array_new(FALSE, FALSE, sizeof(PdfShow));
    paint->areas = g_array_new(FALSE, FALSE, sizeof(PdfArea));
    Painter p = {.map = map, .paint = paint, .saved = g_array_new(FALSE, FALSE, sizeof(State))};
    PdfMapPage page;
    pdf_path_init(&p.path);
    paint->annotated = TRUE;
    if (pdf_map_open_page(map, number, &page)) {
        paint->annotated = page.notes_on_page->len > 0;
        paint_page(&p, &page, width, height);
    } else
        paint->odd = "a page that is not plain";
    if (!pdf_map_is_sound(map))
        paint->odd = "a page that is damaged";
    pdf_map_close_page(map, &page);
    pdf_path_clear(&p.path);
    g_array_unref(p.saved);
    return paint;
}

void pdf_paint_free(PdfPaint *paint)
{
    if (!paint)
        return;
    g_array_unref(paint->shows);
    g_array_unref(paint->areas);
    g_free(paint);
}
