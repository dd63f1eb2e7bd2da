/* Which way is up, and how far the lines lean. Judged on a binary image. */
#pragma once

#include <glib.h>

#include <allheaders.h>

/* Clockwise quarter turns that make the text upright, judged by ascenders and descenders; 0 when that
 * cannot be told. */
int upright_quads(PIX *binary);

/* Clockwise turn in degrees that makes the lines level; 0 when they are, or nothing tells. */
double upright_skew(PIX *binary);
