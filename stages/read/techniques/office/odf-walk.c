#include "odf-walk.h"

#include "odf-rows.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_SPACES 200 /* one text:s */
#define MAX_LIST_DEPTH 10

enum {
    BODY_TEXT = 1,
    BODY_SHEETS,
    BODY_SLIDES,
    P,
    H,
    SPAN,
    LIST,
    ITEM,
    S,
    TAB,
    BREAK,
    SKIPPED,
    NOTE_CITATION,
    NOTE,
    ANNOTATION,
    HIDDEN_TEXT,
    HIDDEN_PARAGRAPH,
    SECTION,
    TABLE,
    ROW,
    CELL,
    COVERED,
    COLUMN,
    PAGE,
    NOTES,
    FRAME,
    OBJECT,
    HEADER,
    FOOTER,
    ALTERNATIVE,
};

static const XmlName names[] = {
    {"?:creator", SKIPPED},
    {"?:date", SKIPPED},
    {"?:date-string", SKIPPED},
    {"?:sender-initials", SKIPPED},
    {"draw:frame", FRAME},
    {"draw:object", OBJECT},
    {"draw:page", PAGE},
    {"draw:text-box", FRAME},
    {"office:annotation", ANNOTATION},
    {"office:drawing", BODY_SLIDES},
    {"office:forms", SKIPPED},
    {"office:meta", SKIPPED},
    {"office:presentation", BODY_SLIDES},
    {"office:scripts", SKIPPED},
    {"office:spreadsheet", BODY_SHEETS},
    {"office:text", BODY_TEXT},
    {"presentation:notes", NOTES},
    {"style:footer", FOOTER},
    {"style:footer-first", FOOTER},
    {"style:footer-left", FOOTER},
    {"style:header", HEADER},
    {"style:header-first", HEADER},
    {"style:header-left", HEADER},
    {"svg:desc", ALTERNATIVE},
    {"svg:title", ALTERNATIVE},
    {"table:content-validations", SKIPPED},
    {"table:covered-table-cell", COVERED},
    {"table:table", TABLE},
    {"table:table-cell", CELL},
    {"table:table-column", COLUMN},
    {"table:table-row", ROW},
    {"table:tracked-changes", SKIPPED},
    {"text:endnote-body", NOTE},
    {"text:endnote-citation", NOTE_CITATION},
    {"text:footnote-body", NOTE},
    {"text:footnote-citation", NOTE_CITATION},
    {"text:h", H},
    {"text:hidden-paragraph", HIDDEN_PARAGRAPH},
    {"text:hidden-text", HIDDEN_TEXT},
    {"text:index-title-template", SKIPPED},
    {"text:line-break", BREAK},
    {"text:list", LIST},
    {"text:list-header", ITEM},
    {"text:list-item", ITEM},
    {"text:note-body", NOTE},
    {"text:note-citation", NOTE_CITATION},
    {"text:ordered-list", LIST},
    {"text:p", P},
    {"text:ruby-text", SKIPPED},
    {"text:s", S},
    {"text:section", SECTION},
    {"text:sequence-decls", SKIPPED},
    {"text:span", SPAN},
    {"text:tab", TAB},
    {"text:tab-stop", TAB},
    {"text:tracked-changes", SKIPPED},
    {"text:unordered-list", LIST},
};

typedef struct {
    gboolean pushed; /* another paragraph waits for this one to end */
    gboolean hidden; /* all of it */
    gboolean white, painted;
} Paragraph;

typedef struct {
    char *style;
    gint number; /* of the next item */
} List;

typedef struct {
    OdfWalk *out;
    Flow *flow;
    gboolean margins; /* this is styles.xml: only headers and footers */
    GError *error;    /* the first page that did not fit */
    int body;
    gboolean reading;     /* inside a body, a page to be read, or a margin */
    guint skipped;        /* open elements that are not text */
    guint unseen;         /* open elements whose text is hidden */
    GArray *unseen_spans; /* of gboolean: what the open spans and sections add to unseen */
    GArray *paragraphs;   /* of Paragraph, the innermost last */
    GPtrArray *lists;     /* of List */
    GHashTable *counted;  /* style of an outer list -> number that its next item would have */
    gboolean item;        /* the next paragraph begins a list item */
    OdfRows *rows;        /* of the open sheet, else NULL */
    guint tables;         /* open ones inside the sheet or text */
    guint boxes;
    guint role_level; /* heading level inside the title of a slide, else 0 */
    GArray *roles;    /* of guint: role levels of the frames around */
} Walk;

