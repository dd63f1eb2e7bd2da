#include "ledger-deliveries.h"

#include "ledger-private.h"
#include "pipeline/core/clock.h"

#include <string.h>

static const char *const states[] = {"owed", "sent", "dead"};

const char *ledger_delivery_state_name(DeliveryState state)
{
    return states[state];
}

int ledger_delivery_state_from_name(const char *name)
{
    for (int i = 0; i < DELIVERY_LAST; i++)
        if (g_strcmp0(name, states[i]) == 0)
            return i;
    return -1;
}

void ledger_delivery_free(LedgerDelivery *delivery)
{
    if (!delivery)
        return;
    g_free(delivery->receiver);
    g_free(delivery->key);
    g_free(delivery->body);
    g_free(delivery->note);
    g_free(delivery);
}

#define COLUMNS                                                                                    \
    "SELECT id, coalesce(document, 0), receiver, key, body, state, attempts, next_us,"             \
    "  coalesce(status, 0), note, created_us, coalesce(ended_us, 0) FROM deliveries "

static LedgerDelivery *read_delivery(Statement *query)
{
    LedgerDelivery *delivery = g_new0(LedgerDelivery, 1);
    g_autofree char *state = ledger_column_text(query, 5);
    delivery->id = ledger_column_int(query, 0);
    delivery->document = ledger_column_int(query, 1);
    delivery->receiver = ledger_column_text(query, 2);
    delivery->key = ledger_column_text(query, 3);
    delivery->body = ledger_column_bytes(query, 4);
    delivery->state = (DeliveryState)ledger_delivery_state_from_name(state);
    delivery->attempts = (guint)ledger_column_int(query, 6);
    delivery->next_us = ledger_column_int(query, 7);
    delivery->status = (int)ledger_column_int(query, 8);
    delivery->note = ledger_column_text(query, 9);
    delivery->created_us = ledger_column_int(query, 10);
    delivery->ended_us = ledger_column_int(query, 11);
    return delivery;
}

gboolean ledger_delivery_owe(Ledger *ledger, gint64 document, const char *receiver, const char *key,
                             const char *body, GError **error)
{
    g_autoptr(Statement) insert = ledger_writing(
        ledger,
        "INSERT INTO deliveries (document, receiver, key, body, state, next_us, created_us)"
        " VALUES (nullif(?1, 0), ?2, ?3, ?4, 'owed', ?5, ?5) ON CONFLICT (key) DO NOTHING",
        error);
    if (!insert)
        return FALSE;
    ledger_bind_int(insert, 1, document);
    ledger_bind_text(insert, 2, receiver);
    ledger_bind_text(insert, 3, key);
    ledger_bind_blob(insert, 4, body, strlen(body));
    ledger_bind_int(insert, 5, clock_now_us());
    return ledger_finish(ledger, insert, NULL, error);
}

/* In the order of the index over what is owed: nothing is sorted, however much that is. */
GPtrArray *ledger_deliveries_due(Ledger *ledger, gint64 now_us, const char *const *receivers,
                                 guint most, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_delivery_free);
    g_autofree char *names = g_strjoinv(",", (char **)receivers);
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        COLUMNS
        "WHERE state = 'owed' AND next_us <= ?1 AND instr(',' || ?2 || ',', ',' || receiver "
        "|| ',') ORDER BY next_us LIMIT ?3",
        error);
    if (!query)
        return NULL;
    ledger_bind_int(query, 1, now_us);
    ledger_bind_text(query, 2, names);
    ledger_bind_int(query, 3, most);
    do {
        if (!ledger_step(ledger, query, &row, error))
            return NULL;
        if (row)
            g_ptr_array_add(due, read_delivery(query));
    } while (row);
    return g_steal_pointer(&due);
}

gboolean ledger_delivery_tried(Ledger *ledger, gint64 id, DeliveryState state, gint64 next_us,
                               int status, const char *note, GError **error)
{
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE deliveries SET state = ?2, next_us = ?3, status = nullif(?4, 0), note = ?5,"
        "  attempts = attempts + 1, ended_us = CASE ?2 WHEN 'owed' THEN NULL ELSE ?6 END"
        " WHERE id = ?1 AND state = 'owed'",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, id);
    ledger_bind_text(update, 2, states[state]);
    ledger_bind_int(update, 3, next_us);
    ledger_bind_int(update, 4, status);
    ledger_bind_text(update, 5, note);
    ledger_bind_int(update, 6, clock_now_us());
    return ledger_finish(ledger, update, NULL, error);
}

gboolean ledger_delivery_resend(Ledger *ledger, gint64 id, gboolean *found, GError **error)
{
    int changes = 0;
    g_autoptr(Statement) update = ledger_writing(
        ledger,
        "UPDATE deliveries SET state = 'owed', next_us = ?2, attempts = 0, ended_us = NULL"
        " WHERE id = ?1 AND state = 'dead'",
        error);
    if (!update)
        return FALSE;
    ledger_bind_int(update, 1, id);
    ledger_bind_int(update, 2, clock_now_us());
    gboolean good = ledger_finish(ledger, update, &changes, error);
    *found = changes > 0;
    return good;
}

gboolean ledger_each_delivery(Ledger *ledger, DeliveryState state, gint64 document,
                              LedgerDeliveryVisit visit, gpointer data, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        COLUMNS "WHERE (?1 IS NULL OR state = ?1) AND (?2 = 0 OR document = ?2) ORDER BY id",
        error);
    if (!query)
        return FALSE;
    ledger_bind_text(query, 1, state == DELIVERY_LAST ? NULL : states[state]);
    ledger_bind_int(query, 2, document);
    while (ledger_step(ledger, query, &row, error)) {
        g_autoptr(LedgerDelivery) delivery = row ? read_delivery(query) : NULL;
        if (!delivery || !visit(delivery, data))
            return TRUE;
    }
    return FALSE;
}

gboolean ledger_count_deliveries(Ledger *ledger, guint64 *counts, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(Statement) query = ledger_reading(
        ledger,
        "SELECT count(*) FILTER (WHERE state = 'owed'), count(*) FILTER (WHERE state = 'sent'),"
        "  count(*) FILTER (WHERE state = 'dead') FROM deliveries",
        error);
    if (!query || !ledger_step(ledger, query, &row, error))
        return FALSE;
    for (int i = 0; i < DELIVERY_LAST; i++)
        counts[i] = (guint64)ledger_column_int(query, i);
    return TRUE;
}
