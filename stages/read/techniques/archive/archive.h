/* Archives (ZIP, TAR, 7z, RAR, CAB) and compressed files (gzip, bzip2, xz, zstd): their members, without
 * ever writing one to a disk. Links, devices and folders are named, not followed. */
#pragma once

#include "stages/read/techniques/technique.h"

/* As members_read. Limits: DOCKET_MAX_MEMBERS, DOCKET_MAX_CHILD_BYTES, DOCKET_MAX_UNPACKED_BYTES,
 * DOCKET_MAX_UNPACK_RATIO. */
Reading *archive_members(const TechniqueInput *input, guint64 offset, guint64 first,
                         const RowSink *sink, guint64 *next_offset, guint64 *next_row,
                         GError **error);

/* Loads what names need, which a reader cannot any more once it is locked in. */
void archive_warm(void);
