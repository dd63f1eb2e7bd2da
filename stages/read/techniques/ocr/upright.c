#include "upright.h"

#include <math.h>

#define MIN_SKEW_DEGREES 0.1
#define MAX_SKEW_DEGREES 15.0
#define MIN_SKEW_CONFIDENCE 2.5

int upright_quads(PIX *binary)
{
    l_float32 up = 0, left = 0;
    l_int32 orientation = L_TEXT_ORIENT_UNKNOWN;
    if (pixOrientDetect(binary, &up, &left, 0, 0) != 0)
        return 0;
    makeOrientDecision(up, left, 0, 0, &orientation, 0);
    switch (orientation) {
    case L_TEXT_ORIENT_LEFT:
        return 1;
    case L_TEXT_ORIENT_DOWN:
        return 2;
    case L_TEXT_ORIENT_RIGHT:
        return 3;
    default:
        return 0;
    }
}

double upright_skew(PIX *binary)
{
    l_float32 angle = 0, confidence = 0;
    if (pixFindSkewSweepAndSearch(binary, &angle, &confidence, 4, 2, MAX_SKEW_DEGREES / 2, 1.0f,
                                  0.01f) != 0)
        return 0;
    if (confidence < MIN_SKEW_CONFIDENCE || fabs(angle) < MIN_SKEW_DEGREES)
        return 0;
    return angle;
}
