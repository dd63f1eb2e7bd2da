/* What asking about a document would come to, without asking. */
#pragma once

#include "stages/ask/endpoint.h"

/* Adds the request to the engine's forecast; `stronger` (NULL: nobody) may have to be asked, too. Answers younger than `since_us` (epoch) that the
 * runs' ledger has cost nothing. */
gboolean foresee(Job *job, const Endpoint *endpoint, const Endpoint *stronger, gsize bytes,
                 const char *request_sha256, gint64 since_us, GError **error);
