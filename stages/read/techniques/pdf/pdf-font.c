/* Whether text in a font can be seen. Fonts that are embedded are asked for each code that is used; for
 * the others Poppler takes another font, which has the letters of the usual ones. */
#include "pdf-font.h"

#include "pdf-cmap.h"
#include "pdf-encoding.h"
#include "pdf-glyphs.h"
#include "pdf-lex.h"
#include "pdf-objects.h"
#include "pdf-type1.h"

/* Thousandths of an em. */
#define USUAL_WIDTH 1000.0
#define UNKNOWN_WIDTH 1e6
#define MAX_FONT_BYTES (4u << 20)   /* of one font, decoded */
#define MAX_FONTS_BYTES (32u << 20) /* of all fonts of a document */
#define SYMBOLIC 4                  /* flag of a font's descriptor */

struct PdfFont {
    PdfMap *map;
    double widest; /* ems */
    gboolean wide; /* two bytes a code */
    gboolean truetype, symbolic;
    PdfGlyphs *glyphs; /* NULL: not embedded */
    GBytes *gids;      /* of CIDs, two bytes each; NULL: the same */
    GStringChunk *strings;
    const char *names[256]; /* of simple fonts, by code; NULL: none */
    gboolean bullets; /* not embedded, and its encoding has a letter for each code from ' ' on */
    gboolean own;     /* not embedded, with its own encoding: all codes are letters */
    int unicode;      /* object number of the ToUnicode stream, 0 none */
    gboolean looked;  /* at that stream */
    PdfCMap *cmap;    /* NULL: none, or odd */
    guint8 shown[65536 / 8]; /* codes that were found to be seen */
};

/* ---- widths ---- */

/* The widest of the widths in a list, written out: asking for each of hundreds costs more than the page.
 * "[500 600]"; for composite fonts "[first [width …] first last width …]". */
static double widest_of(PdfMap *m, qpdf_oh widths, gboolean ranges)
{
    if (!qpdf_oh_is_array(m->file, widths))
        return 0;
    const char *p = qpdf_oh_unparse_resolved(m->file, widths);
    double widest = 0;
    int depth = 0, codes = 0; /* numbers since the last width of a range */
    while (*p) {
        if (*p == '[' || *p == ']') {
            depth += *p++ == '[' ? 1 : -1;
            codes = 0;
        } else if (g_ascii_isdigit(*p) || *p == '-' || *p == '.') {
            char *end;
            double value = g_ascii_strtod(p, &end);
            gboolean is_width = !ranges || depth == 2 || ++codes == 3;
            if (is_width)
                widest = MAX(widest, value >= 0 ? value : UNKNOWN_WIDTH);
            codes = codes == 3 ? 0 : codes;
            p = end > p ? end : p + 1;
        } else if (*p++ != ' ')
            return UNKNOWN_WIDTH;
    }
    return MIN(widest, UNKNOWN_WIDTH);
}

/* ---- streams ---- */

/* A font's share is not the page's: it is read once a document. */
static GBytes *decode(PdfMap *m, qpdf_oh stream)
{
    gsize of_page = m->decoded;
    m->decoded = 0;
    g_autoptr(GBytes) bytes = m->font_bytes < MAX_FONTS_BYTES ? pdf_map_decode(m, stream) : NULL;
    m->font_bytes += m->decoded;
    m->decoded = of_page;
    return bytes && g_bytes_get_size(bytes) <= MAX_FONT_BYTES ? g_steal_pointer(&bytes) : NULL;
}

/* FALSE when the font file is odd; without any, glyphs stay NULL. */
static gboolean embed(PdfFont *f, qpdf_oh descriptor, PdfGlyphKind kind, GBytes **file)
{
    static const char *const keys[] = {"/FontFile", "/FontFile2", "/FontFile3"};
    static const guint expected[] = {
        [PDF_GLYPHS_TYPE1] = 0, [PDF_GLYPHS_TRUETYPE] = 1, [PDF_GLYPHS_CFF] = 2};
    PdfMap *m = f->map;
    qpdf_oh found = 0;
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        qpdf_oh stream = key(m, descriptor, keys[i]);
        if (is_null(m, stream))
            continue;
        if (found || i != expected[kind])
            return FALSE;
        found = stream;
    }
    if (!found)
        return TRUE;
    *file = decode(m, found);
    f->glyphs = *file ? pdf_glyphs_new(m->freetype, *file, kind) : NULL;
    return f->glyphs != NULL;
}

/* ---- simple fonts ---- */

