#include "docx-styles.h"

#include "list-number.h"
#include "xml-walk.h"

#include <stdlib.h>
#include <string.h>

#define LEVELS 9           /* ECMA-376 part 1, 17.9.6 */
#define MAX_INHERITANCE 30 /* styles based on each other; a circle ends here */
#define MAX_STYLES 20000u
#define LARGEST_NUMBER 100000

typedef struct {
    DocxStyle own;
    char *based_on;
} Style;

typedef struct {
    char *format; /* decimal, lowerRoman, …; NULL: not said */
    char *text;   /* "%1.%2" */
    gint start;
} Level;

typedef struct {
    Level levels[LEVELS];
    gint counters[LEVELS]; /* -1: has not begun */
} Abstract;

typedef struct {
    Abstract *abstract;   /* lent */
    gint restart[LEVELS]; /* startOverride, -1: none; taken when the numbering is first used */
} Numbering;

struct DocxStyles {
    GHashTable *styles;     /* id -> Style */
    GHashTable *abstracts;  /* id -> Abstract */
    GHashTable *numberings; /* id -> Numbering */
    char *standard;         /* id of the default paragraph style */
};

static void style_free(gpointer data)
{
    Style *style = data;
    g_free(style->based_on);
    g_free(style);
}

static void abstract_free(gpointer data)
{
    Abstract *abstract = data;
    for (guint i = 0; i < LEVELS; i++) {
        g_free(abstract->levels[i].format);
        g_free(abstract->levels[i].text);
    }
    g_free(abstract);
}

void docx_styles_free(DocxStyles *styles)
{
    if (!styles)
        return;
    g_hash_table_unref(styles->styles);
    g_hash_table_unref(styles->numberings);
    g_hash_table_unref(styles->abstracts);
    g_free(styles->standard);
    g_free(styles);
}

/* ---- styles.xml ---- */

enum {
    STYLE = 1,
    BASED_ON,
    NAME,
    OUTLINE,
    NUMBERING,
    DEPTH,
    VANISH,
    COLOR,
    SHADING,
    ABSTRACT,
    LEVEL,
    FORMAT,
    LEVEL_TEXT,
    START,
    NUM,
    ABSTRACT_REF,
    OVERRIDE,
    RESTART,
    CONDITIONAL,
};

typedef struct {
    DocxStyles *styles;
    Style *style;      /* open */
    guint conditional; /* inside properties for parts of a table */
    Abstract *abstract;
    Numbering *numbering;
    gint level;
} StyleWalk;

static const DocxStyle nothing_said = {-1, -1, -1, -1, -1, -1};

static void begin_style(StyleWalk *walk, const XmlAttributes *attributes)
{
    const char *id = xml_attribute(attributes, "w:styleId");
    const char *type = xml_attribute(attributes, "w:type");
    walk->style = NULL;
    if (!id || g_hash_table_size(walk->styles->styles) >= MAX_STYLES)
        return;
    walk->style = g_new0(Style, 1);
    walk->style->own = nothing_said;
    g_hash_table_replace(walk->styles->styles, g_strdup(id), walk->style);
    if (xml_attribute_is(attributes, "w:default", FALSE) && type &&
        strcmp(type, "paragraph") == 0 && !walk->styles->standard)
        walk->styles->standard = g_strdup(id);
}

/* Word's own names are English in every language; ids are not. */
static gint heading_by_name(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    if (strcmp(lower, "title") == 0)
        return 1;
    if (strcmp(lower, "subtitle") == 0)
        return 2;
    if (!g_str_has_prefix(lower, "heading ") || !g_ascii_isdigit(lower[8]))
        return -1;
    return CLAMP(atoi(lower + 8), 1, 6);
}

static gboolean is_white(const char *color)
{
    return color &&
           (g_ascii_strcasecmp(color, "FFFFFF") == 0 || g_ascii_strcasecmp(color, "white") == 0);
}

static gboolean is_paint(const XmlAttributes *attributes)
{
    const char *fill = xml_attribute(attributes, "w:fill");
    const char *pattern = xml_attribute(attributes, "w:val");
    return (fill && strcmp(fill, "auto") != 0 && !is_white(fill)) ||
           (pattern && strcmp(pattern, "clear") != 0 && strcmp(pattern, "nil") != 0);
}

