/* Each engine by itself, so that tests can hold one against another. */
#pragma once

#include "stages/check/schema/regex/pattern.h"

typedef enum { ENGINES_DFA = 1, ENGINES_NFA = 2, ENGINES_PCRE = 4, ENGINES_BEST = 8 } Engines;

/* Like pattern_new, with every one of the `wanted` engines that can have the expression; BEST is
 * the choice that pattern_new makes. */
Pattern *engines_new(const char *text, Engines wanted, GError **error);
/* The engines that the pattern has. */
Engines engines_of(const Pattern *pattern);
/* A search by one of them. */
PatternResult engines_search(const Pattern *pattern, Engines engine, const char *text,
                             gsize length);