static void list_free(gpointer data)
{
    List *list = data;
    g_free(list->style);
    g_free(list);
}

/* ---- pages ---- */

static void begin_page(Walk *w, gboolean hidden)
{
    OdfWalk *out = w->out;
    out->hidden += hidden;
    out->pages += !hidden;
    gboolean asked =
        !hidden && out->pages >= out->first && (!out->last || out->pages <= out->last) && !w->error;
    if (asked && !technique_begin_page(out->input, out->pages))
        out->last = out->pages - 1; /* the rest is only counted */
    w->reading = asked && (!out->last || out->pages <= out->last);
    if (!w->reading)
        return;
    flow_begin_page(w->flow, out->pages);
}

static void end_page(Walk *w)
{
    if (w->reading && !flow_end_page(w->flow, w->error ? NULL : &w->error))
        w->reading = FALSE;
    w->reading = FALSE;
}

static void begin_sheet(Walk *w, const XmlAttributes *attributes)
{
    const char *style = xml_attribute(attributes, "table:style-name");
    g_autofree char *name = g_strdup(xml_attribute(attributes, "table:name"));
    begin_page(w, odf_style(w->out->styles, "table", style).hidden > 0);
    if (w->reading) {
        flow_begin(w->flow, BLOCK_HEADING, 1);
        flow_text(w->flow, name ? name : "", -1);
        flow_end(w->flow);
    }
    w->rows = odf_rows_new(w->flow);
}

static void end_sheet(Walk *w)
{
    odf_rows_free(w->rows);
    w->rows = NULL;
    end_page(w);
}

/* ---- paragraphs ---- */

static Paragraph *open_paragraph(const Walk *w)
{
    return w->paragraphs->len ? &g_array_index(w->paragraphs, Paragraph, w->paragraphs->len - 1)
                              : NULL;
}

static void write_number(Walk *w)
{
    List *list = w->lists->len ? w->lists->pdata[w->lists->len - 1] : NULL;
    if (!list || !w->item)
        return;
    g_autofree char *number =
        odf_list_number(w->out->styles, list->style, w->lists->len, list->number);
    list->number++;
    w->item = FALSE;
    if (*number) {
        flow_text(w->flow, number, -1);
        flow_text(w->flow, " ", 1);
    }
}

static void begin_paragraph(Walk *w, int id, const XmlAttributes *attributes)
{
    OdfStyle style =
        odf_style(w->out->styles, "paragraph", xml_attribute(attributes, "text:style-name"));
    gint64 level = xml_attribute_int(attributes, "text:outline-level",
                                     xml_attribute_int(attributes, "text:level", 1));
    Paragraph paragraph = {.pushed = w->paragraphs->len > 0,
                           .hidden = style.hidden > 0,
                           .white = style.white > 0,
                           .painted = style.painted > 0};
    if (paragraph.pushed)
        flow_push(w->flow);
    g_array_append_val(w->paragraphs, paragraph);
    if (id == H || style.heading > 0)
        flow_begin(w->flow, BLOCK_HEADING,
                   id == H ? (guint)CLAMP(level, 1, 6) : (guint)style.heading);
    else if (w->role_level)
        flow_begin(w->flow, BLOCK_HEADING, w->role_level);
    else if (w->lists->len)
        flow_begin(w->flow, BLOCK_LIST, MIN(w->lists->len, MAX_LIST_DEPTH));
    else
        flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
    if (!paragraph.hidden && !w->unseen)
        write_number(w);
}

static void end_paragraph(Walk *w)
{
    const Paragraph *paragraph = open_paragraph(w);
    if (!paragraph)
        return;
    gboolean pushed = paragraph->pushed;
    flow_end(w->flow);
    if (pushed)
        flow_pop(w->flow);
    g_array_set_size(w->paragraphs, w->paragraphs->len - 1);
}

/* White letters on white paper; in tables and boxes the paper may have another colour. */
static gboolean is_unseen(const Walk *w, const Paragraph *paragraph)
{
    return w->unseen || paragraph->hidden ||
           (paragraph->white && !paragraph->painted && !w->boxes && !w->tables && !w->rows &&
            w->body == BODY_TEXT);
}

