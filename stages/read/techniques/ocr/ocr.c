#include "ocr.h"

#include "pieces.h"
#include "prepare.h"
#include "recognise.h"

#include <math.h>
#include <string.h>

/* A page that takes longer is cut with a note; readers.page_deadline (30) would cost all of it. */
#define PAGE_DEADLINE_SECONDS 25
#define SURE_ENOUGH 0.75    /* mean confidence of text that was read the right way up */
#define HARDLY_SURE 0.5     /* … and of what is rather no text at all */
#define MIN_TURN_GAIN 0.1   /* in mean confidence, or the image stays as it is */
#define MIN_TURNED_MARKS 40 /* letter-like marks that make it worth to look from all sides */
#define TURN_SHARE 4        /* of the height: a band is tried first */
#define LANGUAGE_SHARE 6    /* of the height: a band that tells the language */

typedef struct {
    const TechniqueInput *input;
    PIX *image; /* lent */
    double dpi; /* of it; 0: unknown */
    TessBaseAPI *engine;
    PIX *prepared;
    Preparation done;
    Recognition r;
} OcrPage;

/* ---- reading all of it ---- */

static gboolean read_pieces(OcrPage *p, GError **error)
{
    BOXA *pieces = pieces_of(p->prepared);
    int n = boxaGetCount(pieces);
    gboolean ok = TRUE;
    for (int i = 0; ok && i < n; i++) {
        BOX *box = n > 1 ? boxaGetBox(pieces, i, L_COPY) : NULL;
        ok = recognise(p->engine, p->prepared, box, &p->r, error);
        boxDestroy(&box);
    }
    boxaDestroy(&pieces);
    return ok;
}

/* How surely a band reads after `turn`, and what more it would have to be turned. */
static gboolean read_band(OcrPage *p, PIX *band, int turn, double *sure, int *more, GError **error)
{
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    Recognition r = {.strings = p->r.strings,
                     .words = words,
                     .deadline = p->r.deadline,
                     .one_block = p->r.one_block};
    PIX *turned = turn ? pixRotateOrth(band, turn) : pixClone(band);
    gboolean ok = !turned || recognise(p->engine, turned, NULL, &r, error);
    p->r.cut |= r.cut;
    pixDestroy(&turned);
    *sure = recognise_sureness(words);
    *more = recognise_turn(&r);
    return ok;
}

/* A band of the image, 1/share of its height, around a word; NULL: around its middle. */
static PIX *cut_band(PIX *prepared, const LayoutWord *word, int share)
{
    int height = pixGetHeight(prepared), band = MAX(1, height / share);
    int middle = word ? (int)((word->rect.y0 + word->rect.y1) / 2) : height / 2;
    BOX *box =
        boxCreate(0, CLAMP(middle - band / 2, 0, height - band), pixGetWidth(prepared), band);
    PIX *sample = pixClipRectangle(prepared, box, NULL);
    boxDestroy(&box);
    return sample;
}

/* ---- which way is up ---- */

/* Looks at a band from the other sides: *turn is the one from which it reads more surely than *best. */
static gboolean try_sides(OcrPage *p, PIX *band, double *best, int *turn, GError **error)
{
    static const int turns[] = {2, 1, 3};
    gboolean ok = band != NULL;
    for (guint i = 0; ok && i < G_N_ELEMENTS(turns); i++) {
        double sure;
        int more;
        ok = read_band(p, band, turns[i], &sure, &more, error);
        if (sure > *best) {
            *best = sure;
            *turn = (turns[i] + more) % 4;
        }
    }
    return ok;
}

/* Capitals and figures have no ascenders to tell what is up. Where the text reads badly, a band of it
 * is tried from the other sides; where it hardly reads at all, others too: the first may hold a picture. */
static gboolean try_bands(OcrPage *p, int *turn, GError **error)
{
    static const double places[] = {0.5, 0.75, 0.25};
    const GArray *words = p->r.words;
    double sure = recognise_sureness(words), best = sure + MIN_TURN_GAIN;
    if (p->done.letters < MIN_TURNED_MARKS || sure > SURE_ENOUGH)
        return TRUE;
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < G_N_ELEMENTS(places) && (i == 0 || sure < HARDLY_SURE); i++) {
        const LayoutWord *word =
            words->len ? &g_array_index(words, LayoutWord, (guint)(places[i] * words->len)) : NULL;
        PIX *band = cut_band(p->prepared, word, TURN_SHARE);
        ok = try_sides(p, band, &best, turn, error);
        pixDestroy(&band);
        if (best > sure + MIN_TURN_GAIN)
            break;
    }
    return ok;
}

