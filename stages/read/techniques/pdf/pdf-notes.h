/* What stands on a PDF page beside its content: values of form fields, and notes that somebody put
 * there. */
#pragma once

#include "pdf-text.h"

#include <poppler.h>

/* Adds the values of the page's form fields to its words: text and choices as they are, boxes as ☒
 * or ☐. Their page_rect is the field; that they can be seen is not known. Returns how many. */
guint pdf_notes_add_fields(PopplerPage *page, PdfText *text, double scale);

/* Adds a block (BLOCK_ANNOTATION) for each note that can be seen or opened to the reading's open
 * page. Returns the words of hidden ones, which are left out. */
guint pdf_notes_add_annotations(PopplerPage *page, Reading *reading, double scale);
