#include "text.h"

#include "charset.h"
#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/fields.h"
#include "stages/read/techniques/grid.h"

#include <string.h>

#define TAB 8

char *text_decode(const TechniqueInput *input, GError **error)
{
    gsize length, mark;
    const char *data = g_bytes_get_data(input->bytes, &length);
    if (length > DOCKET_MAX_TEXT_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "the text has more than %u MB",
                    DOCKET_MAX_TEXT_BYTES >> 20);
        return NULL;
    }
    g_autofree char *charset = charset_guess(data ? data : "", length, NULL, &mark);
    g_autofree char *text = charset_decode(data ? data + mark : "", length - mark, charset);
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (!g_unichar_isspace(g_utf8_get_char(p)))
            return g_steal_pointer(&text);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the text has nothing but space");
    return NULL;
}

/* A copy of the line with tabs as the spaces that they stand for. */
static char *expand_tabs(const char *line, gsize length)
{
    GString *out = g_string_sized_new(length + 1);
    glong column = 0;
    for (const char *p = line; p < line + length; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c != '\t') {
            g_string_append_unichar(out, c);
            column++;
            continue;
        }
        do
            g_string_append_c(out, ' ');
        while (++column % TAB != 0);
    }
    return g_string_free(out, FALSE);
}

typedef struct {
    BlockKind kind;
    guint level;
    gsize skip; /* bytes of the mark itself */
} LineMark;

/* "## Title", "- item": the two marks that change what a line is. */
static LineMark markdown_mark(const char *line)
{
    gsize hashes = strspn(line, "#");
    if (hashes >= 1 && hashes <= 6 && line[hashes] == ' ')
        return (LineMark){BLOCK_HEADING, (guint)hashes, hashes + 1};
    gsize indent = strspn(line, " ");
    const char *at = line + indent;
    if ((at[0] == '-' || at[0] == '*' || at[0] == '+') && at[1] == ' ')
        return (LineMark){BLOCK_LIST, (guint)MIN(indent / 2 + 1, 6), indent + 2};
    return (LineMark){BLOCK_PARAGRAPH, 0, 0};
}

static gboolean is_blank(const char *line)
{
    for (; *line; line = g_utf8_next_char(line))
        if (!g_unichar_isspace(g_utf8_get_char(line)))
            return FALSE;
    return TRUE;
}

static void add_line(Grid *grid, const char *line, gboolean marked, gboolean *open)
{
    if (is_blank(line)) {
        *open = FALSE;
        return;
    }
    LineMark mark = marked ? markdown_mark(line) : (LineMark){BLOCK_PARAGRAPH, 0, 0};
    if (!*open || mark.kind != BLOCK_PARAGRAPH)
        grid_block(grid, mark.kind, mark.level);
    *open = mark.kind != BLOCK_HEADING;
    grid_line(grid);
    grid_text(grid, line + mark.skip, (double)mark.skip, -1);
}

static Reading *read_lines(const TechniqueInput *input, gboolean marked, GError **error)
{
    g_autofree char *text = text_decode(input, error);
    if (!text)
        return NULL;
    g_autoptr(Reading) reading = reading_new(input->media_type);
    Grid grid;
    gboolean open = FALSE;
    grid_begin(&grid, reading, TECHNIQUE_TEXT);
    for (const char *p = text; *p && !grid.full;) {
        gsize length = strcspn(p, "\r\n\f\v");
        g_autofree char *line = expand_tabs(p, length);
        add_line(&grid, line, marked, &open);
        p += length;
        if (*p == '\f')
            open = FALSE;
        if (*p)
            p += p[0] == '\r' && p[1] == '\n' ? 2 : 1;
    }
    if (!grid_end(&grid, error))
        return NULL;
    return g_steal_pointer(&reading);
}

Reading *text_read(const TechniqueInput *input, GError **error)
{
    return read_lines(input, FALSE, error);
}

Reading *markdown_read(const TechniqueInput *input, GError **error)
{
    return read_lines(input, TRUE, error);
}

Reading *json_read(const TechniqueInput *input, GError **error)
{
    g_autofree char *text = text_decode(input, error);
    if (!text)
        return NULL;
    g_autoptr(cJSON) root = json_parse(text, strlen(text), NULL);
    if (!root || (!cJSON_IsObject(root) && !cJSON_IsArray(root))) {
        Reading *plain = text_read(input, error);
        if (plain)
            reading_note(plain, "not valid JSON: read as plain text");
        return plain;
    }
    g_autoptr(Reading) reading = reading_new(input->media_type);
    Grid grid;
    g_autoptr(Fields) fields = fields_new();
    fields_add_json(fields, root);
    grid_begin(&grid, reading, TECHNIQUE_TEXT);
    fields_write(fields, &grid);
    if (!grid_end(&grid, error))
        return NULL;
    return g_steal_pointer(&reading);
}
