/* Any bytes as a schema and an answer under it: rewritten for each provider to what is an object,
 * undone to JSON. The first line is the schema, the rest the answer. */
#include <string.h>

#include "stages/ask/subset.h"
#include "tests/fuzz/fuzz.h"

static gboolean rewrite(const Subset *subset, const cJSON *schema)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func((GDestroyNotify)subset_note_free);
    g_autoptr(DialectSchema) rewritten = subset_schema(subset, "fuzz", schema, notes, &error);
    g_assert((rewritten == NULL) == (error != NULL));
    if (!rewritten)
        return FALSE;
    g_assert(cJSON_IsObject(rewritten->schema));
    g_assert(!(subset->exact && rewritten->usable) || rewritten->strict);
    return TRUE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line = size ? memchr(text, '\n', size) : NULL;
    size_t length = line ? (size_t)(line - text) : size;
    g_autoptr(cJSON) schema = json_parse(text, length, NULL);
    if (!schema)
        return 0;
    for (const Subset *subset = subsets; subset->name; subset++)
        if (!rewrite(subset, schema))
            return 0;
    g_autofree char *answer = line ? g_strndup(line + 1, size - length - 1) : g_strdup("");
    for (const Subset *subset = subsets; subset->name; subset++) {
        g_autofree char *restored = subset_restore(subset, schema, answer);
        g_autoptr(cJSON) again = restored ? json_parse(restored, strlen(restored), NULL) : NULL;
        g_assert(!restored || again);
    }
    return 0;
}
