#include "ledger-batches.h"
#include "ledger-private.h"

#include "pipeline/core/clock.h"

static const char *const states[] = {"submitting", "submitted", "ended"};

const char *ledger_batch_state_name(LedgerBatchState state)
{
    return states[state];
}

void ledger_batch_free(gpointer data)
{
    LedgerBatch *batch = data;
    g_free(batch->key);
    g_free(batch->endpoint);
    g_free(batch->remote);
    g_free(batch->note);
    g_free(batch);
}

gboolean ledger_batch_asked(Ledger *ledger, const char *request_sha256, gboolean *waits,
                            guint *failures, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT count(*) FILTER (WHERE ended_us IS NULL), count(*) FILTER (WHERE outcome != 'ok')"
        " FROM calls WHERE request_sha256 = ?1 AND batch IS NOT NULL",
        error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, request_sha256);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    *waits = row && ledger_column_int(query, 0) > 0;
    *failures = row ? (guint)ledger_column_int(query, 1) : 0;
    return TRUE;
}

gboolean ledger_batch_any(Ledger *ledger, gboolean *any, GError **error)
{
    gint64 found = 0;
    if (!ledger_integer(ledger,
                        "SELECT EXISTS (SELECT 1 FROM calls WHERE batch IS NOT NULL"
                        " AND ended_us IS NULL)",
                        &found, error))
        return FALSE;
    *any = found != 0;
    return TRUE;
}

gboolean ledger_batch_waiting(Ledger *ledger, const char *endpoint, guint *calls, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT count(*) FROM calls WHERE batch = '' AND ended_us IS NULL"
                       " AND endpoint = ?1",
                       error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, endpoint);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    *calls = row ? (guint)ledger_column_int(query, 0) : 0;
    return TRUE;
}

static gboolean ledger_batch_fill(Ledger *ledger, const char *endpoint, const char *key,
                                  guint most_calls, guint64 most_bytes, int *calls, GError **error)
{
    g_autoptr(Statement) take = ledger_writing(
        ledger,
        "UPDATE calls SET batch = ?1 WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "older"
        "  AS place, sum(length(payload)) OVER older AS total FROM calls"
        "  WHERE batch = '' AND ended_us IS NULL AND endpoint = ?2 WINDOW older AS (ORDER BY id))"
        "  WHERE place <= ?3 AND (total <= ?4 OR place = 1))",
        error);
    if (!take)
        return FALSE;
    ledger_bind_text(take, 1, key);
    ledger_bind_text(take, 2, endpoint);
    ledger_bind_int(take, 3, most_calls);
    ledger_bind_int(take, 4, (gint64)most_bytes);
    return ledger_finish(ledger, take, calls, error);
}

gboolean ledger_batch_begin(Ledger *ledger, const char *endpoint, const char *key, guint most_calls,
                            guint64 most_bytes, GError **error)
{
    int calls = 0;
    if (!ledger_batch_fill(ledger, endpoint, key, most_calls, most_bytes, &calls, error))
        return FALSE;
    g_autoptr(Statement) insert =
        ledger_writing(ledger,
                       "INSERT INTO batches (key, endpoint, state, calls, created_us)"
                       " VALUES (?1, ?2, 'submitting', ?3, ?4)",
                       error);
    if (!insert)
        return FALSE;
    ledger_bind_text(insert, 1, key);
    ledger_bind_text(insert, 2, endpoint);
    ledger_bind_int(insert, 3, calls);
    ledger_bind_int(insert, 4, clock_now_us());
    return ledger_finish(ledger, insert, NULL, error);
}

gboolean ledger_batch_submitted(Ledger *ledger, const char *key, const char *remote, GError **error)
{
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE batches SET state = 'submitted', remote = ?2, submitted_us = ?3 WHERE key = ?1",
        error);
    if (!update)
        return FALSE;
    ledger_bind_text(update, 1, key);
    ledger_bind_text(update, 2, remote);
    ledger_bind_int(update, 3, clock_now_us());
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_batch_undo(Ledger *ledger, const char *key, GError **error)
{
    g_autoptr(Statement) calls =
        ledger_writing(ledger, "UPDATE calls SET batch = '' WHERE batch = ?1", error);
    if (!calls)
        return FALSE;
    ledger_bind_text(calls, 1, key);
    if (!ledger_finish(ledger, calls, NULL, error))
        return FALSE;
    g_autoptr(Statement) batch =
        ledger_writing(ledger, "DELETE FROM batches WHERE key = ?1", error);
    if (!batch)
        return FALSE;
    ledger_bind_text(batch, 1, key);
    return ledger_finish(ledger, batch, NULL, error);
}

/* ---- the end ---- */

static gboolean ledger_batch_open_calls(Ledger *ledger, const char *key, GArray *ids,
                                        GError **error)
{
    g_autoptr(Statement) query = ledger_reading(
        ledger, "SELECT id FROM calls WHERE batch = ?1 AND ended_us IS NULL ORDER BY id", error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, key);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return FALSE;
        gint64 id = row ? ledger_column_int(query, 0) : 0;
        if (row)
            g_array_append_val(ids, id);
    }
    return TRUE;
}

