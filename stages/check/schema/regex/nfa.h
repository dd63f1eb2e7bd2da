/* A regular expression as a nondeterministic automaton over the bytes of UTF-8 (Thompson), and its
 * simulation by sets of states: time is bounded by text x states, never exponential. */
#pragma once

#include "stages/check/schema/regex/parse.h"

#define NFA_MAX_STATES 65536u
#define NFA_MAX_EDGES 262144u
#define NFA_MAX_WORK (1u << 26) /* states visited in one search: some tenths of a second */

typedef enum {
    NFA_EDGES, /* takes a byte: `count` edges from `first` */
    NFA_SPLIT, /* goes on at first and at second */
    NFA_START, /* goes on at first where the text starts */
    NFA_END,
    NFA_WORD,
    NFA_NOT_WORD,
    NFA_MATCH,
} NfaKind;

typedef struct {
    guint32 kind : 4, count : 28;
    guint32 first, second;
} NfaState;

typedef struct {
    guint8 low, high;
    guint32 target;
} NfaEdge;

typedef struct {
    NfaState *states;
    NfaEdge *edges;
    guint n_states, n_edges;
    guint start;
} Nfa;

/* NULL and DOCKET_ERROR_SCHEMA when it would be too large. The tree must be regular: neither
 * lookaround nor reference. */
Nfa *nfa_new(const ParseNode *root, GError **error);
void nfa_free(Nfa *nfa);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Nfa, nfa_free)

typedef enum { NFA_FOUND, NFA_NOT_FOUND, NFA_TOO_LONG } NfaResult;

/* Searches anywhere in the text. TOO_LONG when neither NFA_MAX_WORK nor *work states suffice; those
 * that were visited are taken from *work. Any thread. */
NfaResult nfa_search(const Nfa *nfa, const char *text, gsize length, guint64 *work);
