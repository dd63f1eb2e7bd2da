#include "stages/check/schema/regex/nfa-set.h"

#define WORDS_ON_STACK 3072u /* both sets of an automaton of some 500 states */

static NfaResult search(const Nfa *nfa, const guint8 *text, gsize length, guint32 *words,
                        guint64 *left)
{
    NfaSet sets[2];
    nfa_set_init(&sets[0], nfa, words);
    nfa_set_init(&sets[1], nfa, words + NFA_SET_WORDS(nfa));
    NfaSet *now = &sets[0], *then = &sets[1];
    NfaPlace place = NFA_AT_START;
    const guint64 most = MIN(*left, NFA_MAX_WORK), before = *left;
    nfa_set_add(now, nfa->start, place);
    for (gsize i = 0; i < length; i++) {
        nfa_set_settle(now, place, text[i]);
        if (now->matched)
            return NFA_FOUND;
        *left -= MIN(*left, now->count + 1);
        if (before - *left >= most)
            return NFA_TOO_LONG;
        place = nfa_set_step(now, text[i], then);
        NfaSet *swap = now;
        now = then;
        then = swap;
        /* The start is added at every place: when not even that is left, nothing ever will be. */
        if (now->live == 0 && !now->matched)
            return NFA_NOT_FOUND;
    }
    nfa_set_settle(now, place, NFA_NO_BYTE);
    return now->matched ? NFA_FOUND : NFA_NOT_FOUND;
}

NfaResult nfa_search(const Nfa *nfa, const char *text, gsize length, guint64 *work)
{
    gsize words = 2 * (gsize)NFA_SET_WORDS(nfa);
    if (words <= WORDS_ON_STACK) {
        guint32 near[WORDS_ON_STACK] = {0};
        return search(nfa, (const guint8 *)text, length, near, work);
    }
    g_autofree guint32 *far = g_new0(guint32, words);
    return search(nfa, (const guint8 *)text, length, far, work);
}
