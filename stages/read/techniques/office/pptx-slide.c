#include "pptx-slide.h"

#include "list-number.h"
#include "xml-walk.h"

#include <string.h>

#define LEVELS 9
#define MAX_SPAN 1000

enum {
    SLIDE = 1,
    SHAPE,
    GROUP,
    PROPERTIES,
    PLACEHOLDER,
    OFFSET,
    EXTENT,
    P,
    P_PROPERTIES,
    NO_BULLET,
    BULLET,
    AUTO_NUMBER,
    T,
    BREAK,
    TABLE,
    ROW,
    CELL,
    SKIPPED,
};

static const XmlName names[] = {
    {"a:br", BREAK},
    {"a:buAutoNum", AUTO_NUMBER},
    {"a:buBlip", BULLET},
    {"a:buChar", BULLET},
    {"a:buNone", NO_BULLET},
    {"a:ext", EXTENT},
    {"a:lstStyle", SKIPPED},
    {"a:off", OFFSET},
    {"a:p", P},
    {"a:pPr", P_PROPERTIES},
    {"a:t", T},
    {"a:tbl", TABLE},
    {"a:tc", CELL},
    {"a:tr", ROW},
    {"m:t", T},
    {"mc:Fallback", SKIPPED},
    {"p:cNvPr", PROPERTIES},
    {"p:cxnSp", SHAPE},
    {"p:graphicFrame", SHAPE},
    {"p:grpSp", GROUP},
    {"p:ph", PLACEHOLDER},
    {"p:pic", SHAPE},
    {"p:sld", SLIDE},
    {"p:sp", SHAPE},
};

typedef enum { ROLE_NONE, ROLE_TITLE, ROLE_SUBTITLE, ROLE_BODY, ROLE_FOOTER, ROLE_OTHER } Role;

typedef struct {
    const PptxSlide *slide;
    Flow *flow;
    guint skipped, letters, groups, hidden_groups;
    gboolean shape, hidden; /* inside a shape; a person does not see it */
    Role role;
    gint64 x, y; /* of the open shape */
    gboolean placed;
    guint level; /* of the open paragraph, from 0 */
    gboolean bulleted, plain, numbered;
    char number_kind[32];
    gint counters[LEVELS];
} Walk;

static void begin_shape(Walk *w)
{
    w->shape = TRUE;
    w->hidden = w->hidden_groups > 0;
    w->placed = FALSE;
    w->role = ROLE_NONE;
    memset(w->counters, 0, sizeof w->counters);
}

static void take_role(Walk *w, const XmlAttributes *attributes)
{
    static const struct {
        const char *type;
        Role role;
    } roles[] = {{"title", ROLE_TITLE}, {"ctrTitle", ROLE_TITLE}, {"subTitle", ROLE_SUBTITLE},
                 {"body", ROLE_BODY},   {"obj", ROLE_BODY},       {"dt", ROLE_FOOTER},
                 {"ftr", ROLE_FOOTER},  {"sldNum", ROLE_FOOTER},  {"hdr", ROLE_FOOTER}};
    const char *type = xml_attribute(attributes, "type");
    w->role = type ? ROLE_OTHER : ROLE_BODY;
    for (gsize i = 0; type && i < G_N_ELEMENTS(roles); i++)
        if (strcmp(type, roles[i].type) == 0)
            w->role = roles[i].role;
}

/* Alternative text is what a picture says; names that programs give to pictures are not. */
static void take_properties(Walk *w, const XmlAttributes *attributes)
{
    gboolean hidden = xml_attribute_is(attributes, "hidden", FALSE);
    const char *text = xml_attribute(attributes, "descr");
    if (!w->shape) { /* a group's own */
        w->hidden_groups += hidden && w->groups && !w->hidden_groups ? w->groups : 0;
        return;
    }
    w->hidden |= hidden;
    if (!text || !*text || w->slide->kind != PPTX_SLIDE)
        return;
    if (w->hidden) {
        flow_hide(w->flow, text, -1);
        return;
    }
    flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
    flow_text(w->flow, text, -1);
    flow_end(w->flow);
}

