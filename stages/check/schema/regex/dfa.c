/* The subset construction. A state is what nfa-set.h keeps of a set, and, if an assertion waits in
 * it, the place in the text that the assertion will ask for. */
#include "stages/check/schema/regex/dfa.h"

#include "stages/check/schema/regex/nfa-set.h"

#include <string.h>

#define FIRST_ROW 2u

typedef struct {
    guint32 *states; /* sorted, in the arena */
    guint count;
    NfaPlace place;
} Key;

typedef struct {
    const Nfa *nfa;
    NfaSet now, then;
    Arena *arena;
    GArray *keys;        /* Key by number - FIRST_ROW */
    GArray *slots;       /* guint32 numbers by hash, 0 when free; twice as many as keys or more */
    GArray *table;       /* guint32 numbers: a row of n_classes for each state */
    guint8 classes[256]; /* that of NUL as a byte of the text */
    guint8 samples[257]; /* one byte of each class */
    guint n_classes;     /* with the end of the text, which is the last */
    guint work;
} Maker;

static void find_classes(Maker *m)
{
    gboolean begins[257] = {FALSE};
    for (guint i = 0; i < m->nfa->n_edges; i++) {
        begins[m->nfa->edges[i].low] = TRUE;
        begins[m->nfa->edges[i].high + 1] = TRUE;
    }
    for (guint i = 0; i < m->nfa->n_states; i++) {
        NfaKind kind = (NfaKind)m->nfa->states[i].kind;
        if (kind != NFA_WORD && kind != NFA_NOT_WORD)
            continue;
        for (int byte = 1; byte < 256; byte++)
            begins[byte] |= nfa_set_is_word(byte) != nfa_set_is_word(byte - 1);
        begins[0x80] = begins[0xC0] = TRUE;
        break;
    }
    guint class = 0;
    for (guint byte = 0; byte < 256; byte++) {
        if (byte > 0 && begins[byte])
            class ++;
        m->classes[byte] = (guint8) class;
        m->samples[class] = (guint8)byte;
    }
    m->n_classes = class + 2;
}

static gint compare(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;
    return left < right ? -1 : left > right;
}

/* Where the key is in the slots, or the free one where it belongs. */
static guint slot_of(const Maker *m, const Key *key)
{
    guint mask = m->slots->len - 1, hash = key->place;
    for (guint i = 0; i < key->count; i++)
        hash = (hash ^ key->states[i]) * 0x9E3779B1u;
    for (guint slot = (hash ^ hash >> 15) & mask;; slot = (slot + 1) & mask) {
        guint32 number = g_array_index(m->slots, guint32, slot);
        if (number == 0)
            return slot;
        const Key *other = &g_array_index(m->keys, Key, number - FIRST_ROW);
        if (other->place == key->place && other->count == key->count &&
            memcmp(other->states, key->states, sizeof(guint32) * key->count) == 0)
            return slot;
    }
}

static void widen_slots(Maker *m)
{
    if (m->slots->len > 2 * m->keys->len)
        return;
    guint size = MAX(64, 2 * m->slots->len);
    g_array_set_size(m->slots, 0);
    g_array_set_size(m->slots, size);
    for (guint i = 0; i < m->keys->len; i++) {
        guint slot = slot_of(m, &g_array_index(m->keys, Key, i));
        g_array_index(m->slots, guint32, slot) = FIRST_ROW + i;
    }
}

/* The number of the state that the set is. Uses the set's stack, which is idle. */
static guint32 number_of(Maker *m, const NfaSet *set, NfaPlace place)
{
    if (set->matched)
        return DFA_FOUND;
    if (set->live == 0)
        return DFA_NOT_FOUND;
    Key key = {.states = set->stack};
    for (guint i = 0; i < set->count; i++) {
        guint32 state = set->dense[i];
        if (!nfa_set_keeps(set, state))
            continue;
        key.states[key.count++] = state;
        if (m->nfa->states[state].kind != NFA_EDGES)
            key.place = place;
    }
    if (key.count > 1)
        qsort(key.states, key.count, sizeof(guint32), compare);
    widen_slots(m);
    guint32 *slot = &g_array_index(m->slots, guint32, slot_of(m, &key));
    if (*slot != 0)
        return *slot;
    guint32 *kept = arena_new_array(m->arena, guint32, key.count);
    memcpy(kept, key.states, sizeof(guint32) * key.count);
    key.states = kept;
    g_array_append_val(m->keys, key);
    *slot = FIRST_ROW + m->keys->len - 1;
    return *slot;
}

