/* The steps and their numbers were measured on scans with known text: quarter turns, deskew, even
 * light and enough pixels for the letters each lower the error rate; more pixels only cost. The image
 * is brought to its size first, so that everything after it costs less. Wrong characters of 22 scans
 * and 51 book pages, and processor time for both:
 *
 *     200 dpi    620, 1287   93 s
 *     150 dpi    673, 1524   77 s    worse where letters have less than 10 px, and only there
 *     120 dpi    862
 *     200 dpi, narrowed to 80 % of its width: 1020; a tenth less time */
#include "prepare.h"

#include "binary.h"
#include "light.h"
#include "marks.h"
#include "upright.h"

#include <math.h>

#define USUAL_DPI 150.0
#define FINE_DPI 200.0 /* where letters are small, or nothing says how large they are */
#define MIN_SCALE 0.05
#define MAX_SCALE 3.0
#define MAX_PREPARED_PIXELS 40.0e6
#define MAX_SIDE 30000.0     /* pixels of the prepared image; the engine's limit is 32,767 */
#define SHEET_INCHES 11.7    /* longer side of a sheet of paper */
#define SLIP_INCHES 3.15     /* width of a till roll, 80 mm */
#define SLIP_ASPECT 1.45     /* taller than this is a slip; a sheet is 1.29 or 1.41 */
#define NARROW_LETTERS 65    /* small letters across narrow print; a sheet has 100 and more */
#define SMALL_LETTER_PX 10.0 /* at the usual resolution; smaller ones need the fine one */
#define MIN_LETTER_PX 8.0    /* on the prepared image; smaller ones cannot be told apart */
#define USUAL_LETTER_PX 16.0
#define MAX_LETTER_PX 20.0       /* larger ones, all over a page, gain nothing and cost time */
#define MAX_PHOTO_LETTER_PX 36.0 /* the same of photographs, where they are less sharp */

static void replace(PIX **pix, PIX *better)
{
    if (!better)
        return;
    pixDestroy(pix);
    *pix = better;
}

static PIX *to_grey(PIX *original, double dpi)
{
    PIX *flat =
        pixGetSpp(original) == 4 ? pixAlphaBlendUniform(original, 0xffffff00) : pixClone(original);
    PIX *grey = flat ? pixConvertTo8(flat, FALSE) : NULL;
    pixDestroy(&flat);
    if (grey)
        replace(&grey, marks_without_specks(grey, dpi));
    return grey;
}

/* ---- size ---- */

/* Of an image that does not say: a till roll or a sheet of paper fills it. */
static double guess_dpi(PIX *grey)
{
    double width = pixGetWidth(grey), height = pixGetHeight(grey);
    double longer = MAX(width, height), shorter = MIN(width, height);
    return longer > SLIP_ASPECT * shorter ? shorter / SLIP_INCHES : longer / SHEET_INCHES;
}

static double within_limits(PIX *grey, double scale)
{
    double width = pixGetWidth(grey), height = pixGetHeight(grey);
    scale = CLAMP(scale, MIN_SCALE, MAX_SCALE);
    scale = MIN(scale, MAX_SIDE / MAX(width, height));
    return MIN(scale, sqrt(MAX_PREPARED_PIXELS / (width * height)));
}

/* ---- what is on it ---- */

typedef struct {
    PIX *grey, *binary; /* NULL when there was no memory */
    Marks marks;
    double dpi; /* at which print of the usual size has such letters */
} Look;

static void look_clear(Look *look)
{
    pixDestroy(&look->grey);
    pixDestroy(&look->binary);
    marks_clear(&look->marks);
}

/* The image at this size, evenly lit, with its marks; *blank when it has none. */
static gboolean look_at(PIX *grey, double scale, Look *look, gboolean *blank)
{
    look_clear(look);
    look->grey = pixScale(grey, (l_float32)scale, (l_float32)scale);
    if (!look->grey)
        return FALSE;
    light_even(&look->grey);
    *blank = !light_shows_marks(look->grey);
    look->binary = *blank ? NULL : binary_of(look->grey);
    if (!look->binary)
        return FALSE;
    marks_find(look->binary, &look->marks);
    *blank = look->marks.count == 0;
    return !*blank;
}

static gboolean is_narrow(const Look *look)
{
    return pixGetWidth(look->grey) < NARROW_LETTERS * look->marks.height;
}

