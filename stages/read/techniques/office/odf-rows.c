#include "odf-rows.h"

#include "xml-walk.h"

#include <string.h>

#define MAX_COLUMNS 16384
#define MAX_COPIES 1000 /* of a row or cell with text that stands for many */
#define MAX_RANGES 1000

typedef struct {
    guint first, last;
} Range;

struct OdfRows {
    Flow *flow;
    GArray *hidden;    /* of Range: hidden columns */
    guint columns;     /* described so far */
    guint column;      /* of the open cell */
    guint cell_copies; /* columns that the open cell stands for */
    guint row_copies;
    gboolean row_hidden, row_begun, in_row;
    gboolean gap; /* an empty row stands above */
};

OdfRows *odf_rows_new(Flow *flow)
{
    OdfRows *rows = g_new0(OdfRows, 1);
    rows->flow = flow;
    rows->hidden = g_array_new(FALSE, FALSE, sizeof(Range));
    rows->gap = TRUE;
    return rows;
}

void odf_rows_free(OdfRows *rows)
{
    if (!rows)
        return;
    g_array_unref(rows->hidden);
    g_free(rows);
}

void odf_rows_column(OdfRows *rows, gint64 repeated, gboolean hidden)
{
    guint count = (guint)CLAMP(repeated, 1, MAX_COLUMNS);
    Range range = {rows->columns, rows->columns + count - 1};
    if (hidden && rows->hidden->len < MAX_RANGES)
        g_array_append_val(rows->hidden, range);
    rows->columns = MIN(rows->columns + count, MAX_COLUMNS);
}

void odf_rows_begin(OdfRows *rows, gint64 repeated, gboolean hidden)
{
    rows->row_copies = (guint)CLAMP(repeated, 1, MAX_COPIES);
    rows->row_hidden = hidden;
    rows->row_begun = FALSE;
    rows->in_row = TRUE;
    rows->column = 0;
    rows->cell_copies = 0;
}

gboolean odf_rows_hidden(const OdfRows *rows)
{
    if (!rows->in_row)
        return FALSE;
    for (guint i = 0; i < rows->hidden->len; i++) {
        const Range *range = &g_array_index(rows->hidden, Range, i);
        if (rows->column >= range->first && rows->column <= range->last)
            return TRUE;
    }
    return rows->row_hidden;
}

void odf_rows_begin_cell(OdfRows *rows, gint64 repeated)
{
    rows->column = MIN(rows->column + rows->cell_copies, MAX_COLUMNS - 1);
    rows->cell_copies = (guint)CLAMP(repeated, 1, MAX_COLUMNS);
    if (!rows->row_begun) {
        if (rows->gap) {
            flow_end_table(rows->flow);
            flow_begin_table(rows->flow);
            rows->gap = FALSE;
        }
        flow_begin_row(rows->flow);
        rows->row_begun = TRUE;
    }
    flow_begin_cell(rows->flow, (gint)rows->column, 1);
}

void odf_rows_end_cell(OdfRows *rows)
{
    flow_end_cell(rows->flow);
    if (rows->cell_copies > 1)
        flow_repeat_cell(rows->flow, MIN(rows->cell_copies, MAX_COPIES) - 1);
}

void odf_rows_end(OdfRows *rows)
{
    rows->in_row = FALSE;
    if (flow_row_is_empty(rows->flow)) {
        rows->gap |= !rows->row_hidden;
        return;
    }
    if (rows->row_copies > 1)
        flow_repeat_row(rows->flow, rows->row_copies - 1);
}

/* ---- formulas ---- */

enum { SIGN = 1, ANNOTATION };

typedef struct {
    Flow *flow;
    guint letters, skipped;
} FormulaWalk;

static void formula_start(int id, const XmlAttributes *attributes, gpointer data)
{
    FormulaWalk *w = data;
    w->skipped += id == ANNOTATION;
    w->letters += id == SIGN;
}

static void formula_end(int id, gpointer data)
{
    FormulaWalk *w = data;
    w->skipped -= id == ANNOTATION;
    w->letters -= id == SIGN;
}

static void formula_text(const char *text, gsize length, gpointer data)
{
    FormulaWalk *w = data;
    if (w->letters && !w->skipped)
        flow_text(w->flow, text, (gssize)length);
}

void odf_formula(const ZipParts *zip, const char *href, Flow *flow)
{
    static const XmlName names[] = {
        {"math:annotation", ANNOTATION},
        {"math:mi", SIGN},
        {"math:mn", SIGN},
        {"math:mo", SIGN},
        {"math:ms", SIGN},
        {"math:mtext", SIGN},
    };
    static const XmlHandler handler = {.names = names,
                                       .n_names = G_N_ELEMENTS(names),
                                       .start = formula_start,
                                       .end = formula_end,
                                       .text = formula_text};
    if (!zip || !href)
        return;
    g_autofree char *folder = zip_parts_resolve("", href);
    g_autofree char *name = g_strconcat(folder, "/content.xml", NULL);
    GBytes *part = zip_parts_get(zip, name);
    FormulaWalk walk = {.flow = flow};
    if (part)
        xml_walk(part, name, &handler, &walk, NULL);
}
