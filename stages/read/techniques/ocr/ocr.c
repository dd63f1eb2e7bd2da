#include "ocr.h"

#include "pieces.h"
#include "prepare.h"
#include "recognise.h"

#include <math.h>
#include <string.h>

/* A page that takes longer is cut with a note; readers.page_deadline (30) would cost all of it. */
#define PAGE_DEADLINE_SECONDS 25
#define SURE_ENOUGH 0.75    /* mean confidence of text that was read the right way up */
#define MIN_TURN_GAIN 0.1   /* in mean confidence, or the image stays as it is */
#define MIN_TURNED_MARKS 40 /* letter-like marks that make it worth to look from all sides */
#define TURN_SHARE 4        /* of the height: a band is tried first */
#define LANGUAGE_SHARE 6    /* of the height: a band that tells the language */

typedef struct {
    const TechniqueInput *input;
    TessBaseAPI *engine;
    PIX *prepared;
    Preparation done;
    Recognition r;
    int turn; /* clockwise quarter turns that the words asked for */
} OcrPage;

/* ---- reading all of it ---- */

static gboolean read_pieces(OcrPage *p, PIX *image, Recognition *r, GError **error)
{
    BOXA *pieces = pieces_of(image);
    int n = boxaGetCount(pieces);
    gboolean ok = TRUE;
    for (int i = 0; ok && i < n; i++) {
        BOX *box = n > 1 ? boxaGetBox(pieces, i, L_COPY) : NULL;
        ok = recognise(p->engine, image, box, r, error);
        boxDestroy(&box);
    }
    boxaDestroy(&pieces);
    return ok;
}

static gboolean read_turned(OcrPage *p, PIX *image, int turn, GArray *words, gboolean whole,
                            GError **error)
{
    Recognition r = p->r;
    r.words = words;
    PIX *turned = turn ? pixRotateOrth(image, turn) : pixClone(image);
    gboolean ok = !turned || (whole ? read_pieces(p, turned, &r, error)
                                    : recognise(p->engine, turned, NULL, &r, error));
    p->r.cut |= r.cut;
    pixDestroy(&turned);
    return ok;
}

/* A band of the image, 1/share of its height, around the middle word (or the middle). */
static PIX *cut_band(PIX *prepared, const GArray *words, int share)
{
    int height = pixGetHeight(prepared), band = MAX(1, height / share);
    int middle = height / 2;
    if (words && words->len) {
        Rect rect = g_array_index(words, LayoutWord, words->len / 2).rect;
        middle = (int)((rect.y0 + rect.y1) / 2);
    }
    BOX *box =
        boxCreate(0, CLAMP(middle - band / 2, 0, height - band), pixGetWidth(prepared), band);
    PIX *sample = pixClipRectangle(prepared, box, NULL);
    boxDestroy(&box);
    return sample;
}

/* ---- which way is up ---- */

/* Capitals and figures have no ascenders to tell what is up. Where the text reads badly, a band of it
 * is tried from the other sides, and if that reads better, all of it. */
static gboolean try_turns(OcrPage *p, GError **error)
{
    static const int turns[] = {2, 1, 3};
    double best = recognise_sureness(p->r.words) + MIN_TURN_GAIN;
    int turn = 0;
    if (p->done.letters < MIN_TURNED_MARKS || best > SURE_ENOUGH + MIN_TURN_GAIN)
        return TRUE;
    PIX *sample = cut_band(p->prepared, p->r.words, TURN_SHARE);
    gboolean ok = TRUE;
    for (guint i = 0; sample && ok && i < G_N_ELEMENTS(turns); i++) {
        g_autoptr(GArray) other = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
        ok = read_turned(p, sample, turns[i], other, FALSE, error);
        double sure = recognise_sureness(other);
        if (sure > best) {
            best = sure;
            turn = turns[i];
        }
    }
    pixDestroy(&sample);
    if (!ok || turn == 0)
        return ok;
    g_array_set_size(p->r.words, 0);
    p->turn = turn;
    return read_turned(p, p->prepared, turn, p->r.words, TRUE, error);
}

/* ---- in which language ---- */

/* The language whose model reads a band of the page most surely. Running all of them over all of the
 * page would multiply the time and mix words of one language into the other. */