static gboolean ledger_batch_forget_requests(Ledger *ledger, const char *key, GError **error)
{
    g_autoptr(Statement) update =
        ledger_writing(ledger, "UPDATE calls SET payload = NULL WHERE batch = ?1", error);
    if (!update)
        return FALSE;
    ledger_bind_text(update, 1, key);
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_batch_end(Ledger *ledger, const char *key, const char *outcome, const char *note,
                          gboolean keep, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!ledger_batch_open_calls(ledger, key, ids, error))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(Call) lost = call_new(NULL, NULL, NULL);
        gboolean holds = FALSE;
        lost->id = g_array_index(ids, gint64, i);
        lost->outcome = g_strdup(outcome);
        if (!ledger_batch_holds(ledger, key, lost->id, &holds, &lost->bytes, error) ||
            !ledger_call_end(ledger, lost, NULL, error))
            return FALSE;
    }
    if (!keep && !ledger_batch_forget_requests(ledger, key, error))
        return FALSE;
    g_autoptr(Statement) update = ledger_writing(
        ledger, "UPDATE batches SET state = 'ended', ended_us = ?2, note = ?3 WHERE key = ?1",
        error);
    if (!update)
        return FALSE;
    ledger_bind_text(update, 1, key);
    ledger_bind_int(update, 2, clock_now_us());
    ledger_bind_text(update, 3, note);
    return ledger_finish(ledger, update, NULL, error);
}

/* ---- looking ---- */

static LedgerBatchState ledger_batch_state(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_strcmp0(name, states[i]) == 0)
            return (LedgerBatchState)i;
    return LEDGER_BATCH_ENDED;
}

static LedgerBatch *ledger_read_batch(Statement *query)
{
    LedgerBatch *batch = g_new0(LedgerBatch, 1);
    g_autofree char *state = ledger_column_text(query, 3);
    batch->key = ledger_column_text(query, 0);
    batch->endpoint = ledger_column_text(query, 1);
    batch->remote = ledger_column_text(query, 2);
    batch->state = ledger_batch_state(state);
    batch->calls = (guint)ledger_column_int(query, 4);
    batch->created_us = ledger_column_int(query, 5);
    batch->submitted_us = ledger_column_int(query, 6);
    batch->ended_us = ledger_column_int(query, 7);
    batch->note = ledger_column_text(query, 8);
    batch->answered = (guint)ledger_column_int(query, 9);
    batch->open = (guint)ledger_column_int(query, 10);
    batch->cost = sqlite3_column_double(query, 11);
    return batch;
}

GPtrArray *ledger_batches(Ledger *ledger, gboolean open, GError **error)
{
    g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func(ledger_batch_free);
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT b.key, b.endpoint, b.remote, b.state, b.calls, b.created_us,"
                       "  coalesce(b.submitted_us, 0), coalesce(b.ended_us, 0), b.note,"
                       "  (SELECT count(*) FROM calls WHERE batch = b.key AND outcome = 'ok'),"
                       "  (SELECT count(*) FROM calls WHERE batch = b.key AND ended_us IS NULL),"
                       "  (SELECT coalesce(sum(cost), 0.0) FROM calls WHERE batch = b.key)"
                       " FROM batches b WHERE ?1 = 0 OR b.state != 'ended' ORDER BY b.id",
                       error);
    if (!query)
        return NULL;
    ledger_bind_int(query, 1, open);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (row)
            g_ptr_array_add(batches, ledger_read_batch(query));
    }
    return g_steal_pointer(&batches);
}

gboolean ledger_batch_each(Ledger *ledger, const char *key, LedgerBatchVisit visit, gpointer data,
                           GError **error)
{
    g_autoptr(Statement) query =
        ledger_reading(ledger,
                       "SELECT id, payload FROM calls WHERE batch = ?1 AND ended_us IS NULL"
                       " AND payload IS NOT NULL ORDER BY id",
                       error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, key);
    for (gboolean row = TRUE; row;) {
        if (!ledger_step(ledger, query, &row, error))
            return FALSE;
        g_autofree char *request = row ? ledger_column_bytes(query, 1) : NULL;
        if (row && !visit(ledger_column_int(query, 0), request, data))
            return TRUE;
    }
    return TRUE;
}

gboolean ledger_batch_holds(Ledger *ledger, const char *key, gint64 call, gboolean *holds,
                            gsize *bytes, GError **error)
{
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT coalesce(bytes, 0) FROM calls WHERE id = ?1 AND batch = ?2 AND ended_us IS NULL",
        error);
    if (!query)
        return FALSE;
    ledger_bind_int(query, 1, call);
    ledger_bind_text(query, 2, key);
    if (!ledger_step(ledger, query, holds, error))
        return FALSE;
    *bytes = *holds ? (gsize)ledger_column_int(query, 0) : 0;
    return TRUE;
}
