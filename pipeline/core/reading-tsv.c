/* A reading as tab-separated values, in the columns that Tesseract's TSV has. */
#include "reading.h"

#include <string.h>

/* One row of each page (1), block (2), paragraph (3), line (4) and word (5), as there. A block is
 * its only paragraph. Boxes are in points, as everywhere here: Tesseract has pixels. */
typedef struct {
    guint level, page, block, line, word; /* from 1; 0 above their level */
} Place;

static void append_row(GString *out, Place at, Rect rect, double confidence, const char *text)
{
    g_string_append_printf(out, "%u\t%u\t%u\t%u\t%u\t%u", at.level, at.page, at.block,
                           at.level >= 3 ? 1 : 0, at.line, at.word);
    const double box[] = {rect.x0, rect.y0, rect.x1 - rect.x0, rect.y1 - rect.y0};
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    for (guint i = 0; i < G_N_ELEMENTS(box); i++)
        g_string_append_printf(out, "\t%s", g_ascii_formatd(number, sizeof number, "%.2f", box[i]));
    g_string_append_printf(out, "\t%s\t%s\n",
                           g_ascii_formatd(number, sizeof number, "%.6g", confidence), text);
}

/* What is no word has no confidence (-1). A word that was printed, not recognised, has 100, as with
 * pdftotext: readers of these columns take what has less than 0 for no word. */
static void append_line(GString *out, const Reading *r, const Line *line, Place at)
{
    append_row(out, at, line->rect, -1, "");
    at.level = 5;
    for (guint w = line->first_word; w < line->first_word + line->n_words; w++) {
        const Word *word = reading_word(r, w);
        at.word++;
        append_row(out, at, word->rect, word->confidence < 0 ? 100 : word->confidence * 100,
                   reading_word_text(r, word));
    }
}

static void append_block(GString *out, const Reading *r, const Block *block, Place at)
{
    append_row(out, at, block->rect, -1, "");
    at.level = 3;
    append_row(out, at, block->rect, -1, "");
    at.level = 4;
    for (guint l = block->first_line; l < block->first_line + block->n_lines; l++) {
        at.line++;
        append_line(out, r, reading_line(r, l), at);
    }
}

char *reading_to_tsv(const Reading *r)
{
    GString *out = g_string_new("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop"
                                "\twidth\theight\tconf\ttext\n");
    for (guint p = 0; p < r->pages->len; p++) {
        const Page *page = reading_page(r, p);
        Place at = {.level = 1, .page = page->number};
        append_row(out, at, (Rect){0, 0, page->width, page->height}, -1, "");
        at.level = 2;
        for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
            at.block++;
            append_block(out, r, reading_block(r, b), at);
        }
    }
    return g_string_free(out, FALSE);
}
