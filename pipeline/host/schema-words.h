/* A schema's fields in words, for a model that reads them: one line a field with its path, type,
 * description and allowed values, in the order of the schema. */
#pragma once

#include "pipeline/core/json.h"

/* Markdown list, one line a field ("- items[].total (number or null, required): …"). Follows local
 * $refs; a schema inside itself is not described again. The same schema always gives the same bytes. Caller frees. */
char *schema_words(const cJSON *schema);
