#include "ocr.h"

#include "prepare.h"

#include <math.h>
#include <string.h>

/* A page that takes longer is cut with a note; the supervisor's deadline is larger. */
#define PAGE_DEADLINE_MS 90000
/* Below this Tesseract's words are specks and pictures more often than text. */
#define MIN_WORD_CONFIDENCE 0.10
#define SURE_ENOUGH 0.75    /* mean confidence of text that was read the right way up */
#define MIN_TURN_GAIN 0.1   /* in mean confidence, or the image stays as it is */
#define MIN_TURNED_MARKS 40 /* letter-like marks that make it worth to look from all sides */
#define MIN_SAMPLE_LETTERS 8
#define SAMPLE_SHARE 4 /* of the height: a band is tried first */

typedef struct {
    const Preparation *done;
    double x_points, y_points; /* points per original pixel */
    Rect area;
    GStringChunk *strings;
    GArray *words;
    int line;
} Collector;

static Rect to_page(const Collector *c, Rect prepared)
{
    Rect px = prepare_back(c->done, prepared);
    return (Rect){c->area.x0 + px.x0 * c->x_points, c->area.y0 + px.y0 * c->y_points,
                  c->area.x0 + px.x1 * c->x_points, c->area.y0 + px.y1 * c->y_points};
}

static void collect_word(Collector *c, const TessResultIterator *at, double size)
{
    const TessPageIterator *where = TessResultIteratorGetPageIteratorConst(at);
    double confidence = TessResultIteratorConfidence(at, RIL_WORD) / 100.0;
    int x0, y0, x1, y1;
    char *text = TessResultIteratorGetUTF8Text(at, RIL_WORD);
    if (!text)
        return;
    g_strstrip(text);
    if (text[0] && confidence >= MIN_WORD_CONFIDENCE && !strpbrk(text, " \t\n\r") &&
        g_utf8_validate(text, -1, NULL) &&
        TessPageIteratorBoundingBox(where, RIL_WORD, &x0, &y0, &x1, &y1)) {
        LayoutWord word = {.rect = {x0, y0, x1, y1},
                           .text = g_string_chunk_insert(c->strings, text),
                           .size = size,
                           .confidence = CLAMP(confidence, 0.0, 1.0),
                           .line = c->line};
        word.page_rect = to_page(c, word.rect);
        g_array_append_val(c->words, word);
    }
    TessDeleteText(text);
}

static void collect(Collector *c, TessBaseAPI *engine)
{
    TessResultIterator *at = TessBaseAPIGetIterator(engine);
    if (!at)
        return;
    const TessPageIterator *where = TessResultIteratorGetPageIteratorConst(at);
    double size = 0;
    do {
        int x0, y0, x1, y1;
        if (TessPageIteratorIsAtBeginningOf(where, RIL_TEXTLINE)) {
            c->line++;
            if (TessPageIteratorBoundingBox(where, RIL_TEXTLINE, &x0, &y0, &x1, &y1))
                size = y1 - y0;
        }
        collect_word(c, at, size);
    } while (TessResultIteratorNext(at, RIL_WORD));
    TessResultIteratorDelete(at);
}

static gboolean recognise(TessBaseAPI *engine, PIX *prepared, Collector *c, GError **error)
{
    ETEXT_DESC *monitor = TessMonitorCreate();
    TessMonitorSetDeadlineMSecs(monitor, PAGE_DEADLINE_MS);
    /* The search for columns takes parts of narrow print for pictures, and drops them. */
    TessBaseAPISetPageSegMode(engine,
                              c->done->slip || c->done->narrow ? PSM_SINGLE_BLOCK : PSM_AUTO);
    TessBaseAPISetImage2(engine, prepared);
    gboolean ok = TessBaseAPIRecognize(engine, monitor) == 0;
    if (ok)
        collect(c, engine);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED,
                    "Tesseract could not read the image");
    TessBaseAPIClear(engine);
    TessMonitorDelete(monitor);
    return ok;
}

