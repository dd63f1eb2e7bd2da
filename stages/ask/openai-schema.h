/* JSON Schema rewritten to the subset that OpenAI's strict mode takes and that every compatible
 * server enforces: closed objects, all properties required ("optional" becomes "or null"), types,
 * enums, anyOf, local $refs. What it cannot say is left to our own validator. */
#pragma once

#include "stages/ask/dialect.h"

/* DOCKET_ERROR_PACK for a schema that is not an object. */
DialectSchema *openai_schema(const char *name, const cJSON *schema, GError **error);

/* Takes nulls out of an answer where the pack's schema has an optional property that may not be
 * null: there null only said "left out". NULL when there are none, or when the answer is not plain
 * JSON (then it is not the provider's strict mode speaking). Caller frees. */
char *openai_schema_restore(const cJSON *schema, const char *answer);
