#include "marks.h"

#include "binary.h"

#define MIN_MARKS 3           /* letter-sized marks on a page that is not blank */
#define SPECKS_PER_LETTER 0.5 /* print has about a dot for ten letters */
#define SPECK_INCHES 0.0075   /* the dot of small print is 0.013 inches wide */

static gboolean is_letter_like(int w, int h, int tallest)
{
    return h >= 5 && h <= tallest && w >= 2 && w <= 4 * h && h <= 8 * w;
}

void marks_find(PIX *binary, Marks *marks)
{
    *marks = (Marks){0};
    BOXA *all = pixConnCompBB(binary, 8);
    NUMA *heights = numaCreate(0);
    int tallest = pixGetHeight(binary) / 8;
    BOXA *letters = boxaCreate(0);
    for (int i = 0; all && i < boxaGetCount(all); i++) {
        l_int32 w, h;
        boxaGetBoxGeometry(all, i, NULL, NULL, &w, &h);
        if (is_letter_like(w, h, tallest)) {
            boxaAddBox(letters, boxaGetBox(all, i, L_CLONE), L_INSERT);
            numaAddNumber(heights, (l_float32)h);
        }
    }
    boxaDestroy(&all);
    l_float32 median = 0;
    if (boxaGetCount(letters) >= MIN_MARKS && numaGetMedian(heights, &median) == 0) {
        *marks = (Marks){letters, boxaGetCount(letters), median};
        letters = NULL;
    }
    boxaDestroy(&letters);
    numaDestroy(&heights);
}

void marks_clear(Marks *marks)
{
    boxaDestroy(&marks->boxes);
    *marks = (Marks){0};
}

/* How many specks there are for each larger mark. */
static double speck_share(PIX *binary, int speck)
{
    BOXA *all = pixConnCompBB(binary, 8);
    int n = all ? boxaGetCount(all) : 0, specks = 0, letters = 0;
    for (int i = 0; i < n; i++) {
        l_int32 w, h;
        boxaGetBoxGeometry(all, i, NULL, NULL, &w, &h);
        specks += w <= speck && h <= speck;
        letters += h >= 4 * speck;
    }
    boxaDestroy(&all);
    return letters ? (double)specks / letters : 0;
}

static void keep_larger(PIX **binary, int speck, int connectivity)
{
    PIX *kept = pixSelectBySize(*binary, speck, speck, connectivity, L_SELECT_IF_EITHER,
                                L_SELECT_IF_GT, NULL);
    if (!kept)
        return;
    pixDestroy(binary);
    *binary = kept;
}

PIX *marks_without_specks(PIX *grey, double dpi)
{
    int speck = MAX(1, (int)(dpi * SPECK_INCHES + 0.5));
    if (dpi <= 0 || !binary_is(grey))
        return NULL;
    PIX *binary = pixThresholdToBinary(grey, 128), *clean = NULL;
    if (binary && speck_share(binary, speck) > SPECKS_PER_LETTER) {
        keep_larger(&binary, speck, 8);
        pixInvert(binary, binary);
        keep_larger(&binary, speck, 4);
        pixInvert(binary, binary);
        clean = pixConvert1To8(NULL, binary, 255, 0);
    }
    pixDestroy(&binary);
    return clean;
}
