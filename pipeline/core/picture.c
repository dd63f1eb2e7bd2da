#include "picture.h"

#include <math.h>

#define POINTS_PER_INCH 72.0

double picture_pixels(double width, double height, guint turn, guint *pixels_x, guint *pixels_y)
{
    double longest = MAX(MAX(width, height), 1);
    double scale = MIN(PICTURE_DPI / POINTS_PER_INCH, PICTURE_LONG_SIDE / longest);
    guint x = (guint)CLAMP(round(width * scale), 1, PICTURE_LONG_SIDE);
    guint y = (guint)CLAMP(round(height * scale), 1, PICTURE_LONG_SIDE);
    *pixels_x = turn % 2 ? y : x;
    *pixels_y = turn % 2 ? x : y;
    return scale * POINTS_PER_INCH;
}
