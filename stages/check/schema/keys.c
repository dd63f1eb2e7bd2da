#include "stages/check/schema/keys.h"

/* Seeds that are tried for a table in which no lookup has far to go. */
#define TRIES 32u

/* Fills empty slots; returns the longest way to a name. */
static guint fill(KeySlot *slots, guint32 mask, guint64 seed, const char *const *names, guint count)
{
    guint longest = 0;
    for (guint i = 0; i < count; i++) {
        gsize length = strlen(names[i]);
        guint32 at = (guint32)keys_hash(names[i], length, seed) & mask;
        guint way = 0;
        for (; slots[at].name != NULL; way++)
            at = (at + 1) & mask;
        slots[at] = (KeySlot){names[i], (guint32)length, i};
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
    for (guint64 seed = 1; seed <= TRIES && best > 0; seed++) {
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
