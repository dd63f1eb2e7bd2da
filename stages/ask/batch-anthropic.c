/* Anthropic's message batches: requests and their names in one body, results in one file. Nothing of
 * ours is kept with a batch but the names of its requests, which begin with its key and are told with
 * the results alone.
 * Source: Anthropic API reference, "Message Batches". */
#include <string.h>

#include "stages/ask/batch-dialect.h"

#define PATH "messages/batches"
/* ---- submitting ---- */

static void add(GString *upload, const char *custom_id, const char *request)
{
    g_string_append(upload, upload->len ? "," : "{\"requests\":[");
    g_string_append_printf(upload, "{\"custom_id\":\"%s\",\"params\":%s}", custom_id, request);
}

static char *submit(BatchLink *link, const char *key, GString *upload, gboolean *unsure,
                    GError **error)
{
    (void)key; /* stands in the names */
    g_string_append(upload, "]}");
    g_autoptr(cJSON) batch =
        batch_link_ask(link, PATH, NULL, NULL, upload->str, upload->len, unsure, error);
    return batch ? g_strdup(batch_id_of(batch, error)) : NULL;
}

/* ---- looking ---- */

static RemoteBatch *batch_of(const cJSON *object)
{
    RemoteBatch *batch = g_new0(RemoteBatch, 1);
    batch->id = g_strdup(json_string(object, "id", ""));
    batch->ended = g_str_equal(json_string(object, "processing_status", ""), "ended");
    g_autoptr(GDateTime) created =
        g_date_time_new_from_iso8601(json_string(object, "created_at", ""), NULL);
    if (created)
        batch->created_us = g_date_time_to_unix(created) * G_USEC_PER_SEC;
    if (batch->ended && batch_id_is_safe(batch->id))
        batch->results[0] = g_strconcat(PATH "/", batch->id, "/results", NULL);
    const cJSON *cancelled = cJSON_GetObjectItemCaseSensitive(object, "cancel_initiated_at");
    if (batch->ended && cJSON_IsString(cancelled))
        batch->note = g_strdup("canceled");
    return batch;
}

static RemoteBatch *look(BatchLink *link, const char *id, GError **error)
{
    g_autofree char *path = g_strconcat(PATH "/", id, NULL);
    g_autoptr(cJSON) object = batch_link_ask(link, path, NULL, NULL, NULL, 0, NULL, error);
    return object && batch_id_of(object, error) ? batch_of(object) : NULL;
}

static GPtrArray *list(BatchLink *link, gint64 since_us, GError **error)
{
    return batch_list(link, PATH, "after_id", batch_of, since_us, error);
}

/* ---- results ---- */

static gboolean result(const cJSON *line, BatchResult *out)
{
    const cJSON *what = cJSON_GetObjectItemCaseSensitive(line, "result");
    const char *type = json_string(what, "type", "");
    *out = (BatchResult){.custom_id = json_string(line, "custom_id", NULL)};
    if (g_str_equal(type, "succeeded")) {
        out->status = 200;
        out->body = cJSON_GetObjectItemCaseSensitive(what, "message");
    } else if (g_str_equal(type, "errored")) {
        out->status = 400;
        out->body = cJSON_GetObjectItemCaseSensitive(what, "error");
    } else {
        out->error = type;
    }
    return out->custom_id != NULL && *type;
}

const BatchDialect batch_anthropic = {
    .dialect = "anthropic",
    .most_requests = 100000,
    .most_bytes = 240u << 20,
    .keeps_key = FALSE,
    .add = add,
    .submit = submit,
    .look = look,
    .list = list,
    .result = result,
};
