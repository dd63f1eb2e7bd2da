/* Any bytes as an embedded font, as the encoding of a Type 1 font and as a ToUnicode map. */
#include "stages/read/techniques/pdf/pdf-cmap.h"
#include "stages/read/techniques/pdf/pdf-glyphs.h"
#include "stages/read/techniques/pdf/pdf-type1.h"
#include "stages/read/techniques/pdf/pdf-unicode.h"
#include "stages/read/techniques/pdf/pdf-widths.h"
#include "tests/fuzz/fuzz.h"

#include <ft2build.h>
#include FT_FREETYPE_H

static void ask_cmap(GBytes *bytes)
{
    PdfCMap *map = pdf_cmap_new(bytes);
    for (guint code = 0; map && code < 256; code++) {
        gunichar text[PDF_CODE_TEXT];
        guint n;
        PdfCMapAnswer answer = pdf_cmap_text(map, code, text, &n);
        g_assert(n <= PDF_CODE_TEXT && (answer != PDF_CMAP_NOTHING || n == 0));
    }
    pdf_cmap_free(map);
}

static void ask_encoding(GBytes *bytes)
{
    const char *names[256] = {0};
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    pdf_type1_encoding(bytes, names, strings);
    for (guint code = 0; code < 256; code++)
        g_assert(!names[code] || strlen(names[code]) < 65536);
}

static void ask_glyphs(GBytes *bytes)
{
    FT_Library library;
    g_autoptr(GStringChunk) strings = g_string_chunk_new(256);
    g_assert(FT_Init_FreeType(&library) == 0);
    for (PdfGlyphKind kind = PDF_GLYPHS_TYPE1; kind <= PDF_GLYPHS_TRUETYPE; kind++) {
        PdfGlyphs *glyphs = pdf_glyphs_new(library, bytes, kind);
        const char *names[256] = {0};
        if (glyphs)
            pdf_glyphs_own_names(glyphs, names, strings);
        for (guint code = 0; glyphs && code < 256; code++) {
            Rect box;
            gunichar text[PDF_CODE_TEXT];
            if (pdf_glyphs_has_ink(glyphs, code, &box))
                g_assert(box.x0 <= box.x1 && box.y0 <= box.y1);
            pdf_glyphs_unicode(glyphs, code);
            g_assert(!names[code] || pdf_unicode_of_name(names[code], text) <= PDF_CODE_TEXT);
            pdf_glyphs_by_code(glyphs, code, code % 2 ? "A" : NULL, code % 3 == 0);
        }
        pdf_glyphs_free(glyphs);
    }
    FT_Done_FreeType(library);
}

static void ask_widths(const uint8_t *data, size_t size)
{
    GString *list = g_string_new_len((const char *)data, (gssize)size);
    g_autoptr(GArray) widths = g_array_new(FALSE, FALSE, sizeof(PdfWidth));
    gboolean fine = pdf_widths_parse(list->str, size % 2, 32, widths);
    g_string_free(list, TRUE);
    for (guint code = 0; fine && code < 256; code++)
        g_assert(pdf_widths_of(widths, code, 0) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    ask_cmap(bytes);
    ask_encoding(bytes);
    ask_glyphs(bytes);
    ask_widths(data, size);
    return 0;
}