static void style_start(int id, const XmlAttributes *attributes, gpointer data)
{
    StyleWalk *walk = data;
    const char *value = id ? xml_attribute(attributes, "w:val") : NULL;
    if (id == STYLE)
        begin_style(walk, attributes);
    walk->conditional += id == CONDITIONAL;
    if (!walk->style || walk->conditional)
        return;
    DocxStyle *own = &walk->style->own;
    switch (id) {
    case BASED_ON:
        g_free(walk->style->based_on);
        walk->style->based_on = g_strdup(value);
        break;
    case NAME:
        own->heading = value ? heading_by_name(value) : -1;
        break;
    case OUTLINE: { /* 9 is body text */
        gint64 level = xml_attribute_int(attributes, "w:val", 9);
        if (own->heading < 0)
            own->heading = level >= 0 && level < 9 ? (gint)MIN(level + 1, 6) : 0;
        break;
    }
    case NUMBERING:
        own->numbering = (gint)xml_attribute_int(attributes, "w:val", 0);
        break;
    case DEPTH:
        own->depth = (gint)CLAMP(xml_attribute_int(attributes, "w:val", 0), 0, LEVELS - 1);
        break;
    case VANISH:
        own->hidden = xml_attribute_is(attributes, "w:val", TRUE);
        break;
    case COLOR:
        own->white = is_white(value);
        break;
    case SHADING:
        own->painted = is_paint(attributes);
        break;
    default:
        break;
    }
}

static void style_end(int id, gpointer data)
{
    StyleWalk *walk = data;
    walk->conditional -= id == CONDITIONAL;
    if (id == STYLE)
        walk->style = NULL;
}

static void read_styles(DocxStyles *styles, GBytes *part)
{
    static const XmlName names[] = {
        {"w:basedOn", BASED_ON}, {"w:color", COLOR},     {"w:ilvl", DEPTH},
        {"w:name", NAME},        {"w:numId", NUMBERING}, {"w:outlineLvl", OUTLINE},
        {"w:shd", SHADING},      {"w:style", STYLE},     {"w:tblStylePr", CONDITIONAL},
        {"w:vanish", VANISH},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = G_N_ELEMENTS(names), .start = style_start, .end = style_end};
    StyleWalk walk = {.styles = styles};
    xml_walk(part, "styles", &handler, &walk, NULL);
}

static gint inherit(gint own, gint parent)
{
    return own >= 0 ? own : parent;
}

DocxStyle docx_style(const DocxStyles *styles, const char *id)
{
    DocxStyle all = nothing_said;
    if (!id)
        id = styles->standard;
    for (guint i = 0; id && i < MAX_INHERITANCE; i++) {
        const Style *style = g_hash_table_lookup(styles->styles, id);
        if (!style)
            break;
        all.heading = inherit(all.heading, style->own.heading);
        all.numbering = inherit(all.numbering, style->own.numbering);
        all.depth = inherit(all.depth, style->own.depth);
        all.hidden = inherit(all.hidden, style->own.hidden);
        all.white = inherit(all.white, style->own.white);
        all.painted = inherit(all.painted, style->own.painted);
        id = style->based_on;
    }
    return all;
}

/* ---- numbering.xml ---- */

static void begin_abstract(StyleWalk *walk, const XmlAttributes *attributes)
{
    const char *id = xml_attribute(attributes, "w:abstractNumId");
    walk->abstract = NULL;
    if (!id || g_hash_table_contains(walk->styles->abstracts, id) || /* numberings point to it */
        g_hash_table_size(walk->styles->abstracts) >= MAX_STYLES)
        return;
    walk->abstract = g_new0(Abstract, 1);
    for (guint i = 0; i < LEVELS; i++) {
        walk->abstract->levels[i].start = 1;
        walk->abstract->counters[i] = -1;
    }
    g_hash_table_replace(walk->styles->abstracts, g_strdup(id), walk->abstract);
}

static void begin_numbering(StyleWalk *walk, const XmlAttributes *attributes)
{
    gint64 id = xml_attribute_int(attributes, "w:numId", 0);
    walk->numbering = NULL;
    if (id <= 0 || id > G_MAXINT || g_hash_table_size(walk->styles->numberings) >= MAX_STYLES)
        return;
    walk->numbering = g_new0(Numbering, 1);
    for (guint i = 0; i < LEVELS; i++)
        walk->numbering->restart[i] = -1;
    g_hash_table_replace(walk->styles->numberings, GINT_TO_POINTER((gint)id), walk->numbering);
}

