#include "mail-text.h"

#include "mail-header.h"
#include "stages/read/techniques/html/html.h"
#include "stages/read/techniques/technique.h"
#include "stages/read/techniques/text/text.h"

#include <string.h>

/* A plain part of fewer words beside an HTML part of many times as many is no version of it. */
#define STUB_WORDS 25u
#define STUB_SHARE 8u

GBytes *mail_content(GMimePart *part)
{
    GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
    if (!wrapper)
        return g_bytes_new(NULL, 0);
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_mime_data_wrapper_write_to_stream(wrapper, stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_object_unref(stream);
    return g_byte_array_free_to_bytes(bytes);
}

/* ---- format=flowed ---- */

static gsize quote_depth(const char *line, gsize length)
{
    gsize depth = 0;
    while (depth < length && line[depth] == '>')
        depth++;
    return depth;
}

/* Lines that end with a space go on in the next one of the same quote depth, unless it is the mark of
 * a signature (RFC 3676, 4.1 to 4.5). */
static char *unflow(const char *text, gboolean delete_space)
{
    GString *out = g_string_sized_new(strlen(text));
    gboolean flows = FALSE;
    gsize before = 0;
    for (const char *p = text; *p;) {
        gsize length = strcspn(p, "\r\n");
        gsize depth = quote_depth(p, length);
        gsize start = depth + (length > depth && p[depth] == ' '); /* stuffed */
        const char *line = p + start;
        gsize n = length - start;
        gboolean signature = n == 3 && memcmp(line, "-- ", 3) == 0;
        if (out->len && !(flows && depth == before && !signature))
            g_string_append_c(out, '\n');
        if (depth && (!flows || depth != before || signature))
            g_string_append_printf(out, "%.*s ", (int)MIN(depth, 50), p);
        flows = n > 0 && line[n - 1] == ' ' && !signature;
        g_string_append_len(out, line, (gssize)(flows && delete_space ? n - 1 : n));
        before = depth;
        p += length;
        p += p[0] == '\r' && p[1] == '\n' ? 2 : *p != '\0';
    }
    return g_string_free(out, FALSE);
}

static gboolean has_parameter(GMimePart *part, const char *name, const char *value)
{
    const char *is = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), name);
    return is && g_ascii_strcasecmp(is, value) == 0;
}

char *mail_text(GMimePart *part)
{
    g_autoptr(GBytes) bytes = mail_content(part);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    const char *charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
    g_autofree char *text = mail_decode(data ? data : "", length, charset);
    if (has_parameter(part, "format", "flowed"))
        return unflow(text, has_parameter(part, "delsp", "yes"));
    return g_steal_pointer(&text);
}

/* ---- on the page ---- */

static void copy_line(Grid *grid, const Reading *from, const Line *line)
{
    grid_line(grid);
    for (guint i = 0; i < line->n_words && !grid->full; i++) {
        const Word *word = reading_word(from, line->first_word + i);
        Rect rect = {word->rect.x0, grid->y, word->rect.x1, grid->y + 1};
        grid->full |= !reading_add_word(grid->reading, reading_word_text(from, word), word->length,
                                        rect, word->confidence, word->column, word->flags);
        grid->width = MAX(grid->width, rect.x1);
    }
}

static void copy_blocks(Grid *grid, const Reading *from)
{
    for (guint b = 0; b < from->blocks->len && !grid->full; b++) {
        const Block *block = reading_block(from, b);
        grid_block(grid, (BlockKind)block->kind, block->level);
        for (guint l = 0; l < block->n_lines && !grid->full; l++)
            copy_line(grid, from, reading_line(from, block->first_line + l));
        GArray *blocks = grid->reading->blocks;
        g_array_index(blocks, Block, blocks->len - 1).flags = block->flags;
    }
    for (guint p = 0; p < from->pages->len; p++)
        grid->hidden += reading_page(from, p)->hidden;
}

void mail_write(Grid *grid, const char *text, gboolean html)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    TechniqueInput input = {
        .bytes = bytes, .media_type = html ? "text/html" : "text/plain", .first_page = 1};
    /* Nothing but space is no error here, and too much is told by the grid. */
    g_autoptr(GError) error = NULL;
    g_autoptr(Reading) part = html ? html_read_part(&input, &error) : text_read(&input, &error);
    if (part)
        copy_blocks(grid, part);
    else
        grid->full |= error->code == DOCKET_ERROR_TOO_LARGE;
}

gboolean mail_is_stub(const char *plain, const char *html)
{
    guint words = grid_count_words(plain), hidden = 0;
    if (words == 0)
        return TRUE;
    if (words >= STUB_WORDS)
        return FALSE;
    g_autofree char *visible = html_to_text(html, &hidden);
    return grid_count_words(visible) > STUB_SHARE * words;
}
