/* A fixed set of names, found by hash: property names and the strings of an enum. */
#pragma once

#include "pipeline/core/arena.h"

#include <string.h>

#define KEYS_NONE G_MAXUINT32

typedef struct {
    const char *name; /* NULL: an empty slot */
    guint32 length;   /* bytes */
    guint32 index;    /* of the name in the list that the set was made from */
} KeySlot;

typedef struct {
    const KeySlot *slots;
    guint32 mask; /* number of slots - 1, a power of two - 1 */
    guint64 seed;
} Keys;

/* The set of `count` different names, which are lent and must stay; slots come from the arena. */
Keys keys_make(Arena *arena, const char *const *names, guint count);

/* ---- lookup, in the header because it is most of what checking an object costs ---- */

static inline guint64 keys_load8(const char *at)
{
    guint64 word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline guint32 keys_load4(const char *at)
{
    guint32 word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Reads both ends in words that overlap, and long names also in between. */
static inline guint64 keys_hash(const char *text, gsize length, guint64 seed)
{
    guint64 head = 0, tail = 0;
    if (length >= 8) {
        head = keys_load8(text);
        tail = keys_load8(text + length - 8);
        for (gsize i = 8; i + 8 < length; i += 8)
            head = (head ^ keys_load8(text + i)) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    } else if (length >= 4) {
        head = keys_load4(text);
        tail = keys_load4(text + length - 4);
    } else if (length > 0) {
        head = (guchar)text[0];
        tail = (guint64)(guchar)text[length / 2] << 8 | (guchar)text[length - 1];
    }
    guint64 hash = (head ^ seed) * G_GUINT64_CONSTANT(0xFF51AFD7ED558CCD) +
                   (tail + length) * G_GUINT64_CONSTANT(0xC4CEB9FE1A85EC53);
    hash ^= hash >> 32;
    hash *= G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    return hash >> 32;
}

static inline gboolean keys_same(const char *a, const char *b, gsize length)
{
    if (length > 16)
        return memcmp(a, b, length) == 0;
    if (length >= 8)
        return keys_load8(a) == keys_load8(b) &&
               keys_load8(a + length - 8) == keys_load8(b + length - 8);
    if (length >= 4)
        return keys_load4(a) == keys_load4(b) &&
               keys_load4(a + length - 4) == keys_load4(b + length - 4);
    for (gsize i = 0; i < length; i++) {
        if (a[i] != b[i])
            return FALSE;
    }
    return TRUE;
}

/* The index of the name, or KEYS_NONE. */
static inline guint32 keys_find(const Keys *keys, const char *text, gsize length)
{
    guint32 at = (guint32)keys_hash(text, length, keys->seed) & keys->mask;
    for (;; at = (at + 1) & keys->mask) {
        const KeySlot *slot = &keys->slots[at];
        if (slot->name == NULL)
            return KEYS_NONE;
        if (slot->length == length && keys_same(slot->name, text, length))
            return slot->index;
    }
}