static gboolean add_differences(PdfFont *f, qpdf_oh differences)
{
    PdfMap *m = f->map;
    if (!qpdf_oh_is_array(m->file, differences))
        return is_null(m, differences);
    const char *written = qpdf_oh_unparse_resolved(m->file, differences);
    PdfLex lex = {written, written + strlen(written)};
    guint code = 0;
    for (PdfToken t = pdf_lex_next(&lex); t.kind != PDF_END; t = pdf_lex_next(&lex)) {
        if (t.kind == PDF_NUMBER && t.number >= 0 && t.number < 256)
            code = (guint)t.number;
        else if (t.kind == PDF_NAME && !t.escaped && code < 256)
            f->names[code++] = g_string_chunk_insert_len(f->strings, t.text, (gssize)t.length);
        else if (t.kind != PDF_OPEN && t.kind != PDF_CLOSE)
            return FALSE;
    }
    return TRUE;
}

static gboolean base_of(PdfMap *m, qpdf_oh name, PdfEncoding *out)
{
    if (is_null(m, name))
        return TRUE;
    if (is_name(m, name, "/WinAnsiEncoding"))
        *out = PDF_ENCODING_WIN;
    else if (is_name(m, name, "/MacRomanEncoding"))
        *out = PDF_ENCODING_MAC;
    else
        return FALSE;
    return TRUE;
}

static gboolean read_encoding(PdfFont *f, qpdf_oh encoding, GBytes *type1)
{
    PdfMap *m = f->map;
    PdfEncoding base = PDF_ENCODING_NONE;
    gboolean dict = qpdf_oh_is_dictionary(m->file, encoding);
    if (!base_of(m, dict ? key(m, encoding, "/BaseEncoding") : encoding, &base) ||
        (dict && !add_differences(f, key(m, encoding, "/Differences"))))
        return FALSE;
    if (dict && base == PDF_ENCODING_NONE && f->truetype)
        base = PDF_ENCODING_WIN;
    pdf_encoding_fill(base, f->names);
    f->own = !f->glyphs && is_null(m, encoding);
    f->bullets = !f->glyphs && base == PDF_ENCODING_WIN;
    /* Where it cannot be read, the codes that it gives have no names, and do not show. */
    if (type1 && base == PDF_ENCODING_NONE)
        pdf_type1_encoding(type1, f->names, f->strings);
    return TRUE;
}

/* Fonts that are there, or have a stand-in, wherever PDFs are drawn. */
static gboolean is_common(PdfFont *f, qpdf_oh base_font)
{
    static const char *const letters[] = {"/Helvetica", "/Times", "/Courier", "/Arial"};
    static const char *const symbols[] = {"/Symbol", "/ZapfDingbats"};
    PdfMap *m = f->map;
    const char *name =
        qpdf_oh_is_name(m->file, base_font) ? qpdf_oh_get_name(m->file, base_font) : "";
    for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
        if (g_str_has_prefix(name, letters[i]))
            return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(symbols); i++)
        if (strcmp(name, symbols[i]) == 0)
            return f->own;
    return FALSE;
}

static gboolean open_simple(PdfFont *f, qpdf_oh font)
{
    PdfMap *m = f->map;
    g_autoptr(GBytes) file = NULL;
    qpdf_oh descriptor = key(m, font, "/FontDescriptor"),
            compact = key(m, descriptor, "/FontFile3");
    PdfGlyphKind kind = PDF_GLYPHS_TYPE1;
    f->truetype = is_name(m, key(m, font, "/Subtype"), "/TrueType");
    f->symbolic = (int)get_number(m, key(m, descriptor, "/Flags"), SYMBOLIC) & SYMBOLIC;
    if (f->truetype)
        kind = PDF_GLYPHS_TRUETYPE;
    else if (!is_null(m, compact))
        kind = PDF_GLYPHS_CFF;
    f->widest = MAX(USUAL_WIDTH, widest_of(m, key(m, font, "/Widths"), FALSE));
    return embed(f, descriptor, kind, &file) &&
           read_encoding(f, key(m, font, "/Encoding"), kind == PDF_GLYPHS_TYPE1 ? file : NULL) &&
           (f->glyphs ||
            (is_null(m, key(m, font, "/ToUnicode")) && is_common(f, key(m, font, "/BaseFont"))));
}

/* ---- composite fonts ---- */

