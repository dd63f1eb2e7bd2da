/* Makes an image fit for recognition: grey, upright, straight, evenly lit, about 200 dpi. */
#pragma once

#include "pipeline/core/reading.h"

#include <allheaders.h>

/* What was done to an image, so that a place on the prepared one can be found on the original. */
typedef struct {
    int quads;                 /* clockwise quarter turns */
    double scale;              /* prepared pixels per original pixel */
    double angle;              /* clockwise turn after the scaling, radians */
    int border;                /* prepared pixels added on every side for the turn */
    int width, height;         /* of the original, pixels */
    int letters;               /* letter-like marks that were seen */
    gboolean slip;             /* tall and narrow, as from a till */
    gboolean narrow;           /* print of few letters across: one column */
    double centre_x, centre_y; /* of the turn, prepared pixels, border not counted */
} Preparation;

#define PREPARE_FIND (-1) /* by what the letters' ascenders say */

/* `dpi` is 0 when unknown; `quads` are the clockwise quarter turns that make it upright. NULL when
 * there is nothing to recognise (*blank is set: paper without marks) or no memory for it. Caller
 * destroys. */
PIX *prepare(PIX *original, double dpi, int quads, Preparation *done, gboolean *blank);

/* The place on the original (pixels) of a rectangle on the prepared image. */
Rect prepare_back(const Preparation *done, Rect rect);
