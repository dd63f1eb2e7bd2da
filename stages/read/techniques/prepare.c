/* The steps and their numbers were measured on scans with known text: quarter turns, deskew,
 * even light and a resolution of about 200 dpi each lower the error rate; larger does not. */
#include "prepare.h"

#include <math.h>

#define TARGET_DPI 200.0
#define MIN_SCALE 0.2
#define MAX_SCALE 3.0
#define MAX_PREPARED_PIXELS 40.0e6
#define SHEET_INCHES 11.7 /* longer side of a sheet of paper */
#define SLIP_INCHES 3.15  /* width of a till roll, 80 mm */
#define SLIP_ASPECT 1.45  /* taller than this is a slip; a sheet is 1.29 or 1.41 */
#define NARROW_LETTERS 65 /* small letters across narrow print; a sheet has 100 and more */
#define MIN_LETTER_PX 8.0 /* on the prepared image; smaller ones cannot be told apart */
#define USUAL_LETTER_PX 16.0
#define SAUVOLA_WINDOW 20
#define MIN_CONTRAST 48 /* grey levels between paper and the darkest marks */
#define FAINT_INK 80    /* letters lighter than this are made darker */
#define UNEVEN_LIGHT 40 /* grey levels between the lightest and darkest paper */
#define MIN_SKEW_DEGREES 0.1
#define MAX_SKEW_DEGREES 15.0
#define MIN_SKEW_CONFIDENCE 2.5
#define MIN_MARKS 3 /* letter-sized marks on a page that is not blank */

static PIX *to_grey(PIX *original)
{
    PIX *flat =
        pixGetSpp(original) == 4 ? pixAlphaBlendUniform(original, 0xffffff00) : pixClone(original);
    PIX *grey = flat ? pixConvertTo8(flat, FALSE) : NULL;
    pixDestroy(&flat);
    return grey;
}

/* Grey level under which `share` of the pixels lie. */
static int level_at(PIX *grey, double share)
{
    l_float32 value = 0;
    l_int32 width, height;
    pixGetDimensions(grey, &width, &height, NULL);
    int factor = MAX(1, (int)sqrt((double)width * height / 1.0e6));
    if (pixGetRankValueMasked(grey, NULL, 0, 0, factor, (l_float32)share, &value, NULL) != 0)
        return 0;
    return (int)value;
}

/* Judged in its neighbourhood (Sauvola): one threshold for a whole photograph finds its black edges
 * and no letters. */
static PIX *to_binary(PIX *grey)
{
    PIX *binary = NULL;
    l_int32 width, height;
    pixGetDimensions(grey, &width, &height, NULL);
    if (pixSauvolaBinarizeTiled(grey, SAUVOLA_WINDOW, 0.34f, MAX(1, width / 400),
                                MAX(1, height / 400), NULL, &binary) != 0)
        binary = pixThresholdToBinary(grey, 128);
    return binary;
}

/* Heights of the letter-like marks of a binary image; NULL if there are none. */
static NUMA *letter_heights(PIX *binary)
{
    BOXA *boxes = pixConnCompBB(binary, 8);
    NUMA *heights = numaCreate(0);
    int n = boxes ? boxaGetCount(boxes) : 0;
    int tallest = pixGetHeight(binary) / 8;
    for (int i = 0; i < n; i++) {
        l_int32 w, h;
        boxaGetBoxGeometry(boxes, i, NULL, NULL, &w, &h);
        if (h >= 5 && h <= tallest && w >= 2 && w <= 4 * h && h <= 8 * w)
            numaAddNumber(heights, (l_float32)h);
    }
    boxaDestroy(&boxes);
    if (numaGetCount(heights) < MIN_MARKS)
        numaDestroy(&heights);
    return heights;
}

/* Of an image that does not say: a till roll or a sheet of paper fills it. */
static double guess_dpi(PIX *grey)
{
    double width = pixGetWidth(grey), height = pixGetHeight(grey);
    double longer = MAX(width, height), shorter = MIN(width, height);
    return longer > SLIP_ASPECT * shorter ? shorter / SLIP_INCHES : longer / SHEET_INCHES;
}

