#include "archive.h"
#include "stages/read/techniques/mail/mail.h"

#include <string.h>

Reading *members_read(const TechniqueInput *input, guint64 offset, guint64 first,
                      const RowSink *sink, guint64 *next_offset, guint64 *next_row, GError **error)
{
    if (strcmp(input->media_type, "application/mbox") == 0)
        return mbox_members(input, offset, first, sink, next_offset, next_row, error);
    return archive_members(input, offset, first, sink, next_offset, next_row, error);
}
