/* Running headers, footers and page numbers: short blocks at the edge of a page that say the same on
 * other pages, numbers apart. Readers see a few pages each, so this looks at the whole reading. */
#include "reading.h"

#include <math.h>
#include <string.h>

#define EDGE_SHARE 0.14   /* of the page's height, at the top and at the bottom */
#define MAX_EDGE_BLOCKS 6 /* of one page that are looked at, on each edge */
#define MAX_LINES 5
#define MAX_WORDS 40
#define SAME_PLACE 0.03 /* of the page's height, between the same header of two pages */
#define MIN_LETTERS 3   /* of a header that is not a page number */

typedef struct {
    double y;    /* share of the page's height */
    guint block; /* the last one seen there */
    guint page;
    gboolean marked; /* that block is flagged */
} Seen;

/* The text of a block without spaces, in small letters, each number as '#'. Caller frees. */
static char *fold(const Reading *r, const Block *block, guint *letters)
{
    GString *out = g_string_new(NULL);
    const Line *first = reading_line(r, block->first_line);
    const Line *last = reading_line(r, block->first_line + block->n_lines - 1);
    *letters = 0;
    for (guint w = first->first_word; w < last->first_word + last->n_words; w++)
        for (const char *p = reading_word_text(r, reading_word(r, w)); *p;
             p = g_utf8_next_char(p)) {
            gunichar c = g_utf8_get_char(p);
            *letters += g_unichar_isalpha(c) != 0;
            if (!g_unichar_isdigit(c))
                g_string_append_unichar(out, g_unichar_tolower(c));
            else if (out->len == 0 || out->str[out->len - 1] != '#')
                g_string_append_c(out, '#');
        }
    return g_string_free(out, FALSE);
}

static guint count_words(const Reading *r, const Block *block)
{
    const Line *first = reading_line(r, block->first_line);
    const Line *last = reading_line(r, block->first_line + block->n_lines - 1);
    return last->first_word + last->n_words - first->first_word;
}

/* 1 at the head of its page, -1 at the foot, 0 elsewhere. */
static int edge_of(const Reading *r, const Page *page, const Block *block)
{
    if (block->n_lines == 0 || block->n_lines > MAX_LINES || count_words(r, block) > MAX_WORDS)
        return 0;
    if (block->rect.y1 <= EDGE_SHARE * page->height)
        return 1;
    return block->rect.y0 >= (1 - EDGE_SHARE) * page->height ? -1 : 0;
}

static void flag(Reading *r, guint block, int edge)
{
    g_array_index(r->blocks, Block, block).flags |= edge > 0 ? BLOCK_HEADER : BLOCK_FOOTER;
}

/* The number of the page and nothing else: "7", "- 7 -", "7/9". */
static gboolean is_page_number(const Reading *r, const Page *page, const Block *block)
{
    const Line *line = reading_line(r, block->first_line);
    guint64 first = 0;
    guint numbers = 0, letters;
    if (block->n_lines > 1 || line->n_words > 5)
        return FALSE;
    g_autofree char *folded = fold(r, block, &letters);
    for (const char *p = folded; *p; p++) {
        numbers += *p == '#';
        if (!strchr("#-/|[]().", *p))
            return FALSE;
    }
    for (guint w = line->first_word; w < line->first_word + line->n_words && !first; w++) {
        const char *text = reading_word_text(r, reading_word(r, w));
        first = g_ascii_strtoull(text + strcspn(text, "0123456789"), NULL, 10);
    }
    return numbers >= 1 && numbers <= 2 && first == page->number;
}

static void look_at(Reading *r, guint p, guint b, int edge, GHashTable *table)
{
    const Page *page = reading_page(r, p);
    const Block *block = reading_block(r, b);
    guint letters;
    g_autofree char *text = fold(r, block, &letters);
    if (r->page_count > 1 && is_page_number(r, page, block)) {
        flag(r, b, edge);
        return;
    }
    if (letters < MIN_LETTERS)
        return;
    char *key = g_strdup_printf("%d%s", edge, text);
    double y = block->rect.y0 / MAX(page->height, 1e-3);
    Seen *seen = g_hash_table_lookup(table, key);
    if (seen && seen->page != p && fabs(seen->y - y) <= SAME_PLACE) {
        if (!seen->marked)
            flag(r, seen->block, edge);
        flag(r, b, edge);
        seen->marked = TRUE;
        g_free(key);
        return;
    }
    if (seen && seen->marked) {
        g_free(key);
        return;
    }
    Seen *fresh = g_new0(Seen, 1);
    *fresh = (Seen){.y = y, .block = b, .page = p};
    g_hash_table_insert(table, key, fresh);
}

void reading_mark_running(Reading *r)
{
    g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint p = 0; p < r->pages->len; p++) {
        const Page *page = reading_page(r, p);
        guint looked[2] = {0, 0};
        if (page->geometry != READING_LAYOUT || page->turn)
            continue;
        for (guint b = page->first_block; b < page->first_block + page->n_blocks; b++) {
            int edge = edge_of(r, page, reading_block(r, b));
            if (edge && looked[edge > 0]++ < MAX_EDGE_BLOCKS)
                look_at(r, p, b, edge, table);
        }
    }
}

char *reading_running_key(const Reading *r, const Block *block)
{
    guint letters;
    return block->n_lines ? fold(r, block, &letters) : g_strdup("");
}
