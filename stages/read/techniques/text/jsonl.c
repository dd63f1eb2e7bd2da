#include "jsonl.h"

#include "charset.h"
#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/fields.h"
#include "stages/read/techniques/grid.h"

#include <string.h>

/* The lines are UTF-8 by definition; a byte order mark and bytes of an old code page are forgiven. */
typedef struct {
    const char *data;
    gsize length, at;
    gboolean too_long; /* the line is over its limit and was not copied */
} Lines;

static Lines lines_begin(const TechniqueInput *input, guint64 offset)
{
    Lines lines = {.at = offset};
    lines.data = g_bytes_get_data(input->bytes, &lines.length);
    if (offset == 0 && lines.length >= 3 && memcmp(lines.data, "\xEF\xBB\xBF", 3) == 0)
        lines.at = 3;
    return lines;
}

static gboolean is_space(const char *data, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isspace(data[i]))
            return FALSE;
    return TRUE;
}

/* The next line that is not blank, as UTF-8, or NULL at the end. Caller frees. */
static char *lines_next(Lines *lines)
{
    while (lines->at < lines->length) {
        const char *start = lines->data + lines->at;
        const char *newline = memchr(start, '\n', lines->length - lines->at);
        gsize length = newline ? (gsize)(newline - start) : lines->length - lines->at;
        lines->at += length + (newline != NULL);
        if (is_space(start, length))
            continue;
        lines->too_long = length > DOCKET_MAX_ROW_BYTES;
        return lines->too_long ? g_strdup("") : charset_decode(start, length, "UTF-8");
    }
    return NULL;
}

static gboolean fill(Reading *reading, const cJSON *object, GError **error)
{
    g_autoptr(Fields) fields = fields_new();
    Grid grid;
    fields_add_json(fields, object);
    grid_begin(&grid, reading, TECHNIQUE_ROW);
    fields_write(fields, &grid);
    return grid_end(&grid, error);
}

static gboolean do_row(const Lines *lines, char *line, guint64 number, const RowSink *sink,
                       GError **error)
{
    if (lines->too_long) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE, "the line is larger than %u MB",
                    DOCKET_MAX_ROW_BYTES >> 20);
        return FALSE;
    }
    g_autoptr(cJSON) object = json_parse(line, strlen(line), error);
    if (!object)
        return FALSE;
    if (!cJSON_IsObject(object)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_JSON, "the line is not a JSON object");
        return FALSE;
    }
    g_autoptr(Reading) reading = reading_new("application/jsonl");
    if (!fill(reading, object, error))
        return FALSE;
    cJSON_Minify(line); /* only space goes: numbers stay as they are written */
    sink->row(number, line, g_steal_pointer(&reading), sink->data);
    return TRUE;
}

gboolean jsonl_rows(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                    const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error)
{
    Lines lines = lines_begin(input, offset);
    guint64 number = first_row, bytes = 0;
    *next_offset = *next_row = 0;
    for (;;) {
        gsize before = lines.at;
        g_autofree char *line = lines_next(&lines);
        if (!line)
            break;
        if (number - first_row >= limit || (sink->max_bytes && bytes >= sink->max_bytes)) {
            *next_offset = before;
            *next_row = number;
            return TRUE;
        }
        g_autoptr(GError) inner = NULL;
        bytes += strlen(line);
        if (!do_row(&lines, line, number, sink, &inner)) {
            g_autofree char *sentence =
                g_strdup_printf("row %" G_GUINT64_FORMAT ": %s", number + 1, inner->message);
            sink->bad_row(number, inner->code, sentence, sink->data);
        }
        number++;
    }
    if (number == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the batch has no rows");
        return FALSE;
    }
    return TRUE;
}

Reading *jsonl_read(const TechniqueInput *input, GError **error)
{
    Lines lines = lines_begin(input, 0);
    g_autoptr(Reading) reading = reading_new(input->media_type);
    Grid grid;
    guint bad = 0;
    grid_begin(&grid, reading, TECHNIQUE_ROW);
    while (!grid.full) {
        g_autofree char *line = lines_next(&lines);
        if (!line)
            break;
        g_autoptr(cJSON) object = json_parse(line, strlen(line), NULL);
        g_autoptr(Fields) fields = fields_new();
        bad += object == NULL;
        if (object)
            fields_add_json(fields, object);
        fields_write(fields, &grid);
    }
    if (bad)
        reading_note(reading, "%u lines are not JSON and were left out", bad);
    if (!grid_end(&grid, error))
        return NULL;
    return g_steal_pointer(&reading);
}
