#include "xlsx-sheet.h"

#include "number-format.h"
#include "pipeline/core/error.h"
#include "xml-walk.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STRINGS 4000000u
#define MAX_HIDDEN_RANGES 1000
#define MAX_COLUMN 16384 /* Excel's own */
#define MAX_ROW 1048576

enum { ITEM = 1, T, PHONETIC, COLUMNS, ROW, CELL, VALUE, HEADER_FOOTER, COMMENT };

/* ---- shared strings ---- */

typedef struct {
    XlsxStrings *strings;
    guint letters, skipped;
    gsize start;
} StringWalk;

static void string_start(int id, const XmlAttributes *attributes, gpointer data)
{
    StringWalk *w = data;
    if (id == ITEM)
        w->start = w->strings->text->len;
    w->letters += id == T;
    w->skipped += id == PHONETIC; /* how it is pronounced */
}

static void string_end(int id, gpointer data)
{
    StringWalk *w = data;
    w->letters -= id == T;
    w->skipped -= id == PHONETIC;
    if (id != ITEM || w->strings->offsets->len >= MAX_STRINGS)
        return;
    g_array_append_val(w->strings->offsets, w->start);
    g_string_append_c(w->strings->text, '\0');
}

static void string_text(const char *text, gsize length, gpointer data)
{
    StringWalk *w = data;
    if (w->letters && !w->skipped)
        g_string_append_len(w->strings->text, text, (gssize)length);
}

XlsxStrings *xlsx_strings_new(GBytes *part, const char *name, GError **error)
{
    static const XmlName names[] = {
        {"s:rPh", PHONETIC},
        {"s:si", ITEM},
        {"s:t", T},
    };
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = string_start,
                                       .end = string_end,
                                       .text = string_text};
    g_autoptr(XlsxStrings) strings = g_new0(XlsxStrings, 1);
    strings->text = g_string_new(NULL);
    strings->offsets = g_array_new(FALSE, FALSE, sizeof(gsize));
    StringWalk walk = {.strings = strings};
    if (part && !xml_walk(part, name, &handler, &walk, error))
        return NULL;
    return g_steal_pointer(&strings);
}

void xlsx_strings_free(XlsxStrings *strings)
{
    if (!strings)
        return;
    g_string_free(strings->text, TRUE);
    g_array_unref(strings->offsets);
    g_free(strings);
}

/* ---- cells ---- */

typedef struct {
    guint first, last;
} Range;

typedef struct {
    const XlsxSheet *sheet;
    Flow *flow;
    Range hidden[MAX_HIDDEN_RANGES]; /* columns, from 0 */
    guint n_hidden;
    guint row, last_row; /* from 1; the last one that had cells */
    gboolean row_hidden, row_begun;
    guint column; /* from 0 */
    char type[12];
    gint64 style;
    GString *value;
    guint letters, skipped;
    gint64 missing; /* index of a shared string that is not there, or -1 */
} Walk;

/* "BC12" -> 54 */
static guint column_of(const char *reference, guint otherwise)
{
    guint column = 0;
    const char *p = reference;
    for (; p && g_ascii_isalpha(*p) && column < MAX_COLUMN; p++)
        column = column * 26 + (guint)(g_ascii_toupper(*p) - 'A' + 1);
    return column ? MIN(column, MAX_COLUMN) - 1 : otherwise;
}

static gboolean is_hidden_column(const Walk *w, guint column)
{
    for (guint i = 0; i < w->n_hidden; i++)
        if (column >= w->hidden[i].first && column <= w->hidden[i].last)
            return TRUE;
    return FALSE;
}

static void add_columns(Walk *w, const XmlAttributes *attributes)
{
    gint64 first = xml_attribute_int(attributes, "min", 0);
    gint64 last = xml_attribute_int(attributes, "max", first);
    if (first < 1 || last < first || w->n_hidden == MAX_HIDDEN_RANGES ||
        !xml_attribute_is(attributes, "hidden", FALSE))
        return;
    w->hidden[w->n_hidden++] =
        (Range){(guint)MIN(first, MAX_COLUMN) - 1, (guint)MIN(last, MAX_COLUMN) - 1};
}

