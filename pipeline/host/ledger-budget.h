/* What was spent, in the ledger: a sum for each scope and period, changed in the same transaction as
 * the call that it is about, so that no number of processes on one ledger spends more than a limit.
 * It counts what calls cost, and what is set aside for calls of which that is not known (yet).
 * Periods are days and months in UTC, those in which a call began: all hosts agree on them, and no
 * day has 23 hours. */
#pragma once

#include "ledger.h"

typedef enum { PERIOD_DAY, PERIOD_MONTH } LedgerPeriod;

/* One limit on money. */
typedef struct {
    char *scope; /* "" everything, "pack:NAME", "tenant:NAME" */
    LedgerPeriod period;
    double limit; /* in the currency of the price table */
} LedgerLimit;

/* What is counted in the period around `at_us` (epoch). */
gboolean ledger_spent(Ledger *ledger, const char *scope, LedgerPeriod period, gint64 at_us,
                      double *spent, GError **error);
/* Whether `amount` more still fits. Begins the turn's transaction: what fits does so until the
 * commit, whatever other processes want. */
gboolean ledger_fits(Ledger *ledger, const LedgerLimit *limit, gint64 at_us, double amount,
                     gboolean *fits, GError **error);
/* TRUE in *reached the first time that `share` (0..1) of a limit is spent in a period, whichever
 * process asks. */
gboolean ledger_limit_nears(Ledger *ledger, const LedgerLimit *limit, gint64 at_us, double share,
                            gboolean *reached, GError **error);

/* "2026-11-30" or "2026-11". Caller frees. */
char *ledger_period_name(LedgerPeriod period, gint64 at_us);
