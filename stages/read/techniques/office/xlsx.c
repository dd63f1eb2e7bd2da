#include "xlsx.h"

#include "opc.h"
#include "xlsx-sheet.h"
#include "xml-walk.h"

#include <string.h>

#define MAX_SHEETS 10000u

enum { SHEET = 1, WORKBOOK };

typedef struct {
    char *name;
    char *relation;
} Sheet;

typedef struct {
    ZipParts *zip;
    GPtrArray *relations; /* of the workbook */
    GArray *sheets;       /* of Sheet: the visible ones */
    guint hidden_sheets;
    gboolean from_1904;
    XlsxStrings *strings;
    XlsxStyles *styles;
    Flow *flow;
    Reading *reading;
} Workbook;

static void sheet_clear(gpointer data)
{
    Sheet *sheet = data;
    g_free(sheet->name);
    g_free(sheet->relation);
}

static void workbook_clear(Workbook *b)
{
    zip_parts_free(b->zip);
    if (b->relations)
        g_ptr_array_unref(b->relations);
    if (b->sheets)
        g_array_unref(b->sheets);
    xlsx_strings_free(b->strings);
    xlsx_styles_free(b->styles);
    flow_free(b->flow);
    reading_free(b->reading);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Workbook, workbook_clear)

/* ---- workbook.xml ---- */

static void on_start(int id, const XmlAttributes *attributes, gpointer data)
{
    Workbook *b = data;
    if (id == WORKBOOK)
        b->from_1904 = xml_attribute_is(attributes, "date1904", FALSE);
    if (id != SHEET || b->sheets->len >= MAX_SHEETS)
        return;
    const char *state = xml_attribute(attributes, "state");
    const char *name = xml_attribute(attributes, "name");
    const char *relation = xml_attribute(attributes, "r:id");
    if (state && strcmp(state, "visible") != 0) {
        b->hidden_sheets++;
        return;
    }
    Sheet sheet = {.name = g_strdup(name ? name : ""),
                   .relation = g_strdup(relation ? relation : "")};
    g_array_append_val(b->sheets, sheet);
}

static void on_end(int id, gpointer data)
{
}

static GBytes *related(const Workbook *b, const char *type, const char **name)
{
    const OpcRelation *relation = opc_by_type(b->relations, type);
    *name = relation ? relation->target : type;
    return relation ? zip_parts_get(b->zip, relation->target) : NULL;
}

static gboolean open_workbook(Workbook *b, const TechniqueInput *input, GError **error)
{
    static const XmlName names[] = {
        {"s:sheet", SHEET},
        {"s:workbookPr", WORKBOOK},
    };
    static const XmlHandler handler = {
        .names = names, .n_names = G_N_ELEMENTS(names), .start = on_start, .end = on_end};
    const char *name;
    b->zip = zip_parts_open(input->bytes, opc_wanted, error);
    g_autofree char *main_part = b->zip ? opc_main_part(b->zip, "xl/workbook.xml", error) : NULL;
    if (!main_part)
        return FALSE;
    b->relations = opc_relations(b->zip, main_part);
    b->sheets = g_array_new(FALSE, FALSE, sizeof(Sheet));
    g_array_set_clear_func(b->sheets, sheet_clear);
    if (!xml_walk(zip_parts_get(b->zip, main_part), main_part, &handler, b, error))
        return FALSE;
    GBytes *strings = related(b, "sharedStrings", &name);
    b->strings = xlsx_strings_new(strings, name, error);
    b->styles = xlsx_styles_new(related(b, "styles", &name));
    b->reading = reading_new(input->media_type);
    b->flow = flow_new(b->reading);
    return b->strings != NULL;
}

/* ---- sheets ---- */

/* Boxes, charts and diagrams that lie on the sheet. */
static void read_drawing(Workbook *b, const char *part)
{
    g_autoptr(GPtrArray) relations = opc_relations(b->zip, part);
    opc_drawing_text(b->zip, part, b->flow);
    opc_drawings(b->zip, relations, b->flow);
}

static void read_around(Workbook *b, const char *part)
{
    g_autoptr(GPtrArray) relations = opc_relations(b->zip, part);
    const OpcRelation *drawing = opc_by_type(relations, "drawing");
    const OpcRelation *comments = opc_by_type(relations, "comments");
    const OpcRelation *threads = opc_by_type(relations, "threadedComment");
    if (drawing)
        read_drawing(b, drawing->target);
    if (comments && zip_parts_get(b->zip, comments->target))
        xlsx_comments(b->flow, zip_parts_get(b->zip, comments->target));
    if (threads && zip_parts_get(b->zip, threads->target))
        xlsx_comments(b->flow, zip_parts_get(b->zip, threads->target));
}

static gboolean read_sheet(Workbook *b, guint number, GError **error)
{
    const Sheet *sheet = &g_array_index(b->sheets, Sheet, number - 1);
    const OpcRelation *relation = opc_by_id(b->relations, sheet->relation);
    XlsxSheet how = {
        .flow = b->flow, .strings = b->strings, .styles = b->styles, .from_1904 = b->from_1904};
    GBytes *part = zip_parts_need(b->zip, relation ? relation->target : sheet->relation, error);
    if (!part) {
        g_prefix_error(error, "sheet %u: ", number);
        return FALSE;
    }
    flow_begin_page(b->flow, number);
    flow_begin(b->flow, BLOCK_HEADING, 1);
    flow_text(b->flow, sheet->name, -1);
    flow_end(b->flow);
    if (!xlsx_sheet(&how, part, relation->target, error))
        return FALSE;
    read_around(b, relation->target);
    return flow_end_page(b->flow, error);
}

static void note_sheets(Workbook *b)
{
    if (b->hidden_sheets)
        reading_note(b->reading, "hidden sheets: %u were left out", b->hidden_sheets);
    if (zip_parts_broken(b->zip))
        reading_note_missing(b->reading, "the file is damaged: %s", zip_parts_broken(b->zip));
    opc_attach(b->zip, "xl/", b->reading);
}

Reading *xlsx_read(const TechniqueInput *input, GError **error)
{
    g_auto(Workbook) b = {0};
    if (!open_workbook(&b, input, error))
        return NULL;
    if (b.sheets->len == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the workbook has no visible sheet");
        return NULL;
    }
    guint last = input->last_page ? MIN(input->last_page, b.sheets->len) : b.sheets->len;
    for (guint number = MAX(input->first_page, 1); number <= last; number++) {
        if (!technique_begin_page(input, number))
            break;
        if (!read_sheet(&b, number, error))
            return NULL;
    }
    b.reading->page_count = b.sheets->len;
    if (input->first_page <= 1)
        note_sheets(&b);
    return g_steal_pointer(&b.reading);
}
