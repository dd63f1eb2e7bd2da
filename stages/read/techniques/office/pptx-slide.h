/* The shapes of one slide, or of its notes, layout or master. */
#pragma once

#include "flow.h"

typedef enum {
    PPTX_SLIDE,
    PPTX_NOTES,  /* only what the speaker wrote */
    PPTX_MASTER, /* only what shows on every slide: placeholders are for slides to fill */
} PptxKind;

typedef struct {
    Flow *flow;
    PptxKind kind;
    gint64 width, height; /* of the slide, in its own unit; 0: not known */
} PptxSlide;

/* Adds the shapes' text to the open page. FALSE and DAMAGED when it is no well-formed XML. */
gboolean pptx_slide(const PptxSlide *slide, GBytes *part, const char *name, GError **error);
/* Whether a slide is shown. */
gboolean pptx_is_hidden(GBytes *part);
