/* libxml2 repairs the tags and calls back for each; no tree is built, so that nesting costs no stack
 * and the page may be as deep as it likes. */
#include "html-walk.h"

#include "html-article.h"
#include "html-data.h"
#include "html-outline.h"
#include "html-style.h"
#include "html-tables.h"
#include "stages/read/techniques/grid.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LIST_DEPTH 6

typedef struct {
    char name[16]; /* shortened: only compared with itself */
    Tag tag;
    guint32 box;    /* of the outline; HTML_NO_BOX when it is none of its own */
    gboolean hides; /* this element, and so all inside */
    gboolean skips;
    gboolean painted; /* may have a background of its own, or an ancestor may */
    gboolean links;   /* its text is a link's or a button's */
} Element;

typedef struct {
    Grid grid;
    GArray *stack;     /* of Element */
    GPtrArray *tables; /* of HtmlTable, the innermost last */
    StyleSheet *sheet;
    HtmlOutline outline;
    HtmlData *data;   /* NULL: not asked for */
    gboolean letters; /* the line has more than an alternative text */
    GString *line;    /* text of the line in the making */
    GString *raw;     /* text of an open <style>, <script> */
    guint hidden, skipped, headings, lists, items, pre, styles; /* open elements of each kind */
    guint links, scripts;
    guint level;     /* of the innermost heading */
    gboolean fresh;  /* the next line begins a block */
    gboolean item;   /* the next line begins a list item */
    Tag part;        /* TAG_TERM or TAG_DETAIL while inside one, else TAG_INLINE */
    gboolean fields; /* a block of fields is open */
    double term_end; /* x after the term on the open line; -1 when its detail is there already */
} Walk;

/* ---- lines and blocks ---- */

static HtmlTable *open_table(const Walk *w)
{
    return w->tables->len ? w->tables->pdata[w->tables->len - 1] : NULL;
}

static void begin_block(Walk *w)
{
    /* A picture's alternative text says little to who reads the rest. */
    w->grid.source = w->outline.open | (w->letters ? 0 : HTML_ONLY_PICTURES);
    if (w->headings) {
        grid_block(&w->grid, BLOCK_HEADING, w->level);
    } else if (w->items) {
        if (w->item || !w->grid.lines)
            grid_block(&w->grid, BLOCK_LIST, CLAMP(w->lists, 1, MAX_LIST_DEPTH));
        w->item = FALSE;
    } else {
        grid_block(&w->grid, BLOCK_PARAGRAPH, 0);
    }
    w->fresh = FALSE;
}

/* A term and its details stand on one line; more details below. */
static void write_field(Walk *w, const char *text)
{
    if (!w->fields) {
        w->grid.source = w->outline.open;
        grid_block(&w->grid, BLOCK_FIELDS, 0);
    }
    if (w->part == TAG_TERM || w->term_end < 0 || !w->fields)
        grid_line(&w->grid);
    if (w->part == TAG_TERM) {
        w->term_end = grid_text(&w->grid, text, 0, 0);
    } else {
        grid_text(&w->grid, text, MAX(w->term_end, 0) + 2, 1);
        w->term_end = -1;
    }
    w->fields = TRUE;
    w->fresh = TRUE;
}

/* Writes the collected line where it belongs. */
static void end_line(Walk *w)
{
    HtmlTable *table = open_table(w);
    char *text = w->line->str;
    if (text[strspn(text, " \t\n")] == '\0') {
        g_string_truncate(w->line, 0);
        return;
    }
    if (!w->pre)
        g_strstrip(text);
    if (w->part != TAG_INLINE && !table) {
        write_field(w, text);
    } else if (!table || !html_table_text(table, text, w->outline.open)) {
        if (w->fresh || !w->grid.lines)
            begin_block(w);
        w->fields = FALSE;
        double indent = w->items && !w->headings ? 2.0 * (MIN(w->lists, MAX_LIST_DEPTH)) : 0;
        grid_line(&w->grid);
        grid_text(&w->grid, text, indent, -1);
        if (w->letters)
            grid_source(&w->grid, w->outline.open);
    }
    w->letters = FALSE;
    g_string_truncate(w->line, 0);
}

