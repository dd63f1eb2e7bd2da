/* Hashes that nobody outside can make collide: the seed is drawn once a process. What comes of a
 * hash never depends on it. */
#pragma once

#include <glib.h>

/* Both halves of the product: every bit of the result depends on every bit of both words. */
static inline guint64 hash_mix(guint64 a, guint64 b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (guint64)product ^ (guint64)(product >> 64);
}

/* Odd, the same for the whole process; any thread may ask. */
guint64 hash_seed(void);
/* A word, or a text of any length, taken up into a hash. */
guint64 hash_word(guint64 hash, guint64 word);
guint64 hash_text(guint64 hash, const char *text);