/* Shapes beside the slide are not shown. Inside groups the unit is the group's own. */
static void take_extent(Walk *w, const XmlAttributes *attributes)
{
    gint64 width = xml_attribute_int(attributes, "cx", -1);
    gint64 height = xml_attribute_int(attributes, "cy", -1);
    if (!w->shape || !w->placed || w->groups || w->slide->width <= 0 || width < 0 || height < 0)
        return;
    w->placed = FALSE; /* only the first extent is the shape's */
    w->hidden |= w->x >= w->slide->width || w->y >= w->slide->height ||
                 w->x <= -MIN(width, G_MAXINT32) || w->y <= -MIN(height, G_MAXINT32);
}

/* What this part of the presentation is not read for. */
static gboolean is_passed_over(const Walk *w)
{
    switch (w->slide->kind) {
    case PPTX_NOTES:
        return w->role != ROLE_BODY;
    case PPTX_MASTER:
        return w->role != ROLE_NONE;
    default:
        return FALSE;
    }
}

static void begin_paragraph(Walk *w)
{
    w->level = 0;
    w->bulleted = w->plain = w->numbered = FALSE;
    flow_flags(w->flow, w->slide->kind == PPTX_NOTES    ? BLOCK_ANNOTATION
                        : w->slide->kind == PPTX_MASTER ? BLOCK_HEADER
                        : w->role == ROLE_FOOTER        ? BLOCK_FOOTER
                                                        : 0);
    flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
}

/* "arabicPeriod" -> "1.", "alphaLcParenBoth" -> "(a)" */
static char *number_text(const char *kind, gint number)
{
    GString *out = g_string_new(g_str_has_suffix(kind, "ParenBoth") ? "(" : NULL);
    const char *format = g_str_has_prefix(kind, "alphaLc")   ? "lowerLetter"
                         : g_str_has_prefix(kind, "alphaUc") ? "upperLetter"
                         : g_str_has_prefix(kind, "romanLc") ? "lowerRoman"
                         : g_str_has_prefix(kind, "romanUc") ? "upperRoman"
                                                             : "decimal";
    list_number_append(out, format, number);
    if (g_str_has_suffix(kind, "ParenBoth") || g_str_has_suffix(kind, "ParenR"))
        g_string_append_c(out, ')');
    else if (!g_str_has_suffix(kind, "Plain"))
        g_string_append_c(out, '.');
    g_string_append_c(out, ' ');
    return g_string_free(out, FALSE);
}

/* Bodies of slides are lists unless they say otherwise. */
static void decide_kind(Walk *w)
{
    guint level = MIN(w->level, LEVELS - 1);
    for (guint i = level + 1; i < LEVELS; i++)
        w->counters[i] = 0;
    if (!w->numbered)
        w->counters[level] = 0;
    if (w->role == ROLE_TITLE || w->role == ROLE_SUBTITLE) {
        flow_kind(w->flow, BLOCK_HEADING, w->role == ROLE_TITLE ? 1 : 2);
        return;
    }
    gboolean list = w->numbered || w->bulleted ||
                    (w->role == ROLE_BODY && !w->plain && w->slide->kind == PPTX_SLIDE);
    if (!list || flow_depth(w->flow))
        return;
    flow_kind(w->flow, BLOCK_LIST, level + 1);
    if (w->numbered) {
        w->counters[level]++;
        g_autofree char *number = number_text(w->number_kind, w->counters[level]);
        flow_text(w->flow, number, -1);
    }
}

static void add_text(Walk *w, const char *text, gsize length)
{
    if (is_passed_over(w))
        return;
    if (w->hidden) {
        flow_hide(w->flow, text, (gssize)length);
        return;
    }
    if (flow_is_fresh(w->flow))
        decide_kind(w);
    flow_text(w->flow, text, (gssize)length);
}

