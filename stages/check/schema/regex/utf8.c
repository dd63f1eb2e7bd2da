#include "stages/check/schema/regex/utf8.h"

#define NONE (-2)
#define LEVELS 3u /* continuation bytes behind the longest lead */

typedef struct {
    Utf8 *utf8;
    Ranges set;
    gunichar least;      /* of the lead's length: shorter characters have shorter forms */
    GHashTable *known;   /* GBytes of edges -> node */
    gint32 full[LEVELS]; /* the node that takes everything, by continuation bytes left; or NONE */
} Maker;

typedef enum { ABSENT, PARTIAL, WHOLE } Cover;

static Cover cover(const Maker *m, gunichar low, gunichar high)
{
    guint from = 0, to = m->set.count;
    if (high < m->least)
        return ABSENT;
    while (from < to) {
        guint middle = (from + to) / 2;
        if (m->set.at[middle].high < low)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == m->set.count || m->set.at[from].low > high)
        return ABSENT;
    gboolean whole = m->set.at[from].low <= low && m->set.at[from].high >= high && low >= m->least;
    return whole ? WHOLE : PARTIAL;
}

static gint32 intern(Maker *m, const Utf8Edge *edges, guint count)
{
    g_autoptr(GBytes) key = g_bytes_new(edges, sizeof(Utf8Edge) * count);
    gpointer found;
    if (g_hash_table_lookup_extended(m->known, key, NULL, &found))
        return GPOINTER_TO_INT(found);
    Utf8Node node = {m->utf8->edges->len, count};
    gint32 index = (gint32)m->utf8->nodes->len;
    g_array_append_vals(m->utf8->edges, edges, count);
    g_array_append_val(m->utf8->nodes, node);
    g_hash_table_insert(m->known, g_steal_pointer(&key), GINT_TO_POINTER(index));
    return index;
}

static guint add_edge(Utf8Edge *edges, guint count, guint byte, gint32 target)
{
    if (target == NONE)
        return count;
    if (count > 0 && edges[count - 1].target == target && edges[count - 1].high + 1u == byte) {
        edges[count - 1].high++;
        return count;
    }
    /* Edges are compared as bytes, so their padding is cleared with them. */
    edges[count].low = edges[count].high = (guint8)byte;
    edges[count].target = target;
    return count + 1;
}

static gint32 block(Maker *m, gunichar base, guint level);

/* Where the characters from low lead that still miss `level` bytes. */
static gint32 target_of(Maker *m, gunichar low, guint level)
{
    switch (cover(m, low, low + (1u << (6 * level)) - 1)) {
    case ABSENT:
        return NONE;
    case PARTIAL:
        return block(m, low, level);
    case WHOLE:
        break;
    }
    if (level == 0)
        return UTF8_END;
    if (m->full[level - 1] == NONE)
        m->full[level - 1] = block(m, low, level);
    return m->full[level - 1];
}

/* The node for the characters from base that share all but their last `level` bytes. */
static gint32 block(Maker *m, gunichar base, guint level)
{
    Utf8Edge edges[64] = {0};
    guint count = 0;
    for (guint i = 0; i < 64; i++)
        count = add_edge(edges, count, 0x80 + i,
                         target_of(m, base + (i << (6 * (level - 1))), level - 1));
    return count == 0 ? NONE : intern(m, edges, count);
}

static guint add_leads(Maker *m, Utf8Edge *edges, guint count, guint first, guint last, guint level)
{
    guint mask = 0x3Fu >> level;
    for (guint lead = first; lead <= last; lead++)
        count = add_edge(edges, count, lead, target_of(m, (lead & mask) << (6 * level), level));
    return count;
}

Utf8 *utf8_new(Ranges set)
{
    Utf8 *utf8 = g_new0(Utf8, 1);
    utf8->nodes = g_array_new(FALSE, FALSE, sizeof(Utf8Node));
    utf8->edges = g_array_new(FALSE, FALSE, sizeof(Utf8Edge));
    g_autoptr(GHashTable) known =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    Maker m = {.utf8 = utf8, .set = set, .known = known, .full = {NONE, NONE, NONE}};
    Utf8Edge edges[256] = {0};
    guint count = 0;
    for (guint byte = 0; byte < 0x80; byte++)
        count = add_edge(edges, count, byte, target_of(&m, byte, 0));
    m.least = 0x80;
    count = add_leads(&m, edges, count, 0xC2, 0xDF, 1);
    m.least = 0x800;
    count = add_leads(&m, edges, count, 0xE0, 0xEF, 2);
    m.least = 0x10000;
    count = add_leads(&m, edges, count, 0xF0, 0xF4, 3);
    Utf8Node root = {utf8->edges->len, count};
    g_array_append_vals(utf8->edges, edges, count);
    g_array_append_val(utf8->nodes, root);
    return utf8;
}

void utf8_free(Utf8 *utf8)
{
    if (utf8 == NULL)
        return;
    g_array_unref(utf8->nodes);
    g_array_unref(utf8->edges);
    g_free(utf8);
}
