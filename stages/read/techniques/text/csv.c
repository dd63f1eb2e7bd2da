/* Two steps, so that a chunk can begin in the middle of a file of any encoding: where does the row end
 * (quotes and newlines, counted in code units), then decoding and splitting of that row alone. Header,
 * separator and encoding are found anew for each chunk from the same first bytes of the file. */
#include "csv.h"

#include "charset.h"
#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/fields.h"
#include "stages/read/techniques/grid.h"

#include <string.h>

#define MAX_COLUMNS 2000
#define DIALECT_ROWS 40 /* rows by which the separator is chosen */
/* Quotes that are never closed cost a search through the rest of the file each; after so many, a row
 * of this chunk ends with its line. */
#define MAX_OPEN_QUOTES 16

typedef struct {
    const char *data;
    gsize length;
    char *charset;
    guint unit; /* bytes of a code unit */
    gboolean big;
    char separator;
    gsize first;       /* byte where the rows begin, after the header */
    GPtrArray *header; /* of char*, each name once */
    guint open_quotes;
} Csv;

static void csv_clear(Csv *csv)
{
    g_free(csv->charset);
    g_clear_pointer(&csv->header, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Csv, csv_clear)

/* ---- where a row ends ---- */

static guint32 unit_at(const Csv *csv, gsize at)
{
    const guchar *p = (const guchar *)csv->data + at;
    if (csv->unit == 1)
        return p[0];
    if (csv->unit == 2)
        return csv->big ? (guint32)p[0] << 8 | p[1] : (guint32)p[1] << 8 | p[0];
    return csv->big ? (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3]
                    : (guint32)p[3] << 24 | (guint32)p[2] << 16 | (guint32)p[1] << 8 | p[0];
}

static gboolean is_separator(const Csv *csv, guint32 c)
{
    if (csv->separator)
        return c == (guint32)csv->separator;
    return c == ',' || c == ';' || c == '\t' || c == '|'; /* not chosen yet */
}

typedef struct {
    gsize end;     /* of the row, without its newline */
    gsize next;    /* where the next row begins */
    gboolean open; /* a quote was never closed */
} Extent;

static Extent line_extent(const Csv *csv, gsize at)
{
    for (; at + csv->unit <= csv->length; at += csv->unit) {
        guint32 c = unit_at(csv, at);
        if (c != '\n' && c != '\r')
            continue;
        gsize next = at + csv->unit;
        if (c == '\r' && next + csv->unit <= csv->length && unit_at(csv, next) == '\n')
            next += csv->unit;
        return (Extent){.end = at, .next = next};
    }
    return (Extent){.end = csv->length, .next = csv->length};
}

/* A quote opens a cell only as its first character, and closes it only before a separator, a newline
 * or the end; others are text (5" screen). */
static Extent row_extent(Csv *csv, gsize start)
{
    gboolean quoted = FALSE, fresh = TRUE;
    gsize most = MIN(csv->length, start + DOCKET_MAX_ROW_BYTES * csv->unit);
    for (gsize at = start; at + csv->unit <= most; at += csv->unit) {
        guint32 c = unit_at(csv, at);
        if (quoted) {
            if (c != '"')
                continue;
            guint32 after = at + 2 * csv->unit <= csv->length ? unit_at(csv, at + csv->unit) : '\n';
            if (after == '"')
                at += csv->unit;
            else if (after == '\n' || after == '\r' || is_separator(csv, after))
                quoted = FALSE;
            continue;
        }
        if (c == '"' && fresh && csv->open_quotes < MAX_OPEN_QUOTES) {
            quoted = TRUE;
        } else if (c == '\n' || c == '\r') {
            return line_extent(csv, at);
        }
        fresh = is_separator(csv, c) || (fresh && c == ' ');
    }
    if (!quoted)
        return most == csv->length ? (Extent){.end = csv->length, .next = csv->length}
                                   : line_extent(csv, most);
    csv->open_quotes++;
    Extent line = line_extent(csv, start);
    line.open = TRUE;
    return line;
}

/* ---- cells ---- */

static void add_cell(GPtrArray *cells, GString *cell)
{
    g_strstrip(cell->str);
    g_ptr_array_add(cells, g_strdup(cell->str));
    g_string_truncate(cell, 0);
}

static gboolean closes(const char *p, char separator)
{
    return *p == '\0' || *p == separator || *p == '\n' || *p == '\r';
}

static GPtrArray *split_cells(const char *row, char separator, gboolean quotes)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) cell = g_string_new(NULL);
    gboolean quoted = FALSE, fresh = TRUE;
    for (const char *p = row; *p; p++) {
        if (quoted && *p == '"' && p[1] == '"') {
            g_string_append_c(cell, *p++);
        } else if (quoted && *p == '"' && closes(p + 1, separator)) {
            quoted = FALSE;
        } else if (quoted) {
            g_string_append_c(cell, *p);
        } else if (*p == '"' && fresh && quotes) {
            g_string_truncate(cell, 0);
            quoted = TRUE;
            fresh = FALSE;
        } else if (*p == separator) {
            add_cell(cells, cell);
            fresh = TRUE;
        } else {
            g_string_append_c(cell, *p);
            fresh = fresh && *p == ' ';
        }
    }
    add_cell(cells, cell);
    return cells;
}

