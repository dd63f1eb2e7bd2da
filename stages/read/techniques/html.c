/* libxml2 repairs the tags and calls back for each; no tree is built, so that nesting costs no stack
 * and the page may be as deep as it likes. */
#include "html.h"

#include "charset.h"
#include "grid.h"
#include "html-style.h"
#include "html-tables.h"
#include "pipeline/core/limits.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#define DECLARATION_BYTES 4096 /* a page says its encoding within these */
#define MAX_LIST_DEPTH 6

typedef enum {
    TAG_INLINE,
    TAG_BLOCK,
    TAG_BREAK,
    TAG_HEADING,
    TAG_LIST,
    TAG_ITEM,
    TAG_TABLE,
    TAG_ROW,
    TAG_CELL,
    TAG_TERM,   /* dt */
    TAG_DETAIL, /* dd */
    TAG_PRE,
    TAG_IMAGE,
    TAG_STYLE,
    TAG_TITLE,
    TAG_OPTION,
    TAG_SKIP /* never shown as text */
} Tag;

static const struct {
    const char *name;
    Tag tag;
} tags[] = {
    {"address", TAG_BLOCK},  {"article", TAG_BLOCK},    {"aside", TAG_BLOCK},
    {"audio", TAG_SKIP},     {"blockquote", TAG_BLOCK}, {"body", TAG_BLOCK},
    {"br", TAG_BREAK},       {"canvas", TAG_SKIP},      {"caption", TAG_BLOCK},
    {"center", TAG_BLOCK},   {"datalist", TAG_SKIP},    {"dd", TAG_DETAIL},
    {"details", TAG_BLOCK},  {"dialog", TAG_BLOCK},     {"dir", TAG_LIST},
    {"div", TAG_BLOCK},      {"dl", TAG_BLOCK},         {"dt", TAG_TERM},
    {"fieldset", TAG_BLOCK}, {"figcaption", TAG_BLOCK}, {"figure", TAG_BLOCK},
    {"footer", TAG_BLOCK},   {"form", TAG_BLOCK},       {"h1", TAG_HEADING},
    {"h2", TAG_HEADING},     {"h3", TAG_HEADING},       {"h4", TAG_HEADING},
    {"h5", TAG_HEADING},     {"h6", TAG_HEADING},       {"header", TAG_BLOCK},
    {"hr", TAG_BLOCK},       {"iframe", TAG_SKIP},      {"img", TAG_IMAGE},
    {"legend", TAG_BLOCK},   {"li", TAG_ITEM},          {"main", TAG_BLOCK},
    {"menu", TAG_LIST},      {"nav", TAG_BLOCK},        {"noscript", TAG_SKIP},
    {"object", TAG_SKIP},    {"ol", TAG_LIST},          {"option", TAG_OPTION},
    {"p", TAG_BLOCK},        {"pre", TAG_PRE},          {"script", TAG_SKIP},
    {"section", TAG_BLOCK},  {"style", TAG_STYLE},      {"summary", TAG_BLOCK},
    {"svg", TAG_SKIP},       {"table", TAG_TABLE},      {"tbody", TAG_BLOCK},
    {"td", TAG_CELL},        {"template", TAG_SKIP},    {"tfoot", TAG_BLOCK},
    {"th", TAG_CELL},        {"thead", TAG_BLOCK},      {"title", TAG_TITLE},
    {"tr", TAG_ROW},         {"ul", TAG_LIST},          {"video", TAG_SKIP},
};

typedef struct {
    char name[16]; /* shortened: only compared with itself */
    Tag tag;
    gboolean hides; /* this element, and so all inside */
    gboolean skips;
    gboolean painted; /* may have a background of its own, or an ancestor may */
} Element;

typedef struct {
    Grid grid;
    GArray *stack;     /* of Element */
    GPtrArray *tables; /* of HtmlTable, the innermost last */
    StyleSheet *sheet;
    GString *line;                                              /* text of the line in the making */
    GString *css;                                               /* text of an open <style> */
    guint hidden, skipped, headings, lists, items, pre, styles; /* open elements of each kind */
    guint level;                                                /* of the innermost heading */
    gboolean fresh;                                             /* the next line begins a block */
    gboolean item;   /* the next line begins a list item */
    Tag part;        /* TAG_TERM or TAG_DETAIL while inside one, else TAG_INLINE */
    gboolean fields; /* a block of fields is open */
    double term_end; /* x after the term on the open line; -1 when its detail is there already */
} Walk;

static int compare_tags(const void *name, const void *row)
{
    return strcmp(name, ((const __typeof__(tags[0]) *)row)->name);
}

