/* Regular expressions as JSON Schema means them: ECMA-262 with the u flag, searched anywhere in a
 * text. Most become a table that is walked a byte at a time; large ones a simulated automaton,
 * still linear in the text; only lookaround and backreferences need backtracking, with brakes. */
#pragma once

#include "stages/check/schema/regex/dfa.h"

#include <string.h>

typedef enum {
    PATTERN_MATCH = DFA_FOUND,
    PATTERN_NO_MATCH = DFA_NOT_FOUND,
    PATTERN_UNDECIDED, /* a limit was reached */
} PatternResult;

/* Read-only once made: any number of threads may search with one. */
typedef struct {
    const Dfa *dfa; /* NULL: another engine */
} Pattern;

/* NULL and DOCKET_ERROR_SCHEMA when the text is no regular expression or cannot be had here. Also
 * reads what the grammar's strict form refuses but many authors write ("\-", "[\w-]", "{"). */
Pattern *pattern_new(const char *text, GError **error);
void pattern_free(Pattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pattern, pattern_free)
const char *pattern_text(const Pattern *pattern);

/* Searches with the engines that are no table. */
PatternResult pattern_search_slowly(const Pattern *pattern, const char *text, gsize length);
/* Searches `length` bytes of valid UTF-8, which may contain NUL. */
PatternResult pattern_search_n(const Pattern *pattern, const char *text, gsize length);

/* Searches anywhere in the text (valid UTF-8), as the specification wants. */
static inline PatternResult pattern_search(const Pattern *pattern, const char *text)
{
    if (G_LIKELY(pattern->dfa != NULL))
        return (PatternResult)dfa_search(pattern->dfa, text);
    return pattern_search_slowly(pattern, text, strlen(text));
}

/* Whether the text follows ECMA-262's strict grammar, for the format "regex". Judges texts of up
 * to PARSE_MAX_BYTES. */
gboolean pattern_is_ecma(const char *text);
