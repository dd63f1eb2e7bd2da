/* Any bytes as a model's answer: an object that is JSON by our own strict parser, or an error. */
#include <string.h>

#include "pipeline/core/error.h"
#include "stages/check/salvage.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *answer = g_strndup((const char *)data, size);
    g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) object = salvage_object(answer, repairs, &error);
    g_assert((object == NULL) == (error != NULL));
    if (!object) {
        g_assert(g_error_matches(error, DOCKET_ERROR, DOCKET_ERROR_MODEL_ANSWER));
        return 0;
    }
    g_assert(cJSON_IsObject(object));
    g_autofree char *text = json_print(object, FALSE);
    g_autoptr(cJSON) again = json_parse(text, strlen(text), NULL);
    g_assert(again && json_equal(object, again));
    /* What was strict JSON already comes back as it is, without a repair. */
    g_autoptr(cJSON) strict = json_parse(answer, strlen(answer), NULL);
    if (cJSON_IsObject(strict))
        g_assert(repairs->len == 0 && json_equal(strict, object));
    return 0;
}
