#include "tools/llm-sim/completion.h"

#include <string.h>

#define WHOLE_TOKENS_UP_TO (1u << 20) /* longer texts travel in larger pieces */
#define LARGE_PIECE (64u << 10)
#define SURE (-0.01)

gint64 tokens_of(gsize bytes)
{
    return (gint64)((bytes + TOKEN_BYTES - 1) / TOKEN_BYTES);
}

void completion_clear(Completion *completion)
{
    g_free(completion->id);
    g_free(completion->model);
    g_free(completion->text);
    if (completion->pieces)
        g_array_unref(completion->pieces);
    *completion = (Completion){0};
}

GArray *completion_pieces(const char *text)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    gsize length = strlen(text);
    gsize size = length > WHOLE_TOKENS_UP_TO ? LARGE_PIECE : TOKEN_BYTES;
    for (gsize at = 0; at < length;) {
        gsize end = MIN(at + size, length);
        while (end < length && ((guchar)text[end] & 0xc0) == 0x80)
            end++;
        Piece piece = {at, end, SURE};
        g_array_append_val(pieces, piece);
        at = end;
    }
    return pieces;
}

void completion_cut(Completion *completion, guint pieces)
{
    if (pieces >= completion->pieces->len)
        return;
    completion->text[g_array_index(completion->pieces, Piece, pieces).start] = '\0';
    g_array_set_size(completion->pieces, pieces);
}