static void add_text(Walk *w, const char *text, gsize length)
{
    const Paragraph *paragraph = open_paragraph(w);
    if (!w->reading || w->skipped || !paragraph)
        return;
    if (is_unseen(w, paragraph) || (w->rows && odf_rows_hidden(w->rows)))
        flow_hide(w->flow, text, (gssize)length);
    else
        flow_text(w->flow, text, (gssize)length);
}

/* White space in the file is one space at most (ODF 1.3 part 3, 6.1.2). */
static void add_collapsed(Walk *w, const char *text, gsize length)
{
    gsize start = 0;
    gboolean space = flow_ends_in_space(w->flow);
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i])) {
            space = FALSE;
            continue;
        }
        if (i > start)
            add_text(w, text + start, i - start);
        if (!space)
            add_text(w, " ", 1);
        space = TRUE;
        start = i + 1;
    }
    if (length > start)
        add_text(w, text + start, length - start);
}

/* ---- spans, sections, notes ---- */

/* Keeps what an element adds to the hidden ones around it, to be taken back at its end. */
static void begin_span(Walk *w, gboolean hides)
{
    g_array_append_val(w->unseen_spans, hides);
    w->unseen += hides;
}

static void end_span(Walk *w)
{
    if (!w->unseen_spans->len)
        return;
    w->unseen -= g_array_index(w->unseen_spans, gboolean, w->unseen_spans->len - 1);
    g_array_set_size(w->unseen_spans, w->unseen_spans->len - 1);
}

static void begin_styled_span(Walk *w, const XmlAttributes *attributes)
{
    OdfStyle style =
        odf_style(w->out->styles, "text", xml_attribute(attributes, "text:style-name"));
    const Paragraph *paragraph = open_paragraph(w);
    gboolean white = style.white > 0 && style.painted <= 0 && paragraph && !paragraph->painted &&
                     !w->boxes && !w->tables && !w->rows && w->body == BODY_TEXT;
    begin_span(w, style.hidden > 0 || white);
}

static void begin_section(Walk *w, const XmlAttributes *attributes)
{
    const char *display = xml_attribute(attributes, "text:display");
    gboolean hidden = xml_attribute_is(attributes, "text:is-hidden", FALSE) ||
                      (display && strcmp(display, "none") == 0);
    begin_span(w, hidden);
}

static void hide_paragraph(Walk *w, const XmlAttributes *attributes)
{
    Paragraph *paragraph = open_paragraph(w);
    if (!paragraph || !w->reading || !xml_attribute_is(attributes, "text:is-hidden", FALSE))
        return;
    paragraph->hidden = TRUE;
    flow_hide_open(w->flow);
}

static void add_spaces(Walk *w, const XmlAttributes *attributes)
{
    gint64 count = CLAMP(xml_attribute_int(attributes, "text:c", 1), 0, MAX_SPACES);
    g_autofree char *spaces = g_strnfill((gsize)count, ' ');
    add_text(w, spaces, (gsize)count);
}

static void begin_list(Walk *w, const XmlAttributes *attributes)
{
    const char *style = xml_attribute(attributes, "text:style-name");
    const List *outer = w->lists->len ? w->lists->pdata[w->lists->len - 1] : NULL;
    List *list = g_new0(List, 1);
    list->style = g_strdup(style ? style : outer ? outer->style : NULL);
    list->number = odf_list_start(w->out->styles, list->style, w->lists->len + 1);
    if (!w->lists->len && list->style &&
        (xml_attribute_is(attributes, "text:continue-numbering", FALSE) ||
         xml_attribute(attributes, "text:continue-list"))) {
        gint next = GPOINTER_TO_INT(g_hash_table_lookup(w->counted, list->style));
        list->number = next ? next : list->number;
    }
    g_ptr_array_add(w->lists, list);
}

static void end_list(Walk *w)
{
    if (!w->lists->len)
        return;
    const List *list = w->lists->pdata[w->lists->len - 1];
    if (w->lists->len == 1 && list->style)
        g_hash_table_insert(w->counted, g_strdup(list->style), GINT_TO_POINTER(list->number));
    g_ptr_array_set_size(w->lists, (gint)w->lists->len - 1);
}

