#include "stages/check/schema/hash.h"

#include <string.h>

guint64 hash_seed(void)
{
    static gsize seed = 0;
    if (g_once_init_enter(&seed))
        g_once_init_leave(&seed, (gsize)((guint64)g_random_int() << 32 | g_random_int() | 1));
    return (guint64)seed;
}

guint64 hash_word(guint64 hash, guint64 word)
{
    return hash_mix(hash ^ word, hash_seed());
}

guint64 hash_text(guint64 hash, const char *text)
{
    const guint64 seed = hash_seed();
    gsize left = strlen(text);
    hash ^= left;
    for (; left >= sizeof(guint64); left -= sizeof(guint64), text += sizeof(guint64)) {
        guint64 word;
        memcpy(&word, text, sizeof word);
        hash = hash_mix(hash ^ word, seed);
    }
    guint64 word = 0;
    for (; left > 0; left--)
        word = word << 8 | (guchar)*text++;
    return hash_mix(hash ^ word, seed);
}
