#include "docx-walk.h"

#include "xml-walk.h"

#include <string.h>

#define INVISIBLE_HALF_POINTS 2 /* letters of one point or less */

enum {
    P = 1,
    P_PROPERTIES,
    P_STYLE,
    NUM_ID,
    DEPTH,
    OUTLINE,
    R,
    R_PROPERTIES,
    R_STYLE,
    VANISH,
    COLOR,
    SIZE,
    SHADING,
    HIGHLIGHT,
    T,
    TAB,
    BREAK,
    HYPHEN,
    SYMBOL,
    SKIPPED,
    TABLE,
    ROW,
    CELL,
    SPAN,
    TEXT_BOX,
    ALTERNATIVE,
    NOTE_REFERENCE,
    NOTE,
    NOTE_MARK,
    DENOMINATOR,
    SHAPE_TEXT,
    SHAPE_P,
    BACKGROUND,
    FORMULA,
};

static const XmlName names[] = {
    {"a:br", BREAK},
    {"a:p", SHAPE_P},
    {"a:t", T},
    {"a:txBody", SHAPE_TEXT},
    {"m:den", DENOMINATOR},
    {"m:oMath", FORMULA},
    {"m:t", T},
    {"mc:Fallback", SKIPPED},
    {"w:background", BACKGROUND},
    {"w:br", BREAK},
    {"w:color", COLOR},
    {"w:comment", NOTE},
    {"w:cr", BREAK},
    {"w:del", SKIPPED},
    {"w:endnote", NOTE},
    {"w:endnoteRef", NOTE_MARK},
    {"w:endnoteReference", NOTE_REFERENCE},
    {"w:footnote", NOTE},
    {"w:footnoteRef", NOTE_MARK},
    {"w:footnoteReference", NOTE_REFERENCE},
    {"w:gridSpan", SPAN},
    {"w:highlight", HIGHLIGHT},
    {"w:ilvl", DEPTH},
    {"w:moveFrom", SKIPPED},
    {"w:noBreakHyphen", HYPHEN},
    {"w:numId", NUM_ID},
    {"w:numberingChange", SKIPPED},
    {"w:outlineLvl", OUTLINE},
    {"w:p", P},
    {"w:pPr", P_PROPERTIES},
    {"w:pPrChange", SKIPPED},
    {"w:pStyle", P_STYLE},
    {"w:ptab", TAB},
    {"w:r", R},
    {"w:rPr", R_PROPERTIES},
    {"w:rPrChange", SKIPPED},
    {"w:rStyle", R_STYLE},
    {"w:rt", SKIPPED},
    {"w:rubyBase", R},
    {"w:sectPrChange", SKIPPED},
    {"w:shd", SHADING},
    {"w:sym", SYMBOL},
    {"w:sz", SIZE},
    {"w:t", T},
    {"w:tab", TAB},
    {"w:tabs", SKIPPED},
    {"w:tbl", TABLE},
    {"w:tblPrChange", SKIPPED},
    {"w:tblPrExChange", SKIPPED},
    {"w:tc", CELL},
    {"w:tcPrChange", SKIPPED},
    {"w:tr", ROW},
    {"w:trPrChange", SKIPPED},
    {"w:txbxContent", TEXT_BOX},
    {"w:vanish", VANISH},
    {"wp:docPr", ALTERNATIVE},
};

typedef struct {
    gboolean hidden, white, painted, tiny;
} Run;

typedef struct {
    DocxStyle style; /* its style, and what it says itself */
    Run run;         /* the open one */
    gboolean begun;  /* its kind is decided, its number written */
    gboolean hides;  /* some of its text is hidden */
} Paragraph;

typedef struct {
    const DocxWalk *part;
    Flow *flow;
    Paragraph now;
    GArray *aside; /* of Paragraph: those that wait while a text box is read */
    guint skipped, letters, boxes;
    guint of_paragraph, of_run; /* open properties; a paragraph's hold some of its mark's run */
    gboolean cell_waits;        /* a cell's width is known before its text only */
    gint span;
    gboolean background; /* the pages have a colour of their own */
    gboolean note;       /* inside a note that has not shown its mark */
    char *note_id;
} Walk;

/* ---- paragraphs ---- */

static void begin_paragraph(Walk *w)
{
    w->now = (Paragraph){.style = docx_style(w->part->styles, NULL)};
    flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
    if (w->note && w->part->note_mark) {
        g_autofree char *mark = g_strdup_printf("%s%s] ", w->part->note_mark, w->note_id);
        flow_text(w->flow, mark, -1);
        w->note = FALSE;
    }
}

/* What it is, when its properties are complete: they come before its text. */
static void decide_kind(Walk *w)
{
    const DocxStyle *style = &w->now.style;
    gint depth = MAX(style->depth, 0);
    g_autofree char *number =
        style->numbering > 0 ? docx_number(w->part->styles, style->numbering, depth) : NULL;
    w->now.begun = TRUE;
    if (style->heading > 0)
        flow_kind(w->flow, BLOCK_HEADING, (guint)style->heading);
    else if (number)
        flow_kind(w->flow, BLOCK_LIST, (guint)depth + 1);
    if (number && *number) {
        flow_text(w->flow, number, -1);
        flow_text(w->flow, " ", 1);
    }
}

