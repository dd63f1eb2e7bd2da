/* Model calls: entered before they are sent, their answers kept so that none is paid for twice. */
#include "ledger-private.h"

#include "pipeline/core/clock.h"

#include <string.h>

gboolean ledger_call_begin(Ledger *ledger, Job *job, const char *purpose, const char *model,
                           const char *prompt_version, const char *prompt_sha256,
                           const char *request_sha256, gint64 *id, GError **error)
{
    g_autoptr(Statement) insert =
        ledger_writing(ledger,
                       "INSERT INTO calls (document, purpose, model, prompt_version, prompt_sha256,"
                       "  request_sha256, began_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                       error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, job->id);
    ledger_bind_text(insert, 2, purpose);
    ledger_bind_text(insert, 3, model);
    ledger_bind_text(insert, 4, prompt_version);
    ledger_bind_text(insert, 5, prompt_sha256);
    ledger_bind_text(insert, 6, request_sha256);
    ledger_bind_int(insert, 7, clock_now_us());
    if (!ledger_finish(ledger, insert, NULL, error))
        return FALSE;
    *id = sqlite3_last_insert_rowid(ledger->db);
    return TRUE;
}

static void ledger_bind_count(Statement *statement, int index, gint64 count)
{
    if (count >= 0)
        ledger_bind_int(statement, index, count);
}

gboolean ledger_call_end(Ledger *ledger, const Call *call, const char *answer, GError **error)
{
    int changes = 0;
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE calls SET ended_us = ?2, tokens_in = ?3, tokens_cached = ?4, tokens_out = ?5,"
        "  cost = ?6, latency_ms = ?7, outcome = ?8, answer = ?9 WHERE id = ?1",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, call->id);
    ledger_bind_int(update, 2, clock_now_us());
    ledger_bind_count(update, 3, call->tokens_in);
    ledger_bind_count(update, 4, call->tokens_cached);
    ledger_bind_count(update, 5, call->tokens_out);
    ledger_bind_double(update, 6, call->cost);
    ledger_bind_count(update, 7, call->latency_ms);
    ledger_bind_text(update, 8, call->outcome);
    ledger_bind_bytes(update, 9, answer);
    if (!ledger_finish(ledger, update, &changes, error))
        return FALSE;
    if (changes == 1)
        return TRUE;
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                "the ledger has no call %" G_GINT64_FORMAT " to end", call->id);
    return FALSE;
}

static gint64 ledger_column_count(Statement *query, int index)
{
    return sqlite3_column_type(query, index) == SQLITE_NULL ? -1 : ledger_column_int(query, index);
}

char *ledger_call_cached(Ledger *ledger, const char *request_sha256, Call **call, GError **error)
{
    gboolean row = FALSE;
    /* The condition repeats that of the index, so that it is used. */
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT id, purpose, model, tokens_in, tokens_cached, tokens_out, answer FROM calls"
        " WHERE request_sha256 = ?1 AND outcome = 'ok' AND answer IS NOT NULL"
        " ORDER BY id DESC LIMIT 1",
        error);
    if (!query)
        return NULL;
    ledger_bind_text(query, 1, request_sha256);
    if (!ledger_step(ledger, query, &row, error) || !row)
        return NULL;
    if (call) {
        Call *cached = g_new0(Call, 1);
        cached->id = ledger_column_int(query, 0);
        cached->purpose = ledger_column_text(query, 1);
        cached->model = ledger_column_text(query, 2);
        cached->tokens_in = ledger_column_count(query, 3);
        cached->tokens_cached = ledger_column_count(query, 4);
        cached->tokens_out = ledger_column_count(query, 5);
        cached->outcome = g_strdup("ok");
        cached->cached = TRUE; /* cost and latency stay 0: this time nothing was paid or awaited */
        *call = cached;
    }
    return ledger_column_text(query, 6);
}
