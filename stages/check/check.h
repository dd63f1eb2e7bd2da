/* The gate, for other parts of the program: what every record must pass before it is delivered,
 * whoever made it (Law 5). */
#pragma once

#include "pipeline/host/job.h"

/* Validates a record against the pack's schema (formats asserted) and, when it conforms, its rules.
 * What is wrong is appended to `problems` (of Problem): "schema:KEYWORD", "rule:NAME" for errors,
 * "warn:NAME" for warnings. TRUE: the schema holds and no error rule is broken. FALSE with *error
 * set when it cannot be told (a limit was reached, rules.jq failed), or without when it does not
 * hold. The pack must have been prepared by stage_check. Supervisor's thread. */
gboolean check_record(const Pack *pack, const cJSON *record, GPtrArray *problems, GError **error);

/* Compiles the rules of a pack that stage_check has prepared; else that is done when they are first
 * asked, for it takes longer than reading a small document. FALSE and DOCKET_ERROR_PACK when they are
 * broken. Supervisor's thread. */
gboolean check_compile_rules(const Pack *pack, GError **error);
