#include "tools/llm-sim/sim.h"

#include <string.h>

#include "tools/llm-sim/batch.h"
#include "tools/llm-sim/travel.h"

struct Sim {
    World *world;
    Batches *batches;
};

Sim *sim_new(World *world)
{
    Sim *sim = g_new0(Sim, 1);
    sim->world = world;
    sim->batches = batches_new(world);
    return sim;
}

void sim_free(Sim *sim)
{
    batches_free(sim->batches);
    g_free(sim);
}

/* ---- completions ---- */

static void tell_trouble(const Work *work, Reply *reply)
{
    reply_json(reply, work->trouble.status, work_answer(work));
    if (work->trouble.wait_s) {
        g_autofree char *wait = g_strdup_printf("%u", work->trouble.wait_s);
        reply_header(reply, "Retry-After", wait);
    }
    if (work->refusal == FAULT_QUOTA && work->protocol == &protocol_anthropic)
        reply_header(reply, "x-should-retry", "false");
}

static void tell_completion(const World *world, const Work *work, Reply *reply)
{
    if (work->question.stream)
        work->protocol->stream(&work->question, &work->completion, reply);
    else
        reply_json(reply, 200, work_answer(work));
    reply->generates = TRUE;
    Travel travel = {work->entry->faults, work->latency_ms, world->rate,
                     work->completion.usage.out};
    travel_apply(&travel, work->protocol, reply);
}

static void complete(World *world, const Protocol *protocol, const HttpRequest *request,
                     Reply *reply, gpointer *tag)
{
    g_auto(Work) work = {0};
    work_on(world, protocol, request, request->body, request->length, &work);
    if (!travel_refuse(work.refusal, reply)) {
        if (work.trouble.message)
            tell_trouble(&work, reply);
        else
            tell_completion(world, &work, reply);
    }
    work.entry->status = reply->status;
    reply_header(reply, "x-request-id", work.entry->id);
    if (!g_str_equal(protocol->request_id_header, "x-request-id"))
        reply_header(reply, protocol->request_id_header, work.entry->id);
    limits_tell(&world->limits, protocol, reply);
    *tag = work.entry;
}

void sim_ended(gpointer tag, const Reply *reply, gsize sent, gboolean started, gpointer data)
{
    Sim *sim = data;
    BillEntry *entry = tag;
    if (!entry)
        return;
    entry->completion = entry->completion && started;
    /* An answer in one piece is made whether or not anybody waits for it; a stream ends with its
     * reader. */
    bill_settle(sim->world->bill, entry, reply->stream ? reply_tokens(reply, sent) : -1);
}

/* ---- other paths ---- */

static void add_model(cJSON *list, const char *name, gboolean anthropic)
{
    cJSON *each = cJSON_CreateObject();
    cJSON_AddStringToObject(each, "id", name);
    if (anthropic) {
        cJSON_AddStringToObject(each, "type", "model");
        cJSON_AddStringToObject(each, "display_name", name);
        cJSON_AddStringToObject(each, "created_at", "2026-01-01T00:00:00Z");
    } else {
        cJSON_AddStringToObject(each, "object", "model");
        cJSON_AddNumberToObject(each, "created", 0);
        cJSON_AddStringToObject(each, "owned_by", "docket");
    }
    cJSON_AddItemToArray(list, each);
}

static void list_models(const World *world, const HttpRequest *request, Reply *reply)
{
    const GPtrArray *known = models_list(world->models);
    gboolean anthropic = http_header(request, "anthropic-version") != NULL;
    cJSON *root = cJSON_CreateObject();
    if (!anthropic)
        cJSON_AddStringToObject(root, "object", "list");
    cJSON *list = cJSON_AddArrayToObject(root, "data");
    if (!known)
        add_model(list, "sim", anthropic);
    for (guint i = 0; known && i < known->len; i++)
        add_model(list, ((const Model *)known->pdata[i])->name, anthropic);
    if (anthropic)
        cJSON_AddFalseToObject(root, "has_more");
    reply_json(reply, 200, root);
}

/* What is not a completion and not a batch. */
static void serve_rest(const World *world, const HttpRequest *request, Reply *reply)
{
    g_auto(Trouble) trouble = {0};
    const char *path = request->path;
    if (g_str_equal(path, "/__sim/bill") || g_str_equal(path, "/bill")) {
        g_autofree char *text = bill_text(world->bill);
        reply_text(reply, 200, "application/json", text);
    } else if (g_str_equal(path, "/__sim/journal")) {
        reply_text(reply, 200, "application/x-ndjson", bill_journal(world->bill));
    } else if (g_str_equal(path, "/health")) {
        reply_text(reply, 200, "application/json", "{\"status\":\"ok\"}");
    } else if (g_str_has_suffix(path, "/v1/models")) {
        list_models(world, request, reply);
    } else {
        trouble_set(&trouble, 404, "invalid_request_error", NULL, NULL, "Invalid URL (%s %s)",
                    request->method, path);
        reply_json(reply, 404, protocol_of(path)->error(&trouble));
    }
}

void sim_handle(const HttpRequest *request, Reply *reply, gpointer *tag, gpointer data)
{
    Sim *sim = data;
    for (guint i = 0; protocols[i] && g_str_equal(request->method, "POST"); i++)
        if (protocols[i]->takes(request->path)) {
            complete(sim->world, protocols[i], request, reply, tag);
            return;
        }
    if (!batches_handle(sim->batches, request, reply))
        serve_rest(sim->world, request, reply);
}
