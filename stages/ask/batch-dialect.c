#include "stages/ask/batch-dialect.h"

#include <string.h>

#include "pipeline/core/error.h"

#define MOST_PAGES 50u /* of a list, of a hundred each */

/* Compatible servers share OpenAI's path for completions, seldom that for batches. */
const BatchDialect *batch_dialect_for(const ModelSettings *settings)
{
    static const BatchDialect *const all[] = {&batch_openai, &batch_anthropic};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (g_str_equal(all[i]->dialect, settings->dialect))
            return all[i];
    return NULL;
}

void remote_batch_free(gpointer data)
{
    RemoteBatch *batch = data;
    g_free(batch->id);
    g_free(batch->key);
    g_free(batch->note);
    g_free(batch->results[0]);
    g_free(batch->results[1]);
    g_free(batch);
}

gboolean batch_id_is_safe(const char *id)
{
    return id && *id && strlen(id) <= 128 &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               strlen(id);
}

const char *batch_id_of(const cJSON *object, GError **error)
{
    const char *id = json_string(object, "id", NULL);
    if (batch_id_is_safe(id))
        return id;
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL,
                "the server's answer about a batch has no id that could be one");
    return NULL;
}

/* *last becomes the page's last id; NULL when nothing behind it is wanted. */
static gboolean add_page(const cJSON *page, RemoteBatch *(*read)(const cJSON *object),
                         gint64 since_us, char **last, GPtrArray *found)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(page, "data"), *each = NULL;
    gboolean more = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(page, "has_more"));
    g_clear_pointer(last, g_free);
    cJSON_ArrayForEach(each, data)
    {
        RemoteBatch *batch = read(each);
        more = more && batch->created_us >= since_us;
        g_free(*last);
        *last = g_strdup(batch->id);
        g_ptr_array_add(found, batch);
    }
    return more && batch_id_is_safe(*last);
}

GPtrArray *batch_list(BatchLink *link, const char *path, const char *after,
                      RemoteBatch *(*read)(const cJSON *object), gint64 since_us, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(remote_batch_free);
    g_autofree char *last = NULL;
    for (guint n = 0; n < MOST_PAGES; n++) {
        g_autofree char *query =
            last ? g_strdup_printf("limit=100&%s=%s", after, last) : g_strdup("limit=100");
        g_autoptr(cJSON) page = batch_link_ask(link, path, query, NULL, NULL, 0, NULL, error);
        if (!page)
            return NULL;
        if (!add_page(page, read, since_us, &last, found))
            break;
    }
    return g_steal_pointer(&found);
}
