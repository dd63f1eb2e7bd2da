#include "ledger-calls.h"
#include "ledger-private.h"

#include "pipeline/core/clock.h"

#include <string.h>

/* ---- counts that may be unknown: -1 here, NULL there ---- */

static void ledger_bind_count(Statement *statement, int index, gint64 count)
{
    if (count >= 0)
        ledger_bind_int(statement, index, count);
}

static gint64 ledger_column_count(Statement *query, int index)
{
    return sqlite3_column_type(query, index) == SQLITE_NULL ? -1 : ledger_column_int(query, index);
}

/* ---- the life of a call ---- */

gboolean ledger_call_begin(Ledger *ledger, const Job *job, Call *call, const LedgerRequest *request,
                           GError **error)
{
    const char *pack = job->pack ? job->pack->name : NULL;
    g_autoptr(Statement) insert = ledger_writing(
        ledger,
        "INSERT INTO calls (document, purpose, endpoint, model, pack, tenant, prompt_version,"
        "  prompt_sha256, request_sha256, bytes, payload, reserved, began_us, batch)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        error);
    if (!insert)
        return FALSE;
    call->bytes = request->weight;
    if (!call->began_us)
        call->began_us = clock_now_us();
    ledger_bind_int(insert, 1, job->id);
    ledger_bind_text(insert, 2, call->purpose);
    ledger_bind_text(insert, 3, call->endpoint);
    ledger_bind_text(insert, 4, call->model);
    ledger_bind_text(insert, 5, pack);
    ledger_bind_text(insert, 6, job->tenant);
    ledger_bind_text(insert, 7, job->prompt ? job->prompt->version : NULL);
    ledger_bind_text(insert, 8, job->prompt ? job->prompt->sha256 : NULL);
    ledger_bind_text(insert, 9, request->sha256);
    ledger_bind_int(insert, 10, (gint64)request->weight);
    if (request->keep)
        ledger_bind_blob(insert, 11, request->body, request->length);
    ledger_bind_double(insert, 12, call->reserved);
    ledger_bind_int(insert, 13, call->began_us);
    ledger_bind_text(insert, 14, request->batch ? "" : NULL);
    if (!ledger_finish(ledger, insert, NULL, error))
        return FALSE;
    call->id = sqlite3_last_insert_rowid(ledger->db);
    return ledger_spend(ledger, pack, job->tenant, call->began_us, ledger_money(call->reserved),
                        error);
}

/* Puts cost and reserved of a call in place of what they were, there and in the sums. *known tells
 * whether there is such a call with (when `open`) money set aside. */
static gboolean ledger_call_charge(Ledger *ledger, gint64 id, double cost, double reserved,
                                   gboolean open, gboolean *known, GError **error)
{
    g_autoptr(Statement) query = ledger_writing(
        ledger, "SELECT began_us, pack, tenant, cost, reserved FROM calls WHERE id = ?1", error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, id);
    if (!ledger_step(ledger, query, known, error))
        return FALSE;
    *known = *known && (!open || sqlite3_column_double(query, 4) > 0);
    if (!*known)
        return TRUE;
    g_autofree char *pack = ledger_column_text(query, 1);
    g_autofree char *tenant = ledger_column_text(query, 2);
    LedgerMoney before = ledger_money(sqlite3_column_double(query, 3)) +
                         ledger_money(sqlite3_column_double(query, 4));
    LedgerMoney after = ledger_money(cost) + ledger_money(reserved);
    if (!ledger_spend(ledger, pack, tenant, ledger_column_int(query, 0), after - before, error))
        return FALSE;
    g_autoptr(Statement) update =
        ledger_writing(ledger, "UPDATE calls SET cost = ?2, reserved = ?3 WHERE id = ?1", error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, id);
    ledger_bind_double(update, 2, cost);
    ledger_bind_double(update, 3, reserved);
    return ledger_finish(ledger, update, NULL, error);
}

static gboolean ledger_no_call(gint64 id, GError **error)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL,
                "the ledger has no call %" G_GINT64_FORMAT, id);
    return FALSE;
}

