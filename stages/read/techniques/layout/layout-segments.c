/* Words to segments: runs of words with ordinary gaps. */
#include "layout-blocks.h"

#include <math.h>
#include <stdlib.h>

#define WORD_GAP 0.95 /* letter heights between words of one segment, at most */
/* What looks like a table that drawn lines would make clearer. */
#define MIN_LIKELY_LINES 2 /* with segments side by side */
#define SHORT_WORDS 4      /* in the shortest of these segments */
#define WIDE_SEGMENTS 4    /* side by side: nothing else than a table has so many */
#define MIN_WIDE_LINES 3

static double height_of(Rect r)
{
    return r.y1 - r.y0;
}

static double overlap(double a0, double a1, double b0, double b1)
{
    return MIN(a1, b1) - MAX(a0, b0);
}

static int by_x(gconstpointer a, gconstpointer b)
{
    const LayoutWord *one = a, *two = b;
    return one->rect.x0 < two->rect.x0 ? -1 : one->rect.x0 > two->rect.x0;
}

static gboolean same_row(const LayoutWord *a, const LayoutWord *b)
{
    if (a->line >= 0 && a->line == b->line)
        return TRUE;
    double least = MIN(height_of(a->rect), height_of(b->rect));
    double most = MAX(height_of(a->rect), height_of(b->rect));
    return overlap(a->rect.y0, a->rect.y1, b->rect.y0, b->rect.y1) >= 0.5 * least &&
           most <= 3 * least + 1e-6;
}

/* The words come in from left to right; each is appended to the open segment that ends just left
 * of it on the same row. Segments are found through their row number in a coarse grid. */
typedef struct {
    GArray *segments; /* of Segment */
    GHashTable *rows; /* grid row -> GArray of segment indices */
    double pitch;
} Chains;

static GArray *row_of(Chains *c, int row)
{
    GArray *list = g_hash_table_lookup(c->rows, GINT_TO_POINTER(row));
    if (!list) {
        list = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(c->rows, GINT_TO_POINTER(row), list);
    }
    return list;
}

/* The band of the page that the middle of a rectangle stands in; words may claim to be anywhere. */
static int band_of(Rect rect, double height)
{
    return (int)CLAMP(floor((rect.y0 + rect.y1) / 2 / height), -1e9, 1e9);
}

static Segment *find_segment(Chains *c, const LayoutWord *words, const LayoutWord *word)
{
    Segment *best = NULL;
    double best_gap = G_MAXDOUBLE;
    int row = band_of(word->rect, c->pitch);
    for (int r = row - 1; r <= row + 1; r++) {
        GArray *list = g_hash_table_lookup(c->rows, GINT_TO_POINTER(r));
        /* The latest segments are the nearest: a few steps back are enough. */
        for (guint k = 0; list && k < list->len && k < 64; k++) {
            Segment *s =
                &g_array_index(c->segments, Segment, g_array_index(list, guint, list->len - 1 - k));
            const LayoutWord *last = &words[s->last];
            double gap = word->rect.x0 - last->rect.x1;
            double unit = MAX(MIN(last->size, word->size), 1e-3);
            /* An engine's boxes may reach over the words that follow on their line. */
            double least = last->line >= 0 && last->line == word->line ? -G_MAXDOUBLE : -0.5 * unit;
            if (!same_row(last, word) || gap > WORD_GAP * unit || gap < least)
                continue;
            if (gap < best_gap) {
                best_gap = gap;
                best = s;
            }
        }
    }
    return best;
}

static void append_word(Chains *c, GArray *words, guint index)
{
    LayoutWord *all = &g_array_index(words, LayoutWord, 0);
    Segment *s = find_segment(c, all, &all[index]);
    int row = band_of(all[index].rect, c->pitch);
    if (s) {
        guint which = (guint)(s - &g_array_index(c->segments, Segment, 0));
        GArray *list = row_of(c, row); /* a slanting line wanders into the next row */
        if (list->len == 0 || g_array_index(list, guint, list->len - 1) != which)
            g_array_append_val(list, which);
        all[s->last].next = (gint)index;
        s->last = index;
        s->rect = rect_union(s->rect, all[index].rect);
        s->n_words++;
        return;
    }
    Segment fresh = {.rect = all[index].rect,
                     .first = index,
                     .last = index,
                     .n_words = 1,
                     .size = all[index].size};
    guint at = c->segments->len;
    g_array_append_val(c->segments, fresh);
    g_array_append_val(row_of(c, row), at);
}

GArray *layout_segments(GArray *words, const guint8 *taken, double unit)
{
    Chains c = {.segments = g_array_new(FALSE, FALSE, sizeof(Segment)),
                .rows = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref),
                .pitch = unit};
    if (!taken)
        g_array_sort(words, by_x);
    for (guint i = 0; i < words->len; i++)
        g_array_index(words, LayoutWord, i).next = -1;
    for (guint i = 0; i < words->len; i++)
        if (!taken || !taken[i])
            append_word(&c, words, i);
    g_hash_table_unref(c.rows);
    return c.segments;
}

typedef struct {
    guint n, shortest;
} Beside;

gboolean layout_segments_are_likely(const GArray *segments, double unit, gboolean cheap)
{
    g_autoptr(GHashTable) rows = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    guint likely = 0, wide = 0;
    for (guint i = 0; i < segments->len; i++) {
        const Segment *s = &g_array_index(segments, Segment, i);
        gpointer row = GINT_TO_POINTER(band_of(s->rect, unit) + 1);
        Beside *beside = g_hash_table_lookup(rows, row);
        if (!beside) {
            beside = g_new(Beside, 1);
            *beside = (Beside){.n = 1, .shortest = s->n_words};
            g_hash_table_insert(rows, row, beside);
            continue;
        }
        gboolean before = beside->n >= 2 && beside->shortest <= SHORT_WORDS;
        beside->n++;
        beside->shortest = MIN(beside->shortest, s->n_words);
        likely += !before && beside->shortest <= SHORT_WORDS;
        wide += beside->n == WIDE_SEGMENTS;
    }
    return cheap ? likely >= MIN_LIKELY_LINES : wide >= MIN_WIDE_LINES;
}
