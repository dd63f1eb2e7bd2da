#include "samples/make/paper.h"

#include <cairo-pdf.h>

/* Toy text needs no shaping here: all samples are in Latin letters. */
static const struct {
    const char *family;
    cairo_font_weight_t weight;
} faces[] = {
    [SANS] = {"DejaVu Sans", CAIRO_FONT_WEIGHT_NORMAL},
    [SANS_BOLD] = {"DejaVu Sans", CAIRO_FONT_WEIGHT_BOLD},
    [SERIF] = {"DejaVu Serif", CAIRO_FONT_WEIGHT_NORMAL},
    [SERIF_BOLD] = {"DejaVu Serif", CAIRO_FONT_WEIGHT_BOLD},
    [MONO] = {"DejaVu Sans Mono", CAIRO_FONT_WEIGHT_NORMAL},
    [MONO_BOLD] = {"DejaVu Sans Mono", CAIRO_FONT_WEIGHT_BOLD},
};

void pen_set(Pen *pen, Face face, double size)
{
    pen->face = face;
    pen->size = size;
}

void pen_colour(Pen *pen, double red, double green, double blue)
{
    pen->red = red;
    pen->green = green;
    pen->blue = blue;
}

static void apply(const Pen *pen)
{
    cairo_set_source_rgb(pen->cr, pen->red, pen->green, pen->blue);
    cairo_select_font_face(pen->cr, faces[pen->face].family, CAIRO_FONT_SLANT_NORMAL,
                           faces[pen->face].weight);
    cairo_set_font_size(pen->cr, pen->size);
}

static double print_text(const Pen *pen, Align align, double x, double y, const char *text)
{
    apply(pen);
    cairo_text_extents_t extents;
    cairo_text_extents(pen->cr, text, &extents);
    double shift = align == RIGHT ? extents.x_advance : align == CENTRE ? extents.x_advance / 2 : 0;
    cairo_move_to(pen->cr, x - shift, y);
    cairo_show_text(pen->cr, text);
    return extents.x_advance;
}

double print(const Pen *pen, Align align, double x, double y, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return print_text(pen, align, x, y, text);
}

double print_lines(const Pen *pen, Align align, double x, double y, double leading,
                   const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++, y += leading)
        print_text(pen, align, x, y, lines[i]);
    return y;
}

void rule(const Pen *pen, double x0, double y0, double x1, double y1, double width)
{
    apply(pen);
    cairo_set_line_width(pen->cr, width);
    cairo_move_to(pen->cr, x0, y0);
    cairo_line_to(pen->cr, x1, y1);
    cairo_stroke(pen->cr);
}

void box(const Pen *pen, double x, double y, double width, double height)
{
    apply(pen);
    cairo_set_line_width(pen->cr, 0.6);
    cairo_rectangle(pen->cr, x, y, width, height);
    cairo_stroke(pen->cr);
}

void fill(const Pen *pen, double x, double y, double width, double height)
{
    apply(pen);
    cairo_rectangle(pen->cr, x, y, width, height);
    cairo_fill(pen->cr);
}

static cairo_t *begin_drawing(cairo_surface_t *surface)
{
    cairo_t *cr = cairo_create(surface);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    return cr;
}

cairo_surface_t *paper_pdf_begin(const char *path, double width, double height, const char *title)
{
    cairo_surface_t *surface = cairo_pdf_surface_create(path, width, height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        g_error("%s: %s", path, cairo_status_to_string(cairo_surface_status(surface)));
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2026-11-01T09:00:00Z");
    return surface;
}

void paper_pdf(const char *path, double width, double height, guint pages, const char *title,
               DrawPage draw, gconstpointer data)
{
    g_autoptr(cairo_surface_t) surface = paper_pdf_begin(path, width, height, title);
    g_autoptr(cairo_t) cr = begin_drawing(surface);
    for (guint i = 1; i <= pages; i++) {
        Pen pen = {.cr = cr, .face = SANS, .size = 10};
        draw(&pen, i, data);
        cairo_show_page(cr);
    }
    cairo_surface_finish(surface);
}

cairo_surface_t *paper_image(double width, double height, double dpi, double brightness,
                             DrawPage draw, guint number, gconstpointer data)
{
    double scale = dpi / 72;
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)(width * scale + 0.5), (int)(height * scale + 0.5));
    g_autoptr(cairo_t) cr = begin_drawing(surface);
    cairo_set_source_rgb(cr, brightness, brightness, brightness);
    cairo_paint(cr);
    cairo_scale(cr, scale, scale);
    Pen pen = {.cr = cr, .face = SANS, .size = 10};
    draw(&pen, number, data);
    cairo_surface_flush(surface);
    return surface;
}
