#include "pdf-layer.h"

#include <math.h>
#include <string.h>

#define RIGHT_TO_LEFT_MARK "\xe2\x80\xab" /* U+202B */
#define CELL_GAP 0.4 /* of a letter's height, between two letters of different words */

typedef struct {
    PopplerRectangle area;
    char *text; /* the page's characters, one rectangle each */
    PopplerRectangle *rects;
    guint n;
    GList *attributes; /* sorted by position */
    double scale;
} Layer;

static Rect rect_of(const Layer *l, guint i)
{
    PopplerRectangle r = l->rects[i];
    return (Rect){MIN(r.x1, r.x2), MIN(r.y1, r.y2), MAX(r.x1, r.x2), MAX(r.y1, r.y2)};
}

static const PopplerTextAttributes *attributes_at(GList **at, guint index)
{
    while (*at && (guint)((PopplerTextAttributes *)(*at)->data)->end_index < index)
        *at = (*at)->next;
    return *at ? (*at)->data : NULL;
}

/* Poppler writes no space between two cells of one row. */
static gboolean is_far(Rect a, Rect b)
{
    double em = MIN(MAX(a.x1 - a.x0, a.y1 - a.y0), MAX(b.x1 - b.x0, b.y1 - b.y0));
    double across = MAX(a.x0, b.x0) - MIN(a.x1, b.x1);
    double down = MAX(a.y0, b.y0) - MIN(a.y1, b.y1);
    return MAX(across, down) > CELL_GAP * em;
}

static Rect scaled(Rect r, double scale)
{
    return (Rect){r.x0 * scale, r.y0 * scale, r.x1 * scale, r.y1 * scale};
}

static void set_style(PdfText *t, const Layer *l, const PopplerTextAttributes *style)
{
    if (!style)
        return;
    t->word.size = style->font_size * l->scale;
    t->word.bold = style->font_name && pdf_text_is_bold_name(style->font_name);
}

static void split_words(PdfText *t, const Layer *l)
{
    GList *at = l->attributes;
    Rect before = {0};
    guint i = 0;
    /* Around right-to-left text Poppler adds marks, which have no rectangle. */
    gboolean marks = g_utf8_strlen(l->text, -1) > (glong)l->n;
    for (const char *p = l->text; *p && i < l->n; p = g_utf8_next_char(p), i++) {
        gunichar c = g_utf8_get_char(p);
        if (marks && c >= 0x202a && c <= 0x202e) {
            i--;
            continue;
        }
        Rect rect = rect_of(l, i);
        gboolean space = c < 0x80 ? g_ascii_isspace((char)c) : g_unichar_isspace(c);
        if (t->word.begun && (space || is_far(before, rect)))
            pdf_text_end_word(t);
        if (space)
            continue;
        if (!t->word.begun) {
            pdf_text_begin_word(t, scaled(rect, l->scale));
            set_style(t, l, attributes_at(&at, i));
        }
        pdf_text_add_character(t, c, rect);
        t->word.rect = rect_union(t->word.rect, scaled(rect, l->scale));
        before = rect;
    }
    if (t->word.begun)
        pdf_text_end_word(t);
}

static void take_layer(PopplerPage *page, PopplerRectangle area, Layer *l)
{
    l->area = area;
    l->text = poppler_page_get_text_for_area(page, &l->area);
    if (!l->text || !poppler_page_get_text_layout_for_area(page, &l->area, &l->rects, &l->n))
        l->n = 0;
}

static void drop_layer(Layer *l)
{
    g_clear_pointer(&l->text, g_free);
    g_clear_pointer(&l->rects, g_free);
}

/* Poppler gives out what would be selected from one corner to the other. Where lines begin on the right
 * that is from the top right corner, or else the first lines are lost. */
static void take_right_to_left(PopplerPage *page, double width, double height, Layer *l)
{
    Layer other = {.scale = l->scale};
    take_layer(page, (PopplerRectangle){width, 0, 0, height}, &other);
    if (other.n > l->n) {
        Layer swap = *l;
        *l = other;
        other = swap;
    }
    drop_layer(&other);
}

PdfText *pdf_layer_read(PopplerPage *page, double scale)
{
    PdfText *t = pdf_text_new();
    double width, height;
    poppler_page_get_size(page, &width, &height);
    Layer layer = {.scale = scale};
    take_layer(page, (PopplerRectangle){0, 0, width, height}, &layer);
    if (layer.text && strstr(layer.text, RIGHT_TO_LEFT_MARK))
        take_right_to_left(page, width, height, &layer);
    if (layer.n) {
        layer.attributes = poppler_page_get_text_attributes_for_area(page, &layer.area);
        split_words(t, &layer);
        poppler_page_free_text_attributes(layer.attributes);
    }
    drop_layer(&layer);
    return t;
}
