#include "stages/compose/pieces.h"

#define TABLE_HEAD_LINES 2u /* the row of names and the rule below it */

typedef struct {
    GArray *pieces;
    const Block *before; /* on the same page */
} Cutting;

static void piece_clear(gpointer data)
{
    g_free(((Piece *)data)->text);
}

static void cut_block(const Page *page, const Block *block, const char *markdown, gpointer data)
{
    Cutting *cutting = data;
    if (block) {
        Piece piece = {
            .text = g_strdup(markdown),
            .page = page->number,
            .kind = block->kind,
            .head_lines = block->kind == BLOCK_TABLE ? TABLE_HEAD_LINES : 0,
            .joined = cutting->before && reading_list_goes_on(cutting->before, block),
        };
        g_array_append_val(cutting->pieces, piece);
    }
    cutting->before = block;
}

GArray *pieces_of(const Reading *reading)
{
    Cutting cutting = {.pieces = g_array_new(FALSE, FALSE, sizeof(Piece))};
    g_array_set_clear_func(cutting.pieces, piece_clear);
    reading_each_markdown(reading, cut_block, &cutting);
    return cutting.pieces;
}
