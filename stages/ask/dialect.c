#include "stages/ask/dialect.h"

const Dialect *const dialects[] = {
    &dialect_openai,
    NULL,
};

void dialect_schema_free(DialectSchema *schema)
{
    if (!schema)
        return;
    g_free(schema->name);
    cJSON_Delete(schema->schema);
    g_free(schema);
}

void dialect_stream_reply(const Dialect *dialect, Draft *draft, gboolean stopped, Reply *reply)
{
    gboolean whole = draft->ended && draft->reply.finish;
    gboolean torn = draft->reply.kind == REPLY_ANSWER && !whole && !stopped;
    if (draft->reply.kind == REPLY_ANSWER && stopped)
        draft->reply.kind = REPLY_CUT;
    draft_close(draft, dialect->finish_words, reply);
    if (!torn)
        return;
    reply->kind = REPLY_TORN;
    g_clear_pointer(&reply->text, g_free);
    g_clear_pointer(&reply->logprobs, g_array_unref);
}
