/* One of several processes that spend from one budget on one ledger, for test-budget.sh. Everything
 * it pays for stands in a bill that is no part of the ledger: a provider's.
 * Usage: budget-storm STATE BILL SOURCES DOCUMENTS LIMIT NUMBER   Ends with 5 when the budget is spent, with
 * 0 when each of its documents has its answer. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pipeline/host/ledger-budget.h"
#include "pipeline/host/prices.h"
#include "tests/host/ledger-help.h"

#define MOST 0.01 /* that a call may cost */
#define SPENT_EXIT 5

typedef struct {
    Ledger *ledger;
    int bill;
    const char *sources; /* folder of the documents */
    double limit;
    guint number;
} Spender;

static void check(gboolean good, const GError *error)
{
    if (good)
        return;
    fprintf(stderr, "budget-storm: %s\n", error ? error->message : "failed");
    exit(1);
}

/* FALSE: there is no money left. */
static gboolean begin(const Spender *spender, Job *job, Call *call, const char *sha256)
{
    g_autoptr(GError) error = NULL;
    char scope[] = "";
    gboolean fits = FALSE;
    call->reserved = MOST;
    call->began_us = clock_now_us();
    for (guint period = PERIOD_DAY; period <= PERIOD_MONTH; period++) {
        LedgerLimit limit = {scope, (LedgerPeriod)period, spender->limit};
        check(ledger_fits(spender->ledger, &limit, call->began_us, MOST, &fits, &error), error);
        if (!fits)
            return FALSE;
    }
    LedgerRequest request = {.sha256 = sha256, .body = "?", .length = 1, .weight = 1};
    check(ledger_call_begin(spender->ledger, job, call, &request, &error), error);
    return TRUE;
}

/* The provider answers, and writes down what it wants for that: one line, whole or not at all. */
static double be_billed(const Spender *spender, const char *sha256)
{
    double cost = prices_exact(MOST * g_random_double_range(0.2, 1));
    g_autofree char *line = g_strdup_printf("%s %.9f\n", sha256, cost);
    check(write(spender->bill, line, strlen(line)) == (ssize_t)strlen(line), NULL);
    return cost;
}

static gboolean is_answered(const Spender *spender, const char *sha256)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *answer = ledger_call_cached(spender->ledger, sha256, 0, 0, NULL, &error);
    check(!error, error);
    return answer != NULL;
}

static gboolean work(const Spender *spender, guint document)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sha256 = g_strdup_printf("%u", document);
    g_autofree char *path = g_strdup_printf("%s/%u", spender->sources, document);
    if (is_answered(spender, sha256))
        return TRUE;
    gboolean finished = FALSE;
    g_autoptr(Job) job = file_job(path, sha256);
    check(ledger_claim(spender->ledger, job, &finished, &error), error);
    Call *call = call_new("ask", "default", "m");
    gboolean affordable = begin(spender, job, call, sha256);
    check(ledger_commit(spender->ledger, &error), error);
    if (affordable) {
        call->cost = be_billed(spender, sha256);
        call->reserved = 0;
        call->outcome = g_strdup("ok");
        check(ledger_call_end(spender->ledger, call, "{}", &error), error);
        check(ledger_commit(spender->ledger, &error), error);
    }
    call_free(call);
    return affordable;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    if (argc != 7)
        return 2;
    Spender spender = {
        .bill = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600),
        .sources = argv[3],
        .limit = g_ascii_strtod(argv[5], NULL),
        .number = (guint)atoi(argv[6]),
    };
    check(spender.bill >= 0, NULL);
    spender.ledger = ledger_open_beside(argv[1], &error);
    check(spender.ledger != NULL, error);
    gboolean affordable = TRUE;
    for (guint i = spender.number; i < (guint)atoi(argv[4]) && affordable; i += 4)
        affordable = work(&spender, i);
    ledger_close(spender.ledger);
    return affordable ? 0 : SPENT_EXIT;
}
