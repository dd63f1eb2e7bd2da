#include "pdf-glyphs.h"

#include "pdf-encoding.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_FONT_FORMATS_H
#include FT_OUTLINE_H
#include FT_TRUETYPE_TABLES_H
#include FT_TRUETYPE_TAGS_H

#include <string.h>

#define MAX_NAME 100
#define PIXELS 24      /* an em */
#define LEAST_INK 0.5  /* pixels; a full stop has 6 */
#define LARGEST 4      /* ems, of a side */
#define AROUND 0.5     /* ems that the middle of the ink may be left or right of the advance */
#define HIGHEST 1.2    /* … and above the baseline */
#define LOWEST 0.5     /* … and below it */
#define SYMBOLS 0xf000 /* where a symbol font's codes begin */

struct PdfGlyphs {
    GBytes *file;
    FT_Face face;
    FT_CharMap unicode, roman, symbol; /* NULL: none */
    GHashTable *characters;            /* glyph -> character; NULL before the first question */
};

/* The last of each kind counts, as it does for Poppler. */
static gboolean find_charmaps(PdfGlyphs *g)
{
    FT_Byte head[4];
    FT_ULong length = sizeof head;
    if (FT_Load_Sfnt_Table(g->face, TTAG_cmap, 0, head, &length))
        return TRUE; /* none, for CIDs */
    int there = 0;
    for (int i = 0; i < g->face->num_charmaps; i++) {
        FT_CharMap map = g->face->charmaps[i];
        if (FT_Get_CMap_Format(map) < 0)
            continue; /* made up by FreeType of glyph names */
        there++;
        if ((map->platform_id == 3 && map->encoding_id == 1) || map->platform_id == 0)
            g->unicode = map;
        else if (map->platform_id == 1 && map->encoding_id == 0)
            g->roman = map;
        else if (map->platform_id == 3 && map->encoding_id == 0)
            g->symbol = map;
    }
    /* Those that FreeType refuses are still there for Poppler. */
    return there == (head[2] << 8 | head[3]);
}

PdfGlyphs *pdf_glyphs_new(void *library, GBytes *file, PdfGlyphKind kind)
{
    static const char *const formats[] = {[PDF_GLYPHS_TYPE1] = "Type 1",
                                          [PDF_GLYPHS_CFF] = "CFF",
                                          [PDF_GLYPHS_TRUETYPE] = "TrueType"};
    PdfGlyphs *g = g_new0(PdfGlyphs, 1);
    gsize size;
    const void *data = g_bytes_get_data(file, &size);
    g->file = g_bytes_ref(file);
    if (FT_New_Memory_Face(library, data, (FT_Long)size, 0, &g->face) ||
        strcmp(FT_Get_Font_Format(g->face), formats[kind]) != 0 || g->face->num_faces != 1 ||
        FT_Set_Pixel_Sizes(g->face, PIXELS, PIXELS) ||
        (kind == PDF_GLYPHS_TRUETYPE && !find_charmaps(g)))
        g_clear_pointer(&g, pdf_glyphs_free);
    return g;
}

void pdf_glyphs_free(PdfGlyphs *g)
{
    if (!g)
        return;
    if (g->face)
        FT_Done_Face(g->face);
    g_clear_pointer(&g->characters, g_hash_table_unref);
    g_bytes_unref(g->file);
    g_free(g);
}

/* Contours that cancel out, or lie on each other as a line, have no ink: so it is drawn. */
static double ink_of(FT_GlyphSlot slot)
{
    guint sum = 0;
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) ||
        slot->bitmap.pixel_mode != FT_PIXEL_MODE_GRAY)
        return 0;
    for (guint y = 0; y < slot->bitmap.rows; y++)
        for (guint x = 0; x < slot->bitmap.width; x++)
            sum += slot->bitmap.buffer[(int)y * slot->bitmap.pitch + (int)x];
    return sum / 255.0;
}

