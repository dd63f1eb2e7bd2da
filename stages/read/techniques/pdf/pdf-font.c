/* Fonts that are embedded are asked for each code that is used; for the others Poppler, and whoever shows the
 * page, takes another font, which has the letters of the usual ones. */
#include "pdf-font.h"

#include "pdf-encoding.h"
#include "pdf-glyphs.h"
#include "pdf-lex.h"
#include "pdf-objects.h"
#include "pdf-standard.h"
#include "pdf-text.h"
#include "pdf-type1.h"
#include "pdf-unicode.h"
#include "pdf-widths.h"

#define USUAL_WIDTH 1000.0 /* thousandths of an em, in composite fonts */
#define WIDEST 1e5
#define USUAL_ASCENT 0.95
#define USUAL_DESCENT (-0.35)
#define LARGEST_ASCENT 3.0          /* ems; beyond, it is taken for a mistake */
#define MAX_FONT_BYTES (4u << 20)   /* of one font, decoded */
#define MAX_FONTS_BYTES (32u << 20) /* of all fonts of a document */
#define SYMBOLIC 4                  /* flag of a font's descriptor */

/* What is known of a code: 0 nothing. */
enum { CODE_ODD = 1, CODE_FINE };

typedef struct {
    PdfCode code;
    int judged;
} Code;

struct PdfFont {
    PdfMap *map;
    PdfFontStyle style;
    gboolean truetype, symbolic;
    PdfGlyphs *glyphs; /* NULL: not embedded */
    GBytes *gids;      /* of CIDs, two bytes each; NULL: the same */
    GStringChunk *strings;
    const char *base;       /* its name, of simple fonts that are not embedded */
    const char *names[256]; /* of simple fonts, by code; NULL: none */
    gboolean own;           /* not embedded, with its own encoding: all codes are letters */
    GArray *widths;         /* of PdfWidth; NULL: those of a standard font */
    double usual;           /* width of codes that are not listed */
    int unicode;            /* object number of the ToUnicode stream, 0 none */
    gboolean looked;        /* at that stream */
    PdfCMap *cmap;          /* NULL: none, or odd */
    Code *codes[256];       /* by their upper byte, 256 each; NULL before the first */
};

/* ---- measures ---- */

static gboolean read_widths(PdfFont *f, qpdf_oh list, gboolean composite, guint first)
{
    PdfMap *m = f->map;
    f->widths = g_array_new(FALSE, FALSE, sizeof(PdfWidth));
    return is_null(m, list) ||
           (qpdf_oh_is_array(m->file, list) &&
            pdf_widths_parse(qpdf_oh_unparse_resolved(m->file, list), composite, first, f->widths));
}

/* Some writers leave heights at zero, forget a sign, or mean another unit. */
static double height_of(PdfMap *m, qpdf_oh number, double sign, double otherwise)
{
    double ems = fabs(get_number(m, number, 0)) / 1000;
    return ems > 0 && ems < LARGEST_ASCENT ? sign * ems : otherwise;
}

static void read_style(PdfFont *f, qpdf_oh base_font, qpdf_oh descriptor)
{
    PdfMap *m = f->map;
    PdfFontStyle *s = &f->style;
    const char *name =
        qpdf_oh_is_name(m->file, base_font) ? qpdf_oh_get_name(m->file, base_font) : "/";
    f->base = g_string_chunk_insert(f->strings, name + 1);
    s->bold = pdf_text_is_bold_name(name);
    s->ascent = USUAL_ASCENT;
    s->descent = USUAL_DESCENT;
    pdf_standard_height(f->base, &s->ascent, &s->descent);
    s->ascent = height_of(m, key(m, descriptor, "/Ascent"), 1, s->ascent);
    s->descent = height_of(m, key(m, descriptor, "/Descent"), -1, s->descent);
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
    if (!f->glyphs && base == PDF_ENCODING_NONE && !f->truetype) /* others take that of Windows */
        pdf_encoding_fill(PDF_ENCODING_STANDARD, f->names);
    for (guint code = ' ' + 1; code < 256 && !f->glyphs && base == PDF_ENCODING_WIN; code++)
        if (!f->names[code])
            f->names[code] = "bullet"; /* ISO 32000-1, D.2 */
    /* Where it cannot be read, the codes that it gives have no names, and do not show. */
    if (type1 && base == PDF_ENCODING_NONE)
        pdf_type1_encoding(type1, f->names, f->strings);
    else if (f->glyphs && !f->truetype && base == PDF_ENCODING_NONE)
        pdf_glyphs_own_names(f->glyphs, f->names, f->strings);
    return TRUE;
}

/* Fonts that are there, or have a stand-in, wherever PDFs are drawn. */
static gboolean is_common(PdfFont *f)
{
    static const char *const letters[] = {"Helvetica", "Times", "Courier", "Arial"};
    for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
        if (g_str_has_prefix(f->base, letters[i]))
            return TRUE;
    return FALSE;
}

