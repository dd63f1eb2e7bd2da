/* Any bytes as a line whose parts are taken out by their place: every span lies in the line; in a text that is
 * JSON the spans are its values, name by name. */
#include <string.h>

#include "pipeline/core/json.h"
#include "tests/fuzz/fuzz.h"
#include "tools/commands/bowtie-nul.h"
#include "tools/commands/span.h"

/* `known` is NULL when the text is no JSON. */
static void walk(Span value, const char *text, size_t size, const cJSON *known, guint depth)
{
    g_assert(value.at >= text && value.length > 0 && value.at + value.length <= text + size);
    const cJSON *child = known == NULL ? NULL : known->child;
    const char *at = NULL;
    Span name, inner;
    while (depth < 200 && span_next(value, &at, &name, &inner)) {
        g_assert(known == NULL || child != NULL);
        g_autoptr(cJSON) key = name.length > 0 ? json_parse(name.at, name.length, NULL) : NULL;
        if (child != NULL && child->string != NULL)
            g_assert(key != NULL && strcmp(cJSON_GetStringValue(key), child->string) == 0);
        walk(inner, text, size, child, depth + 1);
        child = child == NULL ? NULL : child->next;
    }
    g_assert(child == NULL || depth >= 200);
    if (known != NULL && !cJSON_IsArray(known) && !cJSON_IsObject(known)) {
        g_autoptr(cJSON) again = json_parse(value.at, value.length, NULL);
        g_assert(again != NULL && json_equal(again, known));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    g_autoptr(cJSON) known = json_parse(text, size, NULL);
    Span value;
    if (span_value(text, size, &value))
        walk(value, text, size, known, 0);
    else
        g_assert(known == NULL);

    /* What was refused for its U+0000 only is JSON with the stand-in; what was JSON stays as it is. */
    g_autofree char *mended = size > 0 ? g_memdup2(text, size) : g_strdup("");
    const gboolean nul = bowtie_nul_replace(mended, size);
    g_autoptr(cJSON) after = json_parse(mended, size, NULL);
    g_assert(known == NULL || (!nul && json_equal(known, after)));
    return 0;
}
