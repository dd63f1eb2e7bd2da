#include "tools/llm-sim/batch.h"

#include <string.h>

#include "pipeline/core/clock.h"

static void entry_free(gpointer data)
{
    BatchEntry *entry = data;
    g_free(entry->custom_id);
    g_free(entry->request_id);
    cJSON_Delete(entry->body);
    cJSON_Delete(entry->answer);
    g_free(entry);
}

static void batch_free(gpointer data)
{
    Batch *batch = data;
    g_free(batch->id);
    g_free(batch->failure);
    g_free(batch->input_file);
    g_free(batch->endpoint);
    g_ptr_array_unref(batch->entries);
    cJSON_Delete(batch->metadata);
    g_free(batch);
}

Batches *batches_new(World *world)
{
    Batches *batches = g_new0(Batches, 1);
    batches->world = world;
    batches->all = g_ptr_array_new_with_free_func(batch_free);
    batches->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    return batches;
}

void batches_free(Batches *batches)
{
    g_ptr_array_unref(batches->all);
    g_hash_table_unref(batches->files);
    g_free(batches);
}

Batch *batch_new(Batches *batches, const char *prefix)
{
    Batch *batch = g_new0(Batch, 1);
    batch->id = g_strdup_printf("%s%" G_GUINT64_FORMAT, prefix, ++batches->last_id);
    batch->entries = g_ptr_array_new_with_free_func(entry_free);
    batch->created_us = clock_now_us();
    batch->ready_us = batch->created_us + batches->world->batch_ms * (gint64)1000;
    g_ptr_array_add(batches->all, batch);
    return batch;
}

void batch_add(Batch *batch, const char *custom_id, cJSON *body)
{
    BatchEntry *entry = g_new0(BatchEntry, 1);
    entry->custom_id = g_strdup(custom_id);
    entry->body = body;
    g_ptr_array_add(batch->entries, entry);
}

/* ---- the work ---- */

static void work_entry(World *world, BatchEntry *entry, const Protocol *protocol)
{
    g_autofree char *body = json_print(entry->body, FALSE);
    g_auto(Work) work = {0};
    work_on(world, protocol, NULL, body, strlen(body), &work);
    entry->request_id = g_strdup(work.entry->id);
    entry->status = work.trouble.message ? work.trouble.status : 200;
    entry->answer = work_answer(&work);
    entry->state = work.trouble.message ? ENTRY_ERRORED : ENTRY_SUCCEEDED;
    bill_settle(world->bill, work.entry, -1);
}

static gboolean expires(const World *world, const Batch *batch, const BatchEntry *entry)
{
    FaultSubject subject = {entry->custom_id, (guint)batch->entries->len, entry->custom_id, FALSE};
    FaultRates none;
    fault_rates_init(&none);
    return faults_have(faults_choose(&world->rules, &world->rates, &none, &subject), FAULT_EXPIRED);
}

void batch_advance(Batches *batches, Batch *batch, const Protocol *protocol)
{
    gint64 now = clock_now_us();
    if (batch->ended_us || (now < batch->ready_us && !batch->canceled))
        return;
    for (guint i = 0; i < batch->entries->len && !batch->failure; i++) {
        BatchEntry *entry = batch->entries->pdata[i];
        if (batch->canceled)
            entry->state = ENTRY_CANCELED;
        else if (expires(batches->world, batch, entry))
            entry->state = ENTRY_EXPIRED;
        else
            work_entry(batches->world, entry, protocol);
    }
    batch->ended_us = now;
}

Batch *batch_find(const Batches *batches, const char *id)
{
    for (guint i = 0; i < batches->all->len; i++) {
        Batch *batch = batches->all->pdata[i];
        if (g_str_equal(batch->id, id))
            return batch;
    }
    return NULL;
}

guint batch_count(const Batch *batch, int state)
{
    guint n = 0;
    for (guint i = 0; i < batch->entries->len; i++)
        n += (int)((const BatchEntry *)batch->entries->pdata[i])->state == state;
    return n;
}

/* ---- paths ---- */

void batch_refuse(const Protocol *protocol, guint status, const char *message, Reply *reply)
{
    g_auto(Trouble) trouble = {0};
    trouble_set(&trouble, status, "invalid_request_error", status == 401 ? "invalid_api_key" : NULL,
                NULL, "%s", message);
    reply_json(reply, status, protocol->error(&trouble));
}

gboolean batches_handle(Batches *batches, const HttpRequest *request, Reply *reply)
{
    const char *path = request->path, *key = batches->world->key;
    gboolean anthropic = g_str_has_prefix(path, "/v1/messages/batches");
    if (!anthropic && !g_str_has_prefix(path, "/v1/files") &&
        !g_str_has_prefix(path, "/v1/batches"))
        return FALSE;
    const Protocol *protocol = anthropic ? &protocol_anthropic : &protocol_openai;
    if (key && !protocol->authorized(request, key)) {
        batch_refuse(protocol, 401, "Incorrect API key provided", reply);
        return TRUE;
    }
    return anthropic ? batch_anthropic_handle(batches, request, reply)
                     : batch_openai_handle(batches, request, reply);
}
