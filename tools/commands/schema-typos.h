/* Keywords of a schema that are probably misspelt. Such a schema can be used, for the specification ignores
 * what it does not know; a rule in it is silently none. */
#pragma once

#include "pipeline/core/json.h"

/* Sentences (char *), each name once with its first place, twenty at most. The caller frees the array. Any thread. */
GPtrArray *schema_typos_find(const cJSON *schema);
