/* An interpreter of content streams that keeps only where text and areas are. Operators and their
 * meaning: ISO 32000-1, annex A. Everything that could hide text in a way that the lists of shows and
 * areas do not tell makes the page odd: invisible and clipping render modes, transparency, clips
 * that are no rectangles, patterns as ink, optional content, Type 3 fonts, inline images. */
#include "pdf-lex.h"
#include "pdf-painter.h"

#include <math.h>
#include <string.h>

#define MAX_SAVED 64
#define MAX_FORMS 6 /* inside each other */
#define MAX_FORM_USES 300
#define MAX_ESCAPED_OC 6 /* "#4f#43" */

/* ---- forms and graphics states ---- */

static void run(PdfPainter *p, GBytes *content);

static void set_resources(PdfPainter *p, PdfObject resources)
{
    p->resources = resources;
    p->plain = pdf_map_has_plain_colours(p->map, resources);
}

static gboolean has_operands(const PdfPainter *p)
{
    return p->n || p->n_names || p->n_strings || p->array;
}

static void reset_operands(PdfPainter *p)
{
    p->n = p->n_names = p->n_strings = 0;
    p->bytes = 0;
    p->forwards = p->backwards = 0;
    p->array = p->escaped = p->stand_in = FALSE;
}

static gboolean show_form(PdfPainter *p, const PdfXObject *form)
{
    const double *v = form->matrix;
    if (p->depth >= MAX_FORMS || ++p->forms > MAX_FORM_USES || p->text)
        return FALSE;
    PdfState outside = p->s;
    PdfObject resources = p->resources;
    guint below = p->floor;
    gboolean exact;
    p->s.ctm = pdf_matrix_times((PdfMatrix){v[0], v[1], v[2], v[3], v[4], v[5]}, p->s.ctm);
    Rect box = pdf_matrix_rect(p->s.ctm, form->box, &exact);
    pdf_paint_narrow_clip(p, box, exact);
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

static void show_image(PdfPainter *p, double pixels)
{
    gboolean exact;
    double points = fabs(p->s.ctm.a * p->s.ctm.d - p->s.ctm.b * p->s.ctm.c);
    pdf_paint_add_area(p, pdf_matrix_rect(p->s.ctm, (Rect){0, 0, 1, 1}, &exact));
    p->paint->images++;
    if (points > 0)
        p->paint->fineness = MAX(p->paint->fineness, sqrt(pixels / points));
}

static gboolean show_object(PdfPainter *p)
{
    PdfXObject object;
    if (p->n_names != 1 || !pdf_map_xobject(p->map, p->resources, p->names[0], &object))
        return FALSE;
    guint veils = p->s.veils;
    p->s.veils |= object.optional ? PDF_VEIL_LAYER : 0;
    if (object.kind == PDF_IMAGE) {
        show_image(p, object.pixels);
        p->s.veils = veils;
        return TRUE;
    }
    gboolean fine = show_form(p, &object);
    g_bytes_unref(object.content);
    p->s.veils = veils;
    return fine;
}

/* A text that stands in for letters (ActualText, mostly of ligatures) is placed by the state at its end. When
 * that has no font, Poppler loses the text, and the letters with it. */
static void end_marked(PdfPainter *p)
{
    if (p->marked && p->marks == p->marked) {
        p->paint->lost += p->s.font == NULL;
        p->marked = 0;
    }
    p->marks -= p->marks > 0;
}

static gboolean state_operator(PdfPainter *p, guint32 op)
{
    const double *v = p->operands;
    switch (op) {
    case OP('q', 0, 0):
        g_array_append_val(p->saved, p->s);
        return p->n == 0 && p->saved->len <= MAX_SAVED && !p->text;
    case OP('Q', 0, 0):
        if (p->saved->len <= p->floor || p->text)
            return FALSE;
        p->s = g_array_index(p->saved, PdfState, p->saved->len - 1);
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
        return TRUE;
    case OP('E', 'M', 'C'):
        end_marked(p);
        return TRUE;
    case OP('g', 's', 0):
        return p->n_names == 1 &&
               pdf_map_state(p->map, p->resources, p->names[0], &p->s.veils, &p->s.line_width);
    case OP('D', 'o', 0):
        return show_object(p);
    case OP('s', 'h', 0):
        pdf_paint_add_area(p, p->s.clip);
        return TRUE;
    default:
        return FALSE;
    }
}

/* Where a layer ends is not followed: the rest of its page or form counts as inside. */
static gboolean begin_marked(PdfPainter *p)
{
    if (p->n_names == 0 || (p->escaped && strlen(p->names[0]) <= MAX_ESCAPED_OC))
        return FALSE;
    if (strcmp(p->names[0], "OC") == 0)
        p->layered = TRUE;
    if (p->stand_in && !p->marked)
        p->marked = p->marks + 1;
    return TRUE;
}

static gboolean execute(PdfPainter *p, const PdfToken *token)
{
    const char *t = token->text;
    if (token->length > 3)
        return FALSE;
    guint32 op = OP((guint8)t[0], token->length > 1 ? (guint8)t[1] : 0,
                    token->length > 2 ? (guint8)t[2] : 0);
    if (op == OP('B', 'M', 'C') || op == OP('B', 'D', 'C'))
        return begin_marked(p) && ++p->marks;
    if (p->escaped)
        return FALSE;
    return t[0] == 'T' || op == OP('B', 'T', 0) || op == OP('E', 'T', 0) || op == OP('\'', 0, 0) ||
                   op == OP('"', 0, 0)
               ? pdf_paint_text_operator(p, op)
               : pdf_paint_path_operator(p, op) || pdf_paint_colour_operator(p, op) ||
                     state_operator(p, op);
}

/* The font in force is the one that it will be shown in: setting another takes operands, too. */
static gboolean take_string(PdfPainter *p, const PdfToken *token)
{
    gsize length;
    const guint8 *bytes = pdf_lex_bytes(token, p->scratch, &length);
    p->n_strings++;
    p->bytes += length;
    if (p->s.font && !pdf_font_shows(p->s.font, bytes, length))
        set_odd(p, "letters that may paint nothing");
    return TRUE;
}

static gboolean take_operand(PdfPainter *p, const PdfToken *token)
{
    switch (token->kind) {
    case PDF_NUMBER:
        if (p->array) {
            *(token->number < 0 ? &p->forwards : &p->backwards) += fabs(token->number);
            return TRUE;
        }
        if (p->n == PDF_MAX_OPERANDS)
            return FALSE;
        p->operands[p->n++] = token->number;
        return TRUE;
    case PDF_NAME:
        if (p->n_names == 2 || token->length >= PDF_MAX_NAME)
            return FALSE;
        p->escaped |= token->escaped;
        memcpy(p->names[p->n_names], token->text, token->length);
        p->names[p->n_names++][token->length] = '\0';
        return TRUE;
    case PDF_STRING:
        return take_string(p, token);
    case PDF_OPEN:
    case PDF_CLOSE:
        if (p->array != (token->kind == PDF_CLOSE))
            return FALSE;
        p->array = token->kind == PDF_OPEN;
        return TRUE;
    case PDF_DICT:
        p->stand_in = memmem(token->text, token->length, "/ActualText", 11) != NULL;
        return TRUE;
    default:
        return FALSE;
    }
}

static void run(PdfPainter *p, GBytes *content)
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

static void paint_page(PdfPainter *p, const PdfMapPage *page, double width, double height)
{
    gboolean exact;
    p->s = (PdfState){.ctm = page_matrix(page),
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
        pdf_paint_add_area(
            p, pdf_matrix_rect(start, g_array_index(page->notes_on_page, Rect, i), &exact));
}

PdfPaint *pdf_paint_new(PdfMap *map, guint number, double width, double height)
{
    PdfPaint *paint = g_new0(PdfPaint, 1);
    paint->shows = g_array_new(FALSE, FALSE, sizeof(PdfShow));
    paint->areas = g_array_new(FALSE, FALSE, sizeof(PdfArea));
    PdfPainter p = {.map = map,
                    .paint = paint,
                    .saved = g_array_new(FALSE, FALSE, sizeof(PdfState)),
                    .scratch = g_byte_array_new()};
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
    g_byte_array_unref(p.scratch);
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
