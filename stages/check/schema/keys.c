#include "stages/check/schema/keys.h"

/* Seeds that are tried for a table in which no lookup has far to go. */
#define TRIES 8u

KeyName keys_name_bytewise(const char *text)
{
    KeyName name = {.length = strlen(text)};
    for (gsize i = 0; i < MIN(name.length, 8); i++)
        name.head |= (guint64)(guchar)text[i] << (8 * i);
    gsize from = name.length > 16 ? name.length - 8 : 8;
    for (gsize i = 0; from + i < name.length; i++)
        name.tail |= (guint64)(guchar)text[from + i] << (8 * i);
    return name;
}

/* The bytes of a word that hold `length` characters and a NUL. */
static guint64 mask_of(gsize length)
{
    return length >= 7 ? G_MAXUINT64 : (G_GUINT64_CONSTANT(1) << (8 * (length + 1))) - 1;
}

KeyExpected keys_expect(const char *text)
{
    g_autofree char *head = g_strndup(text, 16);
    KeyName name = keys_name_bytewise(head);
    KeyExpected expected = {name.head, mask_of(name.length), name.tail, 0, NULL};
    if (name.length >= 8)
        expected.tail_mask = mask_of(name.length - 8);
    if (name.length == 16)
        expected.rest = text + 16;
    return expected;
}

gboolean keys_is_expected_bytewise(const KeyExpected *expected, const char *text)
{
    char head[17];
    g_strlcpy(head, text, sizeof head);
    KeyName name = keys_name_bytewise(head);
    return name.head == expected->head && name.tail == expected->tail &&
           (expected->rest == NULL) == (name.length < 16) &&
           (expected->rest == NULL || strcmp(text + 16, expected->rest) == 0);
}

/* Fills empty slots; returns the longest way to a name. */
static guint fill(KeySlot *slots, guint32 mask, guint64 seed, const char *const *names, guint count)
{
    guint longest = 0;
    for (guint i = 0; i < count; i++) {
        KeyName name = keys_name(names[i]);
        guint32 at = keys_hash(&name, names[i], seed) & mask;
        guint way = 0;
        while (slots[at].text != NULL &&
               !keys_same(&slots[at].name, slots[at].text, &name, names[i])) {
            at = (at + 1) & mask;
            way++;
        }
        if (slots[at].text == NULL)
            slots[at] = (KeySlot){name, names[i], i};
        longest = MAX(longest, way);
    }
    return longest;
}

Keys keys_make(Arena *arena, const char *const *names, guint count)
{
    /* Half empty, so that most names that are not in the set end at the first slot. */
    gsize size = 4;
    while (size < 2 * (gsize)count)
        size *= 2;
    KeySlot *slots = arena_new_array(arena, KeySlot, size);
    g_autofree KeySlot *trial = g_new(KeySlot, size);
    Keys keys = {slots, (guint32)(size - 1), 0};
    guint best = G_MAXUINT;
    for (guint try = 0; try < TRIES && best > 1; try++) {
        guint64 seed = (guint64)g_random_int() << 32 | g_random_int();
        memset(trial, 0, size * sizeof *trial);
        guint way = fill(trial, keys.mask, seed, names, count);
        if (way >= best)
            continue;
        best = way;
        keys.seed = seed;
        memcpy(slots, trial, size * sizeof *trial);
    }
    return keys;
}
