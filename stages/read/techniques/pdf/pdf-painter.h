/* The state of the interpreter of content streams (pdf-paint.c), and the parts that it is made of. Each part
 * answers for its operators: FALSE for another operator, or one with wrong operands. */
#pragma once

#include "pdf-paint.h"
#include "pdf-path.h"

#define PDF_MAX_OPERANDS 33
#define PDF_MAX_NAME 101
#define PDF_KNOWN_FONTS 32

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
    PdfFont *font; /* NULL before the first */
} PdfState;

typedef struct {
    PdfObject resources; /* 0: none */
    char name[PDF_MAX_NAME];
    PdfFont *font; /* NULL: odd */
} PdfKnownFont;

typedef struct {
    PdfMap *map;
    PdfPaint *paint;
    PdfObject resources;
    PdfState s;
    GArray *saved; /* of PdfState */
    guint floor;   /* of saved, in this form */
    PdfPath path;
    char clip;      /* 'W' until the path is painted */
    PdfMatrix line; /* of text, in the unit of the CTM */
    double lo, hi;  /* part of the line that was written on, text units */
    gboolean text;  /* between BT and ET */
    double operands[PDF_MAX_OPERANDS];
    guint n;
    char names[2][PDF_MAX_NAME];
    guint n_names, n_strings;
    gsize bytes;                /* of strings */
    GByteArray *scratch;        /* for the bytes of one */
    double forwards, backwards; /* moves between them, thousandths */
    gboolean array;
    gboolean escaped; /* a name among the operands */
    guint order, forms, depth;
    gboolean stand_in; /* the dictionary among the operands has a text for what follows */
    guint marks,
        marked;       /* marked content that is open; the place of one with such a text, 0 none */
    gboolean layered; /* optional content began */
    gboolean plain;   /* device colours mean what they say */
    PdfKnownFont fonts[PDF_KNOWN_FONTS]; /* by their names' hash */
} PdfPainter;

#define OP(a, b, c) ((guint32)(a) | (guint32)(b) << 8 | (guint32)(c) << 16)

/* Only drawing can tell what the page shows; the first reason stays. */
static inline void set_odd(PdfPainter *p, const char *why)
{
    if (!p->paint->odd)
        p->paint->odd = why;
}

/* pdf-paint-path.c */
gboolean pdf_paint_path_operator(PdfPainter *p, guint32 op);
void pdf_paint_add_area(PdfPainter *p, Rect rect);
void pdf_paint_narrow_clip(PdfPainter *p, Rect rect, gboolean exact);
/* pdf-paint-colour.c */
gboolean pdf_paint_colour_operator(PdfPainter *p, guint32 op);
/* pdf-paint-text.c */
gboolean pdf_paint_text_operator(PdfPainter *p, guint32 op);
