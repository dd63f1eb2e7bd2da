/* A PDF that is open: with Poppler, and mapped for the proof that its text can be seen. */
#pragma once

#include "pdf-map.h"
#include "stages/read/techniques/technique.h"

#include <poppler.h>

typedef struct {
    PopplerDocument *document;
    PdfMap *map; /* NULL: an odd file, every page must be drawn */
    guint pages;
    gatomicrefcount references;
} PdfFile;

/* The document of the task, which the reader's range before may have left open. NULL and ENCRYPTED,
 * DAMAGED, EMPTY or TOO_LARGE. Caller unrefs. */
PdfFile *pdf_file_open(const TechniqueInput *input, GError **error);
void pdf_file_unref(PdfFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PdfFile, pdf_file_unref)
