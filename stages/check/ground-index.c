/* Building the index, and text that stands in it. Searching is plain substring search over one long
 * string: with the C library's two-way search a page costs about a microsecond. */
#include "stages/check/ground-private.h"

#include <string.h>

#define SOFT_EDGE 0.9f   /* the match of a value that begins or ends between a letter and a digit */
#define MAX_TRIES 20000u /* places looked at for one value: "1" stands inside of many numbers */

GroundIndex *ground_index_new(const Reading *reading)
{
    GroundIndex *index = g_new0(GroundIndex, 1);
    index->reading = reading;
    index->raw = g_string_sized_new(reading->text->len + 1);
    index->raw_starts = g_array_sized_new(FALSE, FALSE, sizeof(guint32), reading->words->len);
    index->token_words = g_array_sized_new(FALSE, FALSE, sizeof(guint32), reading->words->len);
    plain_init(&index->plain);
    for (guint32 i = 0; i < reading->words->len; i++) {
        const Word *word = reading_word(reading, i);
        const guint32 start = (guint32)index->raw->len;
        g_array_append_val(index->raw_starts, start);
        g_string_append_len(index->raw, reading_word_text(reading, word), word->length);
        plain_append(&index->plain, reading_word_text(reading, word), word->length);
        while (index->token_words->len < index->plain.starts->len)
            g_array_append_val(index->token_words, i);
    }
    return index;
}

void ground_index_free(GroundIndex *index)
{
    if (index == NULL)
        return;
    g_string_free(index->raw, TRUE);
    g_array_unref(index->raw_starts);
    g_array_unref(index->token_words);
    plain_clear(&index->plain);
    g_clear_pointer(&index->entries, g_array_unref);
    g_clear_pointer(&index->pairs, g_array_unref);
    g_clear_pointer(&index->values, g_hash_table_unref);
    g_free(index);
}

const Reading *ground_index_reading(const GroundIndex *index)
{
    return index->reading;
}

void ground_add_span(GArray *spans, GroundSpan span)
{
    for (guint i = 0; i < spans->len; i++) {
        const GroundSpan *other = &g_array_index(spans, GroundSpan, i);
        if (other->first == span.first && other->count == span.count)
            return;
    }
    if (spans->len < GROUND_MAX_SPANS)
        g_array_append_val(spans, span);
}

