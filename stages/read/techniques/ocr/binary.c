/* Sauvola's threshold is mean * (1 - k * (1 - deviation / 128)). Sums over the window slide along the
 * columns and the rows, and squares are compared, so that a pixel costs a dozen operations whatever
 * the window: Leptonica's own takes four times as long. */
#include "binary.h"

#include <math.h>

#define REACH 20 /* pixels of the window on every side */
#define FACTOR 0.34
#define DEVIATION 128.0
#define SAMPLE 1.0e6 /* pixels that tell the levels of an image */
#define DARK_LEVEL 32
#define LIGHT_LEVEL 223
#define BETWEEN_SHARE 0.002 /* of a black and white image's pixels may lie between these */

typedef struct {
    int width, height;
    guint32 *sums, *squares; /* of each column, over the rows of the window */
    double factor, offset;   /* of the threshold below the mean: in means, and in levels */
} Window;

static const l_uint32 *line_of(PIX *pix, int y)
{
    return pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
}

/* sign 1 takes a row into the window, -1 takes it out. */
static void slide(Window *w, PIX *grey, int y, int sign)
{
    const l_uint32 *line = line_of(grey, y);
    for (int x = 0; x < w->width; x++) {
        guint32 level = GET_DATA_BYTE(line, x);
        if (sign > 0) {
            w->sums[x] += level;
            w->squares[x] += level * level;
        } else {
            w->sums[x] -= level;
            w->squares[x] -= level * level;
        }
    }
}

static gboolean is_ink(const Window *w, double level, double sum, double square, double n)
{
    double mean = sum / n;
    double above = level - mean * (1 - w->factor) + w->offset;
    if (above < 0)
        return TRUE;
    double reach = mean * w->factor / DEVIATION;
    return above * above < reach * reach * (square / n - mean * mean);
}

static void judge_row(const Window *w, PIX *grey, PIX *binary, int y, int rows)
{
    const l_uint32 *in = line_of(grey, y);
    l_uint32 *out = pixGetData(binary) + (gsize)y * (gsize)pixGetWpl(binary);
    gint64 sum = 0, square = 0;
    for (int x = 0; x < MIN(REACH, w->width); x++) {
        sum += w->sums[x];
        square += w->squares[x];
    }
    for (int x = 0; x < w->width; x++) {
        int left = x - REACH - 1, right = x + REACH;
        if (right < w->width) {
            sum += w->sums[right];
            square += w->squares[right];
        }
        if (left >= 0) {
            sum -= w->sums[left];
            square -= w->squares[left];
        }
        int columns = MIN(right, w->width - 1) - MAX(left, -1);
        if (is_ink(w, GET_DATA_BYTE(in, x), (double)sum, (double)square, (double)columns * rows))
            SET_DATA_BIT(out, x);
    }
}

static PIX *judge(PIX *grey, double factor, double offset)
{
    Window w = {.width = pixGetWidth(grey),
                .height = pixGetHeight(grey),
                .factor = factor,
                .offset = offset};
    PIX *binary = pixCreate(w.width, w.height, 1);
    if (!binary)
        return NULL;
    w.sums = g_new0(guint32, w.width);
    w.squares = g_new0(guint32, w.width);
    for (int y = 0; y < MIN(REACH, w.height); y++)
        slide(&w, grey, y, 1);
    for (int y = 0; y < w.height; y++) {
        if (y + REACH < w.height)
            slide(&w, grey, y + REACH, 1);
        if (y - REACH - 1 >= 0)
            slide(&w, grey, y - REACH - 1, -1);
        judge_row(&w, grey, binary, y, MIN(y + REACH, w.height - 1) - MAX(y - REACH - 1, -1));
    }
    g_free(w.sums);
    g_free(w.squares);
    return binary;
}

PIX *binary_of(PIX *grey)
{
    return judge(grey, FACTOR, 0);
}

PIX *binary_below(PIX *grey, int levels)
{
    return judge(grey, 0, levels);
}

/* Of every n-th pixel, so that about SAMPLE of them are looked at. */
static gsize count_levels(PIX *grey, gsize counts[256])
{
    int width = pixGetWidth(grey), height = pixGetHeight(grey);
    int step = MAX(1, (int)sqrt((double)width * height / SAMPLE));
    gsize n = 0;
    for (int i = 0; i < 256; i++)
        counts[i] = 0;
    for (int y = 0; y < height; y += step) {
        const l_uint32 *line = line_of(grey, y);
        for (int x = 0; x < width; x += step, n++)
            counts[GET_DATA_BYTE(line, x)]++;
    }
    return n;
}

int binary_level(PIX *grey, double share)
{
    gsize counts[256];
    double wanted = share * (double)count_levels(grey, counts), seen = 0;
    for (int level = 0; level < 256; level++) {
        seen += (double)counts[level];
        if (seen >= wanted)
            return level;
    }
    return 255;
}

gboolean binary_is(PIX *grey)
{
    gsize counts[256], between = 0;
    gsize n = count_levels(grey, counts);
    for (int level = DARK_LEVEL + 1; level < LIGHT_LEVEL; level++)
        between += counts[level];
    return n > 0 && (double)between <= BETWEEN_SHARE * (double)n;
}
