/* Any bytes as a schema (the first line) and an answer that arrives under it: in pieces the watch
 * says what it says of the whole. */
#include <string.h>

#include "stages/ask/subset.h"
#include "stages/ask/watch.h"
#include "tests/fuzz/fuzz.h"

static char *watched(const cJSON *schema, const char *text, size_t size, size_t piece)
{
    g_autoptr(Watch) watch = watch_new(schema, TRUE);
    for (size_t at = 0; at < size; at += piece)
        if (!watch_feed(watch, text, at, MIN(at + piece, size)))
            break;
    g_assert(!watch_why(watch) || g_utf8_validate(watch_why(watch), -1, NULL));
    return g_strdup(watch_why(watch));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line = size ? memchr(text, '\n', size) : NULL;
    if (!line)
        return 0;
    g_autoptr(cJSON) schema = json_parse(text, (size_t)(line - text), NULL);
    g_autoptr(DialectSchema) rewritten = subset_schema(&subsets[0], "fuzz", schema, NULL, NULL);
    if (!rewritten)
        return 0;
    size_t length = size - (size_t)(line + 1 - text);
    g_autofree char *whole = watched(rewritten->schema, line + 1, length, length + 1);
    g_autofree char *pieces = watched(rewritten->schema, line + 1, length, 3);
    g_assert(length > 4096 || g_strcmp0(whole, pieces) == 0);
    return 0;
}
