#include "tools/llm-sim/protocol.h"

#include <string.h>

#define MOST_EVENTS 2000u

const Protocol *const protocols[] = {&protocol_openai, &protocol_anthropic, &protocol_gemini, NULL};

void trouble_clear(Trouble *trouble)
{
    g_free(trouble->message);
    *trouble = (Trouble){0};
}

gboolean trouble_set(Trouble *trouble, guint status, const char *type, const char *code,
                     const char *parameter, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    trouble_clear(trouble);
    *trouble = (Trouble){status, type, code, parameter, message, 0};
    return FALSE;
}

const Protocol *protocol_of(const char *path)
{
    if (g_str_has_prefix(path, "/v1/messages"))
        return &protocol_anthropic;
    for (guint i = 0; protocols[i]; i++)
        if (protocols[i]->takes(path))
            return protocols[i];
    return &protocol_openai;
}

gint64 protocol_tokens_at(const Completion *completion, guint piece)
{
    return completion->usage.out * (piece + 1) / MAX(completion->pieces->len, 1);
}

guint protocol_pieces_per_event(const Completion *completion)
{
    return completion->pieces->len / MOST_EVENTS + 1;
}

char *protocol_text(const Completion *completion, guint from, guint to)
{
    gsize start = g_array_index(completion->pieces, Piece, from).start;
    gsize end = g_array_index(completion->pieces, Piece, to - 1).end;
    return g_strndup(completion->text + start, end - start);
}

char *protocol_id(const char *word, const Completion *completion)
{
    return g_strconcat(word, completion->id, NULL);
}
