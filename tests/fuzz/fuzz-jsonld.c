/* Any bytes as the JSON of a web page's script: what is made of it is JSON, and ends. */
#include <string.h>

#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include "stages/read/techniques/html/html-jsonld.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *script = g_utf8_make_valid(size ? (const char *)data : "", (gssize)size);
    gsize length = strlen(script), at = 0, before = 0;
    char *json;
    while ((json = html_jsonld_repair(script, length, &at)) != NULL) {
        g_autofree char *owned = json;
        g_assert(at > before && at <= length);
        before = at;
        cJSON *value = cJSON_Parse(owned);
        if (!value)
            g_error("no JSON: %s", owned);
        cJSON_Delete(value);
    }
    guint broken = 0;
    g_autoptr(cJSON) values = html_jsonld_parse(script, &broken);
    g_assert(cJSON_IsArray(values) && broken == 0);
    return 0;
}