/* FALSE and READER_MEMORY; without marks on it, `prepared` stays NULL. */
static gboolean prepare_page(OcrPage *p, guint number, int quads, GError **error)
{
    gboolean blank;
    p->prepared = prepare(p->image, p->dpi, quads, &p->done, &blank);
    /* The search for columns takes parts of narrow print for pictures, and drops them. */
    p->r.one_block = p->done.slip || p->done.narrow;
    if (!p->prepared && !blank)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                    "page %u: no memory for an image of %d x %d pixels", number, p->done.width,
                    p->done.height);
    return p->prepared || blank;
}

/* Reads all of it again where another side of the image is up. */
static gboolean try_turns(OcrPage *p, guint number, GError **error)
{
    int turn = recognise_turn(&p->r);
    if (!try_bands(p, &turn, error))
        return FALSE;
    if (turn == 0)
        return TRUE;
    pixDestroy(&p->prepared);
    g_array_set_size(p->r.words, 0);
    return prepare_page(p, number, (p->done.quads + turn) % 4, error) &&
           (!p->prepared || read_pieces(p, error));
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
        double sure;
        int turn;
        p->engine = warm_engine(p->input->warm, languages[i], error);
        ok = p->engine && read_band(p, sample, 0, &sure, &turn, error);
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
static void place_words(OcrPage *p, Rect area)
{
    double x_points = (area.x1 - area.x0) / pixGetWidth(p->image);
    double y_points = (area.y1 - area.y0) / pixGetHeight(p->image);
    for (guint i = 0; i < p->r.words->len; i++) {
        LayoutWord *word = &g_array_index(p->r.words, LayoutWord, i);
        Rect px = prepare_back(&p->done, word->rect);
        word->page_rect = (Rect){area.x0 + px.x0 * x_points, area.y0 + px.y0 * y_points,
                                 area.x0 + px.x1 * x_points, area.y0 + px.y1 * y_points};
    }
}

static gboolean add_words(OcrPage *p, Reading *reading, GError **error)
{
    guint left = 0;
    double width = p->prepared ? pixGetWidth(p->prepared) : 1;
    double height = p->prepared ? pixGetHeight(p->prepared) : 1;
    if (!pieces_are_spread(p->r.words, width, height, &left))
        return layout_add(reading, p->r.words, error);
    g_autoptr(GArray) right = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    g_array_append_vals(right, &g_array_index(p->r.words, LayoutWord, left),
                        p->r.words->len - left);
    g_array_set_size(p->r.words, left);
    return layout_add(reading, p->r.words, error) && layout_add(reading, right, error);
}

static gboolean read_page(OcrPage *p, guint number, GError **error)
{
    return prepare_page(p, number, PREPARE_FIND, error) && find_engine(p, error) &&
           (!p->prepared || (read_pieces(p, error) && try_turns(p, number, error)));
}

gboolean ocr_page(const TechniqueInput *input, PIX *image, double dpi, Rect area, guint number,
                  Rect page, Reading *reading, GError **error)
{
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    g_autoptr(GStringChunk) strings = g_string_chunk_new(4096);
    OcrPage p = {
        .input = input,
        .image = image,
        .dpi = dpi,
        .r = {.strings = strings,
              .words = words,
              .deadline = g_get_monotonic_time() + PAGE_DEADLINE_SECONDS * G_USEC_PER_SEC}};
    gboolean ok = read_page(&p, number, error);
    if (ok) {
        if (p.prepared)
            place_words(&p, area);
        reading_begin_page(reading, number, words->len ? TECHNIQUE_OCR : TECHNIQUE_NONE,
                           READING_LAYOUT, page.x1 - page.x0, page.y1 - page.y0);
        g_array_index(reading->pages, Page, reading->pages->len - 1).turn = (guint32)p.done.quads;
        ok = add_words(&p, reading, error);
        reading_end_page(reading);
    }
    if (ok && p.r.cut)
        reading_note_missing(reading, "page %u: OCR stopped after %d seconds", number,
                             PAGE_DEADLINE_SECONDS);
    pixDestroy(&p.prepared);
    return ok;
}
