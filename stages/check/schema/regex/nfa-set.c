#include "stages/check/schema/regex/nfa-set.h"

void nfa_set_init(NfaSet *set, const Nfa *nfa, guint32 *words)
{
    *set = (NfaSet){.nfa = nfa,
                    .dense = words,
                    .sparse = words + nfa->n_states,
                    .stack = words + 2 * nfa->n_states};
}

gboolean nfa_set_is_word(int byte)
{
    return byte >= 0 && byte < 128 && (g_ascii_isalnum((char)byte) || byte == '_');
}

static gboolean has(const NfaSet *set, guint32 state)
{
    guint32 place = set->sparse[state];
    return place < set->count && set->dense[place] == state;
}

/* How far the assertion is decided: FALSE when it waits or fails. */
static gboolean passes(NfaKind kind, NfaPlace place)
{
    return kind == NFA_SPLIT || (kind == NFA_START && (place & NFA_AT_START));
}

gboolean nfa_set_keeps(const NfaSet *set, guint32 state)
{
    NfaKind kind = (NfaKind)set->nfa->states[state].kind;
    return kind == NFA_EDGES || kind == NFA_END || kind == NFA_WORD || kind == NFA_NOT_WORD;
}

void nfa_set_add(NfaSet *set, guint32 state, NfaPlace place)
{
    guint depth = 0;
    set->stack[depth++] = state;
    while (depth > 0) {
        state = set->stack[--depth];
        if (has(set, state))
            continue;
        const NfaState *s = &set->nfa->states[state];
        set->sparse[state] = set->count;
        set->dense[set->count++] = state;
        if (s->kind == NFA_MATCH)
            set->matched = TRUE;
        set->live += nfa_set_keeps(set, state);
        if (!passes((NfaKind)s->kind, place))
            continue;
        if (s->kind == NFA_SPLIT && !has(set, s->second))
            set->stack[depth++] = s->second;
        if (!has(set, s->first))
            set->stack[depth++] = s->first;
    }
}

static gboolean holds(NfaKind kind, NfaPlace place, int next)
{
    gboolean edge = ((place & NFA_AFTER_WORD) != 0) != nfa_set_is_word(next);
    switch (kind) {
    case NFA_END:
        return next == NFA_NO_BYTE;
    case NFA_WORD:
        return edge;
    case NFA_NOT_WORD:
        /* A search also begins between the bytes of one character, which is no place at all. */
        return !edge && (next & 0xC0) != 0x80;
    default:
        return FALSE;
    }
}

void nfa_set_settle(NfaSet *set, NfaPlace place, int next)
{
    for (guint i = 0; i < set->count; i++) {
        const NfaState *s = &set->nfa->states[set->dense[i]];
        if (holds((NfaKind)s->kind, place, next))
            nfa_set_add(set, s->first, place);
    }
}

NfaPlace nfa_set_step(const NfaSet *set, guint8 byte, NfaSet *into)
{
    const Nfa *nfa = set->nfa;
    NfaPlace place = nfa_set_is_word(byte) ? NFA_AFTER_WORD : NFA_PLAIN;
    into->count = into->live = 0;
    into->matched = FALSE;
    for (guint i = 0; i < set->count; i++) {
        const NfaState *s = &nfa->states[set->dense[i]];
        if (s->kind != NFA_EDGES || s->count == 0)
            continue;
        const NfaEdge *edges = nfa->edges + s->first;
        guint from = 0, to = s->count;
        while (from < to) {
            guint middle = (from + to) / 2;
            if (edges[middle].high < byte)
                from = middle + 1;
            else
                to = middle;
        }
        if (from < s->count && edges[from].low <= byte)
            nfa_set_add(into, edges[from].target, place);
    }
    nfa_set_add(into, nfa->start, place);
    return place;
}