gboolean ledger_call_reserve(Ledger *ledger, Call *call, double amount, GError **error)
{
    gboolean known = FALSE;
    call->reserved += amount;
    if (!ledger_call_charge(ledger, call->id, call->cost, call->reserved, FALSE, &known, error))
        return FALSE;
    return known || ledger_no_call(call->id, error);
}

gboolean ledger_call_end(Ledger *ledger, const Call *call, const char *answer, GError **error)
{
    gboolean known = FALSE;
    if (!ledger_call_charge(ledger, call->id, call->cost, call->reserved, FALSE, &known, error))
        return FALSE;
    if (!known)
        return ledger_no_call(call->id, error);
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE calls SET ended_us = ?2, tokens_in = ?3, tokens_cached = ?4,"
        "  tokens_cache_write = ?5, tokens_out = ?6, tokens_reasoning = ?7, latency_ms = ?8,"
        "  first_token_ms = ?9, sendings = ?10, answered_by = ?11, outcome = ?12, answer = ?13,"
        "  bytes = ?14, documents = ?15"
        " WHERE id = ?1",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, call->id);
    ledger_bind_int(update, 2, clock_now_us());
    ledger_bind_count(update, 3, call->tokens_in);
    ledger_bind_count(update, 4, call->tokens_cached);
    ledger_bind_count(update, 5, call->tokens_cache_write);
    ledger_bind_count(update, 6, call->tokens_out);
    ledger_bind_count(update, 7, call->tokens_reasoning);
    ledger_bind_count(update, 8, call->latency_ms);
    ledger_bind_count(update, 9, call->first_token_ms);
    ledger_bind_int(update, 10, call->sendings);
    ledger_bind_text(update, 11, call->answered_by);
    ledger_bind_text(update, 12, call->outcome);
    ledger_bind_bytes(update, 13, answer);
    ledger_bind_int(update, 14, (gint64)call->bytes);
    ledger_bind_int(update, 15, call->documents);
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_call_resolve(Ledger *ledger, gint64 id, double cost, GError **error)
{
    gboolean known = FALSE;
    if (!ledger_call_charge(ledger, id, cost, 0, TRUE, &known, error))
        return FALSE;
    if (!known)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND,
                    "no money is set aside for a call %" G_GINT64_FORMAT, id);
    return known;
}

/* ---- answers that are there already ---- */

char *ledger_call_cached(Ledger *ledger, const char *request_sha256, gint64 document,
                         gint64 since_us, Call **call, GError **error)
{
    gboolean row = FALSE;
    /* The condition repeats that of the index, so that it is used. */
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT id, purpose, endpoint, model, answered_by, tokens_in, tokens_cached,"
                       "  tokens_cache_write, tokens_out, tokens_reasoning, answer, documents"
                       " FROM calls"
                       " WHERE request_sha256 = ?1 AND outcome = 'ok' AND answer IS NOT NULL"
                       " AND (ended_us >= ?2 OR document = ?3) ORDER BY id DESC LIMIT 1",
                       error);
    if (!query)
        return NULL;
    ledger_bind_text(query, 1, request_sha256);
    ledger_bind_int(query, 2, since_us);
    ledger_bind_int(query, 3, document);
    if (!ledger_step(ledger, query, &row, error) || !row)
        return NULL;
    if (call) {
        Call *cached = call_new(NULL, NULL, NULL);
        cached->id = ledger_column_int(query, 0);
        cached->purpose = ledger_column_text(query, 1);
        cached->endpoint = ledger_column_text(query, 2);
        cached->model = ledger_column_text(query, 3);
        cached->answered_by = ledger_column_text(query, 4);
        cached->tokens_in = ledger_column_count(query, 5);
        cached->tokens_cached = ledger_column_count(query, 6);
        cached->tokens_cache_write = ledger_column_count(query, 7);
        cached->tokens_out = ledger_column_count(query, 8);
        cached->tokens_reasoning = ledger_column_count(query, 9);
        cached->documents = (guint)ledger_column_int(query, 11);
        cached->outcome = g_strdup("ok");
        cached->cached = TRUE; /* cost and latency stay 0: this time nothing was paid or awaited */
        *call = cached;
    }
    return ledger_column_text(query, 10);
}