static gboolean choose_language(OcrPage *p, char **languages, GError **error)
{
    const char *best = languages[0];
    double most = -1;
    PIX *sample = cut_band(p->prepared, NULL, LANGUAGE_SHARE);
    gboolean ok = sample != NULL;
    for (guint i = 0; ok && languages[i]; i++) {
        g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
        p->engine = warm_engine(p->input->warm, languages[i], error);
        ok = p->engine && read_turned(p, sample, 0, words, FALSE, error);
        double sure = recognise_sureness(words);
        if (ok && sure > most) {
            most = sure;
            best = languages[i];
        }
    }
    pixDestroy(&sample);
    if (ok)
        p->engine = warm_engine(p->input->warm, best, error);
    return ok && p->engine;
}

static gboolean find_engine(OcrPage *p, GError **error)
{
    g_auto(GStrv) languages = warm_languages(p->input->warm, p->input->languages, error);
    if (!languages)
        return FALSE;
    if (p->prepared && languages[1])
        return choose_language(p, languages, error);
    p->engine = warm_engine(p->input->warm, languages[0], error);
    return p->engine != NULL;
}

/* ---- the page ---- */

/* The places of the words on the page, after everything that was done to its image. */
static void place_words(OcrPage *p, PIX *image, Rect area)
{
    double x_points = (area.x1 - area.x0) / pixGetWidth(image);
    double y_points = (area.y1 - area.y0) / pixGetHeight(image);
    Preparation done = p->done;
    prepare_turn(&done, p->prepared, p->turn);
    for (guint i = 0; i < p->r.words->len; i++) {
        LayoutWord *word = &g_array_index(p->r.words, LayoutWord, i);
        Rect px = prepare_back(&done, word->rect);
        word->page_rect = (Rect){area.x0 + px.x0 * x_points, area.y0 + px.y0 * y_points,
                                 area.x0 + px.x1 * x_points, area.y0 + px.y1 * y_points};
    }
}

static gboolean add_words(OcrPage *p, Reading *reading, GError **error)
{
    guint left = 0;
    double width = p->prepared ? pixGetWidth(p->prepared) : 1;
    double height = p->prepared ? pixGetHeight(p->prepared) : 1;
    gboolean turned = p->turn % 2;
    if (!pieces_are_spread(p->r.words, turned ? height : width, turned ? width : height, &left))
        return layout_add(reading, p->r.words, error);
    g_autoptr(GArray) right = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    g_array_append_vals(right, &g_array_index(p->r.words, LayoutWord, left),
                        p->r.words->len - left);
    g_array_set_size(p->r.words, left);
    return layout_add(reading, p->r.words, error) && layout_add(reading, right, error);
}

static gboolean read_prepared(OcrPage *p, GError **error)
{
    return find_engine(p, error) &&
           (!p->prepared || (read_pieces(p, p->prepared, &p->r, error) && try_turns(p, error)));
}

gboolean ocr_page(const TechniqueInput *input, PIX *image, double dpi, Rect area, guint number,
                  Rect page, Reading *reading, GError **error)
{
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    g_autoptr(GStringChunk) strings = g_string_chunk_new(4096);
    OcrPage p = {.input = input, .r = {.strings = strings, .words = words}};
    gboolean blank;
    p.prepared = prepare(image, dpi, &p.done, &blank);
    if (!p.prepared && !blank) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                    "page %u: no memory for an image of %d x %d pixels", number, p.done.width,
                    p.done.height);
        return FALSE;
    }
    p.r.deadline = g_get_monotonic_time() + PAGE_DEADLINE_SECONDS * G_USEC_PER_SEC;
    /* The search for columns takes parts of narrow print for pictures, and drops them. */
    p.r.one_block = p.done.slip || p.done.narrow;
    gboolean ok = read_prepared(&p, error);
    if (ok) {
        if (p.prepared)
            place_words(&p, image, area);
        reading_begin_page(reading, number, words->len ? TECHNIQUE_OCR : TECHNIQUE_NONE,
                           READING_LAYOUT, page.x1 - page.x0, page.y1 - page.y0);
        g_array_index(reading->pages, Page, reading->pages->len - 1).turn =
            (guint32)(p.done.quads + p.turn) % 4;
        ok = add_words(&p, reading, error);
        reading_end_page(reading);
    }
    if (ok && p.r.cut)
        reading_note_missing(reading, "page %u: OCR stopped after %d seconds", number,
                             PAGE_DEADLINE_SECONDS);
    pixDestroy(&p.prepared);
    return ok;
}
