/* The content of an OpenDocument file. */
#pragma once

#include "flow.h"
#include "odf-styles.h"
#include "stages/read/techniques/technique.h"
#include "zip-parts.h"

typedef struct {
    Flow *flow;
    const OdfStyles *styles;
    const ZipParts *zip; /* for formulas, which are parts of their own */
    guint first, last;   /* pages to read, from 1; last 0: to the end */
    GBytes *margins; /* styles.xml, whose headers and footers stand on a text's page; may be NULL */
    const TechniqueInput *input; /* is told of each page */
    guint pages;                 /* out: pages that the document has */
    guint hidden;                /* out: sheets or slides left out */
} OdfWalk;

/* Reads content.xml into pages. FALSE when it is no well-formed XML or does
 * not fit. */
gboolean odf_walk(OdfWalk *walk, GBytes *part, const char *name, GError **error);
