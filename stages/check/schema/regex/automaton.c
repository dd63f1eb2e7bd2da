#include "stages/check/schema/regex/automaton.h"

/* ^[set]{low,high}$ needs a state for each count and byte of a character; above so many of them
 * the table says whether all are of the set, and the characters are counted. */
#define MAX_COUNTED_STATES 256u
#define STATES_PER_CHARACTER 9u /* at most, in the sets that people write */

/* ---- counting ---- */

/* The repetition of one set that is all there is between ^ and $, or NULL. */
static ParseNode *find_count(const ParseNode *root)
{
    const ParseNode *choice = root->first, *sequence = choice->first;
    if (choice->first != choice->last || sequence->first == NULL ||
        sequence->first->kind != PARSE_START || sequence->last->kind != PARSE_END)
        return NULL;
    ParseNode *repeat = sequence->first->next;
    gboolean alone = repeat->kind == PARSE_REPEAT && repeat->next == sequence->last &&
                     repeat->first->kind == PARSE_SET;
    return alone ? repeat : NULL;
}

static void count_apart(Automaton *automaton, ParseNode *root)
{
    ParseNode *repeat = find_count(root);
    if (repeat == NULL)
        return;
    guint counted = repeat->high == PARSE_NO_LIMIT ? repeat->low : repeat->high;
    if (counted <= MAX_COUNTED_STATES / STATES_PER_CHARACTER)
        return;
    automaton->counts = TRUE;
    automaton->low = repeat->low;
    automaton->high = repeat->high;
    repeat->low = 0;
    repeat->high = PARSE_NO_LIMIT;
}

static gboolean has_count(const Automaton *automaton, const char *text, gsize length)
{
    gsize characters = 0;
    for (gsize i = 0; i < length; i++)
        characters += ((guint8)text[i] & 0xC0) != 0x80;
    return characters >= automaton->low &&
           (automaton->high == PARSE_NO_LIMIT || characters <= automaton->high);
}

/* ---- the whole ---- */

gboolean automaton_init(Automaton *automaton, ParseNode *root, AutomatonChoice choice,
                        guint64 *work, GError **error)
{
    *automaton = (Automaton){0};
    count_apart(automaton, root);
    automaton->nfa = nfa_new(root, error);
    if (automaton->nfa == NULL)
        return FALSE;
    *work += automaton->nfa->n_states + automaton->nfa->n_edges;
    automaton->dfa = dfa_new(automaton->nfa, work);
    if (choice == AUTOMATON_BEST && automaton->dfa != NULL)
        g_clear_pointer(&automaton->nfa, nfa_free);
    return TRUE;
}

void automaton_clear(Automaton *automaton)
{
    g_clear_pointer(&automaton->dfa, g_free);
    g_clear_pointer(&automaton->nfa, nfa_free);
}

NfaResult automaton_search(const Automaton *automaton, gboolean simulated, const char *text,
                           gsize length, guint64 *work)
{
    if (automaton->counts && !has_count(automaton, text, length))
        return NFA_NOT_FOUND;
    if (simulated)
        return nfa_search(automaton->nfa, text, length, work);
    return dfa_search_n(automaton->dfa, text, length) == DFA_FOUND ? NFA_FOUND : NFA_NOT_FOUND;
}
