/* A fixed set of names, found by hash: property names and the strings of an enum. */
#pragma once

#include "pipeline/core/arena.h"
#include "stages/check/schema/hash.h"

#include <string.h>

#define KEYS_NONE G_MAXUINT32

/* A name as it is compared: names of up to 16 bytes are equal when all three numbers are. */
typedef struct {
    guint64 head; /* the first 8 bytes, little-endian, zero behind the end */
    guint64 tail; /* the next 8; of a name longer than 16 bytes, its last 8 */
    gsize length; /* bytes */
} KeyName;

typedef struct {
    KeyName name;
    const char *text; /* NULL: an empty slot */
    guint32 index;    /* of the name in the list that the set was made from */
} KeySlot;

typedef struct {
    const KeySlot *slots;
    guint32 mask; /* number of slots - 1, a power of two - 1 */
    guint64 seed;
} Keys;

/* The set of `count` names, which are lent and must stay; slots come from the arena. Of names that
 * are the same the first one counts. */
Keys keys_make(Arena *arena, const char *const *names, guint count);

/* The name by the plain way, which reads no byte behind the NUL. */
KeyName keys_name_bytewise(const char *text);

/* ---- lookup, in the header because it is most of what checking an object costs ---- */

#define KEYS_PAGE 4096u

typedef struct {
    guint64 word;
} __attribute__((packed, may_alias)) KeysWord;

__attribute__((no_sanitize_address)) static inline guint64 keys_load(const char *at)
{
    return GUINT64_FROM_LE(((const KeysWord *)at)->word);
}

/* The highest bit of every zero byte, up to the first one reliably. */
static inline guint64 keys_zero_bytes(guint64 word)
{
    return (word - G_GUINT64_CONSTANT(0x0101010101010101)) & ~word &
           G_GUINT64_CONSTANT(0x8080808080808080);
}

/* Cuts the word off at its first zero byte, whose place is returned. */
static inline guint keys_cut(guint64 *word, guint64 zeros)
{
    guint bytes = (guint)__builtin_ctzll(zeros) / 8;
    *word &= (G_GUINT64_CONSTANT(1) << (8 * bytes)) - 1;
    return bytes;
}

/* Whether the 16 bytes at the start of a text lie in one page. Then words may be read there, as
 * strlen does it: what stands behind the NUL is masked or cut off. */
static inline gboolean keys_is_readable(const char *text)
{
    return ((guintptr)text & (KEYS_PAGE - 1)) <= KEYS_PAGE - 16;
}

/* The same text; the compiler cannot follow a literal here, and does not warn of the bytes behind it. */
static inline const char *keys_opaque(const char *text)
{
    __asm__("" : "+r"(text));
    return text;
}

__attribute__((no_sanitize_address)) static inline KeyName keys_name(const char *text)
{
    text = keys_opaque(text);
    if (!keys_is_readable(text))
        return keys_name_bytewise(text);
    KeyName name = {.head = keys_load(text)};
    guint64 zeros = keys_zero_bytes(name.head);
    if (zeros != 0) {
        name.length = keys_cut(&name.head, zeros);
        return name;
    }
    name.tail = keys_load(text + 8);
    zeros = keys_zero_bytes(name.tail);
    if (zeros != 0) {
        name.length = 8 + keys_cut(&name.tail, zeros);
        return name;
    }
    name.length = 16 + strlen(text + 16);
    name.tail = keys_load(text + name.length - 8);
    return name;
}

static inline gboolean keys_same(const KeyName *a, const char *a_text, const KeyName *b,
                                 const char *b_text)
{
    return a->head == b->head && a->tail == b->tail && a->length == b->length &&
           (a->length <= 16 || memcmp(a_text + 8, b_text + 8, a->length - 16) == 0);
}

/* The seed is not known outside and hides both factors, so nobody can make up names that collide: a
 * tail that made its factor a sum of a few powers of two would only shift the head. */
static inline guint32 keys_hash(const KeyName *name, const char *text, guint64 seed)
{
    guint64 head = name->head ^ seed, other = seed << 32 | seed >> 32;
    for (gsize i = 8; i + 8 < name->length && name->length > 16; i += 8)
        head = hash_mix(head ^ keys_load(text + i), other);
    return (guint32)hash_mix(head, name->tail ^ name->length ^ other);
}

/* One name that is expected: 16 bytes are compared at once, its NUL among them. */
typedef struct {
    guint64 head, head_mask, tail, tail_mask;
    const char *rest; /* behind 16 bytes; NULL: the name is shorter */
} KeyExpected;

/* `text` is lent and must stay. */
KeyExpected keys_expect(const char *text);

/* The same for a text that is not readable in that sense. */
gboolean keys_is_expected_bytewise(const KeyExpected *expected, const char *text);

static inline gboolean keys_is_expected(const KeyExpected *expected, const char *text)
{
    if (!keys_is_readable(text))
        return keys_is_expected_bytewise(expected, text);
    guint64 differences = ((keys_load(text) & expected->head_mask) ^ expected->head) |
                          ((keys_load(text + 8) & expected->tail_mask) ^ expected->tail);
    return differences == 0 && (expected->rest == NULL || strcmp(text + 16, expected->rest) == 0);
}

/* The index of the name, or KEYS_NONE. */
static inline guint32 keys_find(const Keys *keys, const KeyName *name, const char *text)
{
    guint32 at = keys_hash(name, text, keys->seed) & keys->mask;
    for (;; at = (at + 1) & keys->mask) {
        const KeySlot *slot = &keys->slots[at];
        if (slot->text == NULL)
            return KEYS_NONE;
        if (keys_same(&slot->name, slot->text, name, text))
            return slot->index;
    }
}

static inline guint32 keys_find_text(const Keys *keys, const char *text)
{
    text = keys_opaque(text);
    const KeyName name = keys_name(text);
    return keys_find(keys, &name, text);
}
