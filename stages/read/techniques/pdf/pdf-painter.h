/* The state of the interpreter of content streams (pdf-paint.c), and the parts that it is made of. Each part
 * answers for its operators: FALSE for another operator, or one with wrong operands. */
#pragma once

#include "pdf-lex.h"
#include "pdf-paint.h"
#include "pdf-path.h"
#include "pdf-words.h"

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
    gboolean stroked; /* text is, after it is filled */
    double line_width;
    double size, leading, stretch, rise, letter_space, word_space;
    PdfFont *font; /* NULL before the first */
} PdfState;

typedef struct {
    PdfObject resources; /* 0: none */
    char name[PDF_MAX_NAME];
    PdfFont *font; /* NULL: odd */
} PdfKnownFont;

/* A move between the strings of an array. */
typedef struct {
    gsize at;      /* before this byte of their codes */
    double amount; /* back along the line, thousandths of an em */
} PdfMove;

/* Marked content with a text that stands in for its letters (ActualText), mostly ligatures. */
typedef struct {
    guint mark;        /* its place among the marks that are open; 0: none is */
    GArray *text;      /* of gunichar */
    gboolean readable; /* the text is one that this reader understands */
    GArray *held;      /* of PdfHeld: its letters, until it ends */
} PdfStandIn;

typedef struct {
    PdfRun run;
    PdfLetter letter;
} PdfHeld;

typedef struct {
    PdfMap *map;
    PdfPaint *paint;
    PdfWords *words;
    PdfObject resources;
    PdfState s;
    GArray *saved; /* of PdfState */
    guint floor;   /* of saved, in this form */
    PdfPath path;
    char clip;      /* 'W' until the path is painted */
    PdfMatrix line; /* of text, in the unit of the CTM */
    double at;      /* how far the line was written on, text units */
    gboolean text;  /* between BT and ET */
    double operands[PDF_MAX_OPERANDS];
    guint n;
    char names[2][PDF_MAX_NAME];
    guint n_names, n_strings, n_arrays;
    GByteArray *codes;   /* of the strings */
    GArray *moves;       /* of PdfMove, between them */
    GByteArray *scratch; /* for the bytes of one */
    gboolean array;      /* within one */
    gboolean escaped;    /* a name among the operands */
    guint order, forms, depth;
    PdfToken dict; /* among the operands; of kind PDF_END: none */
    guint marks;   /* marked content that is open */
    PdfStandIn stand_in;
    guint layer;         /* the place among marks of optional content that is open; 0: none */
    PdfSpace devices[5]; /* what a colour of so many numbers means */
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
/* pdf-paint-marks.c; they also see each letter that is shown, and give it to the words */
gboolean pdf_paint_mark_operator(PdfPainter *p, guint32 op);
void pdf_paint_letter(PdfPainter *p, const PdfRun *run, const PdfLetter *letter);
