/* An expression, NUL, a text: it compiles or is refused, every engine that has it says the same of
 * the text, and none takes long. */
#include "stages/check/schema/regex/engines.h"
#include "tests/fuzz/fuzz.h"

#define LONGEST 4096u /* of the input: what is slow only by its length proves nothing */

/* One answer, or none at all when the engine gave up. */
static void agree(const Pattern *pattern, const char *text, gsize length, PatternResult *known)
{
    for (Engines engine = ENGINES_DFA; engine <= ENGINES_PCRE; engine *= 2) {
        if (!(engines_of(pattern) & engine))
            continue;
        PatternResult result = engines_search(pattern, engine, text, length);
        if (result == PATTERN_UNDECIDED)
            continue;
        g_assert(*known == PATTERN_UNDECIDED || *known == result);
        *known = result;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *nul = size == 0 || size > LONGEST ? NULL : memchr(data, '\0', size);
    if (nul == NULL)
        return 0;
    const char *expression = (const char *)data;
    g_autofree char *text = g_strndup(nul + 1, size - (gsize)(nul + 1 - expression));
    g_autoptr(GError) error = NULL;
    g_autoptr(Pattern) all =
        engines_new(expression, ENGINES_DFA | ENGINES_NFA | ENGINES_PCRE, &error);
    g_autoptr(Pattern) best = pattern_new(expression, NULL);
    g_assert((all == NULL) == (error != NULL));
    g_assert((all == NULL) == (best == NULL));
    g_autoptr(Arena) arena = arena_new(0);
    Parsed parsed;
    gboolean strict = parse_expression(arena, expression, FALSE, &parsed, NULL);
    g_assert(strict == pattern_is_ecma(expression));
    if (all == NULL || !g_utf8_validate(text, -1, NULL))
        return 0;
    PatternResult known = PATTERN_UNDECIDED;
    agree(all, text, strlen(text), &known);
    PatternResult chosen = pattern_search(best, text);
    g_assert(chosen == pattern_search_n(best, text, strlen(text)));
    g_assert(known == PATTERN_UNDECIDED || chosen == PATTERN_UNDECIDED || chosen == known);
    return 0;
}
