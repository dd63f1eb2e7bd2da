/* Records and texts made wrong. */
#pragma once

#include "pipeline/core/json.h"
#include "tools/llm-sim/faults.h"

/* Applies the faults of the set that change a record. Scalars that are not true any more are added
 * to `wrong` (a set of const cJSON*). What is chosen depends on `seed` and `subject`. */
void spoil_record(cJSON *record, FaultSet faults, gint64 seed, const char *subject,
                  GHashTable *wrong);
/* The text as the faults of the set leave it. Takes and returns; caller frees. */
char *spoil_text(char *text, FaultSet faults);
