/* Any bytes as an embedded font, as the encoding of a Type 1 font and as a ToUnicode map. */
#include "stages/read/techniques/pdf/pdf-cmap.h"
#include "stages/read/techniques/pdf/pdf-glyphs.h"
#include "stages/read/techniques/pdf/pdf-type1.h"
#include "tests/fuzz/fuzz.h"

#include <ft2build.h>
#include FT_FREETYPE_H

static void ask_cmap(GBytes *bytes)
{
    PdfCMap *map = pdf_cmap_new(bytes);
    for (guint code = 0; map && code < 256; code++)
        g_assert(pdf_cmap_has(map, code) || pdf_cmap_is_space(map, code));
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
    g_assert(FT_Init_FreeType(&library) == 0);
    for (PdfGlyphKind kind = PDF_GLYPHS_TYPE1; kind <= PDF_GLYPHS_TRUETYPE; kind++) {
        PdfGlyphs *glyphs = pdf_glyphs_new(library, bytes, kind);
        for (guint code = 0; glyphs && code < 256; code++) {
            pdf_glyphs_has_ink(glyphs, code);
            pdf_glyphs_by_code(glyphs, code, code % 2 ? "A" : NULL, code % 3 == 0);
        }
        pdf_glyphs_free(glyphs);
    }
    FT_Done_FreeType(library);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    ask_cmap(bytes);
    ask_encoding(bytes);
    ask_glyphs(bytes);
    return 0;
}
