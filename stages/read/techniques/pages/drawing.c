#include "drawing.h"

#include "overlay-page.h"

#include <cairo.h>
#include <dlfcn.h>
#include <poppler.h>

/* cairo finds the file of a font by its family once, and asks whether it may read it, which the jail
 * answers with no. A face that is held stays found. */
static const char *const families[] = {OVERLAY_FONT, OVERLAY_FONT_GRID};

struct Drawing {
    cairo_font_face_t *faces[G_N_ELEMENTS(families)];
    PopplerDocument *hold; /* with the last open document Poppler drops its global parameters */
};

/* A page in fonts that it does not embed. Drawing it makes fontconfig and Poppler load their
 * configuration and their lists of fonts; the character maps of Chinese, Japanese and Korean can be
 * read behind the lock, too. Its table of contents is missing: Poppler finds the objects. */
static const char warm_pdf[] =
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font"
    "<</A 5 0 R/B 6 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 50>>stream\n"
    "BT /A 9 Tf 9 9 Td (a) Tj /B 9 Tf 9 9 Td (a) Tj ET\n"
    "endstream endobj\n"
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "6 0 obj<</Type/Font/Subtype/TrueType/BaseFont/NoSuchFont>>endobj\n"
    "trailer<</Root 1 0 R/Size 7>>\n"
    "%%EOF\n";

static void draw(PopplerDocument *document)
{
    PopplerPage *page = poppler_document_get_page(document, 0);
    if (!page)
        return;
    g_autofree char *text = poppler_page_get_text(page);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 99, 99);
    cairo_t *cr = cairo_create(surface);
    poppler_page_render(page, cr);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    g_object_unref(page);
}

/* Tesseract asks OpenMP for four threads by name, which its own environment variables cannot be told
 * any more once the process runs. Two readers' threads fight for the same cores (5 times slower), and
 * the jail lets none begin. Whichever OpenMP is loaded has this function. */
static void stay_in_one_thread(void)
{
    void (*set_levels)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_max_active_levels");
    if (set_levels)
        set_levels(0);
}

static void hold_faces(Drawing *drawing)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 9, 9);
    cairo_t *cr = cairo_create(surface);
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        cairo_select_font_face(cr, families[i], CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
        cairo_move_to(cr, 0, 9);
        cairo_show_text(cr, "a");
        drawing->faces[i] = cairo_font_face_reference(cairo_get_font_face(cr));
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

Drawing *drawing_new(void)
{
    Drawing *drawing = g_new0(Drawing, 1);
    stay_in_one_thread();
    g_autoptr(GBytes) pdf = g_bytes_new_static(warm_pdf, sizeof warm_pdf - 1);
    drawing->hold = poppler_document_new_from_bytes(pdf, NULL, NULL);
    if (drawing->hold)
        draw(drawing->hold);
    hold_faces(drawing);
    return drawing;
}

void drawing_free(Drawing *drawing)
{
    if (!drawing)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        cairo_font_face_destroy(drawing->faces[i]);
    g_clear_object(&drawing->hold);
    g_free(drawing);
}
