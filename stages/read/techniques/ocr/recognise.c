#include "recognise.h"

#include "bullets.h"
#include "pipeline/core/error.h"

#include <string.h>

/* Below this Tesseract's words are specks and pictures more often than text, unless the rest of the
 * line is sure: one odd sign makes a whole word unsure. */
#define MIN_WORD_CONFIDENCE 0.10
#define SURE_LINE 0.5
#define LONG_WORD 6 /* letters and figures */
#define MIN_SAMPLE_LETTERS 8

/* The signs of a word that stand upright, and those that lie on their side: a line that runs down the
 * image is one of Chinese or Japanese, or the image is turned. */
static void count_lying(Recognition *r, const TessPageIterator *where, const char *text)
{
    TessOrientation up;
    TessWritingDirection direction = WRITING_DIRECTION_LEFT_TO_RIGHT;
    TessTextlineOrder order;
    float skew;
    /* The iterator is not changed: the C interface only does not say so. */
    TessPageIteratorOrientation((TessPageIterator *)where, &up, &direction, &order, &skew);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gboolean lying =
            direction == WRITING_DIRECTION_TOP_TO_BOTTOM && !g_unichar_iswide(g_utf8_get_char(p));
        *(lying ? &r->lying : &r->upright) += 1;
    }
}

static void collect_word(Recognition *r, const TessResultIterator *at, double size)
{
    const TessPageIterator *where = TessResultIteratorGetPageIteratorConst(at);
    double confidence = TessResultIteratorConfidence(at, RIL_WORD) / 100.0;
    int x0, y0, x1, y1;
    char *text = TessResultIteratorGetUTF8Text(at, RIL_WORD);
    if (!text)
        return;
    g_strstrip(text);
    if (text[0] && !strpbrk(text, " \t\n\r") && g_utf8_validate(text, -1, NULL) &&
        TessPageIteratorBoundingBox(where, RIL_WORD, &x0, &y0, &x1, &y1)) {
        LayoutWord word = {.rect = {x0, y0, x1, y1},
                           .text = g_string_chunk_insert(r->strings, text),
                           .size = size,
                           .confidence = CLAMP(confidence, 0.0, 1.0),
                           .line = r->line};
        g_array_append_val(r->words, word);
        count_lying(r, where, text);
    }
    TessDeleteText(text);
}

static void collect(Recognition *r, TessBaseAPI *engine)
{
    TessResultIterator *at = TessBaseAPIGetIterator(engine);
    if (!at)
        return;
    const TessPageIterator *where = TessResultIteratorGetPageIteratorConst(at);
    double size = 0;
    do {
        int x0, y0, x1, y1;
        if (TessPageIteratorIsAtBeginningOf(where, RIL_TEXTLINE)) {
            r->line++;
            if (TessPageIteratorBoundingBox(where, RIL_TEXTLINE, &x0, &y0, &x1, &y1))
                size = y1 - y0;
        }
        collect_word(r, at, size);
    } while (TessResultIteratorNext(at, RIL_WORD));
    TessResultIteratorDelete(at);
}

/* How surely the line from `first` on was read, each word counting the same: one long address with one
 * odd sign would make all of it unsure. *end is where the next line begins. */
static double line_confidence(const GArray *words, guint first, guint *end)
{
    double sure = 0;
    int line = g_array_index(words, LayoutWord, first).line;
    guint i = first;
    for (; i < words->len && g_array_index(words, LayoutWord, i).line == line; i++)
        sure += g_array_index(words, LayoutWord, i).confidence;
    *end = i;
    return sure / (i - first);
}

/* Specks and pictures make short words. */
static gboolean is_long(const char *text)
{
    int n = 0;
    for (const char *p = text; *p && n < LONG_WORD; p = g_utf8_next_char(p))
        n += g_unichar_isalnum(g_utf8_get_char(p));
    return n >= LONG_WORD;
}

static void drop_noise(GArray *words, guint first)
{
    guint kept = first, end;
    for (guint at = first; at < words->len; at = end) {
        gboolean sure = line_confidence(words, at, &end) >= SURE_LINE;
        for (guint i = at; i < end; i++) {
            LayoutWord word = g_array_index(words, LayoutWord, i);
            if (sure || word.confidence >= MIN_WORD_CONFIDENCE || is_long(word.text))
                g_array_index(words, LayoutWord, kept++) = word;
        }
    }
    g_array_set_size(words, kept);
}

static void take_words(TessBaseAPI *engine, BOX *part, Recognition *r)
{
    guint first = r->words->len;
    l_int32 x = 0, y = 0;
    collect(r, engine);
    drop_noise(r->words, first);
    PIX *binary = TessBaseAPIGetThresholdedImage(engine);
    if (binary)
        bullets_mark(binary, r->words, first);
    pixDestroy(&binary);
    if (part)
        boxGetGeometry(part, &x, &y, NULL, NULL);
    for (guint i = first; i < r->words->len; i++) {
        Rect *rect = &g_array_index(r->words, LayoutWord, i).rect;
        *rect = (Rect){rect->x0 + x, rect->y0 + y, rect->x1 + x, rect->y1 + y};
    }
}

gboolean recognise(TessBaseAPI *engine, PIX *image, BOX *part, Recognition *r, GError **error)
{
    gint64 left = (r->deadline - g_get_monotonic_time()) / 1000;
    PIX *piece = part ? pixClipRectangle(image, part, NULL) : pixClone(image);
    if (left <= 0 || !piece) {
        r->cut = TRUE;
        pixDestroy(&piece);
        return TRUE;
    }
    ETEXT_DESC *monitor = TessMonitorCreate();
    TessMonitorSetDeadlineMSecs(monitor, (int)MIN(left, G_MAXINT));
    TessBaseAPISetPageSegMode(engine, r->one_block ? PSM_SINGLE_BLOCK : PSM_AUTO);
    TessBaseAPISetImage2(engine, piece);
    gboolean ok = TessBaseAPIRecognize(engine, monitor) == 0;
    if (!ok && g_get_monotonic_time() >= r->deadline)
        r->cut = ok = TRUE;
    if (ok)
        take_words(engine, part, r);
    else
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED,
                    "Tesseract could not read the image");
    TessBaseAPIClear(engine);
    TessMonitorDelete(monitor);
    pixDestroy(&piece);
    return ok;
}

int recognise_turn(const Recognition *r)
{
    return r->lying > r->upright ? 3 : 0;
}

double recognise_sureness(const GArray *words)
{
    double sure = 0, letters = 0;
    for (guint i = 0; i < words->len; i++) {
        const LayoutWord *word = &g_array_index(words, LayoutWord, i);
        sure += (double)strlen(word->text) * word->confidence;
        letters += (double)strlen(word->text);
    }
    return letters >= MIN_SAMPLE_LETTERS ? sure / letters : 0;
}
