#include "ledger-budget.h"
#include "ledger-private.h"

#include "pipeline/core/clock.h"

#include <math.h>

#define UNITS 1e9 /* LedgerMoney in one unit of the currency */

LedgerMoney ledger_money(double amount)
{
    return (LedgerMoney)round(CLAMP(amount, -9e9, 9e9) * UNITS); /* what 64 bits hold */
}

char *ledger_period_name(LedgerPeriod period, gint64 at_us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_us / G_USEC_PER_SEC);
    return at ? g_date_time_format(at, period == PERIOD_DAY ? "%Y-%m-%d" : "%Y-%m") : g_strdup("");
}

static gboolean ledger_spend_one(Ledger *ledger, const char *scope, const char *period,
                                 LedgerMoney delta, GError **error)
{
    g_autoptr(Statement) add =
        ledger_writing(ledger,
                       "INSERT INTO spending (scope, period, spent) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (scope, period) DO UPDATE SET spent = spent + ?3",
                       error);
    if (!add)
        return FALSE;
    ledger_bind_text(add, 1, scope);
    ledger_bind_text(add, 2, period);
    ledger_bind_int(add, 3, delta);
    return ledger_finish(ledger, add, NULL, error);
}

gboolean ledger_spend(Ledger *ledger, const char *pack, const char *tenant, gint64 began_us,
                      LedgerMoney delta, GError **error)
{
    if (delta == 0)
        return TRUE;
    g_autofree char *day = ledger_period_name(PERIOD_DAY, began_us);
    g_autofree char *month = ledger_period_name(PERIOD_MONTH, began_us);
    g_autofree char *of_pack = pack ? g_strconcat("pack:", pack, NULL) : NULL;
    g_autofree char *of_tenant = tenant ? g_strconcat("tenant:", tenant, NULL) : NULL;
    const char *const scopes[] = {"", of_pack, of_tenant};
    for (guint i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (scopes[i] && (!ledger_spend_one(ledger, scopes[i], day, delta, error) ||
                          !ledger_spend_one(ledger, scopes[i], month, delta, error)))
            return FALSE;
    return TRUE;
}

static gboolean ledger_sum(Ledger *ledger, Statement *query, const char *scope, LedgerPeriod period,
                           gint64 at_us, LedgerMoney *sum, GError **error)
{
    gboolean row = FALSE;
    g_autofree char *name = ledger_period_name(period, at_us);
    ledger_bind_text(query, 1, scope);
    ledger_bind_text(query, 2, name);
    if (!ledger_step(ledger, query, &row, error))
        return FALSE;
    *sum = row ? ledger_column_int(query, 0) : 0;
    return TRUE;
}

#define SUM "SELECT spent FROM spending WHERE scope = ?1 AND period = ?2"

gboolean ledger_spent(Ledger *ledger, const char *scope, LedgerPeriod period, gint64 at_us,
                      double *spent, GError **error)
{
    LedgerMoney sum = 0;
    g_autoptr(Statement) query = ledger_reading(ledger, SUM, error);
    if (!query || !ledger_sum(ledger, query, scope, period, at_us, &sum, error))
        return FALSE;
    *spent = (double)sum / UNITS;
    return TRUE;
}

gboolean ledger_fits(Ledger *ledger, const LedgerLimit *limit, gint64 at_us, double amount,
                     gboolean *fits, GError **error)
{
    LedgerMoney sum = 0;
    /* Asked as a writer: from here to the commit nobody else changes the sum. */
    g_autoptr(Statement) query = ledger_writing(ledger, SUM, error);
    if (!query || !ledger_sum(ledger, query, limit->scope, limit->period, at_us, &sum, error))
        return FALSE;
    *fits = sum + ledger_money(amount) <= ledger_money(limit->limit);
    return TRUE;
}

gboolean ledger_limit_nears(Ledger *ledger, const LedgerLimit *limit, gint64 at_us, double share,
                            gboolean *reached, GError **error)
{
    int changes = 0;
    g_autofree char *period = ledger_period_name(limit->period, at_us);
    g_autoptr(Statement) mark = ledger_writing(
        ledger,
        "UPDATE spending SET warned_us = ?4 WHERE scope = ?1 AND period = ?2 AND spent >= ?3"
        " AND warned_us IS NULL",
        error);
    if (!mark)
        return FALSE;
    ledger_bind_text(mark, 1, limit->scope);
    ledger_bind_text(mark, 2, period);
    ledger_bind_int(mark, 3, ledger_money(limit->limit * share));
    ledger_bind_int(mark, 4, clock_now_us());
    if (!ledger_finish(ledger, mark, &changes, error))
        return FALSE;
    *reached = changes > 0;
    return TRUE;
}
