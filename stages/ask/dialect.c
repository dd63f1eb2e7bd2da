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

void reply_clear(Reply *reply)
{
    g_free(reply->text);
    g_free(reply->message);
    g_free(reply->type);
    g_free(reply->code);
    g_free(reply->parameter);
    g_free(reply->model);
    *reply = (Reply){.kind = REPLY_GARBAGE, .tokens_in = -1, .tokens_cached = -1, .tokens_out = -1};
}