static void begin_number(Walk *w, const XmlAttributes *attributes)
{
    const char *kind = xml_attribute(attributes, "type");
    gint64 start = xml_attribute_int(attributes, "startAt", 1);
    guint level = MIN(w->level, LEVELS - 1);
    g_strlcpy(w->number_kind, kind ? kind : "arabicPeriod", sizeof w->number_kind);
    w->numbered = TRUE;
    if (w->counters[level] == 0)
        w->counters[level] = (gint)CLAMP(start, 1, 100000) - 1;
}

static void start_text(Walk *w, int id, const XmlAttributes *attributes)
{
    switch (id) {
    case P:
        begin_paragraph(w);
        break;
    case P_PROPERTIES:
        w->level = (guint)CLAMP(xml_attribute_int(attributes, "lvl", 0), 0, LEVELS - 1);
        break;
    case NO_BULLET:
        w->plain = TRUE;
        break;
    case BULLET:
        w->bulleted = TRUE;
        break;
    case AUTO_NUMBER:
        begin_number(w, attributes);
        break;
    case BREAK:
        add_text(w, "\n", 1);
        break;
    case TABLE:
        flow_flags(w->flow, 0);
        flow_begin_table(w->flow);
        break;
    case ROW:
        flow_begin_row(w->flow);
        break;
    case CELL:
        /* Cells that a wider one covers are there too, without text. */
        flow_begin_cell(w->flow, -1, 1);
        break;
    default:
        break;
    }
}

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Walk *w = data;
    w->skipped += id == SKIPPED;
    if (w->skipped || !id)
        return;
    w->letters += id == T;
    switch (id) {
    case SHAPE:
        begin_shape(w);
        break;
    case GROUP:
        w->groups++;
        w->shape = FALSE;
        break;
    case PROPERTIES:
        take_properties(w, attributes);
        break;
    case PLACEHOLDER:
        take_role(w, attributes);
        break;
    case OFFSET:
        w->x = xml_attribute_int(attributes, "x", 0);
        w->y = xml_attribute_int(attributes, "y", 0);
        w->placed = w->shape;
        break;
    case EXTENT:
        take_extent(w, attributes);
        break;
    default:
        start_text(w, id, attributes);
        break;
    }
}

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    if (id == SKIPPED)
        w->skipped--;
    if (w->skipped || !id)
        return;
    w->letters -= id == T;
    switch (id) {
    case SHAPE:
        w->shape = w->hidden = FALSE;
        w->role = ROLE_NONE;
        break;
    case GROUP:
        if (w->hidden_groups == w->groups)
            w->hidden_groups = 0;
        w->groups--;
        break;
    case P:
        flow_end(w->flow);
        flow_flags(w->flow, 0);
        break;
    case CELL:
        flow_end_cell(w->flow);
        break;
    case TABLE:
        flow_end_table(w->flow);
        break;
    default:
        break;
    }
}

static void on_text(const char *text, gsize length, gpointer data)
{
    Walk *w = data;
    if (w->letters && !w->skipped)
        add_text(w, text, length);
}

gboolean pptx_slide(const PptxSlide *slide, GBytes *part, const char *name, GError **error)
{
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = on_start,
                                       .end = on_end,
                                       .text = on_text};
    Walk walk = {.slide = slide, .flow = slide->flow};
    return xml_walk(part, name, &handler, &walk, error);
}

/* ---- hidden slides ---- */

static void look_start(int id, const XmlAttributes *attributes, gpointer data)
{
    gboolean *hidden = data;
    if (id == SLIDE)
        *hidden = !xml_attribute_is(attributes, "show", TRUE);
}

static void look_end(int id, gpointer data)
{
}

gboolean pptx_is_hidden(GBytes *part)
{
    static const XmlHandler handler = {
        .names = names, .n_names = G_N_ELEMENTS(names), .start = look_start, .end = look_end};
    gboolean hidden = FALSE;
    xml_walk(part, "slide", &handler, &hidden, NULL);
    return hidden;
}
