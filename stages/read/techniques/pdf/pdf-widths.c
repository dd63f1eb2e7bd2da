#include "pdf-widths.h"

#include <math.h>

#define MAX_WIDTHS 70000
#define WIDEST 1e5 /* thousandths of an em */

typedef struct {
    GArray *widths;
    gboolean composite;
    int depth;       /* of brackets */
    guint next;      /* code of the next width in a list */
    double ahead[2]; /* numbers of a range before its width */
    guint n;         /* of them */
} Parser;

static gboolean add(Parser *p, double from, double to, double width)
{
    PdfWidth added = {(guint)from, (guint)to, width};
    gboolean codes = from >= 0 && from <= to && to <= G_MAXUINT16;
    if (codes && p->widths->len < MAX_WIDTHS)
        g_array_append_val(p->widths, added);
    /* What comes after the last code is read by nobody. */
    return width >= 0 && width <= WIDEST && (codes || !p->composite);
}

static gboolean take_number(Parser *p, double value)
{
    if (p->depth == (p->composite ? 2 : 1)) {
        guint code = p->next++;
        return add(p, code, code, value);
    }
    if (p->depth != 1)
        return FALSE;
    if (p->n < 2) {
        p->ahead[p->n++] = value;
        return TRUE;
    }
    p->n = 0;
    return add(p, p->ahead[0], p->ahead[1], value);
}

static gboolean take_bracket(Parser *p, gboolean open)
{
    p->depth += open ? 1 : -1;
    if (p->depth == 2 && open) {
        p->next = p->ahead[0] >= 0 && p->ahead[0] <= G_MAXUINT16 ? (guint)p->ahead[0] : 0;
        gboolean first = p->composite && p->n == 1;
        p->n = 0;
        return first;
    }
    return p->depth >= 0 && p->depth <= 2 && p->n == 0;
}

/* Asking for each of hundreds of numbers costs more than the page: they are read as they are written. */
gboolean pdf_widths_parse(const char *list, gboolean composite, guint first, GArray *widths)
{
    Parser p = {.widths = widths, .composite = composite, .next = first};
    gboolean fine = TRUE;
    for (const char *at = list; fine && *at;) {
        char *end = NULL;
        if (*at == '[' || *at == ']')
            fine = take_bracket(&p, *at++ == '[');
        else if (g_ascii_isdigit(*at) || *at == '-' || *at == '.') {
            double value = g_ascii_strtod(at, &end);
            fine = end > at && isfinite(value) && take_number(&p, value);
            at = end;
        } else
            fine = *at++ == ' ';
    }
    return fine && p.depth == 0 && p.n == 0;
}

double pdf_widths_of(const GArray *widths, guint code, double usual)
{
    for (guint i = 0; i < widths->len; i++) {
        const PdfWidth *w = &g_array_index(widths, PdfWidth, i);
        if (code >= w->from && code <= w->to)
            return w->width;
    }
    return usual;
}
