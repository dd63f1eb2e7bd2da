/* Sets of code points as sorted, disjoint ranges, without surrogates (no valid UTF-8 has them). */
#pragma once

#include "pipeline/core/arena.h"

typedef struct {
    gunichar low, high; /* both belong to it */
} Range;

typedef struct {
    const Range *at;
    guint count;
} Ranges;

/* A set under construction. Free with g_array_unref. */
GArray *ranges_builder_new(void);
/* Adds low to high, in any order of calls. */
void ranges_add(GArray *builder, gunichar low, gunichar high);
/* Adds every range of a set. */
void ranges_add_all(GArray *builder, Ranges set);
/* Sorts, joins, takes the complement when asked, and drops surrogates. */
void ranges_settle(GArray *builder, gboolean negated);
/* The settled builder as a set that lives in the arena. */
Ranges ranges_copy(Arena *arena, const GArray *builder);

/* Whether the character belongs to the set. */
gboolean ranges_have(Ranges set, gunichar c);

/* \d, \w, \s and "." as ECMA-262 has them; static. */
extern const Ranges ranges_digit, ranges_word, ranges_space, ranges_dot;
