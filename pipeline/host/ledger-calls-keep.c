/* How long the ledger keeps what calls said: by age, then by size. */
#include "ledger-calls.h"
#include "ledger-private.h"

/* Both are about documents that have their verdict: what a held one was answered is still needed. */
#define DECIDED " AND (SELECT verdict FROM documents WHERE documents.id = calls.document) != 'held'"

static gboolean ledger_prune_answers(Ledger *ledger, gint64 until_us, GError **error)
{
    g_autoptr(Statement) prune = ledger_writing(
        ledger, "UPDATE calls SET answer = NULL WHERE answer IS NOT NULL AND ended_us < ?1" DECIDED,
        error);
    if (!prune)
        return FALSE;
    ledger_bind_int(prune, 1, until_us);
    return ledger_finish(ledger, prune, NULL, error);
}

/* When the youngest of the answers ended that are too many, 0 if none is. */
static gboolean ledger_first_too_many(Ledger *ledger, guint64 bytes, gint64 *ended_us,
                                      GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT ended_us FROM (SELECT ended_us, sum(length(answer)) OVER (ORDER BY ended_us DESC)"
        "  AS total FROM calls WHERE answer IS NOT NULL) WHERE total > ?1"
        " ORDER BY ended_us DESC LIMIT 1",
        error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, (gint64)MIN(bytes, (guint64)G_MAXINT64));
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    *ended_us = row ? ledger_column_int(query, 0) : 0;
    return TRUE;
}

static gboolean ledger_prune_payloads(Ledger *ledger, gint64 until_us, GError **error)
{
    g_autoptr(Statement) prune = ledger_writing(
        ledger,
        "UPDATE calls SET payload = NULL WHERE payload IS NOT NULL AND began_us < ?1"
        " AND (batch IS NULL OR ended_us IS NOT NULL)", /* a batch has yet to send it */
        error);
    if (!prune)
        return FALSE;
    ledger_bind_int(prune, 1, until_us);
    return ledger_finish(ledger, prune, NULL, error);
}

gboolean ledger_calls_prune(Ledger *ledger, const LedgerCallKeep *keep, GError **error)
{
    gint64 too_many_us = 0;
    if (keep->answers_until_us && !ledger_prune_answers(ledger, keep->answers_until_us, error))
        return FALSE;
    if (keep->answer_bytes &&
        (!ledger_first_too_many(ledger, keep->answer_bytes, &too_many_us, error) ||
         (too_many_us && !ledger_prune_answers(ledger, too_many_us + 1, error))))
        return FALSE;
    return !keep->payloads_until_us ||
           ledger_prune_payloads(ledger, keep->payloads_until_us, error);
}
