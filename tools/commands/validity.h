/* Does a record hold against its pack: schema and error rules. */
#pragma once

#include "pipeline/host/job.h"

/* FALSE with what is wrong appended to `problems` (of Problem), or with *error set when it could
 * not be told (DOCKET_ERROR_SCHEMA, PACK). */
gboolean validity_check(Pack *pack, const cJSON *record, GPtrArray *problems, GError **error);
