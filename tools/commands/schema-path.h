/* Where a JSON pointer into a record leads in its JSON Schema. */
#pragma once

#include "pipeline/core/json.h"

/* The subschema for the value at an RFC 6901 pointer, through properties, items, local $refs and
 * the branches of allOf/anyOf/oneOf; NULL when the schema describes no such value. Lent. */
const cJSON *schema_path(const cJSON *schema, const char *pointer);

/* TRUE when a text is the only thing (but null) that the schema allows at the pointer. */
gboolean schema_path_is_text(const cJSON *schema, const char *pointer);