static void begin_item(Walk *w, const XmlAttributes *attributes)
{
    List *list = w->lists->len ? w->lists->pdata[w->lists->len - 1] : NULL;
    gint64 start = xml_attribute_int(attributes, "text:start-value", -1);
    if (list && start >= 0)
        list->number = (gint)MIN(start, 100000);
    w->item = TRUE;
}

/* A slide's frame says what it is for. */
static void begin_frame(Walk *w, const XmlAttributes *attributes)
{
    const char *class = xml_attribute(attributes, "presentation:class");
    g_array_append_val(w->roles, w->role_level);
    w->boxes++;
    if (class)
        w->role_level = strcmp(class, "title") == 0 ? 1 : strcmp(class, "subtitle") == 0 ? 2 : 0;
}

static void end_frame(Walk *w)
{
    if (!w->roles->len)
        return;
    w->role_level = g_array_index(w->roles, guint, w->roles->len - 1);
    g_array_set_size(w->roles, w->roles->len - 1);
    w->boxes -= w->boxes > 0;
}

/* ---- tables ---- */

static void start_table(Walk *w, int id, const XmlAttributes *attributes)
{
    gboolean sheet_row = w->rows && !w->tables;
    gint64 repeated = xml_attribute_int(attributes, "table:number-columns-repeated", 1);
    const char *visibility = xml_attribute(attributes, "table:visibility");
    gboolean hidden = visibility && strcmp(visibility, "visible") != 0;
    switch (id) {
    case TABLE:
        w->tables++;
        flow_begin_table(w->flow);
        break;
    case COLUMN:
        if (sheet_row)
            odf_rows_column(w->rows, repeated, hidden);
        break;
    case ROW:
        if (sheet_row)
            odf_rows_begin(w->rows, xml_attribute_int(attributes, "table:number-rows-repeated", 1),
                           hidden);
        else
            flow_begin_row(w->flow);
        break;
    case CELL:
    case COVERED:
        if (sheet_row)
            odf_rows_begin_cell(w->rows, repeated);
        else
            flow_begin_cell(w->flow, -1, 1); /* those that a wider one covers are there too */
        break;
    default:
        break;
    }
}

static void end_table_part(Walk *w, int id)
{
    gboolean sheet_row = w->rows && !w->tables;
    if (id == TABLE && w->tables) {
        w->tables--;
        flow_end_table(w->flow);
    } else if (id == ROW && sheet_row) {
        odf_rows_end(w->rows);
    } else if ((id == CELL || id == COVERED) && sheet_row) {
        odf_rows_end_cell(w->rows);
    } else if ((id == CELL || id == COVERED) && !sheet_row) {
        flow_end_cell(w->flow);
    }
}

/* ---- libxml2's calls ---- */

static void start_inside(Walk *w, int id, const XmlAttributes *attributes)
{
    switch (id) {
    case P:
    case H:
        begin_paragraph(w, id, attributes);
        break;
    case S:
        add_spaces(w, attributes);
        break;
    case TAB:
        add_text(w, "\t", 1);
        break;
    case BREAK:
        add_text(w, "\n", 1);
        break;
    case NOTE_CITATION:
        add_text(w, " [", 2);
        break;
    case ANNOTATION:
    case NOTES:
        flow_flags(w->flow, BLOCK_ANNOTATION);
        break;
    case HIDDEN_PARAGRAPH:
        hide_paragraph(w, attributes);
        break;
    case OBJECT:
        odf_formula(w->out->zip, xml_attribute(attributes, "xlink:href"), w->flow);
        break;
    case ALTERNATIVE:
        add_text(w, " ", 1);
        break;
    default:
        start_table(w, id, attributes);
        break;
    }
}

/* What is kept in step even on pages that are not read. */
static gboolean start_frame(Walk *w, int id, const XmlAttributes *attributes)
{
    switch (id) {
    case SPAN:
        begin_styled_span(w, attributes);
        return TRUE;
    case HIDDEN_TEXT:
        begin_span(w, xml_attribute_is(attributes, "text:is-hidden", FALSE));
        return TRUE;
    case SECTION:
        begin_section(w, attributes);
        return TRUE;
    case LIST:
        begin_list(w, attributes);
        return TRUE;
    case ITEM:
        begin_item(w, attributes);
        return TRUE;
    case FRAME:
        begin_frame(w, attributes);
        return TRUE;
    default:
        return FALSE;
    }
}

