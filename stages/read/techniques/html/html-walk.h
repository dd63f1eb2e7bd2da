/* One pass over a page: its visible text on a grid, its outline, the data it carries for machines. */
#pragma once

#include "pipeline/core/reading.h"

typedef enum {
    HTML_WALK_DATA = 1 << 0,  /* data for machines becomes Reading.second (html-data.h) */
    HTML_WALK_WHOLE = 1 << 1, /* a page of its own and not a piece of one: what stands around its
                                 article is flagged (html-article.h) */
} HtmlWalkFlags;

/* Reads valid UTF-8 as page 1 of the reading, which has none yet. FALSE: TOO_LARGE. */
gboolean html_walk(Reading *reading, const char *html, gsize length, HtmlWalkFlags flags,
                   GError **error);
