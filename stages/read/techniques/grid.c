#include "grid.h"

#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"

#include <string.h>

#define LONGEST_WORD 4096 /* bytes; longer ones are cut into several */

void grid_begin(Grid *grid, Reading *reading, Technique technique)
{
    grid_begin_page(grid, reading, technique, 1);
}

void grid_begin_page(Grid *grid, Reading *reading, Technique technique, guint number)
{
    *grid = (Grid){.reading = reading};
    reading_begin_page(reading, number, technique, READING_GRID, 0, 0);
}

void grid_source(Grid *grid, guint32 source)
{
    GArray *blocks = grid->reading->blocks;
    if (blocks->len)
        g_array_index(blocks, Block, blocks->len - 1).reserved = source;
}

void grid_block(Grid *grid, BlockKind kind, guint level)
{
    if (grid->lines)
        grid->y += 1; /* blocks stand apart */
    reading_begin_block(grid->reading, kind, level);
    grid_source(grid, grid->source);
}

void grid_line(Grid *grid)
{
    if (grid->lines)
        grid->y += 1;
    grid->lines = TRUE;
    reading_begin_line(grid->reading);
}

typedef enum { SEEN, DROPPED, SMUGGLED } Sight;

/* Joiners belong to scripts and emoji outside Latin; between Latin letters they only keep words from
 * being found. Soft hyphens are honest, and invisible. */
static Sight sight_of(gunichar c, gunichar before)
{
    if (c == 0xad || (c >= 0xfe00 && c <= 0xfe0f))
        return DROPPED;
    if (c == 0x200c || c == 0x200d)
        return before >= 0x0590 ? SEEN : SMUGGLED;
    if (c == 0x200e || c == 0x200f || c == 0x061c)
        return DROPPED;
    if (c == 0x200b || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
        c == 0xfeff || c == 0x180e || (c >= 0xe0000 && c <= 0xe007f))
        return SMUGGLED;
    return g_unichar_type(c) == G_UNICODE_CONTROL ? DROPPED : SEEN;
}

static void add_word(Grid *grid, GString *word, double x, double end, int cell)
{
    if (word->len == 0)
        return;
    Rect rect = {x, grid->y, end, grid->y + 1};
    if (!reading_add_word(grid->reading, word->str, (gssize)word->len, rect, -1, cell, 0))
        grid->full = TRUE;
    grid->width = MAX(grid->width, end);
    g_string_truncate(word, 0);
}

/* Adds the words that are ASCII, one character a byte and all of them seen; returns where the first that
 * is not begins, or the end. */
static const char *add_plain_words(Grid *grid, const char *text, double *x, int cell)
{
    while (!grid->full) {
        const char *start = text;
        while (*text == ' ')
            text++;
        const char *end = text;
        while (*end > ' ' && *end < 0x7f)
            end++;
        if ((*end != ' ' && *end != '\0') || end - text > LONGEST_WORD)
            return start;
        double from = *x + (double)(text - start), to = from + (double)(end - text);
        Rect rect = {from, grid->y, to, grid->y + 1};
        if (end > text) {
            if (!reading_add_word(grid->reading, text, end - text, rect, -1, cell, 0))
                grid->full = TRUE;
            grid->width = MAX(grid->width, to);
        }
        *x = to;
        text = end;
        if (*end == '\0')
            break;
    }
    return text;
}

double grid_text(Grid *grid, const char *text, double x, int cell)
{
    text = add_plain_words(grid, text, &x, cell);
    if (*text == '\0' || grid->full)
        return x;
    g_autoptr(GString) word = g_string_new(NULL);
    double start = x;
    gunichar before = 0;
    gboolean smuggled = FALSE;
    for (const char *p = text; *p && !grid->full; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isspace(c) || word->len > LONGEST_WORD) {
            add_word(grid, word, start, x, cell);
            grid->hidden += smuggled;
            smuggled = FALSE;
        }
        if (g_unichar_isspace(c)) {
            x += 1;
            start = x;
            continue;
        }
        Sight sight = sight_of(c, before);
        smuggled |= sight == SMUGGLED;
        before = c;
        if (sight != SEEN)
            continue;
        if (word->len == 0)
            start = x;
        g_string_append_unichar(word, c);
        x += 1;
    }
    add_word(grid, word, start, x, cell);
    grid->hidden += smuggled;
    return x;
}

guint grid_count_words(const char *text)
{
    guint n = 0;
    gboolean inside = FALSE;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gboolean space = g_unichar_isspace(g_utf8_get_char(p));
        n += !space && !inside;
        inside = !space;
    }
    return n;
}

gboolean grid_end(Grid *grid, GError **error)
{
    Reading *r = grid->reading;
    reading_end_page(r);
    Page *page = &g_array_index(r->pages, Page, r->pages->len - 1);
    page->width = MAX(grid->width, 1);
    page->height = grid->y + 1;
    page->hidden = grid->hidden;
    if (grid->hidden)
        reading_note(r, "hidden text: %u words on page %u", grid->hidden, page->number);
    if (grid->full)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "more than %u words or %u MB of text", DOCKET_MAX_WORDS,
                    DOCKET_MAX_TEXT_BYTES >> 20);
    return !grid->full;
}
