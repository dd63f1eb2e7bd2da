/* Pages that were put on the scanner sideways: their rectangles stay those of the page as it lies,
 * so that evidence points at what a person sees; who searches by geometry stands them up first. */
#include "reading.h"

/* One clockwise quarter turn of a page of this height. */
static Rect quarter(Rect r, double height)
{
    return (Rect){height - r.y1, r.x0, height - r.y0, r.x1};
}

static Rect turned(Rect rect, guint quarters, double width, double height)
{
    for (guint i = 0; i < quarters; i++) {
        rect = quarter(rect, height);
        double before = width;
        width = height;
        height = before;
    }
    return rect;
}

Rect rect_from_upright(const Page *page, Rect rect)
{
    gboolean across = page->turn % 2;
    double width = across ? page->height : page->width;
    double height = across ? page->width : page->height;
    return turned(rect, (4 - page->turn) % 4, width, height);
}

static void turn_blocks(Reading *r, const Page *page)
{
    for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
        Block *block = &g_array_index(r->blocks, Block, b);
        block->rect = turned(block->rect, page->turn, page->width, page->height);
        for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
            Line *line = &g_array_index(r->lines, Line, l);
            line->rect = turned(line->rect, page->turn, page->width, page->height);
            for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
                Word *word = &g_array_index(r->words, Word, w);
                word->rect = turned(word->rect, page->turn, page->width, page->height);
            }
        }
    }
}

static Reading *copy(const Reading *r)
{
    Reading *into = reading_new(r->media_type);
    into->page_count = r->page_count;
    g_array_append_vals(into->pages, r->pages->data, r->pages->len);
    g_array_append_vals(into->blocks, r->blocks->data, r->blocks->len);
    g_array_append_vals(into->lines, r->lines->data, r->lines->len);
    g_array_append_vals(into->words, r->words->data, r->words->len);
    g_byte_array_append(into->text, r->text->data, r->text->len);
    return into;
}

Reading *reading_upright(const Reading *r)
{
    guint lying = 0;
    for (guint i = 0; i < r->pages->len; i++)
        lying += reading_page(r, i)->turn != 0;
    if (lying == 0)
        return NULL;
    Reading *upright = copy(r);
    for (guint i = 0; i < upright->pages->len; i++) {
        Page *page = &g_array_index(upright->pages, Page, i);
        turn_blocks(upright, page);
        if (page->turn % 2) {
            double width = page->width;
            page->width = page->height;
            page->height = width;
        }
        page->turn = 0;
    }
    return upright;
}
