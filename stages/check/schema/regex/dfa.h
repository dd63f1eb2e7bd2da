/* A regular expression as a table: one lookup a byte, no memory, no limits at run time. */
#pragma once

#include "stages/check/schema/regex/nfa.h"

#define DFA_MAX_STATES 1024u
#define DFA_MAX_STEPS (1u << 16) /* state x byte class, before equal classes are joined */
#define DFA_MAX_WORK (1u << 20)  /* states of the NFA visited in making it */

enum { DFA_FOUND = 0, DFA_NOT_FOUND = 1 }; /* cells where a search ends; all rows come behind */

/* A row is as many cells as there are byte classes; each says the row that comes next. Pointers,
 * because the next load then waits for nothing but this one. */
typedef struct DfaCell DfaCell;
struct DfaCell {
    const DfaCell *next;
};

typedef struct {
    const DfaCell *start;
    gsize size;          /* of the whole block */
    guint8 nul_class;    /* of a NUL that belongs to the text */
    guint8 end_class;    /* of the end of the text: FOUND or NOT_FOUND from every row */
    guint8 classes[256]; /* of each byte; that of NUL is the end of the text */
    DfaCell cells[];
} Dfa;

/* NULL when it would be over a limit above: then the NFA does it. `work` grows by what the
 * attempt has cost, in steps. One block: free with g_free. */
Dfa *dfa_new(const Nfa *nfa, guint64 *work);
/* The same answer for a text that may contain NUL. */
guint dfa_search_n(const Dfa *dfa, const char *text, gsize length);

/* DFA_FOUND or DFA_NOT_FOUND. In the header because it runs once for nearly every string of a
 * document. The end of the text leads out of every row, so the loop has one test. */
static inline guint dfa_search(const Dfa *dfa, const char *text)
{
    const guint8 *at = (const guint8 *)text;
    const DfaCell *row = dfa->start, *end = &dfa->cells[DFA_NOT_FOUND];
    while (row > end)
        row = row[dfa->classes[*at++]].next;
    return (guint)(row - dfa->cells);
}
