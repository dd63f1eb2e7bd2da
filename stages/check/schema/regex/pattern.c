#include "stages/check/schema/regex/pattern.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/engines.h"
#include "stages/check/schema/regex/nfa.h"
#include "stages/check/schema/regex/pcre.h"

#include <string.h>

/* Of groups within groups: the passes over the tree are recursive, and PCRE stops at 250. */
#define MAX_NESTING 200u

typedef struct {
    Pattern pattern; /* first: it is what the world sees */
    char *text;
    Dfa *dfa;
    Nfa *nfa;
    GRegex *regex;
} Whole;

static const Whole *whole_of(const Pattern *pattern)
{
    return (const Whole *)(gconstpointer)pattern;
}

/* ---- construction ---- */

static gboolean parse(Arena *arena, const char *text, Parsed *parsed, GError **error)
{
    if (parse_expression(arena, text, FALSE, parsed, error))
        return TRUE;
    if (!parse_expression(arena, text, TRUE, parsed, NULL))
        return FALSE;
    g_clear_error(error);
    return TRUE;
}

/* What no engine can have. */
static gboolean check(const Parsed *parsed, GError **error)
{
    if (parsed->depth > MAX_NESTING) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, "its groups are nested over %u deep",
                    MAX_NESTING);
        return FALSE;
    }
    if (parsed->missing != NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "this system's Unicode data has no \"%s\"", parsed->missing);
        return FALSE;
    }
    return TRUE;
}

static gboolean build(Whole *whole, const Parsed *parsed, Engines wanted, GError **error)
{
    if (!check(parsed, error))
        return FALSE;
    if (parsed->is_regular) {
        whole->nfa = nfa_new(parsed, error);
        if (whole->nfa == NULL)
            return FALSE;
        if (wanted & (ENGINES_BEST | ENGINES_DFA))
            whole->dfa = dfa_new(whole->nfa);
        if (whole->dfa != NULL && (wanted & ENGINES_NFA) == 0)
            g_clear_pointer(&whole->nfa, nfa_free);
    }
    if (!parsed->is_regular || (wanted & ENGINES_PCRE)) {
        gboolean needed = !parsed->is_regular;
        whole->regex = pcre_new(parsed, needed ? error : NULL);
        if (whole->regex == NULL && needed)
            return FALSE;
    }
    whole->pattern.dfa = whole->dfa;
    return TRUE;
}

Pattern *engines_new(const char *text, Engines wanted, GError **error)
{
    g_autoptr(Arena) arena = arena_new(0);
    Parsed parsed;
    GError *inner = NULL;
    if (!parse(arena, text, &parsed, &inner)) {
        g_propagate_error(error, inner);
        return NULL;
    }
    Whole *whole = g_new0(Whole, 1);
    whole->text = g_strdup(text);
    if (!build(whole, &parsed, wanted, &inner)) {
        g_propagate_prefixed_error(error, inner,
                                   "the regular expression \"%s\" cannot be had here: ", text);
        pattern_free(&whole->pattern);
        return NULL;
    }
    return &whole->pattern;
}

Pattern *pattern_new(const char *text, GError **error)
{
    return engines_new(text, ENGINES_BEST, error);
}

void pattern_free(Pattern *pattern)
{
    if (pattern == NULL)
        return;
    Whole *whole = (Whole *)(gpointer)pattern;
    g_free(whole->text);
    g_free(whole->dfa);
    nfa_free(whole->nfa);
    if (whole->regex != NULL)
        g_regex_unref(whole->regex);
    g_free(whole);
}

const char *pattern_text(const Pattern *pattern)
{
    return whole_of(pattern)->text;
}

/* ---- searching ---- */

static PatternResult search_nfa(const Whole *whole, const char *text, gsize length)
{
    switch (nfa_search(whole->nfa, text, length)) {
    case NFA_FOUND:
        return PATTERN_MATCH;
    case NFA_NOT_FOUND:
        return PATTERN_NO_MATCH;
    case NFA_TOO_LONG:
        break;
    }
    return PATTERN_UNDECIDED;
}

static PatternResult search_regex(const Whole *whole, const char *text, gsize length)
{
    int found = pcre_search(whole->regex, text, length);
    return found > 0 ? PATTERN_MATCH : found == 0 ? PATTERN_NO_MATCH : PATTERN_UNDECIDED;
}

PatternResult pattern_search_slowly(const Pattern *pattern, const char *text, gsize length)
{
    const Whole *whole = whole_of(pattern);
    return whole->nfa != NULL ? search_nfa(whole, text, length) : search_regex(whole, text, length);
}

PatternResult pattern_search_n(const Pattern *pattern, const char *text, gsize length)
{
    if (pattern->dfa != NULL)
        return (PatternResult)dfa_search_n(pattern->dfa, text, length);
    return pattern_search_slowly(pattern, text, length);
}

Engines engines_of(const Pattern *pattern)
{
    const Whole *whole = whole_of(pattern);
    return (whole->dfa != NULL ? ENGINES_DFA : 0) | (whole->nfa != NULL ? ENGINES_NFA : 0) |
           (whole->regex != NULL ? ENGINES_PCRE : 0);
}

PatternResult engines_search(const Pattern *pattern, Engines engine, const char *text, gsize length)
{
    const Whole *whole = whole_of(pattern);
    switch (engine) {
    case ENGINES_DFA:
        return (PatternResult)dfa_search_n(whole->dfa, text, length);
    case ENGINES_NFA:
        return search_nfa(whole, text, length);
    case ENGINES_PCRE:
        return search_regex(whole, text, length);
    default:
        return pattern_search_n(pattern, text, length);
    }
}

gboolean pattern_is_ecma(const char *text)
{
    g_autoptr(Arena) arena = arena_new(0);
    Parsed parsed;
    return parse_expression(arena, text, FALSE, &parsed, NULL);
}