static void start_body(Walk *w, int id)
{
    w->body = id;
    if (id == BODY_TEXT)
        begin_page(w, FALSE);
}

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Walk *w = data;
    w->skipped += id == SKIPPED;
    if (w->skipped || !id)
        return;
    if (w->margins && (id == HEADER || id == FOOTER)) {
        flow_flags(w->flow, id == HEADER ? BLOCK_HEADER : BLOCK_FOOTER);
        w->reading = TRUE;
    } else if (w->margins && id <= BODY_SLIDES) {
        return;
    } else if (id >= BODY_TEXT && id <= BODY_SLIDES) {
        start_body(w, id);
    } else if (w->body == BODY_SHEETS && id == TABLE && !w->rows) {
        begin_sheet(w, attributes);
    } else if (w->body == BODY_SLIDES && id == PAGE) {
        const char *style = xml_attribute(attributes, "draw:style-name");
        begin_page(w, odf_style(w->out->styles, "drawing-page", style).hidden > 0);
    } else if (!start_frame(w, id, attributes) && w->reading) {
        start_inside(w, id, attributes);
    }
}

static void end_inside(Walk *w, int id)
{
    switch (id) {
    case P:
    case H:
        end_paragraph(w);
        break;
    case NOTE_CITATION:
        add_text(w, "]", 1);
        break;
    case ALTERNATIVE:
        add_text(w, " ", 1);
        break;
    case ANNOTATION:
    case NOTES:
        flow_flags(w->flow, 0);
        break;
    default:
        end_table_part(w, id);
        break;
    }
}

static void read_margins(Walk *w);

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    if (id == SKIPPED)
        w->skipped--;
    if (w->skipped || !id)
        return;
    if (id == SPAN || id == HIDDEN_TEXT || id == SECTION) {
        end_span(w);
    } else if (id == LIST) {
        end_list(w);
    } else if (id == FRAME) {
        end_frame(w);
    } else if (w->margins && (id == HEADER || id == FOOTER)) {
        flow_flags(w->flow, 0);
        w->reading = FALSE;
    } else if (w->rows && id == TABLE && !w->tables) {
        end_sheet(w);
    } else if (w->body == BODY_SLIDES && id == PAGE) {
        end_page(w);
    } else if (id == BODY_TEXT && w->body == BODY_TEXT) {
        read_margins(w);
        end_page(w);
    } else if (w->reading) {
        end_inside(w, id);
    }
}

static void on_text(const char *text, gsize length, gpointer data)
{
    Walk *w = data;
    if (w->reading && !w->skipped && w->paragraphs->len)
        add_collapsed(w, text, length);
}

static gboolean walk_part(OdfWalk *out, GBytes *part, const char *name, gboolean margins,
                          GError **error)
{
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = on_start,
                                       .end = on_end,
                                       .text = on_text};
    Walk w = {.out = out,
              .flow = out->flow,
              .margins = margins,
              .unseen_spans = g_array_new(FALSE, FALSE, sizeof(gboolean)),
              .paragraphs = g_array_new(FALSE, FALSE, sizeof(Paragraph)),
              .roles = g_array_new(FALSE, FALSE, sizeof(guint)),
              .lists = g_ptr_array_new_with_free_func(list_free),
              .counted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    gboolean ok = xml_walk(part, name, &handler, &w, error);
    odf_rows_free(w.rows);
    g_array_unref(w.unseen_spans);
    g_array_unref(w.paragraphs);
    g_array_unref(w.roles);
    g_ptr_array_unref(w.lists);
    g_hash_table_unref(w.counted);
    if (w.error && ok) {
        g_propagate_error(error, w.error);
        return FALSE;
    }
    g_clear_error(&w.error);
    return ok;
}

/* Headers and footers are kept with the styles of pages. */
static void read_margins(Walk *w)
{
    if (w->reading && w->out->margins)
        walk_part(w->out, w->out->margins, "styles.xml", TRUE, NULL);
}

gboolean odf_walk(OdfWalk *walk, GBytes *part, const char *name, GError **error)
{
    return walk_part(walk, part, name, FALSE, error);
}
