/* Sets of an automaton's states: what its simulation and the making of a DFA have in common. */
#pragma once

#include "stages/check/schema/regex/nfa.h"

#define NFA_NO_BYTE (-1) /* the end of the text */

/* What is behind a place in the text. */
typedef enum { NFA_PLAIN = 0, NFA_AT_START = 1, NFA_AFTER_WORD = 2 } NfaPlace;

/* States in the order of their arrival. Holds EDGES, and assertions that wait for the next byte;
 * SPLIT and START are in it only to be seen once. */
typedef struct {
    const Nfa *nfa;
    guint32 *dense, *sparse, *stack; /* nfa->n_states each */
    guint count;
    guint live;       /* how many of them take a byte or wait for one */
    gboolean matched; /* MATCH was reached */
} NfaSet;

/* Bytes that one set needs, in an array of guint32. */
#define NFA_SET_WORDS(nfa) (3u * (nfa)->n_states)

/* Makes a set of NFA_SET_WORDS cleared words, which stay the caller's. */
void nfa_set_init(NfaSet *set, const Nfa *nfa, guint32 *words);
/* Adds the state and what it reaches without a byte and without knowing the next one. */
void nfa_set_add(NfaSet *set, guint32 state, NfaPlace place);
/* Adds what the waiting assertions reach now that the next byte (or NFA_NO_BYTE) is known. */
void nfa_set_settle(NfaSet *set, NfaPlace place, int next);
/* Fills `into` (emptied first) with where a settled set goes with the byte. A search begins anew
 * at each place, so the automaton's start is in it too. Returns the place behind the byte. */
NfaPlace nfa_set_step(const NfaSet *set, guint8 byte, NfaSet *into);
/* Whether the state takes a byte or waits for one. */
gboolean nfa_set_keeps(const NfaSet *set, guint32 state);
/* Whether \b and \B count the byte as part of a word. */
gboolean nfa_set_is_word(int byte);