static void end_block(Walk *w)
{
    end_line(w);
    w->fresh = TRUE;
}

/* Adds text to the line, each run of white space as one space. */
static void collect_flow(GString *line, const char *text, gsize length)
{
    gsize old = line->len;
    g_string_set_size(line, old + length);
    char *to = line->str + old;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i]))
            *to++ = text[i];
        else if (to > line->str && to[-1] != ' ')
            *to++ = ' ';
    }
    g_string_truncate(line, (gsize)(to - line->str));
}

/* The same inside <pre>, where spaces and line ends are as they stand. */
static void collect_pre(Walk *w, const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '\n')
            end_line(w);
        else
            g_string_append_c(w->line, g_ascii_isspace(text[i]) ? ' ' : text[i]);
    }
}

static void collect(Walk *w, const char *text, gsize length)
{
    if (w->pre)
        collect_pre(w, text, length);
    else
        collect_flow(w->line, text, length);
}

static void add_text(Walk *w, const char *text, gsize length)
{
    w->letters |= html_outline_text(&w->outline, text, length, w->links > 0) > 0;
    collect(w, text, length);
}

/* ---- elements ---- */

/* White letters count as hidden where nothing can have painted the paper: no background, class or id
 * on the way from the root; and where the same rules make their paper white. */
static void judge(Walk *w, Element *e, const char *name, const HtmlAttributes *a)
{
    const char *style = a->value[ATTRIBUTE_STYLE], *id = a->value[ATTRIBUTE_ID];
    const char *classes = a->value[ATTRIBUTE_CLASS];
    const char *color = a->value[ATTRIBUTE_COLOR]; /* of <font> */
    guint effects = style_sheet_match(w->sheet, name, id, classes);
    if (style)
        effects |= style_of_declarations(style);
    if (color &&
        (g_ascii_strcasecmp(color, "white") == 0 || g_ascii_strcasecmp(color, "#ffffff") == 0))
        effects |= STYLE_WHITE;
    gboolean inherited =
        w->stack->len && g_array_index(w->stack, Element, w->stack->len - 1).painted;
    e->painted = inherited || (effects & STYLE_PAINTS) || id || classes ||
                 a->value[ATTRIBUTE_BGCOLOR] || a->value[ATTRIBUTE_BACKGROUND];
    e->hides = (effects & STYLE_HIDES) || a->value[ATTRIBUTE_HIDDEN] ||
               ((effects & STYLE_WHITE) && (!e->painted || (effects & STYLE_WHITE_PAPER)));
    e->skips = e->tag == TAG_SKIP || e->tag == TAG_SCRIPT || e->tag == TAG_STYLE ||
               (e->tag == TAG_OPTION && !a->value[ATTRIBUTE_SELECTED]);
}

static void begin_cell(Walk *w, const char *name, const HtmlAttributes *a)
{
    HtmlTable *table = open_table(w);
    const char *span = a->value[ATTRIBUTE_COLSPAN];
    end_block(w);
    if (table)
        html_table_cell(table, span ? (guint)CLAMP(atoi(span), 1, 1000) : 1, name[1] == 'h');
}

/* A table inside a cell, or a heading there: the outer table only places things. */
static void dissolve_tables(Walk *w)
{
    HtmlTable *table = open_table(w);
    if (!table)
        return;
    end_line(w);
    html_table_dissolve(table, &w->grid);
    w->fresh = TRUE;
}

