/* Any bytes as a request to llm-sim: a form upload, or a question in one of its protocols, which is
 * answered whole and as a stream. The first byte says which. */
#include "tests/fuzz/fuzz.h"
#include "tools/llm-sim/multipart.h"
#include "tools/llm-sim/work.h"

static void take_apart(const char *bytes, size_t size)
{
    /* As the server hands it over: with a NUL behind. */
    g_autofree char *body = g_strndup(bytes, size);
    gsize length = 0;
    const char *part =
        multipart_find("multipart/form-data; boundary=x", body, size, "file", &length);
    g_assert(!part || (part >= body && part + length <= body + size));
}

static void ask(const Protocol *protocol, const char *path, const char *bytes, size_t size)
{
    const Prices prices = {0};
    World world = {.models = models_new(&prices), .cache = cache_new(), .bill = bill_new()};
    g_autofree char *body = g_strndup(bytes, size);
    HttpRequest request = {.method = "POST", .path = path, .body = body, .length = size};
    g_auto(Work) work = {0};
    g_auto(Reply) reply = {0};
    fault_rates_init(&world.rates);
    limits_init(&world.limits, 0, 0);
    /* Anthropic's wants headers, which an entry of a batch does without. */
    gboolean batch = protocol == &protocol_anthropic;
    work_on(&world, protocol, batch ? NULL : &request, body, size, &work);
    g_autoptr(cJSON) answer = work_answer(&work);
    g_assert(answer);
    if (!work.trouble.message) {
        protocol->stream(&work.question, &work.completion, &reply);
        g_assert_cmpint(reply_tokens(&reply, reply.body->len), ==, work.completion.usage.out);
    }
    bill_settle(world.bill, work.entry, -1);
    models_free(world.models);
    cache_free(world.cache);
    bill_free(world.bill);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"/v1/chat/completions", "/v1/messages",
                                        "/v1/models/m:generateContent"};
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    guint which = data[0] % 4;
    if (which == 3)
        take_apart(bytes, size - 1);
    else
        ask(protocols[which], paths[which], bytes, size - 1);
    return 0;
}
