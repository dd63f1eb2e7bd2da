/* Any bytes as a schema and an answer under it: rewritten for each provider to what is an object,
 * undone to JSON. The first line is the schema, the rest the answer. */
#include <string.h>

#include "stages/ask/openai-schema.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line = size ? memchr(text, '\n', size) : NULL;
    size_t length = line ? (size_t)(line - text) : size;
    g_autoptr(cJSON) schema = json_parse(text, length, NULL);
    if (!schema)
        return 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(DialectSchema) rewritten = openai_schema("fuzz", schema, &error);
    g_assert((rewritten == NULL) == (error != NULL));
    if (!rewritten)
        return 0;
    g_assert(cJSON_IsObject(rewritten->schema));
    g_autofree char *answer = line ? g_strndup(line + 1, size - length - 1) : g_strdup("");
    g_autofree char *restored = openai_schema_restore(schema, answer);
    if (restored) {
        g_autoptr(cJSON) again = json_parse(restored, strlen(restored), NULL);
        g_assert(again);
    }
    return 0;
}
