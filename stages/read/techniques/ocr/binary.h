/* A grey image as ink and paper. */
#pragma once

#include <glib.h>

#include <allheaders.h>

/* Ink is 1, judged by each pixel's neighbourhood (Sauvola and Pietikäinen, 2000): one threshold for a
 * whole photograph finds its black edges and no letters. `grey` has 8 bits. NULL without memory.
 * Caller destroys. */
PIX *binary_of(PIX *grey);

/* Ink is 1: what is darker than its neighbourhood's mean by this many levels. The same otherwise. */
PIX *binary_below(PIX *grey, int levels);

/* Grey level under which `share` of the pixels lie. */
int binary_level(PIX *grey, double share);

/* Whether it is black and white already: nearly no pixel lies between. */
gboolean binary_is(PIX *grey);