/* One without text has its number all the same, unless it is hidden with all that it has. */
static void end_paragraph(Walk *w)
{
    if (!w->now.begun && !w->now.hides)
        decide_kind(w);
    flow_end(w->flow);
}

/* ---- runs ---- */

/* White letters are not seen on white paper. In tables and boxes the paper may have a colour that only
 * a table's style or a shape knows. */
static gboolean is_hidden(const Walk *w)
{
    const Run *run = &w->now.run;
    if (run->hidden || run->tiny)
        return TRUE;
    return run->white && !run->painted && w->now.style.painted <= 0 && !w->background &&
           !w->boxes && flow_depth(w->flow) == 0;
}

static void begin_run(Walk *w)
{
    w->now.run = (Run){.hidden = w->now.style.hidden > 0, .white = w->now.style.white > 0};
}

static void take_run_style(Walk *w, const char *id)
{
    if (!id)
        return;
    DocxStyle style = docx_style(w->part->styles, id);
    w->now.run.hidden = style.hidden >= 0 ? style.hidden : w->now.run.hidden;
    w->now.run.white = style.white >= 0 ? style.white : w->now.run.white;
    w->now.run.painted |= style.painted > 0;
}

static void add_text(Walk *w, const char *text, gsize length)
{
    if (is_hidden(w)) {
        flow_hide(w->flow, text, (gssize)length);
        w->now.hides = TRUE;
        return;
    }
    if (!w->now.begun)
        decide_kind(w);
    flow_text(w->flow, text, (gssize)length);
}

/* Symbol fonts of old put their signs in the private use area; the ones that mean something in forms. */
static void add_symbol(Walk *w, const XmlAttributes *attributes)
{
    static const struct {
        guint code;
        const char *text;
    } wingdings[] = {{0x6c, "●"}, {0x6f, "☐"}, {0x71, "☐"}, {0x72, "☐"}, {0x76, "❖"},
                     {0xa7, "▪"}, {0xa8, "☐"}, {0xd8, "➢"}, {0xe0, "→"}, {0xe8, "➔"},
                     {0xfb, "✗"}, {0xfc, "✓"}, {0xfd, "☒"}, {0xfe, "☑"}};
    const char *font = xml_attribute(attributes, "w:font");
    const char *value = xml_attribute(attributes, "w:char");
    guint code = value ? (guint)(g_ascii_strtoull(value, NULL, 16) & 0xffff) : 0;
    if (code >= 0xf000 && code <= 0xf0ff && font && g_str_has_prefix(font, "Wingdings")) {
        for (gsize i = 0; i < G_N_ELEMENTS(wingdings); i++)
            if (wingdings[i].code == (code & 0xff))
                add_text(w, wingdings[i].text, strlen(wingdings[i].text));
        return;
    }
    char text[8] = {0};
    if (code >= 0x20 && g_unichar_validate(code) && (code < 0xe000 || code > 0xf8ff)) {
        g_unichar_to_utf8(code, text);
        add_text(w, text, strlen(text));
    }
}

static void add_alternative(Walk *w, const XmlAttributes *attributes)
{
    const char *text = xml_attribute(attributes, "descr");
    if (!text || !*text)
        return;
    if (xml_attribute_is(attributes, "hidden", FALSE)) {
        flow_hide(w->flow, text, -1);
        return;
    }
    flow_text(w->flow, " ", 1);
    add_text(w, text, strlen(text));
    flow_text(w->flow, " ", 1);
}

/* ---- tables, boxes, notes ---- */

/* A cell says how wide it is before its first paragraph. */
static void begin_waiting_cell(Walk *w)
{
    if (!w->cell_waits)
        return;
    w->cell_waits = FALSE;
    flow_begin_cell(w->flow, -1, (guint)CLAMP(w->span, 1, 1000));
}

static void begin_box(Walk *w)
{
    g_array_append_val(w->aside, w->now);
    w->boxes++;
    flow_push(w->flow);
}

static void end_box(Walk *w)
{
    flow_pop(w->flow);
    w->boxes--;
    w->now = g_array_index(w->aside, Paragraph, w->aside->len - 1);
    g_array_set_size(w->aside, w->aside->len - 1);
}

static void begin_note(Walk *w, const XmlAttributes *attributes)
{
    const char *type = xml_attribute(attributes, "w:type");
    const char *id = xml_attribute(attributes, "w:id");
    /* Separators are lines, not notes. */
    w->note = !type || strcmp(type, "normal") == 0;
    g_free(w->note_id);
    w->note_id = g_strdup(id ? id : "");
}

static void refer_to_note(Walk *w, const XmlAttributes *attributes)
{
    const char *id = xml_attribute(attributes, "w:id");
    g_autofree char *mark = id ? g_strdup_printf(" [%s]", id) : NULL;
    if (mark)
        add_text(w, mark, strlen(mark));
}

/* ---- libxml2's calls ---- */

