#include "overlay.h"

#include "overlay-page.h"

#include <cairo-pdf.h>
#include <math.h>

/* A grid is drawn with these points for a character and a line. */
#define GRID_CELL_WIDTH 6.0
#define GRID_CELL_HEIGHT 11.0
#define LEGEND_HEIGHT 16.0   /* points, below the page */
#define LEGEND_WIDTH 430.0   /* a narrower page is widened */
#define PDF_MAX_SIDE 14400.0 /* points (ISO 32000-1, annex C) */
#define PNG_DPI 144.0
#define PNG_MAX_PIXELS 24.0e6
#define PNG_MAX_SIDE 16000.0
#define SURE 0.9 /* confidences of words: from here on green, under the other one red */
#define UNSURE 0.6

typedef struct {
    double r, g, b;
    const char *name;
} Colour;

static const Colour kind_colours[BLOCK_LAST] = {
    [BLOCK_PARAGRAPH] = {0.15, 0.35, 0.85, "paragraph"},
    [BLOCK_HEADING] = {0.80, 0.10, 0.55, "heading"},
    [BLOCK_LIST] = {0.00, 0.55, 0.60, "list"},
    [BLOCK_TABLE] = {0.90, 0.45, 0.00, "table"},
    [BLOCK_FIELDS] = {0.45, 0.25, 0.75, "fields"},
};
enum { WORD_PRINTED, WORD_SURE, WORD_UNSURE, WORD_DOUBTFUL };
static const Colour word_colours[] = {
    [WORD_PRINTED] = {0.30, 0.55, 0.95, "word"},
    [WORD_SURE] = {0.10, 0.70, 0.20, "sure"},
    [WORD_UNSURE] = {0.95, 0.75, 0.00, "unsure"},
    [WORD_DOUBTFUL] = {0.95, 0.15, 0.10, "doubtful"},
};

typedef struct {
    double width, height;    /* of the page as drawn, points, without the legend */
    double scale_x, scale_y; /* of the page's own units */
} Sheet;

static Sheet sheet_of(const Page *page)
{
    gboolean grid = page->geometry == READING_GRID;
    double x = grid ? GRID_CELL_WIDTH : 1, y = grid ? GRID_CELL_HEIGHT : 1;
    double longest = MAX(MAX(page->width * x, page->height * y), 1);
    double fit = MIN(1, (PDF_MAX_SIDE - LEGEND_HEIGHT) / longest);
    return (Sheet){.width = MAX(page->width * x * fit, 1),
                   .height = MAX(page->height * y * fit, 1),
                   .scale_x = x * fit,
                   .scale_y = y * fit};
}

/* ---- boxes ---- */

static void box(cairo_t *cr, const Sheet *sheet, Rect rect, double grow)
{
    cairo_rectangle(cr, rect.x0 * sheet->scale_x - grow, rect.y0 * sheet->scale_y - grow,
                    (rect.x1 - rect.x0) * sheet->scale_x + 2 * grow,
                    (rect.y1 - rect.y0) * sheet->scale_y + 2 * grow);
}

static const Colour *word_colour(const Word *word)
{
    if (word->confidence < 0)
        return &word_colours[WORD_PRINTED];
    return &word_colours[word->confidence >= SURE     ? WORD_SURE
                         : word->confidence >= UNSURE ? WORD_UNSURE
                                                      : WORD_DOUBTFUL];
}

static void draw_line(cairo_t *cr, const Sheet *sheet, const Reading *r, const Line *line)
{
    for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
        const Word *word = reading_word(r, w);
        const Colour *colour = word_colour(word);
        cairo_set_source_rgba(cr, colour->r, colour->g, colour->b, 0.25);
        box(cr, sheet, word->rect, 0);
        cairo_fill(cr);
    }
    cairo_set_source_rgba(cr, 0.3, 0.3, 0.3, 0.8);
    cairo_set_line_width(cr, 0.3);
    box(cr, sheet, line->rect, 0.3);
    cairo_stroke(cr);
}

/* The number in reading order stands at the block's corner. What is only around the text of the
 * page (heads, feet, menus, notes) has a dashed frame. */
static void draw_block(cairo_t *cr, const Sheet *sheet, const Reading *r, const Block *block,
                       guint number)
{
    static const double dashes[] = {3, 2};
    const Colour *colour = &kind_colours[block->kind];
    for (guint l = block->first_line; l < block->first_line + block->n_lines; l++)
        draw_line(cr, sheet, r, reading_line(r, l));
    cairo_set_source_rgb(cr, colour->r, colour->g, colour->b);
    cairo_set_line_width(cr, 0.9);
    cairo_set_dash(cr, dashes, block->flags ? 2 : 0, 0);
    box(cr, sheet, block->rect, 1.2);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
    g_autofree char *label = g_strdup_printf("%u", number);
    cairo_move_to(cr, block->rect.x0 * sheet->scale_x - 1, block->rect.y0 * sheet->scale_y - 2);
    cairo_show_text(cr, label);
}

/* ---- legend ---- */

