#include "overlay-page.h"

#include "stages/read/techniques/ocr/image.h"
#include "stages/read/techniques/pdf/pdf-file.h"
#include "stages/read/techniques/pdf/pdf-picture.h"

#include <string.h>

#define GRID_FONT_SIZE 0.8 /* of a line */

/* The document that the technique has opened for the reading. */
static void draw_pdf(const TechniqueInput *input, const Page *page, cairo_t *cr)
{
    g_autoptr(PdfFile) file = pdf_file_open(input, NULL);
    g_autoptr(PopplerPage) drawn = file ? pdf_file_page(file, page->number) : NULL;
    double width = 0, height = 0;
    if (drawn)
        poppler_page_get_size(drawn, &width, &height);
    if (!(width > 0) || !(height > 0))
        return;
    cairo_save(cr);
    cairo_scale(cr, page->width / width, page->height / height);
    poppler_page_render(drawn, cr);
    cairo_restore(cr);
}

/* Leptonica's 32-bit pixels are red, green, blue from the top byte down; cairo's have blue lowest. */
static cairo_surface_t *surface_of(PIX *pix)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        return surface;
    guint8 *data = cairo_image_surface_get_data(surface);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        const l_uint32 *in = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        guint32 *out = (guint32 *)(void *)(data + (gsize)y * stride);
        for (int x = 0; x < width; x++)
            out[x] = in[x] >> 8;
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

static void draw_image(const TechniqueInput *input, const Page *page, cairo_t *cr)
{
    PIX *pix = image_page(input->bytes, page->number, NULL);
    PIX *colour = pix ? pixConvertTo32(pix) : NULL;
    if (colour) {
        cairo_surface_t *surface = surface_of(colour);
        cairo_save(cr);
        cairo_scale(cr, page->width / pixGetWidth(colour), page->height / pixGetHeight(colour));
        cairo_set_source_surface(cr, surface, 0, 0);
        cairo_paint(cr);
        cairo_restore(cr);
        cairo_surface_destroy(surface);
    }
    pixDestroy(&colour);
    pixDestroy(&pix);
}

/* There is no picture of a grid: its words stand where the grid has them, squeezed into their boxes.
 */
static void draw_grid(const Reading *r, const Page *page, cairo_t *cr)
{
    if (page->n_blocks == 0)
        return;
    const Block *last = reading_block(r, page->first_block + page->n_blocks - 1);
    const Line *end = reading_line(r, last->first_line + last->n_lines - 1);
    guint first = reading_line(r, reading_block(r, page->first_block)->first_line)->first_word;
    cairo_select_font_face(cr, OVERLAY_FONT_GRID, CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, GRID_FONT_SIZE);
    cairo_font_options_t *exact = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(exact, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, exact);
    cairo_font_options_destroy(exact);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (guint w = first; w < end->first_word + end->n_words; w++) {
        const Word *word = reading_word(r, w);
        cairo_text_extents_t size;
        cairo_text_extents(cr, reading_word_text(r, word), &size);
        double room = word->rect.x1 - word->rect.x0;
        cairo_save(cr);
        cairo_translate(cr, word->rect.x0, word->rect.y1 - 0.25);
        if (size.x_advance > 0 && room > 0)
            cairo_scale(cr, room / size.x_advance, 1);
        cairo_move_to(cr, 0, 0);
        cairo_show_text(cr, reading_word_text(r, word));
        cairo_restore(cr);
    }
}

void overlay_page_draw(const TechniqueInput *input, const Reading *reading, guint i, cairo_t *cr)
{
    const Page *page = reading_page(reading, i);
    if (page->geometry == READING_GRID)
        draw_grid(reading, page, cr);
    else if (strcmp(input->media_type, "application/pdf") == 0)
        draw_pdf(input, page, cr);
    else if (g_str_has_prefix(input->media_type, "image/"))
        draw_image(input, page, cr);
}
