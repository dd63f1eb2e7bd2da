/* Memory that is given out piece by piece and taken back all at once. One thread at a time. */
#pragma once

#include <glib.h>

typedef struct Arena Arena;

/* `first` bytes are set aside at once (0: when first asked for). Free with arena_free. */
Arena *arena_new(gsize first);
void arena_free(Arena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Arena, arena_free)

/* `size` bytes aligned for any object, not cleared; lives as long as the arena or until its reset.
 * Never NULL. */
void *arena_alloc(Arena *arena, gsize size);
/* The same, cleared. */
void *arena_alloc0(Arena *arena, gsize size);
/* A copy of `length` bytes with a NUL behind it. */
char *arena_strndup(Arena *arena, const char *text, gsize length);

/* Takes everything back and keeps the largest block for what comes next. */
void arena_reset(Arena *arena);

#define arena_new_array(arena, type, count)                                                        \
    ((type *)arena_alloc0((arena), sizeof(type) * (gsize)(count)))
