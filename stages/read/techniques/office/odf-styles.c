#include "odf-styles.h"

#include "list-number.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_STYLES 50000u
#define MAX_INHERITANCE 30
#define LIST_LEVELS 10 /* ODF 1.3 part 3, 19.829 */

enum {
    STYLE = 1,
    TEXT_PROPERTIES,
    OTHER_PROPERTIES,
    TABLE_PROPERTIES,
    PAGE_PROPERTIES,
    LIST_STYLE,
    LIST_NUMBER,
};

typedef struct {
    OdfStyle own;
    char *parent; /* key of the style that it inherits from */
} Style;

typedef struct {
    char *format, *prefix, *suffix; /* format NULL: a bullet or nothing */
    gint start;
} ListLevel;

typedef struct {
    ListLevel levels[LIST_LEVELS];
} ListStyle;

struct OdfStyles {
    GHashTable *styles; /* "family/name" -> Style */
    GHashTable *lists;  /* name -> ListStyle */
};

typedef struct {
    OdfStyles *styles;
    Style *style;
    ListStyle *list;
} Walk;

static const OdfStyle nothing_said = {-1, -1, -1, -1};

static void style_free(gpointer data)
{
    Style *style = data;
    g_free(style->parent);
    g_free(style);
}

static void list_free(gpointer data)
{
    ListStyle *list = data;
    for (guint i = 0; i < LIST_LEVELS; i++) {
        g_free(list->levels[i].format);
        g_free(list->levels[i].prefix);
        g_free(list->levels[i].suffix);
    }
    g_free(list);
}

OdfStyles *odf_styles_new(void)
{
    OdfStyles *styles = g_new0(OdfStyles, 1);
    styles->styles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, style_free);
    styles->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, list_free);
    return styles;
}

void odf_styles_free(OdfStyles *styles)
{
    if (!styles)
        return;
    g_hash_table_unref(styles->styles);
    g_hash_table_unref(styles->lists);
    g_free(styles);
}

static gint heading_by_name(const char *name)
{
    return strcmp(name, "Title") == 0 ? 1 : strcmp(name, "Subtitle") == 0 ? 2 : -1;
}

static void begin_style(Walk *w, const XmlAttributes *attributes)
{
    const char *name = xml_attribute(attributes, "style:name");
    const char *family = xml_attribute(attributes, "style:family");
    const char *parent = xml_attribute(attributes, "style:parent-style-name");
    w->style = NULL;
    if (!name || !family || g_hash_table_size(w->styles->styles) >= MAX_STYLES)
        return;
    w->style = g_new0(Style, 1);
    w->style->own = nothing_said;
    if (strcmp(family, "paragraph") == 0)
        w->style->own.heading = heading_by_name(name);
    if (parent)
        w->style->parent = g_strdup_printf("%s/%s", family, parent);
    g_hash_table_replace(w->styles->styles, g_strdup_printf("%s/%s", family, name), w->style);
}

static gboolean is_paint(const char *color)
{
    return strcmp(color, "transparent") != 0 && g_ascii_strcasecmp(color, "#ffffff") != 0;
}

static void take_properties(Walk *w, int id, const XmlAttributes *attributes)
{
    OdfStyle *own = &w->style->own;
    const char *color = xml_attribute(attributes, "fo:color");
    const char *paper = xml_attribute(attributes, "fo:background-color");
    const char *display = xml_attribute(attributes, "text:display");
    if (paper && is_paint(paper))
        own->painted = TRUE;
    if (id == TEXT_PROPERTIES && color)
        own->white = g_ascii_strcasecmp(color, "#ffffff") == 0;
    if (id == TEXT_PROPERTIES && display)
        own->hidden = strcmp(display, "none") == 0;
    if (id == TABLE_PROPERTIES && xml_attribute(attributes, "table:display"))
        own->hidden = !xml_attribute_is(attributes, "table:display", TRUE);
    const char *visibility = xml_attribute(attributes, "presentation:visibility");
    if (id == PAGE_PROPERTIES && visibility)
        own->hidden = strcmp(visibility, "hidden") == 0;
}

static void begin_list(Walk *w, const XmlAttributes *attributes)
{
    const char *name = xml_attribute(attributes, "style:name");
    w->list = NULL;
    if (!name || g_hash_table_size(w->styles->lists) >= MAX_STYLES)
        return;
    w->list = g_new0(ListStyle, 1);
    g_hash_table_replace(w->styles->lists, g_strdup(name), w->list);
}