static double choose_scale(PIX *grey, double dpi, NUMA *heights)
{
    double scale = TARGET_DPI / (dpi > 0 ? dpi : guess_dpi(grey));
    l_float32 letter = 0;
    numaGetMedian(heights, &letter);
    if (dpi <= 0 && letter * scale < MIN_LETTER_PX)
        scale = USUAL_LETTER_PX / letter;
    scale = CLAMP(scale, MIN_SCALE, MAX_SCALE);
    double pixels = (double)pixGetWidth(grey) * pixGetHeight(grey);
    if (pixels * scale * scale > MAX_PREPARED_PIXELS)
        scale = sqrt(MAX_PREPARED_PIXELS / pixels);
    return scale;
}

/* Clockwise quarter turns that make the text upright, judged by ascenders and descenders. */
static int quarter_turns(PIX *binary)
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

static double skew_degrees(PIX *binary)
{
    l_float32 angle = 0, confidence = 0;
    if (pixFindSkewSweepAndSearch(binary, &angle, &confidence, 4, 2, MAX_SKEW_DEGREES / 2, 1.0f,
                                  0.01f) != 0)
        return 0;
    if (confidence < MIN_SKEW_CONFIDENCE || fabs(angle) < MIN_SKEW_DEGREES)
        return 0;
    return angle;
}

/* How much the paper's brightness differs between parts of the page. */
static gboolean light_is_uneven(PIX *grey)
{
    int lightest = 0, darkest = 255;
    l_int32 width, height;
    pixGetDimensions(grey, &width, &height, NULL);
    for (int row = 0; row < 8; row++) {
        for (int column = 0; column < 8; column++) {
            BOX *box = boxCreate(column * width / 8, row * height / 8, MAX(1, width / 8),
                                 MAX(1, height / 8));
            PIX *tile = pixClipRectangle(grey, box, NULL);
            boxDestroy(&box);
            if (!tile)
                continue;
            int level = level_at(tile, 0.75);
            lightest = MAX(lightest, level);
            darkest = MIN(darkest, level);
            pixDestroy(&tile);
        }
    }
    return lightest - darkest > UNEVEN_LIGHT;
}

static void replace(PIX **pix, PIX *better)
{
    if (!better)
        return;
    pixDestroy(pix);
    *pix = better;
}

/* With a border, so that no corner with text on it is cut off. */
static PIX *turn(PIX *grey, double radians, int *border)
{
    int reach = MAX(pixGetWidth(grey), pixGetHeight(grey));
    *border = (int)ceil(fabs(sin(radians)) * reach / 2) + 1;
    PIX *wide = pixAddBorder(grey, *border, 255);
    PIX *turned =
        wide ? pixRotate(wide, (l_float32)radians, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0)
             : NULL;
    pixDestroy(&wide);
    return turned;
}

static void straighten(PIX **grey, Preparation *done)
{
    PIX *binary = to_binary(*grey);
    if (!binary)
        return;
    done->quads = quarter_turns(binary);
    if (done->quads) {
        replace(grey, pixRotateOrth(*grey, done->quads));
        replace(&binary, pixRotateOrth(binary, done->quads));
    }
    double radians = skew_degrees(binary) * G_PI / 180.0;
    pixDestroy(&binary);
    done->centre_x = pixGetWidth(*grey) / 2.0;
    done->centre_y = pixGetHeight(*grey) / 2.0;
    int border = 0;
    PIX *turned = radians != 0 ? turn(*grey, radians, &border) : NULL;
    if (!turned)
        return;
    done->angle = radians;
    done->border = border;
    replace(grey, turned);
}

/* Faint print beside black edges or a pen: one threshold for the page would keep those alone. Levels
 * are spread so that the usual letter is as good as black. */
static void strengthen(PIX **grey, PIX *binary)
{
    l_float32 ink = 0;
    int paper = level_at(*grey, 0.6);
    /* Letters only: black edges would pass for ink. */
    PIX *letters = pixSelectBySize(binary, pixGetWidth(binary) / 8, pixGetHeight(binary) / 16, 8,
                                   L_SELECT_IF_BOTH, L_SELECT_IF_LTE, NULL);
    gboolean known =
        letters && pixGetRankValueMasked(*grey, letters, 0, 0, 2, 0.5f, &ink, NULL) == 0;
    pixDestroy(&letters);
    if (!known || ink < FAINT_INK || paper - ink < 16)
        return;
    replace(grey, pixGammaTRC(NULL, *grey, 1.0f, (l_int32)ink - 16, paper));
}

