/* How the cells of a workbook look, as far as it decides what a person reads. */
#pragma once

#include <glib.h>

typedef struct {
    const char *code; /* format code, see number-format.h; lent */
    gboolean unseen;  /* letters in white on paper that is not painted */
} XlsxFormat;

typedef struct XlsxStyles XlsxStyles;

/* `part` may be NULL: all is General. Never fails: what a broken part does not say is General. Caller
 * frees. */
XlsxStyles *xlsx_styles_new(GBytes *part);
void xlsx_styles_free(XlsxStyles *styles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XlsxStyles, xlsx_styles_free)

/* The format of a cell by its style index ("s"). */
XlsxFormat xlsx_format(const XlsxStyles *styles, gint64 index);
