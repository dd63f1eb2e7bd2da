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

/* Steps and states of all expressions of one schema together; some take a hundred thousand, most
 * take hundreds. Bounds time to seconds and memory to 8 bytes a step. */
#define PATTERN_BUDGET (1u << 25)

/* Read-only once made: any number of threads may search with one. */
typedef struct {
    const Dfa *dfa; /* NULL: another engine */
} Pattern;

/* NULL and DOCKET_ERROR_SCHEMA when the text is no regular expression or cannot be had here. Also
 * reads what the grammar's strict form refuses but many authors write ("\-", "[\w-]", "{"). */
Pattern *pattern_new(const char *text, GError **error);
/* The same, at the cost of a budget that many expressions share: a schema of a megabyte could
 * otherwise ask for hours and gigabytes. Starts at PATTERN_BUDGET; DOCKET_ERROR_SCHEMA when it is
 * used up. */
Pattern *pattern_new_within(const char *text, guint64 *budget, GError **error);
void pattern_free(Pattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pattern, pattern_free)
const char *pattern_text(const Pattern *pattern);

/* Searches with the engines that are no table. An automaton takes the states that it visits from
 * *work, and gives up when none are left: what many searches may cost together. */
PatternResult pattern_search_slowly(const Pattern *pattern, const char *text, gsize length,
                                    guint64 *work);
/* Searches `length` bytes of valid UTF-8, which may contain NUL. */
PatternResult pattern_search_n(const Pattern *pattern, const char *text, gsize length);

/* Searches anywhere in the text (valid UTF-8), as the specification wants. */
static inline PatternResult pattern_search(const Pattern *pattern, const char *text)
{
    if (G_LIKELY(pattern->dfa != NULL))
        return (PatternResult)dfa_search(pattern->dfa, text);
    guint64 work = NFA_MAX_WORK;
    return pattern_search_slowly(pattern, text, strlen(text), &work);
}

/* Whether the text follows ECMA-262's strict grammar, for the format "regex". Judges texts of up
 * to PARSE_MAX_BYTES. */
gboolean pattern_is_ecma(const char *text);