static double legend_entry(cairo_t *cr, double x, double y, const Colour *colour, gboolean filled)
{
    cairo_set_source_rgba(cr, colour->r, colour->g, colour->b, filled ? 0.4 : 1);
    cairo_rectangle(cr, x, y - 5, 7, 5);
    if (filled)
        cairo_fill(cr);
    else
        cairo_stroke(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_move_to(cr, x + 9, y);
    cairo_show_text(cr, colour->name);
    cairo_text_extents_t size;
    cairo_text_extents(cr, colour->name, &size);
    return x + 9 + size.x_advance + 6;
}

static void draw_legend(cairo_t *cr, const Sheet *sheet, const Page *page)
{
    double y = sheet->height + LEGEND_HEIGHT - 5, x = 4;
    cairo_set_line_width(cr, 0.9);
    for (guint i = 0; i < G_N_ELEMENTS(kind_colours); i++)
        x = legend_entry(cr, x, y, &kind_colours[i], FALSE);
    for (guint i = 0; i < G_N_ELEMENTS(word_colours); i++)
        x = legend_entry(cr, x, y, &word_colours[i], TRUE);
    g_autofree char *text =
        g_strdup_printf("page %u, %s", page->number, technique_name(page->technique));
    cairo_move_to(cr, x + 4, y);
    cairo_show_text(cr, text);
}

static void draw_page(cairo_t *cr, const TechniqueInput *input, const Reading *r, guint i)
{
    const Page *page = reading_page(r, i);
    Sheet sheet = sheet_of(page);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, sheet.width, sheet.height);
    cairo_clip(cr);
    cairo_scale(cr, sheet.scale_x, sheet.scale_y);
    overlay_page_draw(input, r, i, cr);
    cairo_restore(cr);
    cairo_select_font_face(cr, OVERLAY_FONT, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, 7);
    for (guint b = 0; b < page->n_blocks; b++)
        draw_block(cr, &sheet, r, reading_block(r, page->first_block + b), b + 1);
    draw_legend(cr, &sheet, page);
}

/* ---- pictures ---- */

static cairo_status_t append(void *closure, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static gboolean check_drawn(cairo_status_t status, GError **error)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return TRUE;
    g_set_error(error, DOCKET_ERROR,
                status == CAIRO_STATUS_NO_MEMORY ? DOCKET_ERROR_READER_MEMORY
                                                 : DOCKET_ERROR_INTERNAL,
                "the overlay cannot be drawn: %s", cairo_status_to_string(status));
    return FALSE;
}

/* Index of the page that the input begins with; -1 if there is none. */
static int find_page(const TechniqueInput *input, const Reading *r)
{
    for (guint i = 0; i < r->pages->len; i++)
        if (reading_page(r, i)->number == MAX(input->first_page, 1))
            return (int)i;
    return -1;
}

static gboolean draw_png(const TechniqueInput *input, const Reading *r, guint i, GByteArray *out,
                         GError **error)
{
    Sheet sheet = sheet_of(reading_page(r, i));
    double width = MAX(sheet.width, LEGEND_WIDTH), height = sheet.height + LEGEND_HEIGHT;
    double scale = MIN(PNG_DPI / 72, sqrt(PNG_MAX_PIXELS / (width * height)));
    scale = MIN(scale, PNG_MAX_SIDE / MAX(width, height));
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)ceil(width * scale), (int)ceil(height * scale));
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, scale, scale);
    draw_page(cr, input, r, i);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(surface, append, out);
    cairo_surface_destroy(surface);
    return check_drawn(status, error);
}

static void draw_pdf_pages(cairo_surface_t *pdf, const TechniqueInput *input, const Reading *r)
{
    for (guint i = 0; i < r->pages->len; i++) {
        Sheet sheet = sheet_of(reading_page(r, i));
        cairo_pdf_surface_set_size(pdf, MAX(sheet.width, LEGEND_WIDTH),
                                   sheet.height + LEGEND_HEIGHT);
        cairo_t *cr = cairo_create(pdf);
        draw_page(cr, input, r, i);
        cairo_show_page(cr);
        cairo_destroy(cr);
    }
}

/* ---- reading ---- */

static guint last_page(const TechniqueInput *input, const Reading *r)
{
    if (input->flags & WIRE_OVERLAY_PNG)
        return input->first_page;
    return input->last_page ? MIN(input->last_page, r->page_count) : r->page_count;
}

/* Page by page, so that each has its deadline and no more than one is held as a picture. */
static Reading *read_and_draw(const TechniqueRow *row, const TechniqueInput *input,
                              cairo_surface_t *pdf, GError **error)
{
    TechniqueInput one = *input;
    if (row->ranges)
        one.last_page = one.first_page;
    else
        one.first_page = 1;
    g_autoptr(Reading) all = row->read(&one, error);
    if (!all)
        return NULL;
    if (pdf)
        draw_pdf_pages(pdf, input, all);
    guint last = row->ranges ? last_page(input, all) : 0;
    for (guint page = input->first_page + 1; page <= last; page++) {
        one.first_page = one.last_page = page;
        g_autoptr(Reading) next = row->read(&one, error);
        if (!next)
            return NULL;
        draw_pdf_pages(pdf, input, next);
        reading_take_pages(all, g_steal_pointer(&next));
    }
    return g_steal_pointer(&all);
}

Reading *overlay_read(const TechniqueRow *row, const TechniqueInput *input, GBytes **picture,
                      GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    gboolean png = input->flags & WIRE_OVERLAY_PNG;
    cairo_surface_t *pdf = png ? NULL : cairo_pdf_surface_create_for_stream(append, out, 1, 1);
    g_autoptr(Reading) reading = read_and_draw(row, input, pdf, error);
    int first = reading ? find_page(input, reading) : -1;
    gboolean drawn = first >= 0;
    if (reading && !drawn)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "there is no page %u",
                    input->first_page);
    if (pdf) {
        cairo_surface_finish(pdf);
        drawn = drawn && check_drawn(cairo_surface_status(pdf), error);
        cairo_surface_destroy(pdf);
    } else if (drawn) {
        drawn = draw_png(input, reading, (guint)first, out, error);
    }
    if (!drawn)
        return NULL;
    *picture = g_byte_array_free_to_bytes(g_steal_pointer(&out));
    return g_steal_pointer(&reading);
}