/* The size that is right by the letters themselves, where `scale` is not; or `scale` as it is. */
static double scale_by_letters(PIX *grey, double dpi, double scale, Look *look)
{
    double letter = look->marks.height * scale * pixGetWidth(grey) / pixGetWidth(look->grey);
    double largest = dpi > 0 ? MAX_LETTER_PX : MAX_PHOTO_LETTER_PX;
    if (letter > largest)
        return within_limits(grey, scale * largest / letter);
    if (look->dpi < FINE_DPI && (letter < SMALL_LETTER_PX || is_narrow(look))) {
        scale *= FINE_DPI / look->dpi;
        look->dpi = FINE_DPI;
        return within_limits(grey, scale);
    }
    if (dpi <= 0 && letter < MIN_LETTER_PX)
        return within_limits(grey, scale * USUAL_LETTER_PX / letter);
    return scale;
}

static gboolean look_well(PIX *grey, double dpi, Look *look, double *scale, gboolean *blank)
{
    /* Letters of a coarse scan are blurred: they need the pixels between. */
    look->dpi = dpi < USUAL_DPI ? FINE_DPI : USUAL_DPI;
    double wanted = within_limits(grey, look->dpi / (dpi > 0 ? dpi : guess_dpi(grey)));
    /* A resolution may be wrong: letters tell before it costs. */
    double first = dpi > 0 ? MIN(wanted, 1) : wanted;
    if (!look_at(grey, first, look, blank))
        return FALSE;
    *scale = scale_by_letters(grey, dpi, wanted, look);
    return *scale == first || look_at(grey, *scale, look, blank);
}

/* ---- upright ---- */

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

static void straighten(Look *look, int quads, Preparation *done)
{
    done->quads = quads == PREPARE_FIND ? upright_quads(look->binary) : quads;
    if (done->quads) {
        replace(&look->grey, pixRotateOrth(look->grey, done->quads));
        replace(&look->binary, pixRotateOrth(look->binary, done->quads));
    }
    double radians = upright_skew(look->binary) * G_PI / 180.0;
    done->centre_x = pixGetWidth(look->grey) / 2.0;
    done->centre_y = pixGetHeight(look->grey) / 2.0;
    int border = 0;
    PIX *turned = radians != 0 ? turn(look->grey, radians, &border) : NULL;
    if (!turned)
        return;
    done->angle = radians;
    done->border = border;
    replace(&look->grey, turned);
}

static PIX *finish(Look *look, double dpi, int quads, Preparation *done)
{
    done->letters = look->marks.count;
    light_strengthen(&look->grey, look->binary, &look->marks);
    light_strengthen_parts(look->grey, &look->marks);
    straighten(look, quads, done);
    done->narrow = is_narrow(look);
    done->slip = dpi <= 0 && pixGetHeight(look->grey) > SLIP_ASPECT * pixGetWidth(look->grey);
    /* Print of till rolls is made of dots, which must run together; other print gains by edges. */
    replace(&look->grey, done->slip ? pixBlockconv(look->grey, 1, 1)
                                    : pixUnsharpMaskingGray(look->grey, 2, 0.5f));
    /* The engine judges distances by it. */
    pixSetResolution(look->grey, (l_int32)look->dpi, (l_int32)look->dpi);
    return g_steal_pointer(&look->grey);
}

PIX *prepare(PIX *original, double dpi, int quads, Preparation *done, gboolean *blank)
{
    Look look = {0};
    *done = (Preparation){
        .scale = 1.0, .width = pixGetWidth(original), .height = pixGetHeight(original)};
    *blank = FALSE;
    PIX *grey = to_grey(original, dpi);
    if (!grey)
        return NULL;
    PIX *prepared = NULL;
    if (look_well(grey, dpi, &look, &done->scale, blank))
        prepared = finish(&look, dpi, quads, done);
    pixDestroy(&grey);
    look_clear(&look);
    return prepared;
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
    double dx = (rect.x0 + rect.x1) / 2 - done->border - done->centre_x;
    double dy = (rect.y0 + rect.y1) / 2 - done->border - done->centre_y;
    double x = (cos(done->angle) * dx + sin(done->angle) * dy + done->centre_x) / done->scale;
    double y = (-sin(done->angle) * dx + cos(done->angle) * dy + done->centre_y) / done->scale;
    double half_w = (rect.x1 - rect.x0) / 2 / done->scale;
    double half_h = (rect.y1 - rect.y0) / 2 / done->scale;
    return turn_back((Rect){x - half_w, y - half_h, x + half_w, y + half_h}, done->quads,
                     done->width, done->height);
}