static void begin_row(Walk *w, const XmlAttributes *attributes)
{
    w->row = (guint)CLAMP(xml_attribute_int(attributes, "r", w->row + 1), 1, MAX_ROW);
    w->row_hidden = xml_attribute_is(attributes, "hidden", FALSE);
    w->row_begun = FALSE;
    w->column = G_MAXUINT;
}

static void begin_cell(Walk *w, const XmlAttributes *attributes)
{
    const char *type = xml_attribute(attributes, "t");
    w->column = column_of(xml_attribute(attributes, "r"), MIN(w->column + 1, MAX_COLUMN - 1));
    g_strlcpy(w->type, type ? type : "n", sizeof w->type);
    w->style = xml_attribute_int(attributes, "s", 0);
    g_string_truncate(w->value, 0);
}

/* An empty row ends a table: what follows is another one. */
static void begin_table_row(Walk *w)
{
    if (w->row_begun)
        return;
    if (w->row > w->last_row + 1 || !flow_depth(w->flow)) {
        flow_end_table(w->flow);
        flow_begin_table(w->flow);
    }
    flow_begin_row(w->flow);
    w->row_begun = TRUE;
    w->last_row = w->row;
}

static const char *shared(Walk *w, const char *value)
{
    const XlsxStrings *strings = w->sheet->strings;
    gint64 index = g_ascii_strtoll(value, NULL, 10);
    if (index >= 0 && index < strings->offsets->len)
        return strings->text->str + g_array_index(strings->offsets, gsize, index);
    w->missing = w->missing < 0 ? MAX(index, 0) : w->missing;
    return "";
}

/* What the cell shows. *unseen: a person does not see it. Caller frees. */
static char *shown(Walk *w, gboolean *unseen)
{
    XlsxFormat format = xlsx_format(w->sheet->styles, w->style);
    const char *value = w->value->str;
    char *end;
    *unseen = format.unseen;
    if (strcmp(w->type, "n") == 0) {
        double number = g_ascii_strtod(value, &end);
        if (end == value || *end)
            return g_strdup(value);
        char *text = number_format(number, format.code, w->sheet->from_1904);
        if (*text)
            return text;
        g_free(text); /* the format hides it */
        *unseen = TRUE;
        return g_strdup(value);
    }
    if (strcmp(w->type, "b") == 0)
        return g_strdup(*value == '1' || *value == 't' ? "TRUE" : "FALSE");
    *unseen |= number_format_hides_text(format.code);
    return g_strdup(strcmp(w->type, "s") == 0 ? shared(w, value) : value);
}

static void end_cell(Walk *w)
{
    gboolean unseen;
    if (w->value->len == 0 || flow_is_full(w->flow))
        return;
    g_autofree char *text = shown(w, &unseen);
    if (text[strspn(text, " \t\r\n")] == '\0')
        return;
    if (unseen || w->row_hidden || is_hidden_column(w, w->column)) {
        flow_hide(w->flow, text, -1);
        return;
    }
    begin_table_row(w);
    flow_begin_cell(w->flow, (gint)w->column, 1);
    flow_text(w->flow, text, -1);
    flow_end_cell(w->flow);
}

/* "&LLeft&C&"Arial,Bold"&12Page &P of &N" -> "Left Page of": what the codes stand for is not the
 * sheet's text. */
static void end_header_footer(Walk *w)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *p = w->value->str; *p; p++) {
        if (*p != '&') {
            g_string_append_c(out, *p);
        } else if (p[1] == '"') {
            const char *end = strchr(p + 2, '"');
            p = end ? end : p + strlen(p) - 1;
        } else if (p[1] == '&') {
            g_string_append_c(out, *++p);
        } else if (g_ascii_isdigit(p[1])) {
            p += strspn(p + 1, "0123456789");
        } else if (p[1] == 'K') { /* a colour: six digits, or a theme's with its shade */
            p += 1 + strspn(p + 2, "0123456789abcdefABCDEF+-");
        } else if (p[1]) {
            g_string_append(out, strchr("LCR", p[1]) ? "  " : "");
            p++;
        }
    }
    flow_end_table(w->flow);
    flow_flags(w->flow, BLOCK_HEADER);
    flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
    g_autofree char *valid = g_utf8_make_valid(g_strstrip(out->str), -1);
    flow_text(w->flow, valid, -1);
    flow_end(w->flow);
    flow_flags(w->flow, 0);
}

