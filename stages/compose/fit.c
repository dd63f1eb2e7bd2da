#include "stages/compose/fit.h"

#include <string.h>

#define NOTICE_CHARACTERS 120u /* room for the line that tells of the cut */

typedef struct {
    const char *start; /* lent, not NUL-terminated */
    gsize bytes;
    gsize characters; /* with the line feed */
    guint block;      /* which run of non-empty lines it belongs to */
} TextLine;

/* Page breaks as lines of their own, which count as blocks of their own. */
static char *mark_pages(const char *markdown)
{
    GString *out = g_string_new(NULL);
    guint page = 1;
    for (const char *rest = markdown; *rest;) {
        const char *feed = strchr(rest, '\f');
        gsize length = feed ? (gsize)(feed - rest) : strlen(rest);
        g_string_append_len(out, rest, (gssize)length);
        if (!feed)
            break;
        if (out->len && out->str[out->len - 1] != '\n')
            g_string_append_c(out, '\n');
        g_string_append_printf(out, "\n[page %u]\n\n", ++page);
        rest = feed + 1;
    }
    return g_string_free(out, FALSE);
}

static GArray *split_lines(const char *text)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(TextLine));
    guint block = 0;
    gboolean in_block = FALSE;
    for (const char *rest = text; *rest;) {
        const char *feed = strchr(rest, '\n');
        gsize bytes = feed ? (gsize)(feed - rest) : strlen(rest);
        gboolean empty = bytes == 0;
        if (!empty && !in_block)
            block++;
        in_block = !empty;
        TextLine line = {
            .start = rest,
            .bytes = bytes,
            .characters = (gsize)g_utf8_strlen(rest, (gssize)bytes) + 1,
            .block = block,
        };
        g_array_append_val(lines, line);
        if (!feed)
            break;
        rest = feed + 1;
    }
    return lines;
}

static const TextLine *at(const GArray *lines, guint i)
{
    return &g_array_index(lines, TextLine, i);
}

/* How many lines, counted from the beginning (step 1) or the end (step -1) of [first, last), fit
 * into `room`. Only whole blocks, except that a block larger than a quarter of the limit gives the
 * lines that fit. *used: their characters. */
static guint take(const GArray *lines, guint first, guint last, int step, gsize room, gsize large,
                  gsize *used)
{
    guint taken = 0;
    *used = 0;
    while (first + taken < last) {
        guint n = 0;
        gsize size = 0, fitting = 0;
        guint fitting_lines = 0;
        guint begin = step > 0 ? first + taken : last - 1 - taken;
        while (taken + n < last - first) {
            const TextLine *line = at(lines, (guint)((int)begin + step * (int)n));
            if (line->block != at(lines, begin)->block)
                break;
            n++;
            size += line->characters;
            if (*used + size <= room) {
                fitting = size;
                fitting_lines = n;
            }
        }
        if (*used + size > room) {
            if (size > large) {
                taken += fitting_lines;
                *used += fitting;
            }
            break;
        }
        taken += n;
        *used += size;
    }
    return taken;
}

static void append_lines(GString *out, const GArray *lines, guint first, guint last)
{
    for (guint i = first; i < last; i++) {
        g_string_append_len(out, at(lines, i)->start, (gssize)at(lines, i)->bytes);
        g_string_append_c(out, '\n');
    }
}

char *fit_markdown(const char *markdown, gsize limit, Fit *fit)
{
    g_autofree char *text = mark_pages(markdown);
    *fit = (Fit){.characters = (gsize)g_utf8_strlen(text, -1)};
    if (fit->characters <= limit)
        return g_steal_pointer(&text);
    if (limit <= NOTICE_CHARACTERS)
        return NULL;
    g_autoptr(GArray) lines = split_lines(text);
    gsize room = limit - NOTICE_CHARACTERS, large = limit / 4, head_used = 0, tail_used = 0;
    guint head = take(lines, 0, lines->len, 1, room - room / 3, large, &head_used);
    guint tail = take(lines, head, lines->len, -1, room - head_used, large, &tail_used);
    if (head + tail == 0)
        return NULL;
    guint end = lines->len - tail;
    for (guint i = head; i < end; i++) {
        fit->left_out += at(lines, i)->characters;
        fit->lines += at(lines, i)->bytes > 0;
    }
    GString *out = g_string_sized_new(limit);
    append_lines(out, lines, 0, head);
    g_string_append_printf(out,
                           "\n[%u lines (%" G_GSIZE_FORMAT " characters) of the document are "
                           "left out here]\n\n",
                           fit->lines, fit->left_out);
    append_lines(out, lines, end, lines->len);
    return g_string_free(out, FALSE);
}
