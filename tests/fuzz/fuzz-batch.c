/* Any line as a result of a batch, at each provider: what is taken out of it stands in it. */
#include <string.h>

#include "stages/ask/batch-dialect.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const BatchDialect *const all[] = {&batch_openai, &batch_anthropic};
    g_autoptr(cJSON) line = json_parse(size ? (const char *)data : "", size, NULL);
    for (guint i = 0; line && i < G_N_ELEMENTS(all); i++) {
        BatchResult result;
        if (!all[i]->result(line, &result))
            continue;
        g_assert(result.custom_id == json_string(line, "custom_id", NULL));
        g_assert(result.status == 0 || (result.status >= 100 && result.status < 600));
        g_autofree char *body = result.body ? json_print(result.body, FALSE) : g_strdup("");
        g_auto(Reply) reply = {0};
        reply_clear(&reply);
        dialect_by_name(all[i]->dialect)->reply(result.status, body, strlen(body), &reply);
        g_assert(reply.kind != REPLY_ANSWER || reply.text);
    }
    return 0;
}
