#include "xlsx-styles.h"

#include "number-format.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_STYLES 100000u

enum { FORMAT = 1, FONTS, FONT, FILLS, FILL, PATTERN, COLOR, CELL_STYLES, STYLE };

typedef struct {
    gint format, font, fill;
} Style;

struct XlsxStyles {
    GHashTable *codes; /* numFmtId -> code */
    GArray *white;     /* of gboolean, by font */
    GArray *painted;   /* of gboolean, by fill */
    GArray *styles;    /* of Style */
};

typedef struct {
    XlsxStyles *styles;
    gboolean in_fonts, in_fills, in_styles;
} Walk;

static void append(GArray *array, gboolean value)
{
    if (array->len < MAX_STYLES)
        g_array_append_val(array, value);
}

static void set_last(GArray *array, gboolean value)
{
    if (array->len)
        g_array_index(array, gboolean, array->len - 1) = value;
}

/* Theme colour 0 is the paper's, as the index of the palette's white is. */
static gboolean is_white(const XmlAttributes *attributes)
{
    const char *rgb = xml_attribute(attributes, "rgb");
    if (rgb)
        return g_ascii_strcasecmp(rgb, "FFFFFFFF") == 0 || g_ascii_strcasecmp(rgb, "00FFFFFF") == 0;
    if (xml_attribute(attributes, "tint"))
        return FALSE;
    gint64 index = xml_attribute_int(attributes, "indexed", -1);
    return xml_attribute_int(attributes, "theme", -1) == 0 || index == 1 || index == 9;
}

static void add_style(Walk *w, const XmlAttributes *attributes)
{
    Style style = {
        .format = (gint)CLAMP(xml_attribute_int(attributes, "numFmtId", 0), 0, G_MAXINT),
        .font = (gint)CLAMP(xml_attribute_int(attributes, "fontId", 0), 0, G_MAXINT),
        .fill = (gint)CLAMP(xml_attribute_int(attributes, "fillId", 0), 0, G_MAXINT),
    };
    if (w->styles->styles->len < MAX_STYLES)
        g_array_append_val(w->styles->styles, style);
}

static void add_code(Walk *w, const XmlAttributes *attributes)
{
    gint64 id = xml_attribute_int(attributes, "numFmtId", -1);
    const char *code = xml_attribute(attributes, "formatCode");
    if (code && id >= 0 && id < G_MAXINT && g_hash_table_size(w->styles->codes) < MAX_STYLES &&
        !g_hash_table_contains(w->styles->codes, GINT_TO_POINTER((gint)id)))
        g_hash_table_insert(w->styles->codes, GINT_TO_POINTER((gint)id), g_strdup(code));
}

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Walk *w = data;
    const char *pattern;
    switch (id) {
    case FORMAT:
        add_code(w, attributes);
        break;
    case FONTS:
        w->in_fonts = TRUE;
        break;
    case FILLS:
        w->in_fills = TRUE;
        break;
    case CELL_STYLES:
        w->in_styles = TRUE;
        break;
    case FONT:
        if (w->in_fonts)
            append(w->styles->white, FALSE);
        break;
    case FILL:
        if (w->in_fills)
            append(w->styles->painted, TRUE); /* a gradient, unless a pattern follows */
        break;
    case PATTERN:
        pattern = xml_attribute(attributes, "patternType");
        if (w->in_fills)
            set_last(w->styles->painted, pattern && strcmp(pattern, "none") != 0);
        break;
    case COLOR:
        if (w->in_fonts)
            set_last(w->styles->white, is_white(attributes));
        break;
    case STYLE:
        if (w->in_styles)
            add_style(w, attributes);
        break;
    default:
        break;
    }
}

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    w->in_fonts &= id != FONTS;
    w->in_fills &= id != FILLS;
    w->in_styles &= id != CELL_STYLES;
}

XlsxStyles *xlsx_styles_new(GBytes *part)
{
    static const XmlName names[] = {
        {"s:cellXfs", CELL_STYLES}, {"s:color", COLOR},         {"s:fill", FILL},
        {"s:fills", FILLS},         {"s:font", FONT},           {"s:fonts", FONTS},
        {"s:numFmt", FORMAT},       {"s:patternFill", PATTERN}, {"s:xf", STYLE},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = G_N_ELEMENTS(names), .start = on_start, .end = on_end};
    XlsxStyles *styles = g_new0(XlsxStyles, 1);
    styles->codes = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    styles->white = g_array_new(FALSE, FALSE, sizeof(gboolean));
    styles->painted = g_array_new(FALSE, FALSE, sizeof(gboolean));
    styles->styles = g_array_new(FALSE, FALSE, sizeof(Style));
    Walk walk = {.styles = styles};
    if (part)
        xml_walk(part, "styles", &handler, &walk, NULL);
    return styles;
}

void xlsx_styles_free(XlsxStyles *styles)
{
    if (!styles)
        return;
    g_hash_table_unref(styles->codes);
    g_array_unref(styles->white);
    g_array_unref(styles->painted);
    g_array_unref(styles->styles);
    g_free(styles);
}

static gboolean flag_of(const GArray *array, gint index)
{
    return (guint)index < array->len && g_array_index(array, gboolean, index);
}

XlsxFormat xlsx_format(const XlsxStyles *styles, gint64 index)
{
    XlsxFormat format = {.code = "General"};
    if (index < 0 || index >= styles->styles->len)
        return format;
    const Style *style = &g_array_index(styles->styles, Style, index);
    const char *code = g_hash_table_lookup(styles->codes, GINT_TO_POINTER(style->format));
    if (!code)
        code = number_format_builtin(style->format);
    format.code = code ? code : "General";
    format.unseen = flag_of(styles->white, style->font) && !flag_of(styles->painted, style->fill);
    return format;
}
