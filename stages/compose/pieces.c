#include "stages/compose/pieces.h"

#include <string.h>

#define TABLE_HEAD_LINES 2u /* the row of names and the rule below it */
#define MARGIN 2.0          /* points by which two techniques' boxes of the same text may differ */

typedef struct {
    const Reading *reading;
    GArray *pieces;
    const Block *before; /* on the same page */
    const Page *other;   /* the present page as the second technique read it, or NULL */
    GHashTable *told;    /* lines of the second technique that were shown, set of number + 1 */
} Cutting;

static void piece_clear(gpointer data)
{
    g_free(((Piece *)data)->text);
}

/* ---- the second technique ---- */

static gboolean has_layout(const Page *page)
{
    return page->geometry == READING_LAYOUT && page->technique != TECHNIQUE_DATA;
}

static const Page *other_page(const Reading *reading, const Page *page)
{
    const Reading *second = reading->second;
    for (guint i = 0; second && has_layout(page) && i < second->pages->len; i++) {
        const Page *other = reading_page(second, i);
        if (other->number == page->number && has_layout(other))
            return other;
    }
    return NULL;
}

/* The mean over the words of lines [first, end); -1 when the technique gives none. */
static double confidence_of(const Reading *r, guint first, guint end)
{
    double sum = 0;
    guint n = 0;
    for (guint l = first; l < end; l++) {
        const Line *line = reading_line(r, l);
        for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
            double confidence = reading_word(r, w)->confidence;
            sum += MAX(confidence, 0);
            n += confidence >= 0;
        }
    }
    return n ? sum / n : -1;
}

static void append_technique(GString *out, guint technique, double confidence)
{
    g_string_append(out, technique_name((Technique)technique));
    if (confidence >= 0)
        g_string_append_printf(out, " (confidence %.2f)", confidence);
}

static gboolean lies_in(Rect line, Rect block)
{
    double x = (line.x0 + line.x1) / 2, y = (line.y0 + line.y1) / 2;
    return x >= block.x0 - MARGIN && x <= block.x1 + MARGIN && y >= block.y0 - MARGIN &&
           y <= block.y1 + MARGIN;
}

/* "[pdf_text reads Net total 5, ocr (confidence 0.61) as above]" for a line of the second technique
 * that the first read otherwise. `block` NULL: where the first has nothing. */
static void append_other_line(const Cutting *cutting, const Page *page, const Block *block,
                              guint number, GString *out)
{
    const Reading *second = cutting->reading->second;
    g_autofree char *text = reading_line_text(second, number);
    g_string_append_c(out, '[');
    append_technique(out, cutting->other->technique, confidence_of(second, number, number + 1));
    g_string_append_printf(out, " reads %s, ", text);
    append_technique(out, page->technique,
                     block ? confidence_of(cutting->reading, block->first_line,
                                           block->first_line + block->n_lines)
                           : -1);
    g_string_append(out, block ? " as above]\n" : " nothing there]\n");
}

/* The lines of the second technique inside a block, or (NULL) those that are left of the page, where
 * they say something else. */
static void append_other(Cutting *cutting, const Page *page, const Block *block, GString *out)
{
    const Reading *second = cutting->reading->second;
    const Page *other = cutting->other;
    for (guint b = 0; other && b < other->n_blocks; b++) {
        const Block *its = reading_block(second, other->first_block + b);
        for (guint l = its->first_line; l < its->first_line + its->n_lines; l++) {
            const Line *line = reading_line(second, l);
            if (line->agreement < 0 || line->agreement >= 1 ||
                (block && !lies_in(line->rect, block->rect)) ||
                !g_hash_table_add(cutting->told, GUINT_TO_POINTER(l + 1)))
                continue;
            append_other_line(cutting, page, block, l, out);
        }
    }
}

/* ---- cutting ---- */

static void add_piece(Cutting *cutting, const Page *page, const Block *block, char *text)
{
    Piece piece = {
        .text = text,
        .page = page->number,
        .kind = block ? block->kind : BLOCK_PARAGRAPH,
        .head_lines = block && block->kind == BLOCK_TABLE ? TABLE_HEAD_LINES : 0,
        .joined = block && cutting->before && reading_list_goes_on(cutting->before, block),
    };
    g_array_append_val(cutting->pieces, piece);
}

static void cut_block(const Page *page, const Block *block, const char *markdown, gpointer data)
{
    Cutting *cutting = data;
    if (!cutting->before)
        cutting->other = other_page(cutting->reading, page);
    g_autoptr(GString) text = g_string_new(markdown);
    append_other(cutting, page, block, text);
    if (text->len)
        add_piece(cutting, page, block, g_string_free(g_steal_pointer(&text), FALSE));
    cutting->before = block;
}

GArray *pieces_of(const Reading *reading)
{
    Cutting cutting = {.reading = reading,
                       .pieces = g_array_new(FALSE, FALSE, sizeof(Piece)),
                       .told = g_hash_table_new(NULL, NULL)};
    g_array_set_clear_func(cutting.pieces, piece_clear);
    reading_each_markdown(reading, cut_block, &cutting);
    g_hash_table_unref(cutting.told);
    return cutting.pieces;
}