static void begin_element(Walk *w, const Element *e, const char *name, const HtmlAttributes *a)
{
    switch (e->tag) {
    case TAG_BREAK:
        end_line(w);
        break;
    case TAG_HEADING:
    case TAG_TITLE:
        dissolve_tables(w);
        end_block(w);
        w->headings++;
        w->level = e->tag == TAG_HEADING ? (guint)(name[1] - '0') : 1;
        break;
    case TAG_LIST:
        end_block(w);
        w->lists++;
        break;
    case TAG_ITEM:
        end_block(w);
        w->items++;
        w->item = TRUE;
        break;
    case TAG_TABLE:
        dissolve_tables(w);
        end_block(w);
        g_ptr_array_add(w->tables, html_table_new(w->outline.open));
        break;
    case TAG_ROW:
        end_block(w);
        if (open_table(w))
            html_table_row(open_table(w));
        break;
    case TAG_CELL:
        begin_cell(w, name, a);
        break;
    case TAG_TERM:
    case TAG_DETAIL:
        end_block(w);
        w->part = e->tag;
        break;
    case TAG_PRE:
        end_block(w);
        w->pre++;
        break;
    case TAG_IMAGE:
        html_outline_count(&w->outline, ROLE_NONE);
        if (a->value[ATTRIBUTE_ALT]) {
            const char *alt = a->value[ATTRIBUTE_ALT];
            collect(w, " ", 1);
            collect(w, alt, strlen(alt));
            collect(w, " ", 1);
        }
        break;
    case TAG_BLOCK:
        end_block(w);
        break;
    default:
        break;
    }
}

static void end_table(Walk *w)
{
    end_block(w);
    HtmlTable *table = open_table(w);
    if (!table)
        return;
    html_table_write(table, &w->grid);
    g_ptr_array_remove_index(w->tables, w->tables->len - 1);
    w->fields = FALSE;
}

static void end_element(Walk *w, const Element *e)
{
    HtmlTable *table = open_table(w);
    switch (e->tag) {
    case TAG_HEADING:
    case TAG_TITLE:
        end_block(w);
        w->headings -= w->headings > 0;
        break;
    case TAG_LIST:
        end_block(w);
        w->lists -= w->lists > 0;
        break;
    case TAG_ITEM:
        end_block(w);
        w->items -= w->items > 0;
        break;
    case TAG_TABLE:
        end_table(w);
        break;
    case TAG_CELL:
        end_block(w);
        if (table)
            html_table_end_cell(table);
        break;
    case TAG_TERM:
    case TAG_DETAIL:
        end_block(w);
        w->part = TAG_INLINE;
        break;
    case TAG_PRE:
        end_block(w);
        w->pre -= w->pre > 0;
        break;
    case TAG_BLOCK:
    case TAG_ROW:
        end_block(w);
        break;
    default:
        break;
    }
}

/* ---- libxml2's calls ---- */

/* The element's place in the outline, where it has one. */
static void enter_box(Walk *w, Element *e, HtmlRole role, const HtmlAttributes *a)
{
    e->links = role == ROLE_LINK || role == ROLE_INPUT;
    if (role == ROLE_INPUT)
        html_outline_count(&w->outline, role);
    else if (role == ROLE_NONE)
        html_outline_name(&w->outline, a);
    else if (role != ROLE_LINK)
        e->box = html_outline_open(&w->outline, role, w->level, a);
}

static void on_start(void *data, const xmlChar *xml_name, const xmlChar **pairs)
{
    Walk *w = data;
    const char *name = (const char *)xml_name;
    HtmlAttributes a;
    HtmlRole role;
    Element e = {.tag = html_tag(name, &role), .box = HTML_NO_BOX};
    g_strlcpy(e.name, name, sizeof e.name);
    html_attributes(&a, (const char *const *)pairs);
    judge(w, &e, name, &a);
    if (!e.hides && !e.skips && !w->hidden && !w->skipped) {
        begin_element(w, &e, name, &a);
        enter_box(w, &e, role, &a);
    }
    if (w->data)
        html_data_start(w->data, name, &a);
    w->links += e.links;
    w->hidden += e.hides;
    w->skipped += e.skips;
    w->styles += e.tag == TAG_STYLE;
    w->scripts += e.tag == TAG_SCRIPT;
    g_array_append_val(w->stack, e);
}

/* The text of <style> and <script> is complete. */
static void end_raw(Walk *w, const Element *e)
{
    if (e->tag == TAG_STYLE)
        style_sheet_parse(w->sheet, w->raw->str);
    else if (w->data)
        html_data_script(w->data, w->raw->str);
    g_string_truncate(w->raw, 0);
}

