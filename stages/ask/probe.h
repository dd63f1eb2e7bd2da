/* Finds out what a server can do, by asking it: a list of its models, and a few small requests that
 * a provider charges for like any others. */
#pragma once

#include "stages/ask/dialect.h"

typedef enum { PROBE_GOOD, PROBE_ODD, PROBE_BAD } ProbeMark;

/* One finding: what was looked at ("schema"), and a sentence. `setting`, if not NULL, is the line of
 * the configuration that would fit better ("logprobs = yes"). All lent. */
typedef void (*ProbeTell)(ProbeMark mark, const char *what, const char *sentence,
                          const char *setting, gpointer data);

/* Blocks until all is found out, minutes at worst. DOCKET_ERROR_CONFIG for an address that is none.
 */
gboolean probe_run(const ModelSettings *settings, ProbeTell tell, gpointer data, GError **error);
