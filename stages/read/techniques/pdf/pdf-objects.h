/* What the files of the map share, and nobody else includes: its parts, and small looks at objects of
 * the file. */
#pragma once

#include "pdf-map.h"

#include <math.h>
#include <qpdf/qpdf-c.h>
#include <string.h>

typedef struct {
    int object;
    int parent; /* index of a node, -1 at the root */
} Node;

struct PdfMap {
    GBytes *bytes;
    qpdf_data file;
    GArray *nodes;        /* of Node: inner nodes of the page tree */
    GArray *pages;        /* of Node */
    GHashTable *judged;   /* object number -> what it was judged */
    GHashTable *profiles; /* object number -> colour transform or NULL */
    GHashTable *fonts;    /* object number -> PdfFont, or NULL: odd */
    void *freetype;       /* FT_Library */
    gsize decoded;        /* bytes of the open page */
    gsize font_bytes;     /* of all fonts that were opened */
};

static inline qpdf_oh key(PdfMap *m, qpdf_oh dict, const char *name)
{
    return qpdf_oh_get_key_if_dict(m->file, dict, name);
}

static inline gboolean is_null(PdfMap *m, qpdf_oh object)
{
    return qpdf_oh_is_null(m->file, object);
}

static inline gboolean is_name(PdfMap *m, qpdf_oh object, const char *name)
{
    return qpdf_oh_is_name(m->file, object) && strcmp(qpdf_oh_get_name(m->file, object), name) == 0;
}

static inline gboolean get_numbers(PdfMap *m, qpdf_oh array, double *out, int n)
{
    if (!qpdf_oh_is_array(m->file, array) || qpdf_oh_get_array_n_items(m->file, array) != n)
        return FALSE;
    for (int i = 0; i < n; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(m->file, array, i);
        if (!qpdf_oh_is_number(m->file, item))
            return FALSE;
        out[i] = qpdf_oh_get_numeric_value(m->file, item);
        if (!isfinite(out[i]) || fabs(out[i]) > 1e6)
            return FALSE;
    }
    return TRUE;
}

static inline gboolean get_rect(PdfMap *m, qpdf_oh array, Rect *out)
{
    double v[4];
    if (!get_numbers(m, array, v, 4))
        return FALSE;
    *out = (Rect){MIN(v[0], v[2]), MIN(v[1], v[3]), MAX(v[0], v[2]), MAX(v[1], v[3])};
    return TRUE;
}

/* Asking qpdf for the number of what is none counts as damage. */
static inline double get_number(PdfMap *m, qpdf_oh object, double otherwise)
{
    return qpdf_oh_is_number(m->file, object) ? qpdf_oh_get_numeric_value(m->file, object)
                                              : otherwise;
}

/* The value under a name in one kind of resources ("/Font"). */
static inline qpdf_oh resource(PdfMap *m, PdfObject resources, const char *kind, const char *name)
{
    g_autofree char *slashed = g_strconcat("/", name, NULL);
    return key(m, key(m, resources, kind), slashed);
}

/* Plain or deflated streams only; NULL for others, broken ones and more than is left of the page's
 * share. Caller unrefs. */
GBytes *pdf_map_decode(PdfMap *map, qpdf_oh stream);

/* NULL when the font is odd: it runs in another way than along its line, is not drawn from outlines, or
 * nobody can tell which glyphs its codes lead to. The map outlives it. */
PdfFont *pdf_font_new(PdfMap *map, qpdf_oh font);
void pdf_font_free(PdfFont *font);
