/* Paper to print samples on: text, rules and boxes on a cairo surface, in points from the top left;
 * the same drawing becomes a PDF page or the pixels of a scan. */
#pragma once

#include <cairo.h>
#include <glib.h>

#define A4_WIDTH 595.0
#define A4_HEIGHT 842.0
#define LETTER_WIDTH 612.0
#define LETTER_HEIGHT 792.0

typedef enum { SANS, SANS_BOLD, SERIF, SERIF_BOLD, MONO, MONO_BOLD } Face;
typedef enum { LEFT, RIGHT, CENTRE } Align;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_t, cairo_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_surface_t, cairo_surface_destroy)

/* The pen: what print() uses until it is changed. */
typedef struct {
    cairo_t *cr;
    Face face;
    double size; /* points */
    double red, green, blue;
} Pen;

void pen_set(Pen *pen, Face face, double size);
void pen_colour(Pen *pen, double red, double green, double blue);

/* One line of text with its base line at y. Returns the width. */
double print(const Pen *pen, Align align, double x, double y, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
/* The lines of `text` ('\n'), `leading` points apart. Returns the y after the last. */
double print_lines(const Pen *pen, Align align, double x, double y, double leading,
                   const char *text);
void rule(const Pen *pen, double x0, double y0, double x1, double y1, double width);
void box(const Pen *pen, double x, double y, double width, double height); /* outline */
void fill(const Pen *pen, double x, double y, double width, double height);

/* What a document looks like: draws page `number` (from 1) of `data`. */
typedef void (*DrawPage)(Pen *pen, guint number, gconstpointer data);

/* A PDF of `pages` pages; `title` and the dates in its properties are fixed, so that the same
 * drawing gives the same bytes. */
void paper_pdf(const char *path, double width, double height, guint pages, const char *title,
               DrawPage draw, gconstpointer data);

/* The grey pixels (RGB24 surface) of one page at `dpi` on paper of the given brightness 0..1. */
cairo_surface_t *paper_image(double width, double height, double dpi, double brightness,
                             DrawPage draw, guint number, gconstpointer data);

/* For pages made one at a time: begins the PDF; finish with cairo_surface_destroy. */
cairo_surface_t *paper_pdf_begin(const char *path, double width, double height, const char *title);