static char *decode(const Csv *csv, gsize start, gsize end)
{
    return end > start ? charset_decode(csv->data + start, end - start, csv->charset)
                       : g_strdup("");
}

static gboolean all_empty(const GPtrArray *cells)
{
    for (guint i = 0; i < cells->len; i++)
        if (*(const char *)cells->pdata[i])
            return FALSE;
    return TRUE;
}

/* ---- dialect and header ---- */

/* Rows that have as many cells as the first one, when cut at the separator. */
static guint agreement(Csv *csv, gsize start, char separator, guint *columns)
{
    guint agree = 0, rows = 0;
    gsize at = start;
    csv->separator = separator;
    *columns = 0;
    while (at < csv->length && rows < DIALECT_ROWS) {
        Extent extent = row_extent(csv, at);
        g_autofree char *text = decode(csv, at, extent.end);
        g_autoptr(GPtrArray) cells = split_cells(text, separator, !extent.open);
        at = extent.next;
        if (all_empty(cells))
            continue;
        if (rows++ == 0)
            *columns = cells->len;
        agree += cells->len == *columns;
    }
    return *columns > 1 ? agree : 0;
}

static char choose_separator(Csv *csv, gsize start, const char *media_type)
{
    static const char candidates[] = ",;\t|";
    char best = strcmp(media_type, "text/tab-separated-values") == 0 ? '\t' : ',';
    guint most = 0, widest = 0;
    for (const char *c = candidates; *c; c++) {
        guint columns;
        guint score = agreement(csv, start, *c, &columns);
        if (score > most || (score == most && score > 0 && columns > widest)) {
            most = score;
            widest = columns;
            best = *c;
        }
    }
    csv->open_quotes = 0;
    return best;
}

/* Names for the columns: none twice, none empty, so that a row can be an object. */
static void name_columns(GPtrArray *header)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < header->len; i++) {
        char *name = header->pdata[i];
        char *base = *name ? g_strdup(name) : g_strdup_printf("column_%u", i + 1);
        char *fresh = g_strdup(base);
        for (guint n = 2; g_hash_table_contains(seen, fresh); n++) {
            g_free(fresh);
            fresh = g_strdup_printf("%s_%u", base, n);
        }
        g_free(base);
        g_free(name);
        header->pdata[i] = fresh;
        g_hash_table_add(seen, fresh);
    }
}

/* "sep=;" in the first line is a word of Excel's to itself. */
static gsize skip_sep_line(Csv *csv, gsize start)
{
    Extent line = line_extent(csv, start);
    g_autofree char *text = line.end - start < 64 ? decode(csv, start, line.end) : NULL;
    if (!text || g_ascii_strncasecmp(text, "sep=", 4) != 0 || strlen(text) != 5)
        return start;
    csv->separator = text[4];
    return line.next;
}

static gboolean read_header(Csv *csv, const char *media_type, gsize start, GError **error)
{
    start = skip_sep_line(csv, start);
    if (!csv->separator)
        csv->separator = choose_separator(csv, start, media_type);
    for (gsize at = start; at < csv->length;) {
        Extent extent = row_extent(csv, at);
        if (extent.end - at > DOCKET_MAX_ROW_BYTES)
            break;
        g_autofree char *text = decode(csv, at, extent.end);
        csv->header = split_cells(text, csv->separator, !extent.open);
        csv->first = at = extent.next;
        if (!all_empty(csv->header))
            break;
        g_clear_pointer(&csv->header, g_ptr_array_unref);
    }
    if (!csv->header || csv->header->len > MAX_COLUMNS) {
        g_set_error(error, DOCKET_ERROR, csv->header ? DOCKET_ERROR_TOO_LARGE : DOCKET_ERROR_EMPTY,
                    csv->header ? "the header has more than 2000 columns"
                                : "the batch has no header");
        return FALSE;
    }
    name_columns(csv->header);
    return TRUE;
}

static gboolean csv_open(Csv *csv, const TechniqueInput *input, GError **error)
{
    gsize mark;
    *csv = (Csv){0};
    csv->data = g_bytes_get_data(input->bytes, &csv->length);
    csv->charset = charset_guess(csv->data ? csv->data : "", csv->length, NULL, &mark);
    csv->unit = charset_unit(csv->charset, &csv->big);
    return read_header(csv, input->media_type, mark, error);
}

/* ---- rows ---- */