static Tag tag_of(const char *name)
{
    const __typeof__(tags[0]) *row =
        bsearch(name, tags, G_N_ELEMENTS(tags), sizeof tags[0], compare_tags);
    return row ? row->tag : TAG_INLINE;
}

/* ---- lines and blocks ---- */

static HtmlTable *open_table(const Walk *w)
{
    return w->tables->len ? w->tables->pdata[w->tables->len - 1] : NULL;
}

static void begin_block(Walk *w)
{
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
    if (!w->fields)
        grid_block(&w->grid, BLOCK_FIELDS, 0);
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
    } else if (!table || !html_table_text(table, text)) {
        if (w->fresh || !w->grid.lines)
            begin_block(w);
        w->fields = FALSE;
        double indent = w->items && !w->headings ? 2.0 * (MIN(w->lists, MAX_LIST_DEPTH)) : 0;
        grid_line(&w->grid);
        grid_text(&w->grid, text, indent, -1);
    }
    g_string_truncate(w->line, 0);
}

static void end_block(Walk *w)
{
    end_line(w);
    w->fresh = TRUE;
}

static void add_text(Walk *w, const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        char c = text[i];
        if (c == '\n' && w->pre) {
            end_line(w);
        } else if (!g_ascii_isspace(c) || (w->pre && c == ' ')) {
            g_string_append_c(w->line, c);
        } else if (w->line->len && w->line->str[w->line->len - 1] != ' ') {
            g_string_append_c(w->line, ' ');
        }
    }
}

/* ---- elements ---- */

static const char *attribute(const xmlChar **attributes, const char *name)
{
    for (guint i = 0; attributes && attributes[i]; i += 2)
        if (g_ascii_strcasecmp((const char *)attributes[i], name) == 0)
            return attributes[i + 1] ? (const char *)attributes[i + 1] : "";
    return NULL;
}

/* White letters count as hidden where nothing can have painted the paper: no background, class or id
 * on the way from the root; and where the same rules make their paper white. */
static void judge(Walk *w, Element *e, const char *name, const xmlChar **attributes)
{
    const char *style = attribute(attributes, "style");
    const char *id = attribute(attributes, "id"), *classes = attribute(attributes, "class");
    const char *color = attribute(attributes, "color"); /* of <font> */
    guint effects = style_sheet_match(w->sheet, name, id, classes);
    if (style)
        effects |= style_of_declarations(style);
    if (color &&
        (g_ascii_strcasecmp(color, "white") == 0 || g_ascii_strcasecmp(color, "#ffffff") == 0))
        effects |= STYLE_WHITE;
    gboolean inherited =
        w->stack->len && g_array_index(w->stack, Element, w->stack->len - 1).painted;
    e->painted = inherited || (effects & STYLE_PAINTS) || id || classes ||
                 attribute(attributes, "bgcolor") || attribute(attributes, "background");
    e->hides = (effects & STYLE_HIDES) || attribute(attributes, "hidden") ||
               ((effects & STYLE_WHITE) && (!e->painted || (effects & STYLE_WHITE_PAPER)));
    e->skips = e->tag == TAG_SKIP || (e->tag == TAG_OPTION && !attribute(attributes, "selected"));
}

