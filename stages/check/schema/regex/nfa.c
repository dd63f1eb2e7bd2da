/* Construction, from the end of the expression to its beginning: each part is told the state that
 * follows it, and returns the one it begins with. */
#include "stages/check/schema/regex/nfa.h"

#include "pipeline/core/error.h"
#include "stages/check/schema/regex/utf8.h"

#define MAX_VISITS (1u << 22) /* of nodes; repeated parts that make no state count here */

typedef struct {
    GArray *states, *edges;
    GHashTable *automata; /* Range pointer of a set -> Utf8 */
    guint visits;
} Builder;

static gboolean is_full(const Builder *b)
{
    return b->states->len > NFA_MAX_STATES || b->edges->len > NFA_MAX_EDGES ||
           b->visits > MAX_VISITS;
}

static guint32 add_state(Builder *b, NfaKind kind, guint32 first, guint32 second)
{
    NfaState state = {.kind = kind, .first = first, .second = second};
    g_array_append_val(b->states, state);
    return b->states->len - 1;
}

static const Utf8 *automaton_of(Builder *b, Ranges set)
{
    Utf8 *found = g_hash_table_lookup(b->automata, set.at);
    if (found == NULL) {
        found = utf8_new(set);
        g_hash_table_insert(b->automata, (gpointer)set.at, found);
    }
    return found;
}

static guint32 compile_set(Builder *b, Ranges set, guint32 next)
{
    const Utf8 *utf8 = automaton_of(b, set);
    guint32 base = b->states->len;
    for (guint i = 0; i < utf8->nodes->len; i++) {
        Utf8Node node = g_array_index(utf8->nodes, Utf8Node, i);
        guint32 state = add_state(b, NFA_EDGES, b->edges->len, 0);
        g_array_index(b->states, NfaState, state).count = node.count;
        for (guint k = 0; k < node.count; k++) {
            Utf8Edge from = g_array_index(utf8->edges, Utf8Edge, node.first + k);
            NfaEdge edge = {from.low, from.high,
                            from.target == UTF8_END ? next : base + (guint32)from.target};
            g_array_append_val(b->edges, edge);
        }
    }
    return b->states->len - 1;
}

static guint32 compile(Builder *b, const ParseNode *node, guint32 next);

static guint32 compile_choice(Builder *b, const ParseNode *node, guint32 next)
{
    guint32 entry = compile(b, node->last, next);
    for (const ParseNode *child = node->last->previous; child != NULL; child = child->previous)
        entry = add_state(b, NFA_SPLIT, compile(b, child, next), entry);
    return entry;
}

static guint32 compile_loop(Builder *b, const ParseNode *node, guint32 next)
{
    guint32 split = add_state(b, NFA_SPLIT, next, next);
    guint32 body = compile(b, node->first, split);
    g_array_index(b->states, NfaState, split).first = body;
    return node->low == 0 ? split : body;
}

static guint32 compile_repeat(Builder *b, const ParseNode *node, guint32 next)
{
    guint32 entry = next;
    guint copies = node->low;
    if (node->high == PARSE_NO_LIMIT) {
        entry = compile_loop(b, node, next);
        copies = node->low == 0 ? 0 : node->low - 1;
    }
    for (guint i = node->low; node->high != PARSE_NO_LIMIT && i < node->high && !is_full(b); i++) {
        guint32 body = compile(b, node->first, entry);
        if (body == entry)
            break;
        entry = add_state(b, NFA_SPLIT, body, next);
    }
    for (guint i = 0; i < copies && !is_full(b); i++) {
        guint32 body = compile(b, node->first, entry);
        if (body == entry)
            break;
        entry = body;
    }
    return entry;
}

static guint32 compile(Builder *b, const ParseNode *node, guint32 next)
{
    b->visits++;
    if (is_full(b))
        return next;
    switch (node->kind) {
    case PARSE_SET:
        return compile_set(b, node->set, next);
    case PARSE_SEQUENCE:
        for (const ParseNode *child = node->last; child != NULL; child = child->previous)
            next = compile(b, child, next);
        return next;
    case PARSE_CHOICE:
        return compile_choice(b, node, next);
    case PARSE_REPEAT:
        return compile_repeat(b, node, next);
    case PARSE_GROUP:
        return compile(b, node->first, next);
    case PARSE_START:
        return add_state(b, NFA_START, next, next);
    case PARSE_END:
        return add_state(b, NFA_END, next, next);
    case PARSE_WORD:
        return add_state(b, NFA_WORD, next, next);
    case PARSE_NOT_WORD:
        return add_state(b, NFA_NOT_WORD, next, next);
    case PARSE_LOOK:
    case PARSE_REFERENCE:
        break;
    }
    g_assert_not_reached();
}

Nfa *nfa_new(const ParseNode *root, GError **error)
{
    g_autoptr(GHashTable) automata =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)utf8_free);
    g_autoptr(GArray) states = g_array_new(FALSE, FALSE, sizeof(NfaState));
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(NfaEdge));
    Builder b = {.states = states, .edges = edges, .automata = automata};
    guint32 start = compile(&b, root, add_state(&b, NFA_MATCH, 0, 0));
    if (is_full(&b)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA,
                    "its repetitions make it too large (over %u states)", NFA_MAX_STATES);
        return NULL;
    }
    Nfa *nfa = g_new0(Nfa, 1);
    nfa->start = start;
    nfa->n_states = states->len;
    nfa->n_edges = edges->len;
    nfa->states = (NfaState *)g_array_steal(states, NULL);
    nfa->edges = (NfaEdge *)g_array_steal(edges, NULL);
    return nfa;
}

void nfa_free(Nfa *nfa)
{
    if (nfa == NULL)
        return;
    g_free(nfa->states);
    g_free(nfa->edges);
    g_free(nfa);
}
