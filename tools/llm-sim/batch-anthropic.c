/* Anthropic: POST /v1/messages/batches, poll, GET …/results. */
#include <string.h>

#include "pipeline/core/clock.h"
#include "tools/llm-sim/batch.h"

#define PATH "/v1/messages/batches"
#define DAY_US (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define PAGE 20

static void refuse(guint status, const char *message, Reply *reply)
{
    batch_refuse(&protocol_anthropic, status, message, reply);
}

static void add_time(cJSON *root, const char *key, gint64 us)
{
    g_autofree char *text = us ? clock_format(us) : NULL;
    cJSON_AddItemToObject(root, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static cJSON *batch_object(Batches *batches, Batch *batch)
{
    batch_advance(batches, batch, &protocol_anthropic);
    static const char *const names[] = {"processing", "succeeded", "errored", "canceled",
                                        "expired"};
    gboolean ended = batch->ended_us != 0;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "id", batch->id);
    cJSON_AddStringToObject(root, "type", "message_batch");
    cJSON_AddStringToObject(root, "processing_status",
                            ended             ? "ended"
                            : batch->canceled ? "canceling"
                                              : "in_progress");
    cJSON *counts = cJSON_AddObjectToObject(root, "request_counts");
    for (int i = ENTRY_WAITING; i <= ENTRY_EXPIRED; i++)
        cJSON_AddNumberToObject(counts, names[i], batch_count(batch, i));
    add_time(root, "created_at", batch->created_us);
    add_time(root, "expires_at", batch->created_us + DAY_US);
    add_time(root, "ended_at", batch->ended_us);
    add_time(root, "cancel_initiated_at", batch->canceled ? batch->ended_us : 0);
    cJSON_AddNullToObject(root, "archived_at");
    g_autofree char *url = g_strconcat(PATH "/", batch->id, "/results", NULL);
    cJSON_AddItemToObject(root, "results_url",
                          ended ? cJSON_CreateString(url) : cJSON_CreateNull());
    return root;
}

static gboolean take_entry(Batch *batch, cJSON *each, GHashTable *ids, Reply *reply)
{
    const char *custom_id = json_string(each, "custom_id", "");
    cJSON *params = cJSON_DetachItemFromObjectCaseSensitive(each, "params");
    if (!*custom_id || strlen(custom_id) > 64 || !params) {
        cJSON_Delete(params);
        refuse(400, "requests: each needs a custom_id of 1 to 64 characters and params", reply);
        return FALSE;
    }
    batch_add(batch, custom_id, params);
    if (!g_hash_table_add(ids, g_strdup(custom_id))) {
        refuse(400, "requests: custom_id must be unique", reply);
        return FALSE;
    }
    if (json_bool(params, "stream", FALSE)) {
        refuse(400, "requests: stream is not supported in batches", reply);
        return FALSE;
    }
    return TRUE;
}

static void create(Batches *batches, const HttpRequest *request, Reply *reply)
{
    g_autoptr(cJSON) body = json_parse(request->body, request->length, NULL);
    cJSON *requests = cJSON_GetObjectItemCaseSensitive(body, "requests"), *each = NULL;
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!http_header(request, "anthropic-version")) {
        refuse(400, "anthropic-version: header is required", reply);
        return;
    }
    if (!cJSON_IsArray(requests) || !requests->child) {
        refuse(400, "requests: Field required", reply);
        return;
    }
    Batch *batch = batch_new(batches, "msgbatch_");
    cJSON_ArrayForEach(each, requests)
    {
        if (!take_entry(batch, each, ids, reply)) {
            g_ptr_array_remove(batches->all, batch);
            return;
        }
    }
    reply_json(reply, 200, batch_object(batches, batch));
}

/* The last comes first, as order is not promised. */
static void results(const Batch *batch, Reply *reply)
{
    static const char *const types[] = {
        [ENTRY_SUCCEEDED] = "succeeded",
        [ENTRY_ERRORED] = "errored",
        [ENTRY_CANCELED] = "canceled",
        [ENTRY_EXPIRED] = "expired",
    };
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = batch->entries->len; i-- > 0;) {
        const BatchEntry *entry = batch->entries->pdata[i];
        g_autoptr(cJSON) line = cJSON_CreateObject();
        cJSON_AddStringToObject(line, "custom_id", entry->custom_id);
        cJSON *result = cJSON_AddObjectToObject(line, "result");
        cJSON_AddStringToObject(result, "type", types[entry->state]);
        if (entry->answer)
            cJSON_AddItemToObject(result, entry->state == ENTRY_SUCCEEDED ? "message" : "error",
                                  cJSON_Duplicate(entry->answer, TRUE));
        g_autofree char *text = json_print(line, FALSE);
        g_string_append_printf(out, "%s\n", text);
    }
    reply_text(reply, 200, "application/binary", out->str);
}

/* Newest first, those after `after_id`. */
static void list(Batches *batches, const HttpRequest *request, Reply *reply)
{
    const char *limit = http_argument(request, "limit");
    const char *after = http_argument(request, "after_id");
    guint64 left = limit ? g_ascii_strtoull(limit, NULL, 10) : PAGE;
    gboolean on = after == NULL, more = FALSE;
    cJSON *root = cJSON_CreateObject();
    cJSON *data = cJSON_AddArrayToObject(root, "data");
    for (guint i = batches->all->len; i-- > 0;) {
        Batch *batch = batches->all->pdata[i];
        if (batch->input_file) /* the other provider's */
            continue;
        if (on && left == 0)
            more = TRUE;
        if (on && left > 0) {
            cJSON_AddItemToArray(data, batch_object(batches, batch));
            left--;
        }
        on = on || g_str_equal(batch->id, after);
    }
    cJSON_AddBoolToObject(root, "has_more", more);
    reply_json(reply, 200, root);
}

/* A path below one batch; `what` is NULL for the batch itself. */
static void serve(Batches *batches, const HttpRequest *request, Batch *batch, const char *what,
                  Reply *reply)
{
    batch_advance(batches, batch, &protocol_anthropic);
    if (g_strcmp0(what, "results") == 0) {
        if (batch->ended_us)
            results(batch, reply);
        else
            refuse(404, "the batch has no results yet", reply);
        return;
    }
    if (g_str_equal(request->method, "DELETE")) {
        g_autofree char *text =
            g_strdup_printf("{\"id\":\"%s\",\"type\":\"message_batch_deleted\"}", batch->id);
        reply_text(reply, 200, "application/json", text);
        g_ptr_array_remove(batches->all, batch);
        return;
    }
    if (g_strcmp0(what, "cancel") == 0 && !batch->ended_us)
        batch->canceled = TRUE;
    reply_json(reply, 200, batch_object(batches, batch));
}

gboolean batch_anthropic_handle(Batches *batches, const HttpRequest *request, Reply *reply)
{
    if (g_str_equal(request->path, PATH)) {
        if (g_str_equal(request->method, "POST"))
            create(batches, request, reply);
        else
            list(batches, request, reply);
        return TRUE;
    }
    if (!g_str_has_prefix(request->path, PATH "/"))
        return FALSE;
    g_auto(GStrv) parts = g_strsplit(request->path + strlen(PATH "/"), "/", 2);
    Batch *batch = batch_find(batches, parts[0]);
    if (!batch || batch->input_file)
        refuse(404, "there is no such batch", reply);
    else
        serve(batches, request, batch, parts[1], reply);
    return TRUE;
}
