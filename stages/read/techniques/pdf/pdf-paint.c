/* An interpreter of content streams that keeps only text and areas. Operators and their meaning:
 * ISO 32000-1, annex A. Everything that could hide text in a way that words and areas do not tell
 * makes the page odd: invisible and clipping render modes, transparency, clips
 * that are no rectangles, patterns as ink, optional content, Type 3 fonts, inline images. */
#include "pdf-lex.h"
#include "pdf-painter.h"
#include "pipeline/core/limits.h"

#include <math.h>
#include <string.h>

#define MAX_SAVED 64
#define MAX_FORMS 6 /* inside each other */
#define MAX_FORM_USES 300
#define MAX_LOST 0.15 /* of the letters; Poppler may know more */

/* ---- forms and graphics states ---- */

static void run(PdfPainter *p, GBytes *content);

static void set_resources(PdfPainter *p, PdfObject resources)
{
    p->resources = resources;
    for (int parts = 1; parts <= 4; parts++)
        if (parts != 2)
            p->devices[parts] = pdf_map_device(p->map, resources, parts);
}

static gboolean has_operands(const PdfPainter *p)
{
    return p->n || p->n_names || p->n_strings || p->n_arrays || p->array;
}

static void reset_operands(PdfPainter *p)
{
    p->n = p->n_names = p->n_strings = p->n_arrays = 0;
    g_byte_array_set_size(p->codes, 0);
    g_array_set_size(p->moves, 0);
    p->array = p->escaped = FALSE;
    p->dict.kind = PDF_END;
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

static gboolean execute(PdfPainter *p, const PdfToken *token)
{
    const char *t = token->text;
    if (token->length > 3)
        return FALSE;
    guint32 op = OP((guint8)t[0], token->length > 1 ? (guint8)t[1] : 0,
                    token->length > 2 ? (guint8)t[2] : 0);
    if (pdf_paint_mark_operator(p, op))
        return TRUE;
    if (p->escaped)
        return FALSE;
    return t[0] == 'T' || op == OP('B', 'T', 0) || op == OP('E', 'T', 0) || op == OP('\'', 0, 0) ||
                   op == OP('"', 0, 0)
               ? pdf_paint_text_operator(p, op)
               : pdf_paint_path_operator(p, op) || pdf_paint_colour_operator(p, op) ||
                     state_operator(p, op);
}

static gboolean take_string(PdfPainter *p, const PdfToken *token)
{
    gsize length;
    const guint8 *bytes = pdf_lex_bytes(token, p->scratch, &length);
    p->n_strings++;
    g_byte_array_append(p->codes, bytes, (guint)length);
    return TRUE;
}

static gboolean take_number(PdfPainter *p, double number)
{
    if (p->array) {
        PdfMove move = {p->codes->len, number};
        g_array_append_val(p->moves, move);
        return TRUE;
    }
    if (p->n == PDF_MAX_OPERANDS)
        return FALSE;
    p->operands[p->n++] = number;
    return TRUE;
}

static gboolean take_operand(PdfPainter *p, const PdfToken *token)
{
    switch (token->kind) {
    case PDF_NUMBER:
        return take_number(p, token->number);
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
        p->n_arrays += p->array;
        return TRUE;
    case PDF_DICT:
        p->dict = *token;
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

static gboolean has_bounds(Rect page)
{
    double longest = MAX(page.x1, page.y1);
    return page.x1 > 0 && page.y1 > 0 && longest <= DOCKET_MAX_PAGE_POINTS;
}

/* The streams of a page are one content: a dictionary may begin in one of them and end in the next. */
static GBytes *joined(const GPtrArray *contents)
{
    if (contents->len == 1)
        return g_bytes_ref(contents->pdata[0]);
    GByteArray *all = g_byte_array_new();
    for (guint i = 0; i < contents->len; i++) {
        gsize size;
        const guint8 *data = g_bytes_get_data(contents->pdata[i], &size);
        g_byte_array_append(all, data, (guint)size);
        g_byte_array_append(all, (const guint8 *)"\n", 1);
    }
    return g_byte_array_free_to_bytes(all);
}

static void paint_page(PdfPainter *p, const PdfMapPage *page)
{
    gboolean exact;
    PdfMatrix start = page_matrix(page);
    Rect shown = pdf_matrix_rect(start, page->box, &exact);
    p->paint->width = shown.x1;
    p->paint->height = shown.y1;
    if (!has_bounds(shown)) {
        set_odd(p, "a page without a size, or larger than any paper");
        return;
    }
    p->words = pdf_words_new(shown.x1, shown.y1);
    p->s = (PdfState){.ctm = start, .clip = shown, .line_width = 1, .stretch = 1};
    set_resources(p, page->resources);
    p->s.fill_space = p->s.stroke_space = p->devices[1];
    p->s.fill = p->s.stroke = pdf_space_light(&p->devices[1], (double[]){0});
    g_autoptr(GBytes) content = joined(page->contents);
    run(p, content);
    if (has_operands(p))
        set_odd(p, "content that ends within an operator");
    if (p->stand_in.mark)
        set_odd(p, "a text that stands in for letters and does not end");
    if (p->paint->lost > MAX_LOST * pdf_words_count_letters(p->words))
        set_odd(p, "letters that stand for nothing known");
    p->s.clip = shown;
    p->s.shaped = FALSE;
    for (guint i = 0; i < page->notes_on_page->len; i++)
        pdf_paint_add_area(
            p, pdf_matrix_rect(start, g_array_index(page->notes_on_page, Rect, i), &exact));
    p->paint->letters = pdf_words_count_letters(p->words) + p->paint->lost;
    p->paint->text = pdf_words_end(p->words);
    p->paint->text->letters += p->paint->lost;
    p->paint->text->unusable += p->paint->lost;
}

static void painter_init(PdfPainter *p, PdfMap *map, PdfPaint *paint)
{
    *p = (PdfPainter){.map = map,
                      .paint = paint,
                      .saved = g_array_new(FALSE, FALSE, sizeof(PdfState)),
                      .codes = g_byte_array_new(),
                      .moves = g_array_new(FALSE, FALSE, sizeof(PdfMove)),
                      .scratch = g_byte_array_new(),
                      .stand_in = {.text = g_array_new(FALSE, FALSE, sizeof(gunichar)),
                                   .held = g_array_new(FALSE, FALSE, sizeof(PdfHeld))}};
    pdf_path_init(&p->path);
}

static void painter_clear(PdfPainter *p)
{
    pdf_path_clear(&p->path);
    g_array_unref(p->saved);
    g_byte_array_unref(p->codes);
    g_array_unref(p->moves);
    g_byte_array_unref(p->scratch);
    g_array_unref(p->stand_in.text);
    g_array_unref(p->stand_in.held);
}

PdfPaint *pdf_paint_new(PdfMap *map, guint number)
{
    PdfPaint *paint = g_new0(PdfPaint, 1);
    PdfPainter p;
    PdfMapPage page;
    paint->areas = g_array_new(FALSE, FALSE, sizeof(PdfArea));
    paint->corners = g_array_new(FALSE, FALSE, sizeof(PdfCorner));
    paint->annotated = TRUE;
    painter_init(&p, map, paint);
    if (pdf_map_open_page(map, number, &page)) {
        paint->annotated = page.notes_on_page->len > 0;
        paint_page(&p, &page);
    } else
        paint->odd = "a page that is not plain";
    if (!pdf_map_is_sound(map))
        paint->odd = "a page that is damaged";
    if (paint->odd)
        g_clear_pointer(&paint->text, pdf_text_free);
    pdf_map_close_page(map, &page);
    painter_clear(&p);
    return paint;
}

void pdf_paint_free(PdfPaint *paint)
{
    if (!paint)
        return;
    pdf_text_free(paint->text);
    g_array_unref(paint->areas);
    g_array_unref(paint->corners);
    g_free(paint);
}
