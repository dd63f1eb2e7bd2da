/* The marks on a page image: what is ink, how large letters are, what is only a speck. */
#pragma once

#include <glib.h>

#include <allheaders.h>

/* What looks like letters on a binary image. */
typedef struct {
    BOXA *boxes;   /* of the letter-like marks; NULL when there are too few to make a text */
    int count;     /* of them */
    double height; /* their median height, pixels */
} Marks;

/* Looks for letters on a binary image. Clear with marks_clear. */
void marks_find(PIX *binary, Marks *marks);
void marks_clear(Marks *marks);

/* A copy of a black and white image (8 bits, levels at the ends only) without the specks and pin-holes
 * of a bad threshold or a dirty copy; NULL when it has few of them, is no such image, or without
 * memory. Caller destroys. */
PIX *marks_without_specks(PIX *grey, double dpi);
