/* One sheet of a workbook. */
#pragma once

#include "flow.h"
#include "xlsx-styles.h"

/* The texts that cells share: by index. */
typedef struct {
    GString *text;   /* one after the other, NUL-terminated */
    GArray *offsets; /* of gsize */
} XlsxStrings;

XlsxStrings *xlsx_strings_new(GBytes *part, const char *name, GError **error);
void xlsx_strings_free(XlsxStrings *strings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XlsxStrings, xlsx_strings_free)

typedef struct {
    Flow *flow;
    const XlsxStrings *strings;
    const XlsxStyles *styles;
    gboolean from_1904;
} XlsxSheet;

/* Adds the sheet's cells to the open page: a table for each group of rows without an empty one between them.
 * FALSE and DAMAGED when it is no well-formed XML, or a cell's text is not among the shared ones. */
gboolean xlsx_sheet(const XlsxSheet *sheet, GBytes *part, const char *name, GError **error);
/* Adds the notes that people put on a sheet's cells. */
void xlsx_comments(Flow *flow, GBytes *part);
