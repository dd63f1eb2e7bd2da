/* One part of a DOCX that holds paragraphs: the document, a header, the footnotes. */
#pragma once

#include "docx-styles.h"
#include "flow.h"

/* What a part says of other parts, for its reader to look at afterwards. */
typedef struct {
    Flow *flow;
    DocxStyles *styles;
    /* A paragraph of notes (footnotes, endnotes, comments) begins with this; %s is the note's number. */
    const char *note_mark;
} DocxWalk;

/* Adds the part's paragraphs to the open page. FALSE and DAMAGED when it is no well-formed XML. */
gboolean docx_walk(const DocxWalk *walk, GBytes *part, const char *name, GError **error);
