#include "layout-vertical.h"

#include <math.h>

#define LEAST_CHARACTERS 3 /* of a word that shows by itself how it runs: "il" is narrow, too */
#define UPRIGHT_RATIO 1.8  /* of height to width, from which on it does */
#define NEXT_WORD 1.5      /* widths of the line, between its words */
#define NEXT_LINE 2.0      /* the same, between lines of one block */

static double width_of(Rect r)
{
    return r.x1 - r.x0;
}

static gboolean runs_vertically(const LayoutWord *word)
{
    double height = word->rect.y1 - word->rect.y0;
    return word->line < 0 && height > UPRIGHT_RATIO * width_of(word->rect) &&
           g_utf8_strlen(word->text, -1) >= LEAST_CHARACTERS;
}

/* The word stands above or below the one before, in one column of letters. */
static gboolean goes_on(const LayoutWord *before, const LayoutWord *word)
{
    double middle = (word->rect.x0 + word->rect.x1) / 2;
    double gap = MAX(before->rect.y0, word->rect.y0) - MIN(before->rect.y1, word->rect.y1);
    return middle >= before->rect.x0 && middle <= before->rect.x1 &&
           fabs(gap) < NEXT_WORD * width_of(before->rect);
}

/* Short words show nothing by themselves: they belong to the vertical line that they continue, or
 * that continues them. */
static guint8 *mark(const GArray *words, guint *n)
{
    guint8 *vertical = g_malloc0(words->len + 1);
    const LayoutWord *all = (const LayoutWord *)(const void *)words->data;
    for (guint i = 0; i < words->len; i++)
        vertical[i] = runs_vertically(&all[i]);
    for (guint i = 1; i < words->len; i++)
        if (!vertical[i] && vertical[i - 1] && goes_on(&all[i - 1], &all[i]))
            vertical[i] = width_of(all[i].rect) <= width_of(all[i - 1].rect) * 1.1;
    for (guint i = words->len; i-- > 1;)
        if (!vertical[i - 1] && vertical[i] && goes_on(&all[i], &all[i - 1]))
            vertical[i - 1] = width_of(all[i - 1].rect) <= width_of(all[i].rect) * 1.1;
    *n = 0;
    for (guint i = 0; i < words->len; i++)
        *n += vertical[i];
    return vertical;
}

GArray *layout_take_vertical(GArray *words)
{
    guint n, kept = 0;
    g_autofree guint8 *vertical = mark(words, &n);
    if (n == 0 || 2 * n > words->len)
        return NULL;
    GArray *taken = g_array_sized_new(FALSE, FALSE, sizeof(LayoutWord), n);
    for (guint i = 0; i < words->len; i++) {
        LayoutWord word = g_array_index(words, LayoutWord, i);
        if (vertical[i])
            g_array_append_val(taken, word);
        else
            g_array_index(words, LayoutWord, kept++) = word;
    }
    g_array_set_size(words, kept);
    return taken;
}

/* A line beside the one before, about as high: of one block. */
static gboolean is_beside(Rect before, Rect line)
{
    double apart = MAX(before.x0, line.x0) - MIN(before.x1, line.x1);
    double shared = MIN(before.y1, line.y1) - MAX(before.y0, line.y0);
    return apart < NEXT_LINE * width_of(before) && shared > 0;
}

gboolean layout_add_vertical(Reading *reading, const GArray *vertical)
{
    const LayoutWord *all = (const LayoutWord *)(const void *)vertical->data;
    for (guint i = 0; i < vertical->len; i++) {
        gboolean same_line = i > 0 && goes_on(&all[i - 1], &all[i]);
        if (!same_line && (i == 0 || !is_beside(all[i - 1].rect, all[i].rect))) {
            reading_begin_block(reading, BLOCK_PARAGRAPH, 0);
            g_array_index(reading->blocks, Block, reading->blocks->len - 1).flags |= BLOCK_VERTICAL;
        }
        if (!same_line)
            reading_begin_line(reading);
        if (!reading_add_word(reading, all[i].text, -1, all[i].page_rect, all[i].confidence, -1,
                              all[i].flags))
            return FALSE;
    }
    return TRUE;
}
