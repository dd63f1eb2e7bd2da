#include "warm-libraries.h"

#include "overlay-page.h"
#include "stages/read/techniques/archive/archive.h"
#include "stages/read/techniques/mail/mail.h"

#include <cairo.h>
#include <dlfcn.h>
#include <libxml/parser.h>
#include <poppler.h>

/* Converters that the C library keeps in shared objects and loads by name: those that texts and web
 * pages declare (WHATWG Encoding, 4.2), that uchardet can name, and that names in archives are in.
 * Each stays open, for a converter that nobody uses is unloaded again. */
static const char *const charsets[] = {
    "UTF-7",
    "UTF-16",
    "UTF-32",
    "UNICODE",
    "ISO-8859-1",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-9",
    "ISO-8859-10",
    "ISO-8859-11",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "WINDOWS-1250",
    "WINDOWS-1251",
    "WINDOWS-1252",
    "WINDOWS-1253",
    "WINDOWS-1254",
    "WINDOWS-1255",
    "WINDOWS-1256",
    "WINDOWS-1257",
    "WINDOWS-1258",
    "WINDOWS-874",
    "TIS-620",
    "KOI8-R",
    "KOI8-U",
    "KOI8-T",
    "MACINTOSH",
    "MAC-CYRILLIC",
    "MAC-CENTRALEUROPE",
    "MAC-UK",
    "IBM437",
    "IBM850",
    "IBM852",
    "IBM855",
    "IBM858",
    "IBM860",
    "IBM861",
    "IBM862",
    "IBM863",
    "IBM864",
    "IBM865",
    "IBM866",
    "IBM869",
    "IBM874",
    "VISCII",
    "TCVN",
    "ARMSCII-8",
    "GEORGIAN-ACADEMY",
    "GEORGIAN-PS",
    "HP-ROMAN8",
    "GB2312",
    "GBK",
    "GB18030",
    "EUC-CN",
    "ISO-2022-CN",
    "HZ",
    "BIG5",
    "BIG5-HKSCS",
    "CP950",
    "EUC-TW",
    "SHIFT_JIS",
    "CP932",
    "EUC-JP",
    "EUC-JP-MS",
    "ISO-2022-JP",
    "ISO-2022-JP-2",
    "EUC-KR",
    "UHC",
    "JOHAB",
    "ISO-2022-KR",
};

/* cairo finds the file of a font by its family once, and asks whether it may read it, which the jail
 * answers with no. A face that is held stays found. */
static const char *const families[] = {OVERLAY_FONT, OVERLAY_FONT_GRID};

struct WarmLibraries {
    cairo_font_face_t *faces[G_N_ELEMENTS(families)];
    PopplerDocument *hold; /* with the last open document Poppler drops its global parameters */
    GIConv converters[G_N_ELEMENTS(charsets)];
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

static void hold_faces(WarmLibraries *libraries)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 9, 9);
    cairo_t *cr = cairo_create(surface);
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        cairo_select_font_face(cr, families[i], CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
        cairo_move_to(cr, 0, 9);
        cairo_show_text(cr, "a");
        libraries->faces[i] = cairo_font_face_reference(cairo_get_font_face(cr));
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

WarmLibraries *warm_libraries_new(void)
{
    WarmLibraries *libraries = g_new0(WarmLibraries, 1);
    stay_in_one_thread();
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++)
        libraries->converters[i] = g_iconv_open("UTF-8", charsets[i]);
    xmlInitParser();
    mail_warm();
    archive_warm();
    g_autoptr(GBytes) pdf = g_bytes_new_static(warm_pdf, sizeof warm_pdf - 1);
    libraries->hold = poppler_document_new_from_bytes(pdf, NULL, NULL);
    if (libraries->hold)
        draw(libraries->hold);
    hold_faces(libraries);
    return libraries;
}

void warm_libraries_free(WarmLibraries *libraries)
{
    if (!libraries)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++)
        if (libraries->converters[i] != (GIConv)-1)
            g_iconv_close(libraries->converters[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        cairo_font_face_destroy(libraries->faces[i]);
    g_clear_object(&libraries->hold);
    g_free(libraries);
}
