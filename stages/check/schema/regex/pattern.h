/* Regular expressions as JSON Schema means them (ECMA-262 with the u flag), run by GRegex after a
 * translation of what the two read differently. Matching is bounded, so a hostile pattern or string
 * ends with "cannot decide". */
#pragma once

#include <glib.h>

typedef struct Pattern Pattern;

typedef enum { PATTERN_MATCH, PATTERN_NO_MATCH, PATTERN_UNDECIDED } PatternResult;

/* NULL and DOCKET_ERROR_SCHEMA when the text is no regular expression or cannot be had here. */
Pattern *pattern_new(const char *text, GError **error);
void pattern_free(Pattern *pattern);
/* Searches anywhere in the text (valid UTF-8), as the specification wants. */
PatternResult pattern_search(const Pattern *pattern, const char *text);
const char *pattern_text(const Pattern *pattern);

/* Whether the text follows ECMA-262's grammar, for the format "regex". */
gboolean pattern_is_ecma(const char *text);
