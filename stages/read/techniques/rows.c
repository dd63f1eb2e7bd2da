#include "technique.h"

gboolean rows_read(const TechniqueInput *input, guint64 offset, guint64 first_row, guint limit,
                   const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_UNSUPPORTED, "%s is not a batch of rows",
                input->media_type);
    return FALSE;
}