static gboolean paints(const XmlAttributes *attributes)
{
    const char *fill = xml_attribute(attributes, "w:fill");
    return fill && strcmp(fill, "auto") != 0 && g_ascii_strcasecmp(fill, "FFFFFF") != 0;
}

static void paragraph_property(Walk *w, int id, const XmlAttributes *attributes)
{
    switch (id) {
    case P_STYLE:
        w->now.style = docx_style(w->part->styles, xml_attribute(attributes, "w:val"));
        break;
    case NUM_ID:
        w->now.style.numbering = (gint)xml_attribute_int(attributes, "w:val", 0);
        break;
    case DEPTH:
        w->now.style.depth = (gint)xml_attribute_int(attributes, "w:val", 0);
        break;
    case SHADING:
        w->now.style.painted = paints(attributes);
        break;
    case OUTLINE: {
        gint64 level = xml_attribute_int(attributes, "w:val", 9);
        w->now.style.heading = level >= 0 && level < 9 ? (gint)MIN(level + 1, 6) : 0;
        break;
    }
    default:
        break;
    }
}

static void run_property(Walk *w, int id, const XmlAttributes *attributes)
{
    const char *value = xml_attribute(attributes, "w:val");
    switch (id) {
    case R_STYLE:
        take_run_style(w, value);
        break;
    case VANISH:
        w->now.run.hidden = xml_attribute_is(attributes, "w:val", TRUE);
        break;
    case COLOR:
        w->now.run.white = value && g_ascii_strcasecmp(value, "FFFFFF") == 0;
        break;
    case SIZE:
        w->now.run.tiny = xml_attribute_int(attributes, "w:val", 20) <= INVISIBLE_HALF_POINTS;
        break;
    case HIGHLIGHT:
        w->now.run.painted |= value && strcmp(value, "none") != 0 && strcmp(value, "white") != 0;
        break;
    case SHADING:
        w->now.run.painted |= paints(attributes);
        break;
    default:
        break;
    }
}

/* Things inside a run, apart from letters. */
static void start_content(Walk *w, int id, const XmlAttributes *attributes)
{
    switch (id) {
    case TAB:
        add_text(w, "\t", 1);
        break;
    case BREAK:
        add_text(w, "\n", 1);
        break;
    case HYPHEN:
        add_text(w, "-", 1);
        break;
    case SYMBOL:
        add_symbol(w, attributes);
        break;
    case ALTERNATIVE:
        add_alternative(w, attributes);
        break;
    case NOTE_REFERENCE:
        refer_to_note(w, attributes);
        break;
    case DENOMINATOR:
        add_text(w, "/", 1);
        break;
    case FORMULA:
        if (!flow_ends_in_space(w->flow))
            add_text(w, " ", 1);
        break;
    default:
        break;
    }
}

static void start_structure(Walk *w, int id, const XmlAttributes *attributes)
{
    switch (id) {
    case P:
        begin_waiting_cell(w);
        begin_paragraph(w);
        break;
    case SHAPE_P:
        begin_paragraph(w);
        break;
    case R:
        begin_run(w);
        break;
    case TABLE:
        begin_waiting_cell(w);
        flow_begin_table(w->flow);
        break;
    case ROW:
        flow_begin_row(w->flow);
        break;
    case CELL:
        w->cell_waits = TRUE;
        w->span = 1;
        break;
    case SPAN:
        w->span = (gint)CLAMP(xml_attribute_int(attributes, "w:val", 1), 1, 1000);
        break;
    case TEXT_BOX:
    case SHAPE_TEXT:
        begin_box(w);
        break;
    case NOTE:
        begin_note(w, attributes);
        break;
    case BACKGROUND: {
        const char *color = xml_attribute(attributes, "w:color");
        w->background = color && g_ascii_strcasecmp(color, "FFFFFF") != 0;
        break;
    }
    default:
        start_content(w, id, attributes);
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
    if (w->of_run)
        run_property(w, id, attributes);
    else if (w->of_paragraph)
        paragraph_property(w, id, attributes);
    else
        start_structure(w, id, attributes);
    w->of_paragraph += id == P_PROPERTIES;
    w->of_run += id == R_PROPERTIES;
}

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    if (id == SKIPPED) {
        w->skipped--;
        return;
    }
    if (w->skipped || !id)
        return;
    w->letters -= id == T;
    w->of_paragraph -= id == P_PROPERTIES;
    w->of_run -= id == R_PROPERTIES;
    switch (id) {
    case P:
    case SHAPE_P:
        end_paragraph(w);
        break;
    case CELL:
        begin_waiting_cell(w);
        flow_end_cell(w->flow);
        break;
    case TABLE:
        flow_end_table(w->flow);
        break;
    case TEXT_BOX:
    case SHAPE_TEXT:
        end_box(w);
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

gboolean docx_walk(const DocxWalk *walk, GBytes *part, const char *name, GError **error)
{
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = on_start,
                                       .end = on_end,
                                       .text = on_text};
    Walk w = {
        .part = walk, .flow = walk->flow, .aside = g_array_new(FALSE, FALSE, sizeof(Paragraph))};
    gboolean ok = xml_walk(part, name, &handler, &w, error);
    g_array_unref(w.aside);
    g_free(w.note_id);
    return ok;
}