static gboolean read_simple_widths(PdfFont *f, qpdf_oh font, qpdf_oh descriptor)
{
    PdfMap *m = f->map;
    double first = get_number(m, key(m, font, "/FirstChar"), 0);
    qpdf_oh list = key(m, font, "/Widths");
    f->usual = get_number(m, key(m, descriptor, "/MissingWidth"), 0);
    if (is_null(m, list))
        return !f->glyphs;
    return first >= 0 && first < 256 && f->usual >= 0 && f->usual < WIDEST &&
           read_widths(f, list, FALSE, (guint)first);
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
    read_style(f, key(m, font, "/BaseFont"), descriptor);
    return embed(f, descriptor, kind, &file) && read_simple_widths(f, font, descriptor) &&
           read_encoding(f, key(m, font, "/Encoding"), kind == PDF_GLYPHS_TYPE1 ? file : NULL) &&
           (f->glyphs || (is_null(m, key(m, font, "/ToUnicode")) && is_common(f)));
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
    f->usual = is_null(m, usual_width) ? USUAL_WIDTH : get_number(m, usual_width, -1);
    f->style.wide = TRUE;
    read_style(f, key(m, cid, "/BaseFont"), key(m, cid, "/FontDescriptor"));
    f->truetype = is_name(m, key(m, cid, "/Subtype"), "/CIDFontType2");
    if (!(f->usual >= 0 && f->usual < WIDEST) || !read_widths(f, key(m, cid, "/W"), TRUE, 0))
        return FALSE;
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
    if (f->widths)
        g_array_unref(f->widths);
    for (guint i = 0; i < G_N_ELEMENTS(f->codes); i++)
        g_free(f->codes[i]);
    g_string_chunk_free(f->strings);
    g_free(f);
}

/* ---- codes ---- */

/* The glyph that a code of an embedded font leads to; -1 none, or nobody can tell. */
static int glyph_of(PdfFont *f, guint code)
{
    const char *name = f->style.wide ? NULL : f->names[code];
    if (f->style.wide && f->gids) {
        gsize size;
        const guint8 *gids = g_bytes_get_data(f->gids, &size);
        return 2 * code + 1 < size ? gids[2 * code] << 8 | gids[2 * code + 1] : 0;
    }
    if (f->style.wide)
        return (int)code;
    if (f->truetype)
        return pdf_glyphs_by_code(f->glyphs, code, name, f->symbolic);
    guint glyph = name ? pdf_glyphs_by_name(f->glyphs, name) : 0;
    return glyph ? (int)glyph : -1;
}

/* *known: its glyph is known, or that it shows ink. */
static gboolean has_ink(PdfFont *f, guint code, PdfCode *c, gboolean *known)
{
    const char *name = f->style.wide ? NULL : f->names[code];
    c->ink = (Rect){0, f->style.descent, c->width, f->style.ascent};
    *known = f->own || (name && pdf_encoding_unicode(name));
    if (!f->glyphs)
        return *known;
    int glyph = glyph_of(f, code);
    *known = glyph >= 0;
    return glyph >= 0 && pdf_glyphs_has_ink(f->glyphs, (guint)glyph, &c->ink);
}

static gboolean is_space_name(const char *name)
{
    static const char *const names[] = {"space", "nbspace", "uni0020", "uni00A0", ".notdef"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_space_text(const PdfCode *c)
{
    return c->n == 1 && g_unichar_isspace(c->text[0]);
}

/* Nothing is drawn; then nothing may be read, either. */
static gboolean is_space(PdfFont *f, guint code, PdfCMapAnswer answer, const PdfCode *c)
{
    gboolean mapped = answer == PDF_CMAP_TEXT;
    if (mapped && !is_space_text(c))
        return FALSE;
    if (f->style.wide)
        return mapped;
    const char *name = f->names[code];
    if (!f->glyphs && !name)
        return code < ' '; /* nothing for Poppler, either */
    return name ? is_space_name(name) : mapped;
}

static void open_map(PdfFont *f)
{
    if (f->looked)
        return;
    f->looked = TRUE;
    g_autoptr(GBytes) stream =
        f->unicode ? decode(f->map, qpdf_get_object_by_id(f->map->file, f->unicode, 0)) : NULL;
    f->cmap = stream ? pdf_cmap_new(stream) : NULL;
}

/* What a simple font's code stands for by the name of its glyph. */
static void read_name(PdfFont *f, guint code, PdfCode *c)
{
    const char *name = f->names[code];
    c->n = name ? pdf_unicode_of_name(name, c->text) : 0;
    int glyph = name && c->n == 0 && f->glyphs && !f->truetype ? glyph_of(f, code) : -1;
    gunichar found = glyph >= 0 ? pdf_glyphs_unicode(f->glyphs, (guint)glyph) : 0;
    if (found)
        c->text[c->n++] = found;
}

static double width_of(PdfFont *f, guint code)
{
    if (f->widths)
        return pdf_widths_of(f->widths, code, f->usual);
    return f->names[code] ? pdf_standard_width(f->base, f->names[code]) : 0;
}

static int judge(PdfFont *f, guint code, PdfCode *c)
{
    open_map(f);
    if (f->unicode && !f->cmap)
        return CODE_ODD;
    PdfCMapAnswer answer =
        f->cmap ? pdf_cmap_text(f->cmap, code, c->text, &c->n) : PDF_CMAP_NOTHING;
    double width = width_of(f, code);
    if (answer == PDF_CMAP_ODD || width < 0)
        return CODE_ODD;
    c->width = width / 1000;
    gboolean known, ink = has_ink(f, code, c, &known), space = !ink && is_space(f, code, answer, c);
    if (answer == PDF_CMAP_NOTHING && !f->style.wide)
        read_name(f, code, c);
    if (!ink && !space && (c->n > 0 || !f->glyphs))
        return CODE_ODD;
    /* A glyph without ink that stands for nothing is a space at most. */
    if (space || (!ink && known) || is_space_text(c)) {
        c->n = 1;
        c->text[0] = ' ';
    }
    return CODE_FINE;
}

const PdfFontStyle *pdf_font_style(const PdfFont *f)
{
    return &f->style;
}

const PdfCode *pdf_font_code(PdfFont *f, guint code)
{
    Code **page = &f->codes[code >> 8 & 255];
    if (!*page)
        *page = g_new0(Code, 256);
    Code *c = &(*page)[code & 255];
    if (!c->judged)
        c->judged = judge(f, code, &c->code);
    return c->judged == CODE_FINE ? &c->code : NULL;
}
