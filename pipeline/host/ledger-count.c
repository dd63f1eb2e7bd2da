/* The accounting: in = accepted + fallback + review + failed + held, at every moment. */
#include "ledger-private.h"

/* What counts as a document that came in: a batch counts by its rows and a container by what it
 * holds, unless there is nothing yet or it failed as a whole. One text, so that all who count agree.
 */
#define IS_COUNTED                                                                                 \
    "(d.kind NOT IN ('batch', 'container') OR d.verdict = 'failed' OR"                             \
    " NOT EXISTS (SELECT 1 FROM documents r WHERE r.parent = d.id))"

static gboolean ledger_count_verdicts(Ledger *ledger, gint64 since_id, LedgerCounts *counts,
                                      GError **error)
{
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT d.verdict, count(*), count(d.duplicate_of) FROM documents d"
                       " WHERE d.id > ?1 AND " IS_COUNTED " GROUP BY d.verdict",
                       error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, since_id);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return FALSE;
        if (!row)
            break;
        g_autofree char *name = ledger_column_text(query, 0);
        int verdict = verdict_from_name(name);
        guint64 n = (guint64)ledger_column_int(query, 1);
        if (verdict >= 0)
            counts->verdicts[verdict] += n;
        counts->duplicates += (guint64)ledger_column_int(query, 2);
    }
    return TRUE;
}

/* Counted apart from the verdicts, so that a document with an unknown verdict breaks the law in
 * sight instead of vanishing from both sides. */
static gboolean ledger_count_in(Ledger *ledger, gint64 since_id, LedgerCounts *counts,
                                GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger, "SELECT count(*) FROM documents d WHERE d.id > ?1 AND " IS_COUNTED, error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, since_id);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    counts->in = (guint64)ledger_column_int(query, 0);
    return TRUE;
}

static gboolean ledger_count_calls(Ledger *ledger, gint64 since_id, LedgerCounts *counts,
                                   GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger, "SELECT count(*), coalesce(sum(cost), 0.0) FROM calls WHERE document > ?1", error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, since_id);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    counts->calls = (guint64)ledger_column_int(query, 0);
    counts->cost = sqlite3_column_double(query, 1);
    return TRUE;
}

gboolean ledger_count(Ledger *ledger, gint64 since_id, LedgerCounts *counts, GError **error)
{
    *counts = (LedgerCounts){0};
    return ledger_count_verdicts(ledger, since_id, counts, error) &&
           ledger_count_in(ledger, since_id, counts, error) &&
           ledger_count_calls(ledger, since_id, counts, error);
}

/* ---- the rows of a batch, the children of a document ---- */

void ledger_batch_pack_free(LedgerBatchPack *pack)
{
    g_free(pack->pack);
    g_free(pack);
}

GPtrArray *ledger_batch_packs(Ledger *ledger, gint64 batch, GError **error)
{
    g_autoptr(GPtrArray) packs =
        g_ptr_array_new_with_free_func((GDestroyNotify)ledger_batch_pack_free);
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT pack, verdict, count(*) FROM documents WHERE parent = ?1 GROUP BY 1, 2 ORDER BY 1",
        error);
    if (!query)
        return NULL;
    ledger_bind_int(query, 1, batch);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (!row)
            break;
        g_autofree char *pack = ledger_column_text(query, 0);
        g_autofree char *verdict = ledger_column_text(query, 1);
        LedgerBatchPack *last = packs->len ? packs->pdata[packs->len - 1] : NULL;
        if (!last || g_strcmp0(last->pack, pack) != 0) {
            last = g_new0(LedgerBatchPack, 1);
            last->pack = g_steal_pointer(&pack);
            g_ptr_array_add(packs, last);
        }
        int index = verdict_from_name(verdict);
        if (index >= 0)
            last->verdicts[index] += (guint64)ledger_column_int(query, 2);
    }
    return g_steal_pointer(&packs);
}