/* ---- libxml2's calls ---- */

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Walk *w = data;
    switch (id) {
    case COLUMNS:
        add_columns(w, attributes);
        break;
    case ROW:
        begin_row(w, attributes);
        break;
    case CELL:
        begin_cell(w, attributes);
        break;
    case HEADER_FOOTER:
        g_string_truncate(w->value, 0);
        break;
    default:
        break;
    }
    w->letters += id == VALUE || id == T || id == HEADER_FOOTER;
    w->skipped += id == PHONETIC;
}

static void on_end(int id, gpointer data)
{
    Walk *w = data;
    w->letters -= id == VALUE || id == T || id == HEADER_FOOTER;
    w->skipped -= id == PHONETIC;
    if (id == CELL)
        end_cell(w);
    else if (id == HEADER_FOOTER)
        end_header_footer(w);
}

static void on_text(const char *text, gsize length, gpointer data)
{
    Walk *w = data;
    if (w->letters && !w->skipped)
        g_string_append_len(w->value, text, (gssize)length);
}

gboolean xlsx_sheet(const XlsxSheet *sheet, GBytes *part, const char *name, GError **error)
{
    static const XmlName names[] = {
        {"s:c", CELL},
        {"s:col", COLUMNS},
        {"s:oddFooter", HEADER_FOOTER},
        {"s:oddHeader", HEADER_FOOTER},
        {"s:rPh", PHONETIC},
        {"s:row", ROW},
        {"s:t", T},
        {"s:v", VALUE},
    };
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = on_start,
                                       .end = on_end,
                                       .text = on_text};
    g_autofree Walk *walk = g_new0(Walk, 1); /* its ranges are too much for the stack */
    *walk = (Walk){.sheet = sheet, .flow = sheet->flow, .missing = -1};
    walk->value = g_string_new(NULL);
    gboolean ok = xml_walk(part, name, &handler, walk, error);
    flow_end_table(sheet->flow);
    g_string_free(walk->value, TRUE);
    if (ok && walk->missing >= 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED,
                    "%s: the shared text %" G_GINT64_FORMAT " is missing", name, walk->missing);
        return FALSE;
    }
    return ok;
}

/* ---- comments ---- */

typedef struct {
    Flow *flow;
    GString *text;
    guint letters;
} CommentWalk;

static void comment_start(int id, const XmlAttributes *attributes, gpointer data)
{
    CommentWalk *w = data;
    if (id == COMMENT)
        g_string_truncate(w->text, 0);
    w->letters += id == T;
}

/* Threads are repeated as comments of the old kind, for programs that do not know them. */
static void comment_end(int id, gpointer data)
{
    CommentWalk *w = data;
    w->letters -= id == T;
    if (id != COMMENT || g_str_has_prefix(w->text->str, "[Threaded comment]"))
        return;
    flow_begin(w->flow, BLOCK_PARAGRAPH, 0);
    flow_text(w->flow, w->text->str, -1);
    flow_end(w->flow);
}

static void comment_text(const char *text, gsize length, gpointer data)
{
    CommentWalk *w = data;
    if (w->letters)
        g_string_append_len(w->text, text, (gssize)length);
}

void xlsx_comments(Flow *flow, GBytes *part)
{
    /* Threads have a namespace of their own. */
    static const XmlName names[] = {
        {"?:text", T}, {"?:threadedComment", COMMENT}, {"s:comment", COMMENT}, {"s:t", T}};
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = comment_start,
                                       .end = comment_end,
                                       .text = comment_text};
    CommentWalk walk = {.flow = flow, .text = g_string_new(NULL)};
    flow_flags(flow, BLOCK_ANNOTATION);
    xml_walk(part, "comments", &handler, &walk, NULL);
    flow_flags(flow, 0);
    g_string_free(walk.text, TRUE);
}
