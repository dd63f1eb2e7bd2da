/* Documents that people decided on and that are like this one, as examples for it. They stand behind the
 * prefix, which stays the same for all documents. */
#pragma once

#include "pipeline/host/job.h"
#include "pipeline/host/ledger.h"

/* The section for the document's message, ending with an empty line; "" when there is nothing alike or
 * the pack wants none. The numbers of the documents go into job->shown. Caller frees. */
char *similar_compose(Job *job, Ledger *ledger, const char *text, GError **error);
