#include "bullets.h"

#include <math.h>
#include <string.h>

/* Sizes and places in heights of the line's letters. */
#define MIN_SIZE 0.2
#define MAX_SIZE 0.62
#define MIN_CENTRE 0.3 /* between the top and bottom of the line's words */
#define MAX_CENTRE 0.72
#define MAX_GAP 3.0  /* before the first word of its line */
#define MIN_SIDE 4   /* pixels; smaller ones have no shape */
#define MIN_SURE 0.3 /* of the line, for a bullet to be added to it */
#define MIN_WORDS 2  /* in the line, for the same */
#define MIN_ASPECT 0.78
/* Share of its box that is ink: a disc has 0.79, a full square 1, a ring about a half. */
#define MIN_DISC 0.70
#define MIN_SQUARE 0.93
#define MIN_RING 0.28
#define MAX_RING 0.62
#define MAX_RING_SIZE 0.42 /* the letter o is larger */

typedef struct {
    Rect rect; /* union of its words */
    double sure;
    guint first, n; /* leftmost word; number of words */
} BulletLine;

static gboolean has_ink(PIX *binary, int x, int y)
{
    l_uint32 bit = 0;
    pixGetPixel(binary, x, y, &bit);
    return bit != 0;
}

/* A disc has no ink in the corners of its box. */
static gboolean has_corners(PIX *binary, int x, int y, int w, int h)
{
    return has_ink(binary, x, y) && has_ink(binary, x + w - 1, y) &&
           has_ink(binary, x, y + h - 1) && has_ink(binary, x + w - 1, y + h - 1);
}

/* "•", "▪", "◦", or NULL for what is no bullet. */
static const char *shape_of(PIX *binary, BOX *box, double letters)
{
    l_int32 x, y, w, h, ink = 0;
    boxGetGeometry(box, &x, &y, &w, &h);
    if (w < MIN_SIDE || h < MIN_SIDE || MIN(w, h) < MIN_ASPECT * MAX(w, h) ||
        h < MIN_SIZE * letters || h > MAX_SIZE * letters)
        return NULL;
    pixCountPixelsInRect(binary, box, &ink, NULL);
    double filled = (double)ink / (w * h);
    gboolean centre = has_ink(binary, x + w / 2, y + h / 2);
    if (filled >= MIN_SQUARE)
        return "▪";
    if (filled >= MIN_DISC && centre && !has_corners(binary, x, y, w, h))
        return "•";
    if (filled >= MIN_RING && filled <= MAX_RING && !centre && h < MAX_RING_SIZE * letters &&
        has_ink(binary, x + w / 2, y) && has_ink(binary, x + w / 2, y + h - 1) &&
        has_ink(binary, x, y + h / 2) && has_ink(binary, x + w - 1, y + h / 2))
        return "◦";
    return NULL;
}

/* The one mark within a part of the image that is a bullet of the line; anything else large beside it
 * makes it part of something. Its box goes to *rect. */
static const char *find_shape(PIX *binary, Rect where, const BulletLine *line, Rect *rect)
{
    double letters = line->rect.y1 - line->rect.y0;
    int x0 = MAX(0, (int)floor(where.x0)), y0 = MAX(0, (int)floor(where.y0));
    int x1 = MIN(pixGetWidth(binary), (int)ceil(where.x1));
    int y1 = MIN(pixGetHeight(binary), (int)ceil(where.y1));
    if (x1 - x0 < MIN_SIDE || y1 - y0 < MIN_SIDE)
        return NULL;
    BOX *part = boxCreate(x0, y0, x1 - x0, y1 - y0);
    PIX *clip = pixClipRectangle(binary, part, NULL);
    boxDestroy(&part);
    BOXA *boxes = clip ? pixConnCompBB(clip, 8) : NULL;
    const char *found = NULL;
    int large = 0;
    for (int i = 0; boxes && i < boxaGetCount(boxes); i++) {
        l_int32 x, y, w, h;
        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        if (MAX(w, h) < MIN_SIZE * letters / 2)
            continue;
        large++;
        double centre = (y0 + y + h / 2.0 - line->rect.y0) / letters;
        BOX *box = boxaGetBox(boxes, i, L_CLONE);
        const char *shape =
            centre >= MIN_CENTRE && centre <= MAX_CENTRE ? shape_of(clip, box, letters) : NULL;
        boxDestroy(&box);
        if (shape) {
            found = shape;
            *rect = (Rect){x0 + x, y0 + y, x0 + x + w, y0 + y + h};
        }
    }
    boxaDestroy(&boxes);
    pixDestroy(&clip);
    return large == 1 ? found : NULL;
}

/* Signs that the engine takes a bullet for; letters only where a list's mark may stand. */
static gboolean may_be_bullet(const char *text, gboolean first)
{
    if (g_utf8_strlen(text, -1) > 2)
        return FALSE;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isalnum(c) && !(first && (c == 'e' || c == 'o' || c == 'O')))
            return FALSE;
    }
    return TRUE;
}

static void correct(PIX *binary, LayoutWord *word, const BulletLine *line, gboolean first)
{
    Rect rect;
    if (!may_be_bullet(word->text, first))
        return;
    const char *shape = find_shape(binary, word->rect, line, &rect);
    if (shape)
        word->text = shape;
}

/* A bullet left of the line that the engine left out. */
static void add_before(PIX *binary, GArray *words, const BulletLine *line)
{
    const LayoutWord *first = &g_array_index(words, LayoutWord, line->first);
    double letters = line->rect.y1 - line->rect.y0;
    Rect where = {first->rect.x0 - MAX_GAP * letters, line->rect.y0, first->rect.x0 - 1,
                  line->rect.y1};
    Rect rect;
    if (line->n < MIN_WORDS || line->sure < MIN_SURE * line->n)
        return;
    const char *shape = find_shape(binary, where, line, &rect);
    if (!shape || shape[0] == '\0' || strcmp(shape, "◦") == 0)
        return;
    LayoutWord bullet = *first;
    bullet.rect = rect;
    bullet.text = shape;
    bullet.flags = 0;
    g_array_append_val(words, bullet);
}

/* Words of one line stand together in the engine's order. */
static BulletLine line_at(const GArray *words, guint first, guint end)
{
    const LayoutWord *start = &g_array_index(words, LayoutWord, first);
    BulletLine line = {.rect = start->rect, .first = first};
    for (guint i = first; i < end; i++) {
        const LayoutWord *word = &g_array_index(words, LayoutWord, i);
        if (word->line != start->line)
            break;
        if (word->rect.x0 < g_array_index(words, LayoutWord, line.first).rect.x0)
            line.first = i;
        line.rect = rect_union(line.rect, word->rect);
        line.sure += MAX(0.0, word->confidence);
        line.n++;
    }
    return line;
}

void bullets_mark(PIX *binary, GArray *words, guint first)
{
    guint end = words->len;
    for (guint at = first; at < end;) {
        BulletLine line = line_at(words, at, end);
        guint after = at + line.n;
        for (guint i = at; i < after; i++)
            correct(binary, &g_array_index(words, LayoutWord, i), &line, i == line.first);
        add_before(binary, words, &line);
        at = after;
    }
}
