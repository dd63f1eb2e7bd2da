#include "stages/ask/dialect.h"

#include <string.h>

#include "stages/ask/reply-error.h"

const Dialect *const dialects[] = {
    &dialect_openai,
    &dialect_anthropic,
    &dialect_gemini,
    NULL,
};

const Dialect *dialect_by_name(const char *name)
{
    for (guint i = 0; dialects[i]; i++)
        if (g_str_equal(dialects[i]->name, name))
            return dialects[i];
    return NULL;
}

/* The header with the key is wiped before its memory goes back. */
static void line_free(gpointer data)
{
    if (data)
        explicit_bzero(data, strlen(data));
    g_free(data);
}

GPtrArray *dialect_headers(const Dialect *dialect, const ModelSettings *settings)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
    g_ptr_array_add(lines, g_strdup("Content-Type: application/json"));
    g_ptr_array_add(lines, g_strdup("Accept: application/json, text/event-stream"));
    gboolean bearer = g_strcmp0(settings->auth, "bearer") == 0 || !settings->auth;
    if (settings->api_key)
        g_ptr_array_add(lines, bearer
                                   ? g_strconcat("Authorization: Bearer ", settings->api_key, NULL)
                                   : g_strconcat(settings->auth, ": ", settings->api_key, NULL));
    if (dialect->headers)
        dialect->headers(settings, lines);
    for (guint i = 0; settings->headers && settings->headers[i]; i++)
        g_ptr_array_add(lines, g_strdup(settings->headers[i]));
    g_ptr_array_add(lines, NULL);
    return lines;
}

/* ---- what dialects have in common ---- */

static void merge(cJSON *into, const cJSON *from)
{
    const cJSON *each = NULL;
    cJSON_ArrayForEach(each, from)
    {
        cJSON *mine = cJSON_GetObjectItemCaseSensitive(into, each->string);
        /* What only refers to a tree of others must not be changed. */
        gboolean own = cJSON_IsObject(mine) && !(mine->type & cJSON_IsReference);
        if (own && cJSON_IsObject(each))
            merge(mine, each);
        else if (mine)
            cJSON_ReplaceItemInObjectCaseSensitive(into, each->string, cJSON_Duplicate(each, TRUE));
        else
            cJSON_AddItemToObject(into, each->string, cJSON_Duplicate(each, TRUE));
    }
}

char *dialect_print(cJSON *body, const ModelSettings *settings)
{
    merge(body, settings->extra_body);
    return json_print(body, FALSE);
}

const cJSON *dialect_event(const SseEvent *event, Draft *draft)
{
    g_autoptr(GError) bad = NULL;
    if (!draft->reader) /* a stream has hundreds of small events */
        draft->reader = json_reader_new();
    const cJSON *root = json_reader_parse(draft->reader, event->data, event->length, &bad);
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    if (!cJSON_IsObject(root)) {
        reply_garbage(&draft->reply, event->data, event->length,
                      bad ? bad->message : "an event that is no JSON object");
        return NULL;
    }
    if (!g_str_equal(event->type, "error") && !cJSON_IsObject(error) && !cJSON_IsString(error))
        return root;
    if (!reply_error(root, &draft->reply))
        draft->reply.kind = REPLY_ERROR;
    return NULL;
}

static gboolean has_one_of(const cJSON *root, const char *const *members)
{
    for (guint i = 0; members[i]; i++) {
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, members[i]);
        if (cJSON_IsArray(member) || cJSON_IsObject(member))
            return TRUE;
    }
    return FALSE;
}

cJSON *dialect_body(guint status, const char *body, gsize length, const char *const *members,
                    Reply *reply)
{
    g_autoptr(GError) bad = NULL;
    g_autoptr(cJSON) root = json_parse(body, length, &bad);
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    if (!cJSON_IsObject(root)) {
        reply_garbage(reply, body, length, bad ? bad->message : "JSON that is no object");
        return NULL;
    }
    /* Gateways send an error with status 200, too: once a model has begun. */
    if (status < 300 && !cJSON_IsObject(error) && has_one_of(root, members))
        return g_steal_pointer(&root);
    g_autofree char *why = g_strdup_printf("JSON without \"%s\" or \"error\"", members[0]);
    if (!reply_error(root, reply))
        reply_garbage(reply, "?", 1, why);
    return NULL;
}

void dialect_stream_reply(const Dialect *dialect, Draft *draft, gboolean stopped, Reply *reply)
{
    gboolean whole = draft->ended && draft->reply.finish;
    gboolean torn = draft->reply.kind == REPLY_ANSWER && !whole && !stopped;
    if (draft->reply.kind == REPLY_ANSWER && stopped)
        draft->reply.kind = REPLY_CUT;
    draft_close(draft, dialect->finish_words, reply);
    if (torn || stopped)
        reply->tokens_out = -1; /* what was told of them before is not all */
    if (!torn)
        return;
    reply->kind = REPLY_TORN;
    g_clear_pointer(&reply->text, g_free);
    g_clear_pointer(&reply->logprobs, g_array_unref);
}

/* ---- pictures ---- */

char *dialect_caption(const Picture *picture)
{
    return g_strdup_printf("Page %u of the document as a picture:", picture->page);
}

cJSON *dialect_base64(const char *prefix, const Picture *picture)
{
    gsize size = 0;
    const guchar *bytes = g_bytes_get_data(picture->jpeg, &size);
    g_autofree char *base64 = g_base64_encode(bytes, size);
    g_autofree char *text = g_strconcat(prefix, base64, NULL);
    return cJSON_CreateString(text);
}

gsize dialect_weight(const Dialect *dialect, const GPtrArray *messages, gsize length)
{
    gsize base64 = 0, tokens = 0;
    for (guint i = 0; i < messages->len; i++) {
        const Message *message = messages->pdata[i];
        for (guint p = 0; message->pictures && p < message->pictures->len; p++) {
            const Picture *picture = message->pictures->pdata[p];
            base64 += (g_bytes_get_size(picture->jpeg) + 2) / 3 * 4;
            tokens += dialect->picture_tokens;
        }
    }
    return length - MIN(base64, length) + tokens;
}
