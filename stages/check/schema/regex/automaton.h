/* A regular tree (neither lookaround nor reference) as the automaton that suits it. */
#pragma once

#include "stages/check/schema/regex/dfa.h"

typedef struct {
    Dfa *dfa; /* NULL: over its limits */
    Nfa *nfa; /* NULL: not needed */
    gboolean counts;
    guint low, high; /* counts: how many characters; the tables only say which */
} Automaton;

/* What there is to make: the table if it can be had, else the simulation; or both. */
typedef enum { AUTOMATON_BEST, AUTOMATON_BOTH } AutomatonChoice;

/* Makes what is wanted; the tree may be changed. `work` grows by what it costs, in steps and
 * states. FALSE and DOCKET_ERROR_SCHEMA when it would be too large. */
gboolean automaton_init(Automaton *automaton, ParseNode *root, AutomatonChoice choice,
                        guint64 *work, GError **error);
void automaton_clear(Automaton *automaton);

/* Searches with the table, or, if `simulated`, with the NFA, which takes from *work; that one must
 * be there. Any thread. */
NfaResult automaton_search(const Automaton *automaton, gboolean simulated, const char *text,
                           gsize length, guint64 *work);