/* How surely the words were read, letter by letter; 0 for next to nothing. */
static double sureness(const GArray *words)
{
    double sure = 0, letters = 0;
    for (guint i = 0; i < words->len; i++) {
        const LayoutWord *word = &g_array_index(words, LayoutWord, i);
        sure += (double)strlen(word->text) * word->confidence;
        letters += (double)strlen(word->text);
    }
    return letters >= MIN_SAMPLE_LETTERS ? sure / letters : 0;
}

/* A band of the image about where the words are. */
static PIX *cut_sample(PIX *prepared, const GArray *words)
{
    int height = pixGetHeight(prepared), band = MAX(1, height / SAMPLE_SHARE);
    int middle = height / 2;
    if (words->len) {
        Rect rect = g_array_index(words, LayoutWord, words->len / 2).rect;
        middle = (int)((rect.y0 + rect.y1) / 2);
    }
    BOX *box =
        boxCreate(0, CLAMP(middle - band / 2, 0, height - band), pixGetWidth(prepared), band);
    PIX *sample = pixClipRectangle(prepared, box, NULL);
    boxDestroy(&box);
    return sample;
}

static gboolean try_turn(TessBaseAPI *engine, PIX *pix, const Collector *like, int turn,
                         GArray *words, GError **error)
{
    Preparation done = *like->done;
    prepare_turn(&done, pix, turn);
    Collector collector = *like;
    collector.done = &done;
    collector.words = words;
    PIX *turned = pixRotateOrth(pix, turn);
    gboolean ok = !turned || recognise(engine, turned, &collector, error);
    pixDestroy(&turned);
    return ok;
}

/* Capitals and figures have no ascenders to tell what is up. Where the text reads badly, a band of it
 * is tried from the other sides, and if that reads better, all of it. */
static gboolean try_turns(TessBaseAPI *engine, PIX *prepared, const Collector *upright,
                          GArray *words, int *taken, GError **error)
{
    static const int turns[] = {2, 1, 3};
    double best = sureness(words) + MIN_TURN_GAIN;
    int turn = 0;
    if (upright->done->letters < MIN_TURNED_MARKS || best > SURE_ENOUGH + MIN_TURN_GAIN)
        return TRUE;
    PIX *sample = cut_sample(prepared, words);
    gboolean ok = TRUE;
    for (guint i = 0; sample && ok && i < G_N_ELEMENTS(turns); i++) {
        g_autoptr(GArray) other = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
        ok = try_turn(engine, sample, upright, turns[i], other, error);
        if (sureness(other) > best) {
            best = sureness(other);
            turn = turns[i];
        }
    }
    pixDestroy(&sample);
    if (!ok || turn == 0)
        return ok;
    g_array_set_size(words, 0);
    *taken = turn;
    return try_turn(engine, prepared, upright, turn, words, error);
}

gboolean ocr_page(const TechniqueInput *input, PIX *image, double dpi, Rect area, guint number,
                  Rect page, Reading *reading, GError **error)
{
    Preparation done;
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    g_autoptr(GStringChunk) strings = g_string_chunk_new(4096);
    TessBaseAPI *engine = warm_engine(input->warm, input->languages, error);
    if (!engine)
        return FALSE;
    gboolean blank;
    int turn = 0;
    PIX *prepared = prepare(image, dpi, &done, &blank);
    if (!prepared && !blank) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_READER_MEMORY,
                    "page %u: no memory for an image of %d x %d pixels", number, done.width,
                    done.height);
        return FALSE;
    }
    if (prepared) {
        Collector collector = {.done = &done,
                               .x_points = (area.x1 - area.x0) / pixGetWidth(image),
                               .y_points = (area.y1 - area.y0) / pixGetHeight(image),
                               .area = area,
                               .strings = strings,
                               .words = words};
        gboolean ok = recognise(engine, prepared, &collector, error) &&
                      try_turns(engine, prepared, &collector, words, &turn, error);
        pixDestroy(&prepared);
        if (!ok)
            return FALSE;
    }
    reading_begin_page(reading, number, words->len ? TECHNIQUE_OCR : TECHNIQUE_NONE, READING_LAYOUT,
                       page.x1 - page.x0, page.y1 - page.y0);
    g_array_index(reading->pages, Page, reading->pages->len - 1).turn =
        (guint32)(done.quads + turn) % 4;
    gboolean ok = layout_add(reading, words, error);
    reading_end_page(reading);
    return ok;
}
