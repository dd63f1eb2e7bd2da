/* OpenAI: POST /v1/files, POST /v1/batches, poll, GET /v1/files/…/content. */
#include <string.h>

#include "pipeline/core/clock.h"
#include "tools/llm-sim/batch.h"
#include "tools/llm-sim/multipart.h"

#define DAY_US (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define PAGE 20 /* of the list, when the client does not say */

/* ---- files ---- */

static cJSON *file_object(const char *id, GBytes *bytes)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "id", id);
    cJSON_AddStringToObject(root, "object", "file");
    cJSON_AddNumberToObject(root, "bytes", (double)g_bytes_get_size(bytes));
    cJSON_AddNumberToObject(root, "created_at", (double)(clock_now_us() / G_USEC_PER_SEC));
    cJSON_AddStringToObject(root, "filename", "batch.jsonl");
    cJSON_AddStringToObject(root, "purpose", strstr(id, "-of-") ? "batch_output" : "batch");
    cJSON_AddStringToObject(root, "status", "processed");
    return root;
}

static void upload(Batches *batches, const HttpRequest *request, Reply *reply)
{
    const char *type = http_header(request, "Content-Type");
    gsize purpose_length = 0, length = 0;
    const char *purpose =
        multipart_find(type, request->body, request->length, "purpose", &purpose_length);
    const char *file = multipart_find(type, request->body, request->length, "file", &length);
    if (!purpose || !file) {
        batch_refuse(&protocol_openai, 400, "'file' and 'purpose' are required properties", reply);
        return;
    }
    char *id = g_strdup_printf("file-%" G_GUINT64_FORMAT, ++batches->last_id);
    GBytes *bytes = g_bytes_new(file, length);
    g_hash_table_insert(batches->files, id, bytes);
    reply_json(reply, 200, file_object(id, bytes));
}

static gboolean serve_file(Batches *batches, const HttpRequest *request, const char *id,
                           Reply *reply)
{
    g_auto(GStrv) parts = g_strsplit(id, "/", 2);
    GBytes *bytes = g_hash_table_lookup(batches->files, parts[0]);
    if (!bytes) {
        batch_refuse(&protocol_openai, 404, "No such File object", reply);
    } else if (g_strcmp0(parts[1], "content") == 0) {
        g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        reply_text(reply, 200, "application/octet-stream", text);
    } else if (g_str_equal(request->method, "DELETE")) {
        g_hash_table_remove(batches->files, parts[0]);
        reply_text(reply, 200, "application/json", "{\"object\":\"file\",\"deleted\":true}");
    } else {
        reply_json(reply, 200, file_object(parts[0], bytes));
    }
    return TRUE;
}

/* ---- the input ---- */

/* One line as an entry; NULL when it was taken, else what is wrong with it. */
static const char *take_line(Batch *batch, const char *line, GHashTable *ids)
{
    g_autoptr(cJSON) root = json_parse(line, strlen(line), NULL);
    const char *custom_id = json_string(root, "custom_id", NULL);
    const char *url = json_string(root, "url", "");
    if (!root)
        return "invalid_json_line";
    if (!custom_id || !*custom_id)
        return "missing_required_parameter";
    if (!g_hash_table_add(ids, g_strdup(custom_id)))
        return "duplicate_custom_id";
    if (!g_str_equal(url, batch->endpoint))
        return "mismatched_endpoint";
    cJSON *body = cJSON_DetachItemFromObjectCaseSensitive(root, "body");
    if (!body)
        return "missing_required_parameter";
    batch_add(batch, custom_id, body);
    return NULL;
}

static void read_input(Batch *batch, GBytes *bytes)
{
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; lines[i] && !batch->failure; i++) {
        if (!*g_strstrip(lines[i]))
            continue;
        batch->failure = g_strdup(take_line(batch, lines[i], ids));
        batch->failed_line = i + 1;
    }
    if (!batch->failure && !batch->entries->len)
        batch->failure = g_strdup("empty_file");
}

/* ---- the output ---- */

