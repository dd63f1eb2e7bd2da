#include "stages/check/schema/regex/pattern.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/automaton.h"
#include "stages/check/schema/regex/engines.h"
#include "stages/check/schema/regex/pcre.h"
#include "stages/check/schema/regex/split.h"

#include <string.h>

/* Of groups within groups: the passes over the tree are recursive, and PCRE stops at 250. */
#define MAX_NESTING 200u
#define REGEX_COST 64u /* steps that GRegex takes to read one byte of an expression, about */

typedef struct {
    Pattern pattern; /* first: it is what the world sees */
    char *text;
    GRegex *regex;
    guint n_parts; /* all must hold; 0: only the regex */
    struct {
        Automaton automaton;
        gboolean negated;
    } parts[SPLIT_MAX];
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

static gboolean build_automata(Whole *whole, Arena *arena, const Parsed *parsed, Engines wanted,
                               guint64 *work, GError **error)
{
    SplitPart parts[SPLIT_MAX];
    guint count = split_tree(arena, parsed, parts);
    AutomatonChoice choice = wanted & ENGINES_NFA ? AUTOMATON_BOTH : AUTOMATON_BEST;
    for (; whole->n_parts < count; whole->n_parts++) {
        guint i = whole->n_parts;
        whole->parts[i].negated = parts[i].negated;
        if (!automaton_init(&whole->parts[i].automaton, parts[i].root, choice, work, error))
            return FALSE;
    }
    if (count == 1 && !whole->parts[0].automaton.counts)
        whole->pattern.dfa = whole->parts[0].automaton.dfa;
    return TRUE;
}

/* The regex comes first: taking the tree apart uses it up. */
static gboolean build(Whole *whole, Arena *arena, const Parsed *parsed, Engines wanted,
                      guint64 *work, GError **error)
{
    if (!check(parsed, error))
        return FALSE;
    if (wanted & ENGINES_PCRE)
        whole->regex = pcre_new(parsed, NULL);
    g_autoptr(GError) inner = NULL;
    if (build_automata(whole, arena, parsed, wanted, work, &inner) && whole->n_parts > 0)
        return TRUE;
    if (inner != NULL) {
        g_propagate_error(error, g_steal_pointer(&inner));
        return FALSE;
    }
    *work += REGEX_COST * strlen(whole->text);
    if (whole->regex == NULL)
        whole->regex = pcre_new(parsed, error);
    return whole->regex != NULL;
}

static Pattern *make(const char *text, Engines wanted, guint64 *work, GError **error)
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
    *work += strlen(text);
    if (!build(whole, arena, &parsed, wanted, work, &inner)) {
        g_propagate_prefixed_error(error, inner,
                                   "the regular expression \"%s\" cannot be had here: ", text);
        pattern_free(&whole->pattern);
        return NULL;
    }
    return &whole->pattern;
}

Pattern *engines_new(const char *text, Engines wanted, GError **error)
{
    guint64 work = 0;
    return make(text, wanted, &work, error);
}

Pattern *pattern_new(const char *text, GError **error)
{
    return engines_new(text, ENGINES_BEST, error);
}

Pattern *pattern_new_within(const char *text, guint64 *budget, GError **error)
{
    guint64 work = 0;
    if (*budget == 0) {
        g_set_error_literal(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                            "the regular expressions are too large together");
        return NULL;
    }
    Pattern *pattern = make(text, ENGINES_BEST, &work, error);
    *budget -= MIN(work, *budget);
    return pattern;
}

void pattern_free(Pattern *pattern)
{
    if (pattern == NULL)
        return;
    Whole *whole = (Whole *)(gpointer)pattern;
    g_free(whole->text);
    for (guint i = 0; i < whole->n_parts; i++)
        automaton_clear(&whole->parts[i].automaton);
    if (whole->regex != NULL)
        g_regex_unref(whole->regex);
    g_free(whole);
}

const char *pattern_text(const Pattern *pattern)
{
    return whole_of(pattern)->text;
}

/* ---- searching ---- */

/* All parts must hold; one that gave up leaves it open unless another fails. */
static PatternResult search_parts(const Whole *whole, Engines engine, const char *text,
                                  gsize length, guint64 *work)
{
    PatternResult result = PATTERN_MATCH;
    for (guint i = 0; i < whole->n_parts; i++) {
        const Automaton *automaton = &whole->parts[i].automaton;
        gboolean simulated = engine == ENGINES_NFA || automaton->dfa == NULL;
        NfaResult found = automaton_search(automaton, simulated, text, length, work);
        if (found == NFA_TOO_LONG)
            result = PATTERN_UNDECIDED;
        else if ((found == NFA_FOUND) == whole->parts[i].negated)
            return PATTERN_NO_MATCH;
    }
    return result;
}

static PatternResult search_regex(const Whole *whole, const char *text, gsize length)
{
    int found = pcre_search(whole->regex, text, length);
    return found > 0 ? PATTERN_MATCH : found == 0 ? PATTERN_NO_MATCH : PATTERN_UNDECIDED;
}

PatternResult pattern_search_slowly(const Pattern *pattern, const char *text, gsize length,
                                    guint64 *work)
{
    const Whole *whole = whole_of(pattern);
    return whole->n_parts > 0 ? search_parts(whole, ENGINES_BEST, text, length, work)
                              : search_regex(whole, text, length);
}

PatternResult pattern_search_n(const Pattern *pattern, const char *text, gsize length)
{
    if (pattern->dfa != NULL)
        return (PatternResult)dfa_search_n(pattern->dfa, text, length);
    guint64 work = NFA_MAX_WORK;
    return pattern_search_slowly(pattern, text, length, &work);
}

Engines engines_of(const Pattern *pattern)
{
    const Whole *whole = whole_of(pattern);
    Engines has = whole->n_parts > 0 ? ENGINES_DFA | ENGINES_NFA : 0;
    for (guint i = 0; i < whole->n_parts; i++) {
        if (whole->parts[i].automaton.dfa == NULL)
            has &= ~(guint)ENGINES_DFA;
        if (whole->parts[i].automaton.nfa == NULL)
            has &= ~(guint)ENGINES_NFA;
    }
    return whole->regex != NULL ? has | ENGINES_PCRE : has;
}

PatternResult engines_search(const Pattern *pattern, Engines engine, const char *text, gsize length)
{
    const Whole *whole = whole_of(pattern);
    guint64 work = NFA_MAX_WORK;
    switch (engine) {
    case ENGINES_DFA:
    case ENGINES_NFA:
        return search_parts(whole, engine, text, length, &work);
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
