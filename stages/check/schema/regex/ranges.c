#include "stages/check/schema/regex/ranges.h"

#include <string.h>

#define LAST_CHARACTER 0x10FFFFu
#define FIRST_SURROGATE 0xD800u
#define LAST_SURROGATE 0xDFFFu
/* A class may name the same large property a thousand times; joined early, that stays small. */
#define JOIN_ABOVE 65536u

static const Range digit[] = {{'0', '9'}};
static const Range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const Range space[] = {
    {0x9, 0xD},       {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
/* All but \n, \r, U+2028 and U+2029. */
static const Range dot[] = {
    {0, 0x9}, {0xB, 0xC}, {0xE, 0x2027}, {0x202A, 0xD7FF}, {0xE000, LAST_CHARACTER}};

const Ranges ranges_digit = {digit, G_N_ELEMENTS(digit)};
const Ranges ranges_word = {word, G_N_ELEMENTS(word)};
const Ranges ranges_space = {space, G_N_ELEMENTS(space)};
const Ranges ranges_dot = {dot, G_N_ELEMENTS(dot)};

GArray *ranges_builder_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Range));
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const Range *left = a, *right = b;
    return left->low < right->low ? -1 : left->low > right->low;
}

static void join(GArray *builder)
{
    g_array_sort(builder, compare);
    guint kept = 0;
    for (guint i = 0; i < builder->len; i++) {
        Range range = g_array_index(builder, Range, i);
        Range *last = kept == 0 ? NULL : &g_array_index(builder, Range, kept - 1);
        if (last != NULL && range.low <= last->high + 1)
            last->high = MAX(last->high, range.high);
        else
            g_array_index(builder, Range, kept++) = range;
    }
    g_array_set_size(builder, kept);
}

void ranges_add(GArray *builder, gunichar low, gunichar high)
{
    Range *last = builder->len == 0 ? NULL : &g_array_index(builder, Range, builder->len - 1);
    if (last != NULL && low == last->high + 1) {
        last->high = high;
        return;
    }
    Range range = {low, high};
    g_array_append_val(builder, range);
    if (builder->len > JOIN_ABOVE)
        join(builder);
}

void ranges_add_all(GArray *builder, Ranges set)
{
    for (guint i = 0; i < set.count; i++)
        ranges_add(builder, set.at[i].low, set.at[i].high);
}

static void complement(GArray *builder)
{
    g_autoptr(GArray) source = g_array_copy(builder);
    g_array_set_size(builder, 0);
    gunichar from = 0;
    for (guint i = 0; i < source->len; i++) {
        Range range = g_array_index(source, Range, i);
        if (range.low > from)
            ranges_add(builder, from, range.low - 1);
        from = range.high + 1;
    }
    if (from <= LAST_CHARACTER)
        ranges_add(builder, from, LAST_CHARACTER);
}

static void drop_surrogates(GArray *builder)
{
    g_autoptr(GArray) source = g_array_copy(builder);
    g_array_set_size(builder, 0);
    for (guint i = 0; i < source->len; i++) {
        Range range = g_array_index(source, Range, i);
        if (range.high < FIRST_SURROGATE || range.low > LAST_SURROGATE) {
            g_array_append_val(builder, range);
            continue;
        }
        if (range.low < FIRST_SURROGATE)
            ranges_add(builder, range.low, FIRST_SURROGATE - 1);
        if (range.high > LAST_SURROGATE)
            ranges_add(builder, LAST_SURROGATE + 1, range.high);
    }
}

void ranges_settle(GArray *builder, gboolean negated)
{
    join(builder);
    if (negated)
        complement(builder);
    drop_surrogates(builder);
}

Ranges ranges_copy(Arena *arena, const GArray *builder)
{
    Range *copy = arena_new_array(arena, Range, MAX(builder->len, 1));
    if (builder->len > 0)
        memcpy(copy, builder->data, sizeof(Range) * builder->len);
    return (Ranges){copy, builder->len};
}

gboolean ranges_have(Ranges set, gunichar c)
{
    guint from = 0, to = set.count;
    while (from < to) {
        guint middle = (from + to) / 2;
        if (set.at[middle].high < c)
            from = middle + 1;
        else
            to = middle;
    }
    return from < set.count && set.at[from].low <= c;
}