static void emit_row(const Csv *csv, guint64 number, const GPtrArray *cells, const RowSink *sink,
                     guint64 *bytes)
{
    g_autoptr(cJSON) object = cJSON_CreateObject();
    g_autoptr(Reading) reading = reading_new("text/csv");
    g_autoptr(Fields) fields = fields_new();
    Grid grid;
    for (guint i = 0; i < csv->header->len; i++) {
        const char *value = i < cells->len ? cells->pdata[i] : "";
        cJSON_AddStringToObject(object, csv->header->pdata[i], value);
        fields_add(fields, csv->header->pdata[i], value);
    }
    grid_begin(&grid, reading, TECHNIQUE_ROW);
    fields_write(fields, &grid);
    g_autoptr(GError) error = NULL;
    if (!grid_end(&grid, &error)) {
        sink->bad_row(number, error->code, error->message, sink->data);
        return;
    }
    g_autofree char *json = json_print(object, FALSE);
    *bytes += strlen(json);
    sink->row(number, json, g_steal_pointer(&reading), sink->data);
}

/* Cells over the header's are only trailing separators, or the row is not what it seems. */
static guint count_extra(const Csv *csv, const GPtrArray *cells)
{
    guint extra = 0;
    for (guint i = csv->header->len; i < cells->len; i++)
        extra += *(const char *)cells->pdata[i] != '\0';
    return extra;
}

/* FALSE when the row is blank and counts for nothing. */
static gboolean do_row(const Csv *csv, gsize start, Extent extent, guint64 number,
                       const RowSink *sink, guint64 *bytes)
{
    if (extent.end - start > DOCKET_MAX_ROW_BYTES) {
        g_autofree char *sentence =
            g_strdup_printf("row %" G_GUINT64_FORMAT " is larger than %u MB", number + 1,
                            DOCKET_MAX_ROW_BYTES >> 20);
        sink->bad_row(number, DOCKET_ERROR_TOO_LARGE, sentence, sink->data);
        return TRUE;
    }
    g_autofree char *text = decode(csv, start, extent.end);
    g_autoptr(GPtrArray) cells = split_cells(text, csv->separator, !extent.open);
    if (all_empty(cells))
        return FALSE;
    guint extra = count_extra(csv, cells);
    if (extent.open || extra) {
        g_autofree char *sentence =
            extent.open
                ? g_strdup_printf("row %" G_GUINT64_FORMAT ": a quote is never closed", number + 1)
                : g_strdup_printf("row %" G_GUINT64_FORMAT " has %u cells, the header %u",
                                  number + 1, cells->len, csv->header->len);
        sink->bad_row(number, DOCKET_ERROR_DAMAGED, sentence, sink->data);
        return TRUE;
    }
    emit_row(csv, number, cells, sink, bytes);
    return TRUE;
}

gboolean csv_rows(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                  const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error)
{
    g_auto(Csv) csv = {0};
    guint64 bytes = 0, number = first_row;
    *next_offset = *next_row = 0;
    if (!csv_open(&csv, input, error))
        return FALSE;
    gsize at = offset ? offset : csv.first;
    while (at < csv.length) {
        if (number - first_row >= limit || (sink->max_bytes && bytes >= sink->max_bytes)) {
            *next_offset = at;
            *next_row = number;
            return TRUE;
        }
        Extent extent = row_extent(&csv, at);
        number += do_row(&csv, at, extent, number, sink, &bytes);
        at = extent.next;
    }
    if (number == 0) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_EMPTY, "the batch has a header but no rows");
        return FALSE;
    }
    return TRUE;
}

static void write_cells(Grid *grid, const GPtrArray *cells)
{
    double x = 0;
    grid_line(grid);
    for (guint i = 0; i < cells->len; i++)
        x = grid_text(grid, cells->pdata[i], x, (int)MIN(i, MAX_COLUMNS)) + 2;
}

Reading *csv_read(const TechniqueInput *input, GError **error)
{
    g_auto(Csv) csv = {0};
    if (!csv_open(&csv, input, error))
        return NULL;
    g_autoptr(Reading) reading = reading_new(input->media_type);
    Grid grid;
    grid_begin(&grid, reading, TECHNIQUE_ROW);
    grid_block(&grid, BLOCK_TABLE, 0);
    write_cells(&grid, csv.header);
    for (gsize at = csv.first; at < csv.length && !grid.full;) {
        Extent extent = row_extent(&csv, at);
        g_autofree char *text = decode(&csv, at, MIN(extent.end, at + DOCKET_MAX_ROW_BYTES));
        g_autoptr(GPtrArray) cells = split_cells(text, csv.separator, !extent.open);
        if (!all_empty(cells))
            write_cells(&grid, cells);
        at = extent.next;
    }
    if (!grid_end(&grid, error))
        return NULL;
    return g_steal_pointer(&reading);
}
