/* One run of the OCR engine over an image: words with places and confidences. */
#pragma once

#include "stages/read/techniques/layout/layout.h"
#include "stages/read/techniques/pages/warm.h"

#include <allheaders.h>

typedef struct {
    GStringChunk *strings; /* where the words' texts stay */
    GArray *words;         /* of LayoutWord; rect in pixels of the whole image, page_rect unset */
    int line;              /* lines seen so far */
    gint64 deadline;       /* monotonic microseconds */
    gsize upright, lying;  /* signs that stand, and those that lie on their right side */
    gboolean one_block;    /* print of one column: do not search for columns */
    gboolean cut;          /* set when the deadline stopped it: words are those read until then */
} Recognition;

/* Recognises a part (NULL: all) of an 8-bit image and appends its words. FALSE and DAMAGED when the
 * engine refuses the image. */
gboolean recognise(TessBaseAPI *engine, PIX *image, BOX *part, Recognition *r, GError **error);

/* The clockwise quarter turns after which most of the signs stand: the engine also reads lines that run
 * down the image, but what is beside what on such a page it does not tell. */
int recognise_turn(const Recognition *r);

/* How surely words were read, letter by letter, 0..1; 0 for next to nothing. */
double recognise_sureness(const GArray *words);
