#include "pieces.h"

#include "binary.h"

#define LONG_ASPECT 4.0  /* height by width above which an image is cut */
#define PIECE_ASPECT 2.5 /* of the parts, about */
#define SEARCH 0.5       /* of the width: how far around it a gap between lines is looked for */

#define MIN_SPREAD_ASPECT 1.15
#define MAX_SPREAD_ASPECT 1.9
#define GUTTER_FROM 0.42 /* of the width: where the fold may be */
#define GUTTER_TO 0.58
#define MIN_GUTTER 0.02    /* of the width */
#define GUTTER_STEPS 64    /* places that are tried */
#define MIN_PAGE_LINES 8   /* on each side */
#define FULL_LINE 0.6      /* of the widest line of its side */
#define FULL_LINES 0.5     /* share of lines that are full, on a page of running text */
#define MIN_TEXT_WIDTH 0.3 /* of the image: the widest line of each side */

/* ---- long images ---- */

/* The row with the least ink near `about`, in the middle of its gap. */
static int find_gap(NUMA *ink, int about, int reach)
{
    int rows = numaGetCount(ink);
    int from = MAX(1, about - reach), to = MIN(rows - 1, about + reach);
    int best = about, length = 0, best_length = 0;
    l_int32 least = G_MAXINT;
    for (int y = from; y < to; y++) {
        l_int32 value = 0;
        numaGetIValue(ink, y, &value);
        length = value == least ? length + 1 : 1;
        if (value < least || (value == least && length > best_length)) {
            least = value;
            best_length = length;
            best = y - length / 2;
        }
    }
    return best;
}

BOXA *pieces_of(PIX *prepared)
{
    int width = pixGetWidth(prepared), height = pixGetHeight(prepared), top = 0;
    int piece = (int)(PIECE_ASPECT * width);
    BOXA *boxes = boxaCreate(0);
    PIX *binary = height > LONG_ASPECT * width ? binary_of(prepared) : NULL;
    NUMA *ink = binary ? pixCountPixelsByRow(binary, NULL) : NULL;
    while (ink && height - top > piece + (int)(SEARCH * width)) {
        int end = find_gap(ink, top + piece, (int)(SEARCH * width));
        if (end <= top)
            break;
        boxaAddBox(boxes, boxCreate(0, top, width, end - top), L_INSERT);
        top = end;
    }
    boxaAddBox(boxes, boxCreate(0, top, width, height - top), L_INSERT);
    numaDestroy(&ink);
    pixDestroy(&binary);
    return boxes;
}

/* ---- open books ---- */

/* The middle of the widest strip around the centre that no word crosses; 0 if there is none. */
static double find_gutter(const GArray *words, double width)
{
    double start = 0, best = 0, best_width = 0;
    gboolean open = FALSE;
    for (int step = 0; step <= GUTTER_STEPS; step++) {
        double x = width * (GUTTER_FROM + (GUTTER_TO - GUTTER_FROM) * step / GUTTER_STEPS);
        gboolean empty = TRUE;
        for (guint i = 0; i < words->len && empty; i++) {
            Rect rect = g_array_index(words, LayoutWord, i).rect;
            empty = rect.x1 < x || rect.x0 > x;
        }
        if (empty && !open)
            start = x;
        if (empty && x - start > best_width) {
            best_width = x - start;
            best = (x + start) / 2;
        }
        open = empty;
    }
    return best_width >= MIN_GUTTER * width ? best : 0;
}

/* Extents of the engine's lines on one side: a table's are short, running text fills its page. */
static gboolean is_running_text(const GArray *words, double from, double to, double width)
{
    g_autoptr(GHashTable) lines = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    double widest = 0;
    guint full = 0;
    for (guint i = 0; i < words->len; i++) {
        const LayoutWord *word = &g_array_index(words, LayoutWord, i);
        if (word->rect.x0 < from || word->rect.x1 > to)
            continue;
        Rect *line = g_hash_table_lookup(lines, GINT_TO_POINTER(word->line));
        if (line)
            *line = rect_union(*line, word->rect);
        else
            g_hash_table_insert(lines, GINT_TO_POINTER(word->line),
                                g_memdup2(&word->rect, sizeof word->rect));
    }
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, lines);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        widest = MAX(widest, ((Rect *)value)->x1 - ((Rect *)value)->x0);
    g_hash_table_iter_init(&iter, lines);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        full += ((Rect *)value)->x1 - ((Rect *)value)->x0 >= FULL_LINE * widest;
    guint n = g_hash_table_size(lines);
    return n >= MIN_PAGE_LINES && widest >= MIN_TEXT_WIDTH * width && full >= FULL_LINES * n;
}

gboolean pieces_are_spread(GArray *words, double width, double height, guint *left)
{
    double gutter = 0;
    if (width >= MIN_SPREAD_ASPECT * height && width <= MAX_SPREAD_ASPECT * height)
        gutter = find_gutter(words, width);
    if (gutter <= 0 || !is_running_text(words, 0, gutter, width) ||
        !is_running_text(words, gutter, width, width))
        return FALSE;
    g_autoptr(GArray) right = g_array_new(FALSE, FALSE, sizeof(LayoutWord));
    guint kept = 0;
    for (guint i = 0; i < words->len; i++) {
        LayoutWord word = g_array_index(words, LayoutWord, i);
        if (word.rect.x0 < gutter)
            g_array_index(words, LayoutWord, kept++) = word;
        else
            g_array_append_val(right, word);
    }
    g_array_set_size(words, kept);
    *left = kept;
    g_array_append_vals(words, right->data, right->len);
    return TRUE;
}