/* The set of state `index` again, in m->now. */
static NfaPlace recall(Maker *m, guint index)
{
    const Key *key = &g_array_index(m->keys, Key, index);
    m->now.count = m->now.live = 0;
    m->now.matched = FALSE;
    for (guint i = 0; i < key->count; i++) {
        m->now.sparse[key->states[i]] = i;
        m->now.dense[m->now.count++] = key->states[i];
    }
    return key->place;
}

static void fill_row(Maker *m, guint index)
{
    for (guint class = 0; class < m->n_classes; class ++) {
        int byte = class + 1 == m->n_classes ? NFA_NO_BYTE : m->samples[class];
        NfaPlace place = recall(m, index);
        guint32 number = DFA_NOT_FOUND;
        nfa_set_settle(&m->now, place, byte);
        m->work += m->now.count;
        if (m->now.matched) {
            number = DFA_FOUND;
        } else if (byte != NFA_NO_BYTE) {
            place = nfa_set_step(&m->now, (guint8)byte, &m->then);
            m->work += m->then.count;
            number = number_of(m, &m->then, place);
        }
        g_array_append_val(m->table, number);
    }
}

/* Byte classes whose columns are equal become one: into[class] is the new one. */
static guint join_classes(const Maker *m, guint8 *into)
{
    guint joined = 0, rows = m->keys->len;
    for (guint class = 0; class < m->n_classes; class ++) {
        guint same = 0;
        for (; same < class; same++) {
            guint row = 0;
            const guint32 *at = (const guint32 *)(gpointer)m->table->data;
            while (row < rows && at[row * m->n_classes + same] == at[row * m->n_classes + class])
                row++;
            if (row == rows)
                break;
        }
        into[class] = same < class ? into[same] : (guint8)joined++;
    }
    return joined;
}

static Dfa *pack(const Maker *m, guint32 start)
{
    guint8 into[257];
    guint width = join_classes(m, into), rows = m->keys->len;
    gsize size = sizeof(Dfa) + sizeof(DfaCell) * (FIRST_ROW + (gsize)rows * width);
    Dfa *dfa = g_malloc0(size);
    DfaCell *first = &dfa->cells[FIRST_ROW];
    dfa->size = size;
    dfa->start = start < FIRST_ROW ? &dfa->cells[start] : first;
    dfa->end_class = into[m->n_classes - 1];
    dfa->nul_class = into[m->classes[0]];
    for (guint byte = 1; byte < 256; byte++)
        dfa->classes[byte] = into[m->classes[byte]];
    dfa->classes[0] = dfa->end_class;
    for (guint row = 0; row < rows; row++) {
        for (guint class = 0; class < m->n_classes; class ++) {
            guint32 number = g_array_index(m->table, guint32, row * m->n_classes + class);
            first[row * width + into[class]].next =
                number < FIRST_ROW ? &dfa->cells[number] : &first[(number - FIRST_ROW) * width];
        }
    }
    return dfa;
}

static gboolean is_over(const Maker *m)
{
    return m->keys->len > DFA_MAX_STATES || m->table->len > DFA_MAX_STEPS || m->work > DFA_MAX_WORK;
}

Dfa *dfa_new(const Nfa *nfa, guint64 *work)
{
    g_autofree guint32 *words = g_new0(guint32, 2 * (gsize)NFA_SET_WORDS(nfa));
    g_autoptr(Arena) arena = arena_new(0);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(Key));
    g_autoptr(GArray) slots = g_array_new(FALSE, TRUE, sizeof(guint32));
    g_autoptr(GArray) table = g_array_new(FALSE, FALSE, sizeof(guint32));
    Maker m = {.nfa = nfa, .arena = arena, .keys = keys, .slots = slots, .table = table};
    nfa_set_init(&m.now, nfa, words);
    nfa_set_init(&m.then, nfa, words + NFA_SET_WORDS(nfa));
    find_classes(&m);
    nfa_set_add(&m.now, nfa->start, NFA_AT_START);
    guint32 start = number_of(&m, &m.now, NFA_AT_START);
    guint rows = 0;
    while (rows < keys->len && !is_over(&m))
        fill_row(&m, rows++);
    *work += table->len + m.work;
    return rows < keys->len ? NULL : pack(&m, start);
}

guint dfa_search_n(const Dfa *dfa, const char *text, gsize length)
{
    const DfaCell *row = dfa->start, *end = &dfa->cells[DFA_NOT_FOUND];
    for (gsize i = 0; i < length && row > end; i++) {
        guint8 byte = (guint8)text[i];
        row = row[byte == 0 ? dfa->nul_class : dfa->classes[byte]].next;
    }
    if (row > end)
        row = row[dfa->end_class].next;
    return (guint)(row - dfa->cells);
}
