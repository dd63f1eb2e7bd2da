/* A copy of the ledger while runs write to it. */
#pragma once

#include "ledger.h"

/* Makes `path` a whole copy of the ledger as it is at one moment; runs go on meanwhile. The copy is checked
 * before it takes its name, readable by its owner only, one file, and opens as state/ledger.db. What
 * lies there already is replaced only with `replace` (else DOCKET_ERROR_USAGE). *documents: how many it
 * has. DOCKET_ERROR_IO, DISK_FULL: nothing of it is left behind. */
gboolean ledger_backup(Ledger *ledger, const char *path, gboolean replace, gint64 *documents,
                       GError **error);