/* Index of the last start that is not behind the offset. */
guint ground_word_at(const GArray *starts, guint32 offset)
{
    guint low = 0, high = starts->len;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(starts, guint32, middle) <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

guint ground_token_at(const Plain *plain, guint32 offset)
{
    return ground_word_at(plain->starts, offset);
}

GroundSpan ground_token_span(const GroundIndex *index, guint first, guint last)
{
    guint32 from = g_array_index(index->token_words, guint32, first);
    guint32 to = g_array_index(index->token_words, guint32, last);
    return (GroundSpan){.first = from, .count = to - from + 1, .match = 1};
}

/* ---- letter by letter ---- */

static gboolean is_letter(const char *at)
{
    return g_unichar_isalnum(g_utf8_get_char(at));
}

/* Whether a value may begin or end between these two places of raw: 1 yes, SOFT_EDGE between a
 * letter and a digit, 0 inside of a word or number. */
static float edge_between(const char *before, const char *after)
{
    if (!is_letter(before) || !is_letter(after))
        return 1;
    gboolean digits = g_ascii_isdigit(*before) != 0;
    return digits != (g_ascii_isdigit(*after) != 0) ? SOFT_EDGE : 0;
}

static float raw_edge(const GroundIndex *index, guint32 offset)
{
    if (offset == 0 || offset >= index->raw->len)
        return 1;
    guint word = ground_word_at(index->raw_starts, offset);
    if (g_array_index(index->raw_starts, guint32, word) == offset)
        return 1;
    const char *at = index->raw->str + offset;
    return edge_between(g_utf8_find_prev_char(index->raw->str, at), at);
}

static void search_raw(const GroundIndex *index, const GString *needle, GArray *spans)
{
    const char *at = index->raw->str, *end = at + index->raw->len;
    for (guint tries = 0; tries < MAX_TRIES && spans->len < GROUND_MAX_SPANS &&
                          (at = memmem(at, (gsize)(end - at), needle->str, needle->len)) != NULL;
         tries++) {
        guint32 from = (guint32)(at - index->raw->str), to = from + (guint32)needle->len;
        float edge = MIN(raw_edge(index, from), raw_edge(index, to));
        at++;
        if (edge == 0)
            continue;
        GroundSpan span = {
            .first = ground_word_at(index->raw_starts, from), .match = edge, .exact = edge == 1};
        span.count = ground_word_at(index->raw_starts, to - 1) - span.first + 1;
        ground_add_span(spans, span);
    }
}

/* ---- folded ---- */

static float plain_edge(const Plain *plain, guint32 offset)
{
    if (offset == 0 || offset >= plain->text->len)
        return 1;
    if (plain_start(plain, ground_token_at(plain, offset)) == offset)
        return 1;
    gboolean before = g_ascii_isdigit(plain->text->str[offset - 1]) != 0;
    return before != (g_ascii_isdigit(plain->text->str[offset]) != 0) ? SOFT_EDGE : 0;
}

static void search_plain(const GroundIndex *index, const GString *needle, GArray *spans)
{
    const GString *text = index->plain.text;
    const char *at = text->str, *end = at + text->len;
    for (guint tries = 0; tries < MAX_TRIES && spans->len < GROUND_MAX_SPANS &&
                          (at = memmem(at, (gsize)(end - at), needle->str, needle->len)) != NULL;
         tries++) {
        guint32 from = (guint32)(at - text->str), to = from + (guint32)needle->len;
        float edge = MIN(plain_edge(&index->plain, from), plain_edge(&index->plain, to));
        at++;
        if (edge == 0)
            continue;
        GroundSpan span = ground_token_span(index, ground_token_at(&index->plain, from),
                                            ground_token_at(&index->plain, to - 1));
        span.match = edge;
        ground_add_span(spans, span);
    }
}

guint ground_index_text(const GroundIndex *index, const char *text, GArray *spans)
{
    g_autoptr(GString) needle = g_string_sized_new(strlen(text));
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        if (!g_unichar_isspace(g_utf8_get_char(c)))
            g_string_append_len(needle, c, g_utf8_next_char(c) - c);
    }
    if (needle->len == 0)
        return 0;
    search_raw(index, needle, spans);
    if (spans->len > 0)
        return spans->len;
    g_auto(Plain) plain = {0};
    plain_init(&plain);
    plain_append(&plain, text, strlen(text));
    if (plain.text->len > 0)
        search_plain(index, plain.text, spans);
    return spans->len;
}

gboolean ground_index_line_has(const GroundIndex *index, guint line, const char *label)
{
    const Line *row = reading_line(index->reading, line);
    g_auto(Plain) wanted = {0};
    g_auto(Plain) there = {0};
    plain_init(&wanted);
    plain_init(&there);
    plain_append(&wanted, label, strlen(label));
    for (guint32 i = 0; i < row->n_words; i++) {
        const Word *word = reading_word(index->reading, row->first_word + i);
        plain_append(&there, reading_word_text(index->reading, word), word->length);
    }
    for (guint w = 0; w < wanted.starts->len; w++) {
        guint32 from = plain_start(&wanted, w), length = plain_start(&wanted, w + 1) - from;
        for (guint t = 0; length > 2 && t < there.starts->len; t++) {
            guint32 at = plain_start(&there, t);
            if (plain_start(&there, t + 1) - at == length &&
                memcmp(there.text->str + at, wanted.text->str + from, length) == 0)
                return TRUE;
        }
    }
    return FALSE;
}