/* Looks for letters, darkens them where they are faint, and says what was found. */
static NUMA *find_letters(PIX **grey, gboolean *blank)
{
    if (level_at(*grey, 0.75) - level_at(*grey, 0.0005) < MIN_CONTRAST) {
        *blank = TRUE;
        return NULL;
    }
    PIX *binary = to_binary(*grey);
    if (!binary)
        return NULL;
    NUMA *heights = letter_heights(binary);
    *blank = heights == NULL;
    if (heights)
        strengthen(grey, binary);
    pixDestroy(&binary);
    return heights;
}

PIX *prepare(PIX *original, double dpi, Preparation *done, gboolean *blank)
{
    *done = (Preparation){
        .scale = 1.0, .width = pixGetWidth(original), .height = pixGetHeight(original)};
    *blank = FALSE;
    PIX *grey = to_grey(original);
    if (!grey)
        return NULL;
    if (light_is_uneven(grey))
        replace(&grey, pixBackgroundNormSimple(grey, NULL, NULL));
    NUMA *heights = find_letters(&grey, blank);
    if (!heights) {
        pixDestroy(&grey);
        return NULL;
    }
    done->letters = numaGetCount(heights);
    double scale = choose_scale(grey, dpi, heights);
    l_float32 letter = 0;
    numaGetMedian(heights, &letter);
    done->narrow = letter > 0 && pixGetWidth(grey) < NARROW_LETTERS * letter;
    numaDestroy(&heights);
    PIX *scaled = pixScale(grey, (l_float32)scale, (l_float32)scale);
    pixDestroy(&grey);
    if (!scaled)
        return NULL;
    done->scale = scale;
    straighten(&scaled, done);
    done->slip = dpi <= 0 && pixGetHeight(scaled) > SLIP_ASPECT * pixGetWidth(scaled);
    /* Print of till rolls is made of dots, which must run together; other print gains by edges. */
    replace(&scaled,
            done->slip ? pixBlockconv(scaled, 1, 1) : pixUnsharpMaskingGray(scaled, 2, 0.5f));
    pixSetResolution(scaled, (l_int32)TARGET_DPI, (l_int32)TARGET_DPI);
    return scaled;
}

void prepare_turn(Preparation *done, PIX *prepared, int quads)
{
    done->turn = quads;
    done->turn_width = pixGetWidth(prepared);
    done->turn_height = pixGetHeight(prepared);
}

/* Where a rectangle was before the image, then width x height, was turned clockwise. */
static Rect turn_back(Rect r, int quads, double width, double height)
{
    switch (quads) {
    case 1:
        return (Rect){r.y0, height - r.x1, r.y1, height - r.x0};
    case 2:
        return (Rect){width - r.x1, height - r.y1, width - r.x0, height - r.y0};
    case 3:
        return (Rect){width - r.y1, r.x0, width - r.y0, r.x1};
    default:
        return r;
    }
}

Rect prepare_back(const Preparation *done, Rect rect)
{
    rect = turn_back(rect, done->turn, done->turn_width, done->turn_height);
    double dx = (rect.x0 + rect.x1) / 2 - done->border - done->centre_x;
    double dy = (rect.y0 + rect.y1) / 2 - done->border - done->centre_y;
    double x = (cos(done->angle) * dx + sin(done->angle) * dy + done->centre_x) / done->scale;
    double y = (-sin(done->angle) * dx + cos(done->angle) * dy + done->centre_y) / done->scale;
    double half_w = (rect.x1 - rect.x0) / 2 / done->scale;
    double half_h = (rect.y1 - rect.y0) / 2 / done->scale;
    return turn_back((Rect){x - half_w, y - half_h, x + half_w, y + half_h}, done->quads,
                     done->width, done->height);
}