static void write_entry(GString *out, const BatchEntry *entry)
{
    g_autoptr(cJSON) line = cJSON_CreateObject();
    g_autofree char *id = g_strconcat("batch_", entry->request_id, NULL);
    cJSON_AddStringToObject(line, "id", entry->request_id ? id : "batch_req_none");
    cJSON_AddStringToObject(line, "custom_id", entry->custom_id);
    if (entry->answer) {
        cJSON *response = cJSON_AddObjectToObject(line, "response");
        cJSON_AddNumberToObject(response, "status_code", entry->status);
        cJSON_AddStringToObject(response, "request_id", entry->request_id);
        cJSON_AddItemToObject(response, "body", cJSON_Duplicate(entry->answer, TRUE));
        cJSON_AddNullToObject(line, "error");
    } else {
        gboolean expired = entry->state == ENTRY_EXPIRED;
        cJSON_AddNullToObject(line, "response");
        cJSON *error = cJSON_AddObjectToObject(line, "error");
        cJSON_AddStringToObject(error, "code", expired ? "batch_expired" : "batch_cancelled");
        cJSON_AddStringToObject(error, "message",
                                expired ? "This request could not be executed before the "
                                          "completion window expired."
                                        : "This request was cancelled.");
    }
    g_autofree char *text = json_print(line, FALSE);
    g_string_append_printf(out, "%s\n", text);
}

/* The file of the entries that went well, or of the others; the last comes first, as order is not
 * promised. NULL when there are none. Lent. */
static const char *output_file(Batches *batches, const Batch *batch, gboolean good)
{
    g_autofree char *id = g_strdup_printf("file-%s-of-%s", good ? "output" : "error", batch->id);
    gpointer known = NULL;
    if (g_hash_table_lookup_extended(batches->files, id, &known, NULL))
        return known;
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = batch->entries->len; i-- > 0;) {
        const BatchEntry *entry = batch->entries->pdata[i];
        if ((entry->state == ENTRY_SUCCEEDED) == good && entry->state != ENTRY_WAITING)
            write_entry(out, entry);
    }
    if (!out->len)
        return NULL;
    char *key = g_strdup(id);
    g_hash_table_insert(batches->files, key, g_bytes_new(out->str, out->len));
    return key;
}

/* ---- the batch ---- */

static const char *status_of(const Batch *batch)
{
    if (!batch->ended_us)
        return batch->canceled ? "cancelling" : "in_progress";
    if (batch->failure)
        return "failed";
    if (batch->canceled)
        return "cancelled";
    return batch_count(batch, ENTRY_EXPIRED) ? "expired" : "completed";
}

static void add_time(cJSON *root, const char *key, gint64 us)
{
    cJSON_AddItemToObject(
        root, key, us ? cJSON_CreateNumber((double)(us / G_USEC_PER_SEC)) : cJSON_CreateNull());
}

static void add_errors(cJSON *root, const Batch *batch)
{
    if (!batch->failure || !batch->ended_us) {
        cJSON_AddNullToObject(root, "errors");
        return;
    }
    cJSON *errors = cJSON_AddObjectToObject(root, "errors"), *each = cJSON_CreateObject();
    cJSON_AddStringToObject(errors, "object", "list");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(errors, "data"), each);
    cJSON_AddStringToObject(each, "code", batch->failure);
    cJSON_AddStringToObject(each, "message", "This line of the input file is not taken.");
    cJSON_AddNullToObject(each, "param");
    cJSON_AddNumberToObject(each, "line", batch->failed_line);
}

