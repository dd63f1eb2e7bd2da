/* For the programs: what a run does before it takes anything in. */
#pragma once

#include "pipeline/host/ledger.h"

/* Performs all that an earlier run left owing to the outbox (absolute path), and removes what it
 * left half written. DOCKET_ERROR_IO / DISK_FULL when the outbox cannot be written. */
gboolean deliver_recover(Ledger *ledger, const char *outbox, GError **error);
