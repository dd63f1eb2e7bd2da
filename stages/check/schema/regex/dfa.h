/* A regular expression as a table: one lookup a byte, no memory, no limits at run time. */
#pragma once

#include "stages/check/schema/regex/nfa.h"

#define DFA_MAX_STATES 4096u
#define DFA_MAX_STEPS (1u << 17) /* state x byte class, before equal classes are joined */
#define DFA_MAX_WORK (1u << 22)  /* states of the NFA visited in making it */

enum { DFA_FOUND = 0, DFA_NOT_FOUND = 1 }; /* where a search ends; all rows come behind */

/* One block. `next[row + class]` is a row again: rows are numbered by where they begin. */
typedef struct {
    guint16 start;
    guint8 nul_class;    /* of a NUL that belongs to the text */
    guint8 end_class;    /* of the end of the text: FOUND or NOT_FOUND from every row */
    guint8 classes[256]; /* of each byte; that of NUL is the end of the text */
    guint16 next[];
} Dfa;

/* NULL when it would be over a limit above: then the NFA does it. Free with g_free. */
Dfa *dfa_new(const Nfa *nfa);
/* The same answer for a text that may contain NUL. */
guint dfa_search_n(const Dfa *dfa, const char *text, gsize length);

/* DFA_FOUND or DFA_NOT_FOUND. In the header because it runs once for nearly every string of a
 * document. The end of the text leads out of every row, so the loop has one test. */
static inline guint dfa_search(const Dfa *dfa, const char *text)
{
    const guint8 *at = (const guint8 *)text;
    guint row = dfa->start;
    while (row > DFA_NOT_FOUND)
        row = dfa->next[row + dfa->classes[*at++]];
    return row;
}
