#include "light.h"

#include "binary.h"

#define MIN_CONTRAST 48 /* grey levels between paper and the darkest marks */
#define FAINT_INK 80    /* letters lighter than this are made darker */
#define UNEVEN_LIGHT 40 /* grey levels between the lightest and darkest paper */
#define TILES 8         /* a side, where the light is measured */
#define MIN_SPREAD 16   /* grey levels between paper and ink that can be spread */
#define FAINT_SHARE 0.6 /* of the usual letter's darkness */
#define MIN_DARKNESS 24 /* a mark lighter than this is the paper's grain */
#define GRAIN_FACTOR 9  /* paper brighter than its median by a quartile, times this */
#define MARGIN 1        /* pixels around a mark that still have its ink */
#define MIN_LETTERS 20  /* that make a usual darkness */

gboolean light_shows_marks(PIX *grey)
{
    return binary_level(grey, 0.75) - binary_level(grey, 0.0005) >= MIN_CONTRAST;
}

static void replace(PIX **pix, PIX *better)
{
    if (!better)
        return;
    pixDestroy(pix);
    *pix = better;
}

/* How much the paper's brightness differs between parts of the page. */
static gboolean is_uneven(PIX *grey)
{
    int lightest = 0, darkest = 255;
    l_int32 width, height;
    pixGetDimensions(grey, &width, &height, NULL);
    for (int row = 0; row < TILES; row++) {
        for (int column = 0; column < TILES; column++) {
            BOX *box = boxCreate(column * width / TILES, row * height / TILES,
                                 MAX(1, width / TILES), MAX(1, height / TILES));
            PIX *tile = pixClipRectangle(grey, box, NULL);
            boxDestroy(&box);
            if (!tile)
                continue;
            int level = binary_level(tile, 0.75);
            lightest = MAX(lightest, level);
            darkest = MIN(darkest, level);
            pixDestroy(&tile);
        }
    }
    return lightest - darkest > UNEVEN_LIGHT;
}

void light_even(PIX **grey)
{
    if (is_uneven(*grey))
        replace(grey, pixBackgroundNormSimple(*grey, NULL, NULL));
}

/* The median level of what is ink in the letters; black edges would pass for it. -1 if none. */
static int letter_ink(PIX *grey, PIX *binary, const Marks *marks)
{
    gsize counts[256] = {0}, all = 0, seen = 0;
    for (int i = 0; i < marks->count; i++) {
        l_int32 x, y, w, h;
        boxaGetBoxGeometry(marks->boxes, i, &x, &y, &w, &h);
        for (int row = y; row < y + h; row++) {
            const l_uint32 *line = pixGetData(grey) + (gsize)row * (gsize)pixGetWpl(grey);
            const l_uint32 *ink = pixGetData(binary) + (gsize)row * (gsize)pixGetWpl(binary);
            for (int column = x; column < x + w; column++)
                if (GET_DATA_BIT(ink, column)) {
                    counts[GET_DATA_BYTE(line, column)]++;
                    all++;
                }
        }
    }
    for (int level = 0; level < 256; level++) {
        seen += counts[level];
        if (all > 0 && 2 * seen >= all)
            return level;
    }
    return -1;
}

void light_strengthen(PIX **grey, PIX *binary, const Marks *marks)
{
    int paper = binary_level(*grey, 0.6);
    int ink = letter_ink(*grey, binary, marks);
    if (ink < FAINT_INK || paper - ink < MIN_SPREAD)
        return;
    replace(grey, pixGammaTRC(NULL, *grey, 1.0f, ink - MIN_SPREAD, paper));
}

/* ---- faint parts ---- */

static int darkest_in(PIX *grey, int x, int y, int w, int h)
{
    int darkest = 255;
    for (int row = y; row < y + h; row++) {
        const l_uint32 *line = pixGetData(grey) + (gsize)row * (gsize)pixGetWpl(grey);
        for (int column = x; column < x + w; column++)
            darkest = MIN(darkest, (int)GET_DATA_BYTE(line, column));
    }
    return darkest;
}

static void darken(PIX *grey, int x, int y, int w, int h, int paper, double gain)
{
    int right = MIN(pixGetWidth(grey), x + w + MARGIN);
    int bottom = MIN(pixGetHeight(grey), y + h + MARGIN);
    for (int row = MAX(0, y - MARGIN); row < bottom; row++) {
        l_uint32 *line = pixGetData(grey) + (gsize)row * (gsize)pixGetWpl(grey);
        for (int column = MAX(0, x - MARGIN); column < right; column++) {
            double darkness = paper - (int)GET_DATA_BYTE(line, column);
            if (darkness > 0)
                SET_DATA_BYTE(line, column, (l_uint32)MAX(0.0, paper - gain * darkness));
        }
    }
}

/* How dark the darkest pixel of the usual letter is, against the paper; 0 when there are few. */
static double usual_darkness(PIX *grey, const Marks *marks, int paper)
{
    l_float32 usual = 0;
    if (marks->count < MIN_LETTERS)
        return 0;
    NUMA *darkness = numaCreate(marks->count);
    for (int i = 0; i < marks->count; i++) {
        l_int32 x, y, w, h;
        boxaGetBoxGeometry(marks->boxes, i, &x, &y, &w, &h);
        numaAddNumber(darkness, (l_float32)(paper - darkest_in(grey, x, y, w, h)));
    }
    numaGetMedian(darkness, &usual);
    numaDestroy(&darkness);
    return usual;
}

/* Fainter than the usual threshold sees, down to what could be the paper's grain. Half the size shows
 * it with half the grain. */
static gboolean find_faint(PIX *grey, int paper, Marks *faint)
{
    int grain = GRAIN_FACTOR * (binary_level(grey, 0.75) - paper);
    PIX *half = pixScaleAreaMap2(grey);
    PIX *binary = half ? binary_below(half, MAX(MIN_DARKNESS, grain)) : NULL;
    if (binary)
        marks_find(binary, faint);
    pixDestroy(&half);
    pixDestroy(&binary);
    return faint->count > 0;
}

void light_strengthen_parts(PIX *grey, const Marks *marks)
{
    Marks faint = {0};
    int paper = binary_level(grey, 0.5);
    double usual = usual_darkness(grey, marks, paper);
    if (usual * FAINT_SHARE > MIN_DARKNESS && find_faint(grey, paper, &faint)) {
        for (int i = 0; i < faint.count; i++) {
            l_int32 x, y, w, h;
            boxaGetBoxGeometry(faint.boxes, i, &x, &y, &w, &h);
            double mine = paper - darkest_in(grey, 2 * x, 2 * y, 2 * w, 2 * h);
            if (mine >= MIN_DARKNESS && mine < FAINT_SHARE * usual)
                darken(grey, 2 * x, 2 * y, 2 * w, 2 * h, paper, usual / mine);
        }
    }
    marks_clear(&faint);
}