/* "1", "a", "A", "i", "I" (ODF 1.3 part 3, 19.500) as list-number.h names them. */
static const char *format_of(const char *format)
{
    switch (format ? *format : '\0') {
    case '1':
        return "decimal";
    case 'a':
        return "lowerLetter";
    case 'A':
        return "upperLetter";
    case 'i':
        return "lowerRoman";
    case 'I':
        return "upperRoman";
    default:
        return NULL;
    }
}

static void take_level(Walk *w, const XmlAttributes *attributes)
{
    gint64 depth = xml_attribute_int(attributes, "text:level", 1);
    if (depth < 1 || depth > LIST_LEVELS || w->list->levels[depth - 1].format)
        return;
    ListLevel *level = &w->list->levels[depth - 1];
    level->format = g_strdup(format_of(xml_attribute(attributes, "style:num-format")));
    level->start = (gint)CLAMP(xml_attribute_int(attributes, "text:start-value", 1), 0, 100000);
    g_free(level->prefix);
    g_free(level->suffix);
    level->prefix = g_strdup(xml_attribute(attributes, "style:num-prefix"));
    level->suffix = g_strdup(xml_attribute(attributes, "style:num-suffix"));
}

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Walk *w = data;
    if (id == STYLE)
        begin_style(w, attributes);
    else if (id == LIST_STYLE)
        begin_list(w, attributes);
    else if (id == LIST_NUMBER && w->list)
        take_level(w, attributes);
    else if (id && w->style)
        take_properties(w, id, attributes);
}

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    if (id == STYLE)
        w->style = NULL;
    if (id == LIST_STYLE)
        w->list = NULL;
}

void odf_styles_parse(OdfStyles *styles, GBytes *part)
{
    static const XmlName names[] = {
        {"style:drawing-page-properties", PAGE_PROPERTIES},
        {"style:paragraph-properties", OTHER_PROPERTIES},
        {"style:properties", TEXT_PROPERTIES},
        {"style:style", STYLE},
        {"style:table-cell-properties", OTHER_PROPERTIES},
        {"style:table-properties", TABLE_PROPERTIES},
        {"style:text-properties", TEXT_PROPERTIES},
        {"text:list-level-style-number", LIST_NUMBER},
        {"text:list-style", LIST_STYLE},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = G_N_ELEMENTS(names), .start = on_start, .end = on_end};
    Walk walk = {.styles = styles};
    xml_walk(part, "styles", &handler, &walk, NULL);
}

static gint inherit(gint own, gint parent)
{
    return own >= 0 ? own : parent;
}

OdfStyle odf_style(const OdfStyles *styles, const char *family, const char *name)
{
    OdfStyle all = nothing_said;
    if (!name)
        return all;
    g_autofree char *first = g_strdup_printf("%s/%s", family, name);
    const char *key = first;
    for (guint i = 0; key && i < MAX_INHERITANCE; i++) {
        const Style *style = g_hash_table_lookup(styles->styles, key);
        if (!style)
            break;
        all.hidden = inherit(all.hidden, style->own.hidden);
        all.white = inherit(all.white, style->own.white);
        all.painted = inherit(all.painted, style->own.painted);
        all.heading = inherit(all.heading, style->own.heading);
        key = style->parent;
    }
    return all;
}

static const ListLevel *level_of(const OdfStyles *styles, const char *list, guint depth)
{
    const ListStyle *style = list ? g_hash_table_lookup(styles->lists, list) : NULL;
    return style ? &style->levels[CLAMP(depth, 1, LIST_LEVELS) - 1] : NULL;
}

gint odf_list_start(const OdfStyles *styles, const char *list, guint depth)
{
    const ListLevel *level = level_of(styles, list, depth);
    return level && level->format ? level->start : 1;
}

char *odf_list_number(const OdfStyles *styles, const char *list, guint depth, gint number)
{
    const ListLevel *level = level_of(styles, list, depth);
    if (!level || !level->format)
        return g_strdup("");
    GString *out = g_string_new(level->prefix);
    list_number_append(out, level->format, number);
    g_string_append(out, level->suffix ? level->suffix : "");
    return g_string_free(out, FALSE);
}
