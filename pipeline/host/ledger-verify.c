/* Proof that the ledger is whole: SQLite's own checks, then the laws, each as a question whose
 * every row is a finding. */
#include "ledger-private.h"

/* Each question gives one sentence a row. */
static const char *const questions[] = {
    /* the file */
    "SELECT 'the database is damaged: ' || integrity_check FROM pragma_integrity_check"
    " WHERE integrity_check != 'ok'",
    "SELECT 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" || ' points to a missing row of '"
    " || parent FROM pragma_foreign_key_check",
    /* law 5 and 7 */
    "SELECT 'document ' || id || ' is ' || verdict || ' but has no record' FROM documents"
    " WHERE verdict IN ('accepted', 'fallback') AND record IS NULL"
    " AND kind NOT IN ('batch', 'container')",
    "SELECT 'document ' || id || ' is ' || verdict || ' but gives no reason' FROM documents"
    " WHERE CASE WHEN json_valid(reasons) THEN json_array_length(reasons) = 0 ELSE 1 END",
    "SELECT 'document ' || id || ' has a record that is not JSON' FROM documents"
    " WHERE record IS NOT NULL AND NOT json_valid(record)",
    /* law 1: every document once */
    "SELECT 'documents ' || min(id) || ' and ' || max(id) || ' are the same arrival, both held'"
    " FROM documents WHERE verdict = 'held' AND path IS NOT NULL"
    " GROUP BY path, sha256 HAVING count(*) > 1",
    "SELECT r.kind || ' ' || r.row || ' (document ' || r.id || ') stands in document ' || d.id ||"
    " ', which is a ' || d.kind FROM documents r JOIN documents d ON d.id = r.parent"
    " WHERE (r.kind = 'row') != (d.kind = 'batch') OR d.kind = 'row'",
    "SELECT d.kind || ' ' || d.id || ' is ' || d.verdict || ' but ' || count(*) ||"
    " ' of what it holds are held' FROM documents d JOIN documents r ON r.parent = d.id"
    " WHERE d.verdict != 'held' AND r.verdict = 'held' GROUP BY d.id",
    /* law 2 */
    "SELECT 'document ' || document || ' is held but effects are entered for it' FROM effects e"
    " JOIN documents d ON d.id = e.document WHERE d.verdict = 'held' AND e.kind != 'keep'"
    " AND d.requeued_us IS NULL GROUP BY document",
    "SELECT 'several documents publish ' || CAST(e.target AS TEXT) FROM effects e"
    " JOIN documents d ON d.id = e.document WHERE e.kind IN ('file', 'move')"
    " GROUP BY e.target HAVING count(DISTINCT CASE d.kind WHEN 'row' THEN d.parent ELSE d.id END) "
    "> 1",
    "SELECT 'the original of document ' || document || ' was moved ' || count(*) || ' times'"
    " FROM effects e JOIN documents d ON d.id = e.document"
    " WHERE e.kind = 'move' AND e.source = d.path GROUP BY document HAVING count(*) > 1",
    /* law 6: what the budgets count is what the calls say */
    "WITH costs AS (SELECT date(began_us / 1000000, 'unixepoch') AS day, pack, tenant,"
    "    CAST(round(cost * 1e9) AS INTEGER) + CAST(round(reserved * 1e9) AS INTEGER) AS spent"
    "    FROM calls),"
    "  scopes AS (SELECT '' AS scope, day, spent FROM costs"
    "    UNION ALL SELECT 'pack:' || pack, day, spent FROM costs WHERE pack IS NOT NULL"
    "    UNION ALL SELECT 'tenant:' || tenant, day, spent FROM costs WHERE tenant IS NOT NULL),"
    "  periods AS (SELECT scope, day AS period, spent FROM scopes"
    "    UNION ALL SELECT scope, substr(day, 1, 7), spent FROM scopes),"
    "  differences AS (SELECT scope, period, spent FROM spending"
    "    UNION ALL SELECT scope, period, -spent FROM periods)"
    " SELECT 'the budget of ' || period || ' for \"' || scope || '\" counts ' ||"
    "  sum(spent) / 1e9 || ' more than its calls cost' FROM differences"
    " GROUP BY scope, period HAVING sum(spent) != 0",
};

static gboolean ledger_ask(Ledger *ledger, const char *question, GPtrArray *findings,
                           GError **error)
{
    g_autoptr(Statement) query = ledger_reading(ledger, question, error);
    if (!query)
        return FALSE;
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return FALSE;
        if (row)
            g_ptr_array_add(findings, ledger_column_text(query, 0));
    }
    return TRUE;
}

gboolean ledger_verify(Ledger *ledger, GPtrArray *findings, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
        if (!ledger_ask(ledger, questions[i], findings, error))
            return FALSE;
    LedgerCounts counts;
    if (!ledger_count(ledger, 0, &counts, error))
        return FALSE;
    guint64 sum = 0;
    for (guint i = 0; i < VERDICT_LAST; i++)
        sum += counts.verdicts[i];
    if (sum != counts.in)
        g_ptr_array_add(findings, g_strdup_printf("%" G_GUINT64_FORMAT
                                                  " documents came in but %" G_GUINT64_FORMAT
                                                  " have a verdict",
                                                  counts.in, sum));
    return TRUE;
}
