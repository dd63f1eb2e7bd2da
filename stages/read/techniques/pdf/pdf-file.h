/* A PDF that is open: mapped, so that its pages can be read, and, as soon as one asks for more than that, with
 * Poppler. */
#pragma once

#include "pdf-map.h"
#include "stages/read/techniques/technique.h"

#include <poppler.h>

typedef struct {
    GBytes *bytes;
    PdfMap *map; /* NULL: an odd file, every page is Poppler's */
    guint pages;
    PopplerDocument *document; /* NULL before anybody asked; see pdf_file_poppler */
    gboolean asked;
    gatomicrefcount references;
} PdfFile;

/* The document of the task, which the reader's range before may have left open. NULL and ENCRYPTED,
 * DAMAGED, EMPTY or TOO_LARGE. Caller unrefs. */
PdfFile *pdf_file_open(const TechniqueInput *input, GError **error);
/* Opened at the first call; NULL when Poppler does not open what the map does. Lent. */
PopplerDocument *pdf_file_poppler(PdfFile *file);
/* A page, from number 1 on. NULL when Poppler finds it broken. Caller unrefs. */
PopplerPage *pdf_file_page(PdfFile *file, guint number);
/* FALSE when it surely has no attached files. */
gboolean pdf_file_may_have_attachments(const PdfFile *file);
void pdf_file_unref(PdfFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfFile, pdf_file_unref)