static void close_top(Walk *w)
{
    Element e = g_array_index(w->stack, Element, w->stack->len - 1);
    g_array_set_size(w->stack, w->stack->len - 1);
    w->links -= e.links;
    w->hidden -= e.hides;
    w->skipped -= e.skips;
    w->styles -= e.tag == TAG_STYLE;
    w->scripts -= e.tag == TAG_SCRIPT;
    if (e.tag == TAG_STYLE || e.tag == TAG_SCRIPT)
        end_raw(w, &e);
    if (w->data)
        html_data_end(w->data);
    if (!e.hides && !e.skips && !w->hidden && !w->skipped)
        end_element(w, &e);
    if (e.box != HTML_NO_BOX)
        html_outline_close(&w->outline, e.box);
}

static void on_end(void *data, const xmlChar *xml_name)
{
    Walk *w = data;
    char name[sizeof((Element *)0)->name];
    g_strlcpy(name, (const char *)xml_name, sizeof name);
    /* The parser closes what it opened, in order; an end without a beginning is passed over. */
    if (w->stack->len &&
        strcmp(g_array_index(w->stack, Element, w->stack->len - 1).name, name) == 0)
        close_top(w);
}

static void on_text(void *data, const xmlChar *text, int length)
{
    Walk *w = data;
    if (length <= 0 || w->grid.full)
        return;
    if (w->styles || (w->scripts && w->data)) {
        g_string_append_len(w->raw, (const char *)text, length);
        return;
    }
    if (w->data && !w->skipped)
        html_data_text(w->data, (const char *)text, (gsize)length);
    if (w->hidden && !w->skipped) {
        g_autofree char *left_out = g_strndup((const char *)text, (gsize)length);
        w->grid.hidden += grid_count_words(left_out);
    } else if (!w->skipped) {
        add_text(w, (const char *)text, (gsize)length);
    }
}

static void parse(Walk *w, const char *html, gsize length)
{
    htmlParserCtxtPtr parser = htmlNewParserCtxt();
    if (!parser)
        return;
    *parser->sax = (xmlSAXHandler){.startElement = on_start,
                                   .endElement = on_end,
                                   .characters = on_text,
                                   .ignorableWhitespace = on_text,
                                   .cdataBlock = on_text};
    parser->userData = w;
    xmlDocPtr document =
        htmlCtxtReadMemory(parser, html, (int)length, NULL, "UTF-8",
                           HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                               HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    xmlFreeDoc(document);
    htmlFreeParserCtxt(parser);
}

static gboolean finish(Walk *w, Reading *reading, GError **error)
{
    while (w->stack->len)
        close_top(w);
    end_line(w);
    while (w->tables->len)
        end_table(w);
    if (!grid_end(&w->grid, error))
        return FALSE;
    html_article_mark(&w->outline, reading,
                      w->data ? html_data_claim(w->data) : HTML_CLAIM_NOTHING);
    if (w->data)
        reading->second = html_data_reading(w->data, reading->media_type);
    return TRUE;
}

gboolean html_walk(Reading *reading, const char *html, gsize length, HtmlWalkFlags flags,
                   GError **error)
{
    Walk w = {.stack = g_array_new(FALSE, FALSE, sizeof(Element)),
              .tables = g_ptr_array_new_with_free_func((GDestroyNotify)html_table_free),
              .sheet = style_sheet_new(),
              .data = flags & HTML_WALK_DATA ? html_data_new() : NULL,
              .line = g_string_new(NULL),
              .raw = g_string_new(NULL),
              .fresh = TRUE,
              .term_end = -1};
    html_outline_init(&w.outline);
    w.outline.whole = (flags & HTML_WALK_WHOLE) != 0;
    grid_begin(&w.grid, reading, TECHNIQUE_HTML);
    parse(&w, html, length);
    gboolean ok = finish(&w, reading, error);
    g_array_unref(w.stack);
    g_ptr_array_unref(w.tables);
    style_sheet_free(w.sheet);
    html_outline_clear(&w.outline);
    html_data_free(w.data);
    g_string_free(w.line, TRUE);
    g_string_free(w.raw, TRUE);
    return ok;
}
