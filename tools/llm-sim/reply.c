#include "tools/llm-sim/reply.h"

#include <string.h>

static void begin(Reply *reply, guint status, const char *media_type)
{
    reply->status = status;
    reply->media_type = media_type;
    if (!reply->body)
        reply->body = g_string_new(NULL);
    if (!reply->steps)
        reply->steps = g_array_new(FALSE, FALSE, sizeof(Step));
}

void reply_reset(Reply *reply)
{
    if (reply->body)
        g_string_free(reply->body, TRUE);
    if (reply->steps)
        g_array_unref(reply->steps);
    if (reply->headers)
        g_ptr_array_unref(reply->headers);
    *reply = (Reply){0};
}

void reply_header(Reply *reply, const char *name, const char *value)
{
    if (!reply->headers)
        reply->headers = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(reply->headers, g_strdup(name));
    g_ptr_array_add(reply->headers, g_strdup(value));
}

void reply_text(Reply *reply, guint status, const char *media_type, const char *text)
{
    begin(reply, status, media_type);
    g_string_append(reply->body, text);
}

void reply_json(Reply *reply, guint status, cJSON *value)
{
    g_autofree char *text = json_print(value, FALSE);
    cJSON_Delete(value);
    reply_text(reply, status, "application/json", text);
}

void reply_bytes(Reply *reply, const char *bytes, gint64 tokens)
{
    begin(reply, 200, "text/event-stream");
    reply->stream = TRUE;
    g_string_append(reply->body, bytes);
    Step step = {.end = reply->body->len, .tokens = tokens};
    g_array_append_val(reply->steps, step);
}

void reply_event(Reply *reply, const char *name, cJSON *data, gint64 tokens)
{
    g_autofree char *text = json_print(data, FALSE);
    cJSON_Delete(data);
    g_autofree char *event = name ? g_strdup_printf("event: %s\ndata: %s\n\n", name, text)
                                  : g_strdup_printf("data: %s\n\n", text);
    reply_bytes(reply, event, tokens);
}

gint64 reply_tokens(const Reply *reply, gsize sent)
{
    gint64 tokens = 0;
    for (guint i = 0; i < reply->steps->len; i++) {
        Step step = g_array_index(reply->steps, Step, i);
        if (step.end <= sent)
            tokens = step.tokens;
    }
    return tokens;
}
