#include "arena.h"

#include <stddef.h>
#include <string.h>

#define ALIGNMENT _Alignof(max_align_t)
#define SMALLEST_BLOCK 4096u
#define LARGEST_STEP (1u << 20) /* blocks double up to this size */

typedef struct Block {
    struct Block *next;
    gsize size;
    _Alignas(max_align_t) char bytes[];
} Block;

struct Arena {
    Block *blocks; /* the one in use first */
    char *at, *end;
};

static void add_block(Arena *arena, gsize size)
{
    Block *block = g_malloc(sizeof(Block) + size);
    block->next = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->at = block->bytes;
    arena->end = block->bytes + size;
}

Arena *arena_new(gsize first)
{
    Arena *arena = g_new0(Arena, 1);
    if (first > 0)
        add_block(arena, first);
    return arena;
}

static void free_blocks(Block *block)
{
    while (block != NULL) {
        Block *next = block->next;
        g_free(block);
        block = next;
    }
}

void arena_free(Arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->blocks);
    g_free(arena);
}

void *arena_alloc(Arena *arena, gsize size)
{
    g_assert(size <= G_MAXSIZE / 2);
    size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (arena->blocks == NULL || (gsize)(arena->end - arena->at) < size) {
        gsize step = arena->blocks == NULL ? SMALLEST_BLOCK : 2 * arena->blocks->size;
        add_block(arena, MAX(size, MIN(step, LARGEST_STEP)));
    }
    void *piece = arena->at;
    arena->at += size;
    return piece;
}

void *arena_alloc0(Arena *arena, gsize size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

char *arena_strndup(Arena *arena, const char *text, gsize length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void arena_reset(Arena *arena)
{
    Block *kept = arena->blocks;
    for (Block *block = arena->blocks; block != NULL; block = block->next) {
        if (block->size > kept->size)
            kept = block;
    }
    if (kept == NULL)
        return;
    for (Block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        if (block != kept)
            g_free(block);
    }
    kept->next = NULL;
    arena->blocks = kept;
    arena->at = kept->bytes;
    arena->end = kept->bytes + kept->size;
}