static cJSON *batch_object(Batches *batches, Batch *batch)
{
    batch_advance(batches, batch, &protocol_openai);
    const char *status = status_of(batch);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "id", batch->id);
    cJSON_AddStringToObject(root, "object", "batch");
    cJSON_AddStringToObject(root, "endpoint", batch->endpoint);
    add_errors(root, batch);
    cJSON_AddStringToObject(root, "input_file_id", batch->input_file);
    cJSON_AddStringToObject(root, "completion_window", "24h");
    cJSON_AddStringToObject(root, "status", status);
    for (int good = 1; good >= 0; good--) {
        const char *file = batch->ended_us ? output_file(batches, batch, good) : NULL;
        cJSON_AddItemToObject(root, good ? "output_file_id" : "error_file_id",
                              file ? cJSON_CreateString(file) : cJSON_CreateNull());
    }
    add_time(root, "created_at", batch->created_us);
    add_time(root, "in_progress_at", batch->created_us);
    add_time(root, "expires_at", batch->created_us + DAY_US);
    gint64 ended = batch->ended_us;
    add_time(root, "completed_at", g_str_equal(status, "completed") ? ended : 0);
    add_time(root, "failed_at", g_str_equal(status, "failed") ? ended : 0);
    add_time(root, "expired_at", g_str_equal(status, "expired") ? ended : 0);
    add_time(root, "cancelled_at", g_str_equal(status, "cancelled") ? ended : 0);
    cJSON *counts = cJSON_AddObjectToObject(root, "request_counts");
    cJSON_AddNumberToObject(counts, "total", batch->entries->len);
    cJSON_AddNumberToObject(counts, "completed", batch_count(batch, ENTRY_SUCCEEDED));
    cJSON_AddNumberToObject(counts, "failed", batch_count(batch, ENTRY_ERRORED));
    cJSON_AddItemToObject(root, "metadata",
                          batch->metadata ? cJSON_Duplicate(batch->metadata, TRUE)
                                          : cJSON_CreateNull());
    return root;
}

static void create(Batches *batches, const HttpRequest *request, Reply *reply)
{
    g_autoptr(cJSON) body = json_parse(request->body, request->length, NULL);
    const char *file = json_string(body, "input_file_id", "");
    const char *endpoint = json_string(body, "endpoint", "");
    GBytes *bytes = g_hash_table_lookup(batches->files, file);
    if (!bytes) {
        batch_refuse(&protocol_openai, 400, "Invalid 'input_file_id': no such file", reply);
        return;
    }
    if (!g_str_equal(endpoint, "/v1/chat/completions") ||
        !g_str_equal(json_string(body, "completion_window", ""), "24h")) {
        batch_refuse(&protocol_openai, 400,
                     "'endpoint' must be /v1/chat/completions and 'completion_window' 24h", reply);
        return;
    }
    Batch *batch = batch_new(batches, "batch_");
    batch->input_file = g_strdup(file);
    batch->endpoint = g_strdup(endpoint);
    batch->metadata = cJSON_DetachItemFromObjectCaseSensitive(body, "metadata");
    read_input(batch, bytes);
    reply_json(reply, 200, batch_object(batches, batch));
}

/* Newest first, those after `after`. */
static void list(Batches *batches, const HttpRequest *request, Reply *reply)
{
    const char *limit = http_argument(request, "limit"), *after = http_argument(request, "after");
    guint64 left = limit ? g_ascii_strtoull(limit, NULL, 10) : PAGE;
    gboolean on = after == NULL, more = FALSE;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "object", "list");
    cJSON *data = cJSON_AddArrayToObject(root, "data");
    for (guint i = batches->all->len; i-- > 0;) {
        Batch *batch = batches->all->pdata[i];
        if (!batch->input_file) /* the other provider's */
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

gboolean batch_openai_handle(Batches *batches, const HttpRequest *request, Reply *reply)
{
    const char *path = request->path;
    gboolean post = g_str_equal(request->method, "POST");
    if (g_str_equal(path, "/v1/files") && post) {
        upload(batches, request, reply);
        return TRUE;
    }
    if (g_str_has_prefix(path, "/v1/files/"))
        return serve_file(batches, request, path + strlen("/v1/files/"), reply);
    if (g_str_equal(path, "/v1/batches")) {
        if (post)
            create(batches, request, reply);
        else
            list(batches, request, reply);
        return TRUE;
    }
    if (!g_str_has_prefix(path, "/v1/batches/"))
        return FALSE;
    g_auto(GStrv) parts = g_strsplit(path + strlen("/v1/batches/"), "/", 2);
    Batch *batch = batch_find(batches, parts[0]);
    if (!batch || !batch->input_file) {
        batch_refuse(&protocol_openai, 404, "No batch found with this id", reply);
        return TRUE;
    }
    if (g_strcmp0(parts[1], "cancel") == 0 && !batch->ended_us)
        batch->canceled = TRUE;
    reply_json(reply, 200, batch_object(batches, batch));
    return TRUE;
}
