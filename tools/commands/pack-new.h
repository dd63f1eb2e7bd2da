/* The beginning of a pack of one's own. */
#pragma once

#include <glib.h>

/* Writes the files of a small, working pack into `folder`, which must not exist yet; its last
 * component is the pack's name. DOCKET_ERROR_USAGE / IO. */
gboolean pack_new_write(const char *folder, GError **error);
