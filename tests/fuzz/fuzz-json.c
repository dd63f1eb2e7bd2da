/* Any bytes as JSON: refused, or printed and parsed again to an equal value. */
#include <string.h>

#include "pipeline/core/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) value = json_parse((const char *)data, size, &error);
    g_assert((value == NULL) == (error != NULL));
    if (!value)
        return 0;
    g_autofree char *text = json_print(value, FALSE);
    g_autoptr(cJSON) again = json_parse(text, strlen(text), NULL);
    g_assert(again && json_equal(value, again));
    return 0;
}