static void begin_cell(Walk *w, const char *name, const xmlChar **attributes)
{
    HtmlTable *table = open_table(w);
    const char *span = attribute(attributes, "colspan");
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

static void begin_element(Walk *w, const Element *e, const char *name, const xmlChar **attributes)
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
        g_ptr_array_add(w->tables, html_table_new());
        break;
    case TAG_ROW:
        end_block(w);
        if (open_table(w))
            html_table_row(open_table(w));
        break;
    case TAG_CELL:
        begin_cell(w, name, attributes);
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
        if (attribute(attributes, "alt")) {
            const char *alt = attribute(attributes, "alt");
            add_text(w, " ", 1);
            add_text(w, alt, strlen(alt));
            add_text(w, " ", 1);
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

static void on_start(void *data, const xmlChar *xml_name, const xmlChar **attributes)
{
    Walk *w = data;
    const char *name = (const char *)xml_name;
    Element e = {.tag = tag_of(name)};
    g_strlcpy(e.name, name, sizeof e.name);
    judge(w, &e, name, attributes);
    if (!e.hides && !e.skips && !w->hidden && !w->skipped)
        begin_element(w, &e, name, attributes);
    w->hidden += e.hides;
    w->skipped += e.skips;
    w->styles += e.tag == TAG_STYLE;
    g_array_append_val(w->stack, e);
}

static void close_top(Walk *w)
{
    Element e = g_array_index(w->stack, Element, w->stack->len - 1);
    g_array_set_size(w->stack, w->stack->len - 1);
    w->hidden -= e.hides;
    w->skipped -= e.skips;
    w->styles -= e.tag == TAG_STYLE;
    if (e.tag == TAG_STYLE) {
        style_sheet_parse(w->sheet, w->css->str);
        g_string_truncate(w->css, 0);
    }
    if (!e.hides && !e.skips && !w->hidden && !w->skipped)
        end_element(w, &e);
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
    if (w->styles) {
        g_string_append_len(w->css, (const char *)text, length);
    } else if (w->hidden && !w->skipped) {
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

/* Reads valid UTF-8 into page 1 of the reading. */
static gboolean walk(Reading *reading, const char *html, gsize length, GError **error)
{
    Walk w = {.stack = g_array_new(FALSE, FALSE, sizeof(Element)),
              .tables = g_ptr_array_new_with_free_func((GDestroyNotify)html_table_free),
              .sheet = style_sheet_new(),
              .line = g_string_new(NULL),
              .css = g_string_new(NULL),
              .fresh = TRUE,
              .term_end = -1};
    grid_begin(&w.grid, reading, TECHNIQUE_HTML);
    parse(&w, html, length);
    while (w.stack->len)
        close_top(&w);
    end_line(&w);
    while (w.tables->len)
        end_table(&w);
    gboolean ok = grid_end(&w.grid, error);
    g_array_unref(w.stack);
    g_ptr_array_unref(w.tables);
    style_sheet_free(w.sheet);
    g_string_free(w.line, TRUE);
    g_string_free(w.css, TRUE);
    return ok;
}

/* ---- documents ---- */

/* The encoding that a page names in its first bytes (<meta charset=x>, content="…; charset=x"). */
static char *declared_charset(const char *data, gsize length)
{
    g_autofree char *head = g_strndup(data, MIN(length, DECLARATION_BYTES));
    g_autofree char *lower = g_ascii_strdown(head, -1);
    for (const char *p = lower; (p = strstr(p, "charset")) != NULL;) {
        p += strlen("charset");
        const char *value = p + strspn(p, " \t\r\n");
        if (*value != '=')
            continue;
        value++;
        value += strspn(value, " \t\r\n\"'");
        gsize n = strcspn(value, " \t\r\n\"'/>;");
        if (n > 0 && n < 40)
            return g_strndup(value, n);
    }
    return NULL;
}

Reading *html_read(const TechniqueInput *input, GError **error)
{
    gsize length, mark;
    const char *data = g_bytes_get_data(input->bytes, &length);
    if (length == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the page has no bytes");
        return NULL;
    }
    if (length > DOCKET_MAX_TEXT_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "the page has more than %u MB",
                    DOCKET_MAX_TEXT_BYTES >> 20);
        return NULL;
    }
    g_autofree char *declared = declared_charset(data, length);
    g_autofree char *charset = charset_guess(data, length, declared, &mark);
    g_autofree char *html = charset_decode(data + mark, length - mark, charset);
    g_autoptr(Reading) reading = reading_new(input->media_type);
    if (!walk(reading, html, strlen(html), error))
        return NULL;
    return g_steal_pointer(&reading);
}

gboolean html_looks_like(const char *text)
{
    static const char *const inlines[] = {"a",    "b",     "i",   "u",   "em",     "strong", "span",
                                          "font", "small", "big", "sup", "sub",    "code",   "html",
                                          "head", "link",  "del", "ins", "strike", "mark",   NULL};
    for (const char *p = text; (p = strpbrk(p, "<&")) != NULL; p++) {
        const char *name = p + 1 + (p[1] == '/');
        char lower[16];
        gsize n = 0;
        while (g_ascii_isalnum(name[n]) && n + 1 < sizeof lower) {
            lower[n] = g_ascii_tolower(name[n]);
            n++;
        }
        lower[n] = '\0';
        if (*p == '&') {
            if (p[1] == '#' || (n >= 2 && name[n] == ';'))
                return TRUE;
        } else if (g_str_has_prefix(p, "<!--") ||
                   (n > 0 && strchr(" \t\r\n/>", name[n]) && strchr(name + n, '>') &&
                    (tag_of(lower) != TAG_INLINE || g_strv_contains(inlines, lower)))) {
            return TRUE;
        }
    }
    return FALSE;
}

char *html_to_text(const char *fragment, guint *hidden)
{
    g_autoptr(Reading) reading = reading_new("text/html");
    walk(reading, fragment, strlen(fragment), NULL);
    for (guint i = 0; i < reading->pages->len; i++)
        *hidden += reading_page(reading, i)->hidden;
    return reading_to_text(reading);
}
