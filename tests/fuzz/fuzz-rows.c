/* Any bytes as CSV and as JSON Lines: rows whose numbers rise, in steps, to the end. */
#include "pipeline/core/json.h"
#include "stages/read/techniques/technique.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

typedef struct {
    guint64 last; /* number of the row before, plus one; 0 at the start */
} Rows;

static void on_row(guint64 number, const char *json, Reading *reading, gpointer data)
{
    Rows *rows = data;
    g_assert(number >= rows->last);
    rows->last = number + 1;
    g_autoptr(cJSON) value = json_parse(json, strlen(json), NULL);
    g_assert(value && cJSON_IsObject(value));
    reading_free(reading);
}

static void on_bad_row(guint64 number, int code, const char *sentence, gpointer data)
{
    Rows *rows = data;
    g_assert(number >= rows->last && sentence && *sentence);
    rows->last = number + 1;
}

static void read_all(const char *media_type, const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    TechniqueInput input = {
        .bytes = bytes, .media_type = media_type, .first_page = 1, .languages = "eng"};
    Rows rows = {0};
    RowSink sink = {.row = on_row, .bad_row = on_bad_row, .data = &rows};
    guint64 offset = 0, row = 0;
    do {
        guint64 before = offset;
        g_autoptr(GError) error = NULL;
        gboolean ok = rows_read(&input, offset, row, 3, &sink, &offset, &row, &error);
        g_assert(ok == (error == NULL));
        if (!ok)
            return;
        g_assert(offset == 0 || offset > before);
    } while (offset != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_all("text/csv", data, size);
    read_all("application/x-ndjson", data, size);
    return 0;
}
