#include "stages/read/techniques/text/csv.h"
#include "stages/read/techniques/text/jsonl.h"

#include <string.h>

gboolean rows_read(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                   const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error)
{
    gsize size = g_bytes_get_size(input->bytes);
    if (offset > size) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                    "row %" G_GUINT64_FORMAT " would begin after the end of the batch",
                    first_row + 1);
        return FALSE;
    }
    if (strcmp(input->media_type, "application/jsonl") == 0)
        return jsonl_rows(input, offset, first_row, limit, sink, next_offset, next_row, error);
    if (strcmp(input->media_type, "text/csv") == 0 ||
        strcmp(input->media_type, "text/tab-separated-values") == 0)
        return csv_rows(input, offset, first_row, limit, sink, next_offset, next_row, error);
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_UNSUPPORTED, "%s is not a batch of rows",
                input->media_type);
    return FALSE;
}
