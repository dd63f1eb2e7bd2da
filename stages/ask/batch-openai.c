/* OpenAI's batches: a file of requests goes up, a batch is made of it, files of answers and of errors
 * come out. The batch keeps our key as metadata.
 * Source: OpenAI API reference, "Files" and "Batch". */
#include <string.h>

#include "stages/ask/batch-dialect.h"

/* ---- submitting ---- */

static void add(GString *upload, const char *custom_id, const char *request)
{
    g_string_append_printf(upload,
                           "{\"custom_id\":\"%s\",\"method\":\"POST\","
                           "\"url\":\"/v1/chat/completions\",\"body\":%s}\n",
                           custom_id, request);
}

static char *upload_file(BatchLink *link, const char *key, GString *upload, GError **error)
{
    g_autofree char *type = g_strconcat("multipart/form-data; boundary=docket-", key, NULL);
    g_autofree char *head = g_strdup_printf(
        "--docket-%s\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
        "--docket-%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"docket-%s.jsonl\""
        "\r\nContent-Type: application/jsonl\r\n\r\n",
        key, key, key);
    g_string_prepend(upload, head);
    g_string_append_printf(upload, "\r\n--docket-%s--\r\n", key);
    g_autoptr(cJSON) file =
        batch_link_ask(link, "files", NULL, type, upload->str, upload->len, NULL, error);
    return file ? g_strdup(batch_id_of(file, error)) : NULL;
}

/* A file without a batch costs nothing and is not worked on: only making the batch matters. */
static char *submit(BatchLink *link, const char *key, GString *upload, gboolean *unsure,
                    GError **error)
{
    *unsure = FALSE;
    g_autofree char *file = upload_file(link, key, upload, error);
    if (!file)
        return NULL;
    g_autofree char *body =
        g_strdup_printf("{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\","
                        "\"completion_window\":\"24h\",\"metadata\":{\"docket\":\"%s\"}}",
                        file, key);
    g_autoptr(cJSON) batch =
        batch_link_ask(link, "batches", NULL, NULL, body, strlen(body), unsure, error);
    return batch ? g_strdup(batch_id_of(batch, error)) : NULL;
}

/* ---- looking ---- */

static char *result_path(const cJSON *object, const char *member)
{
    const char *id = json_string(object, member, NULL);
    return batch_id_is_safe(id) ? g_strconcat("files/", id, "/content", NULL) : NULL;
}

static RemoteBatch *batch_of(const cJSON *object)
{
    static const char *const ends[] = {"completed", "failed", "expired", "cancelled", NULL};
    const char *status = json_string(object, "status", "");
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(object, "metadata");
    const cJSON *created = cJSON_GetObjectItemCaseSensitive(object, "created_at");
    RemoteBatch *batch = g_new0(RemoteBatch, 1);
    batch->id = g_strdup(json_string(object, "id", ""));
    batch->key = g_strdup(json_string(metadata, "docket", NULL));
    if (cJSON_IsNumber(created) && created->valuedouble > 0 && created->valuedouble < 1e11)
        batch->created_us = (gint64)created->valuedouble * G_USEC_PER_SEC;
    batch->ended = g_strv_contains(ends, status);
    if (batch->ended && !g_str_equal(status, ends[0]))
        batch->note = g_strdup(status);
    batch->results[0] = result_path(object, "output_file_id");
    batch->results[1] = result_path(object, "error_file_id");
    return batch;
}

static RemoteBatch *look(BatchLink *link, const char *id, GError **error)
{
    g_autofree char *path = g_strconcat("batches/", id, NULL);
    g_autoptr(cJSON) object = batch_link_ask(link, path, NULL, NULL, NULL, 0, NULL, error);
    return object && batch_id_of(object, error) ? batch_of(object) : NULL;
}

static GPtrArray *list(BatchLink *link, gint64 since_us, GError **error)
{
    return batch_list(link, "batches", "after", batch_of, since_us, error);
}

/* ---- results ---- */

static gboolean result(const cJSON *line, BatchResult *out)
{
    const cJSON *response = cJSON_GetObjectItemCaseSensitive(line, "response");
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(response, "status_code");
    *out = (BatchResult){
        .custom_id = json_string(line, "custom_id", NULL),
        .body = cJSON_GetObjectItemCaseSensitive(response, "body"),
        .error = json_string(cJSON_GetObjectItemCaseSensitive(line, "error"), "code", NULL),
    };
    if (cJSON_IsNumber(status) && status->valuedouble >= 100 && status->valuedouble < 600)
        out->status = (guint)status->valuedouble;
    return out->custom_id != NULL;
}

const BatchDialect batch_openai = {
    .dialect = "openai",
    .most_requests = 50000,
    .most_bytes = 190u << 20,
    .keeps_key = TRUE,
    .add = add,
    .submit = submit,
    .look = look,
    .list = list,
    .result = result,
};