static gboolean open_composite(PdfFont *f, qpdf_oh font)
{
    PdfMap *m = f->map;
    g_autoptr(GBytes) file = NULL;
    qpdf_oh descendants = key(m, font, "/DescendantFonts");
    if (!is_name(m, key(m, font, "/Encoding"), "/Identity-H") ||
        !qpdf_oh_is_array(m->file, descendants) ||
        qpdf_oh_get_array_n_items(m->file, descendants) != 1)
        return FALSE;
    qpdf_oh cid = qpdf_oh_get_array_item(m->file, descendants, 0);
    qpdf_oh gids = key(m, cid, "/CIDToGIDMap"), usual_width = key(m, cid, "/DW");
    double usual =
        is_null(m, usual_width) ? USUAL_WIDTH : get_number(m, usual_width, UNKNOWN_WIDTH);
    f->wide = TRUE;
    f->truetype = is_name(m, key(m, cid, "/Subtype"), "/CIDFontType2");
    f->widest = MAX(MAX(usual, USUAL_WIDTH), widest_of(m, key(m, cid, "/W"), TRUE));
    if (f->truetype && qpdf_oh_is_stream(m->file, gids)) {
        f->gids = decode(m, gids);
        if (!f->gids)
            return FALSE;
    } else if (!is_null(m, gids) && !is_name(m, gids, "/Identity"))
        return FALSE;
    return (f->truetype || is_name(m, key(m, cid, "/Subtype"), "/CIDFontType0")) &&
           embed(f, key(m, cid, "/FontDescriptor"),
                 f->truetype ? PDF_GLYPHS_TRUETYPE : PDF_GLYPHS_CFF, &file) &&
           f->glyphs;
}

PdfFont *pdf_font_new(PdfMap *m, qpdf_oh font)
{
    PdfFont *f = g_new0(PdfFont, 1);
    qpdf_oh type = key(m, font, "/Subtype");
    f->map = m;
    f->strings = g_string_chunk_new(1024);
    f->unicode = qpdf_oh_get_object_id(m->file, key(m, font, "/ToUnicode"));
    gboolean simple =
        is_name(m, type, "/Type1") || is_name(m, type, "/TrueType") || is_name(m, type, "/MMType1");
    if (!(simple ? open_simple(f, font) : is_name(m, type, "/Type0") && open_composite(f, font)))
        g_clear_pointer(&f, pdf_font_free);
    return f;
}

void pdf_font_free(PdfFont *f)
{
    if (!f)
        return;
    pdf_glyphs_free(f->glyphs);
    pdf_cmap_free(f->cmap);
    if (f->gids)
        g_bytes_unref(f->gids);
    g_string_chunk_free(f->strings);
    g_free(f);
}

/* ---- codes ---- */

static gboolean has_ink(PdfFont *f, guint code)
{
    const char *name = f->wide ? NULL : f->names[code];
    int glyph = (int)code;
    if (!f->glyphs)
        return f->own || (name && pdf_encoding_unicode(name));
    if (f->wide && f->gids) {
        gsize size;
        const guint8 *gids = g_bytes_get_data(f->gids, &size);
        glyph = 2 * code + 1 < size ? gids[2 * code] << 8 | gids[2 * code + 1] : 0;
    } else if (!f->wide && f->truetype) {
        glyph = pdf_glyphs_by_code(f->glyphs, code, name, f->symbolic);
    } else if (!f->wide) {
        glyph = name ? (int)pdf_glyphs_by_name(f->glyphs, name) : -1;
        glyph = glyph == 0 ? -1 : glyph;
    }
    return glyph >= 0 && pdf_glyphs_has_ink(f->glyphs, (guint)glyph);
}

static gboolean is_space_name(const char *name)
{
    static const char *const names[] = {"space", "nbspace", "uni0020", "uni00A0", ".notdef"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0)
            return TRUE;
    return FALSE;
}

/* Nothing is drawn; then nothing may be read, either. */
static gboolean is_space(PdfFont *f, guint code)
{
    if (!f->looked) {
        f->looked = TRUE;
        g_autoptr(GBytes) stream =
            f->unicode ? decode(f->map, qpdf_get_object_by_id(f->map->file, f->unicode, 0)) : NULL;
        f->cmap = stream ? pdf_cmap_new(stream) : NULL;
    }
    if (f->unicode && !f->cmap)
        return FALSE;
    if (f->wide)
        return f->cmap && pdf_cmap_is_space(f->cmap, code);
    const char *name = f->names[code];
    if (!f->glyphs && !name)
        return code < ' ' || f->bullets; /* below, nothing for Poppler, either */
    return (name ? is_space_name(name) : f->cmap && pdf_cmap_has(f->cmap, code)) &&
           (!f->cmap || pdf_cmap_is_space(f->cmap, code));
}

double pdf_font_widest(const PdfFont *f)
{
    return f->widest / 1000;
}

gboolean pdf_font_shows(PdfFont *f, const guint8 *codes, gsize length)
{
    guint step = f->wide ? 2 : 1;
    if (length % step)
        return FALSE;
    for (gsize i = 0; i < length; i += step) {
        guint code = f->wide ? (guint)(codes[i] << 8 | codes[i + 1]) : codes[i];
        if (f->shown[code / 8] & 1 << code % 8)
            continue;
        if (!has_ink(f, code) && !is_space(f, code))
            return FALSE;
        f->shown[code / 8] |= (guint8)(1 << code % 8);
    }
    return TRUE;
}