static gint level_of(const XmlAttributes *attributes)
{
    return (gint)CLAMP(xml_attribute_int(attributes, "w:ilvl", 0), 0, LEVELS - 1);
}

static gint number_of(const XmlAttributes *attributes)
{
    return (gint)CLAMP(xml_attribute_int(attributes, "w:val", 1), 0, LARGEST_NUMBER);
}

static void numbering_level(Level *level, int id, const XmlAttributes *attributes)
{
    const char *value = xml_attribute(attributes, "w:val");
    if (id == START) {
        level->start = number_of(attributes);
    } else if (id == FORMAT) {
        g_free(level->format);
        level->format = g_strdup(value);
    } else if (id == LEVEL_TEXT) {
        g_free(level->text);
        level->text = g_strdup(value);
    }
}

static void numbering_start(int id, const XmlAttributes *attributes, gpointer data)
{
    StyleWalk *walk = data;
    if (id == ABSTRACT) {
        begin_abstract(walk, attributes);
    } else if (id == NUM) {
        begin_numbering(walk, attributes);
    } else if (id == LEVEL || id == OVERRIDE) {
        walk->level = level_of(attributes);
    } else if (id == ABSTRACT_REF && walk->numbering) {
        const char *value = xml_attribute(attributes, "w:val");
        walk->numbering->abstract =
            value ? g_hash_table_lookup(walk->styles->abstracts, value) : NULL;
    } else if (id == RESTART && walk->numbering) {
        walk->numbering->restart[walk->level] = number_of(attributes);
    } else if (id && walk->abstract) {
        numbering_level(&walk->abstract->levels[walk->level], id, attributes);
    }
}

static void numbering_end(int id, gpointer data)
{
    StyleWalk *walk = data;
    if (id == ABSTRACT)
        walk->abstract = NULL;
    if (id == NUM)
        walk->numbering = NULL;
}

static void read_numbering(DocxStyles *styles, GBytes *part)
{
    static const XmlName names[] = {
        {"w:abstractNum", ABSTRACT},
        {"w:abstractNumId", ABSTRACT_REF},
        {"w:lvl", LEVEL},
        {"w:lvlOverride", OVERRIDE},
        {"w:lvlText", LEVEL_TEXT},
        {"w:num", NUM},
        {"w:numFmt", FORMAT},
        {"w:start", START},
        {"w:startOverride", RESTART},
    };
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = numbering_start,
                                       .end = numbering_end};
    StyleWalk walk = {.styles = styles};
    xml_walk(part, "numbering", &handler, &walk, NULL);
}

static void count_on(Abstract *abstract, gint depth)
{
    gint *counters = abstract->counters;
    counters[depth] = counters[depth] < 0 ? abstract->levels[depth].start
                                          : MIN(counters[depth] + 1, LARGEST_NUMBER);
    for (gint i = depth + 1; i < LEVELS; i++)
        counters[i] = -1;
}

char *docx_number(DocxStyles *styles, gint numbering, gint depth)
{
    Numbering *n = g_hash_table_lookup(styles->numberings, GINT_TO_POINTER(numbering));
    if (!n || !n->abstract)
        return NULL;
    depth = CLAMP(depth, 0, LEVELS - 1);
    Abstract *abstract = n->abstract;
    const Level *level = &abstract->levels[depth];
    count_on(abstract, depth);
    if (n->restart[depth] >= 0) {
        abstract->counters[depth] = n->restart[depth];
        n->restart[depth] = -1;
    }
    if (level->format && strcmp(level->format, "bullet") == 0)
        return g_strdup("");
    GString *out = g_string_new(NULL);
    for (const char *p = level->text ? level->text : ""; *p; p++) {
        if (*p != '%' || p[1] < '1' || p[1] > '9') {
            g_string_append_c(out, *p);
            continue;
        }
        gint which = *++p - '1';
        const Level *shown = &abstract->levels[which];
        gint number = abstract->counters[which];
        list_number_append(out, shown->format, number < 0 ? shown->start : number);
    }
    return g_string_free(out, FALSE);
}

DocxStyles *docx_styles_new(GBytes *styles_part, GBytes *numbering_part)
{
    DocxStyles *styles = g_new0(DocxStyles, 1);
    styles->styles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, style_free);
    styles->abstracts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, abstract_free);
    styles->numberings = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    if (styles_part)
        read_styles(styles, styles_part);
    if (numbering_part)
        read_numbering(styles, numbering_part);
    return styles;
}