gboolean pdf_glyphs_has_ink(PdfGlyphs *g, guint glyph, Rect *ink)
{
    FT_BBox box;
    FT_GlyphSlot slot = g->face->glyph;
    if (FT_Load_Glyph(g->face, glyph, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) ||
        slot->format != FT_GLYPH_FORMAT_OUTLINE || slot->outline.n_points < 3)
        return FALSE;
    FT_Outline_Get_CBox(&slot->outline, &box);
    double em = PIXELS * 64;
    *ink = (Rect){(double)box.xMin / em, (double)box.yMin / em, (double)box.xMax / em,
                  (double)box.yMax / em};
    double x = (double)(box.xMin + box.xMax) / 2 / em;
    double y = (double)(box.yMin + box.yMax) / 2 / em, advance = (double)slot->advance.x / em;
    if ((double)(box.xMax - box.xMin) > LARGEST * em ||
        (double)(box.yMax - box.yMin) > LARGEST * em)
        return FALSE;
    return x > MIN(advance, 0) - AROUND && x < MAX(advance, 0) + AROUND && y > -LOWEST &&
           y < HIGHEST && ink_of(slot) >= LEAST_INK;
}

guint pdf_glyphs_by_name(PdfGlyphs *g, const char *name)
{
    return FT_HAS_GLYPH_NAMES(g->face) ? FT_Get_Name_Index(g->face, name) : 0;
}

void pdf_glyphs_own_names(PdfGlyphs *g, const char **names, GStringChunk *strings)
{
    char name[MAX_NAME];
    if (!FT_HAS_GLYPH_NAMES(g->face) || (FT_Select_Charmap(g->face, FT_ENCODING_ADOBE_CUSTOM) &&
                                         FT_Select_Charmap(g->face, FT_ENCODING_ADOBE_STANDARD)))
        return;
    for (guint code = 0; code < 256; code++) {
        guint glyph = FT_Get_Char_Index(g->face, code);
        if (!names[code] && glyph && !FT_Get_Glyph_Name(g->face, glyph, name, MAX_NAME))
            names[code] = g_string_chunk_insert(strings, name);
    }
}

gunichar pdf_glyphs_unicode(PdfGlyphs *g, guint glyph)
{
    if (!g->characters) {
        g->characters = g_hash_table_new(NULL, NULL);
        FT_UInt found = 0;
        gboolean named = FT_HAS_GLYPH_NAMES(g->face) && !FT_IS_SFNT(g->face) &&
                         !FT_Select_Charmap(g->face, FT_ENCODING_UNICODE);
        for (FT_ULong c = named ? FT_Get_First_Char(g->face, &found) : 0; found;
             c = FT_Get_Next_Char(g->face, c, &found))
            if (!g_hash_table_contains(g->characters, GUINT_TO_POINTER(found)))
                g_hash_table_insert(g->characters, GUINT_TO_POINTER(found), GUINT_TO_POINTER(c));
    }
    return GPOINTER_TO_UINT(g_hash_table_lookup(g->characters, GUINT_TO_POINTER(glyph)));
}

static guint look_up(PdfGlyphs *g, FT_CharMap map, FT_ULong code)
{
    return FT_Set_Charmap(g->face, map) ? 0 : FT_Get_Char_Index(g->face, code);
}

int pdf_glyphs_by_code(PdfGlyphs *g, guint code, const char *name, gboolean symbolic)
{
    guint glyph = 0;
    gunichar unicode = name ? pdf_encoding_unicode(name) : 0;
    if (name && g->unicode) {
        if (!unicode)
            return -1; /* Poppler may know it */
        glyph = look_up(g, g->unicode, unicode);
    } else if (name && g->roman && !(symbolic && g->symbol)) {
        guint mac = pdf_encoding_mac_code(name);
        glyph = mac ? look_up(g, g->roman, mac) : 0;
    } else if (g->symbol && (symbolic || !name)) {
        glyph = look_up(g, g->symbol, SYMBOLS + code);
    } else if (g->roman) {
        glyph = look_up(g, g->roman, code);
    } else {
        return -1;
    }
    return (int)(glyph == 0 && name ? pdf_glyphs_by_name(g, name) : glyph);
}
