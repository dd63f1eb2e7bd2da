/* A document's Markdown fitted into what a model shall see: by whole blocks from the beginning and
 * the end (where heads and totals stand), by lines inside a large block, never inside a line. */
#pragma once

#include <glib.h>

typedef struct {
    gsize characters; /* of the whole text */
    gsize left_out;   /* characters that the model does not see; 0: nothing was cut */
    guint lines;      /* lines left out */
} Fit;

/* The text, or as much as fits in `limit` characters together with a line that says how much is
 * missing and where. Form feeds (page breaks) become lines "[page N]". NULL when not even one line
 * fits. Caller frees. */
char *fit_markdown(const char *markdown, gsize limit, Fit *fit);
