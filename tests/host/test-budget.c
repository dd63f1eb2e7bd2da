/* Limits on money: what fits, when periods turn, what a person resolves; and what calls cost. */
#include "pipeline/host/budget.h"
#include "pipeline/host/prices.h"
#include "tests/host/ledger-help.h"

#define NOVEMBER_30 (G_GINT64_CONSTANT(1796083199) * G_USEC_PER_SEC) /* its last second, 2026 */
#define SECOND G_USEC_PER_SEC

typedef struct {
    char *folder, *file;
    Ledger *ledger;
    Config *config;
    Pack pack;
    GPtrArray *packs;
    Job *job;
} Fixture;

static char pack_name[] = "invoice";

static void set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const char *text = data;
    f->folder = g_dir_make_tmp("docket-budget-XXXXXX", NULL);
    f->file = g_build_filename(f->folder, "docket.conf", NULL);
    g_assert_true(g_file_set_contents(f->file, text, -1, NULL));
    g_assert_cmpint(g_chmod(f->file, 0600), ==, 0);
    f->config = config_load(f->file, &error);
    g_assert_no_error(error);
    f->ledger = open_ledger(NULL);
    f->pack = (Pack){.name = pack_name};
    f->packs = g_ptr_array_new();
    g_ptr_array_add(f->packs, &f->pack);
    f->job = file_job("/in/a", "aa");
    f->job->pack = &f->pack;
    claim(f->ledger, f->job);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    clock_set_for_test(-1);
    assert_whole(f->ledger);
    job_free(f->job);
    ledger_close(f->ledger);
    config_free(f->config);
    g_ptr_array_unref(f->packs);
    g_unlink(f->file);
    g_rmdir(f->folder);
    g_free(f->file);
    g_free(f->folder);
}

static gboolean fits(const Fixture *f, const Budget *budget, const char *tenant, gint64 at_us,
                     double amount, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *refusal = NULL;
    gboolean fit = FALSE;
    g_assert_true(
        budget_fits(budget, f->ledger, &f->pack, tenant, at_us, amount, &fit, &refusal, &error));
    g_assert_no_error(error);
    g_assert_true(fit == (refusal == NULL));
    if (words)
        g_assert_nonnull(strstr(refusal, words));
    return fit;
}

static double spent(const Fixture *f, const char *scope, LedgerPeriod period, gint64 at_us)
{
    g_autoptr(GError) error = NULL;
    double sum = -1;
    ledger_spent(f->ledger, scope, period, at_us, &sum, &error);
    g_assert_no_error(error);
    return sum;
}

/* ---- periods ---- */

static void test_periods(Fixture *f, gconstpointer data)
{
    g_autoptr(Budget) budget = budget_new(f->config, f->packs);
    clock_set_for_test(NOVEMBER_30);
    g_assert_true(fits(f, budget, NULL, NOVEMBER_30, 1, NULL));
    g_assert_false(fits(f, budget, NULL, NOVEMBER_30, 1.000000001, "of 1.00 a day"));
    Call *call = begin_call(f->ledger, f->job, "r1", 0.75);
    g_assert_true(fits(f, budget, NULL, NOVEMBER_30, 0.25, NULL));
    g_assert_false(fits(f, budget, NULL, NOVEMBER_30, 0.26, "day"));
    /* A second later it is another day, and another month. */
    g_assert_true(fits(f, budget, NULL, NOVEMBER_30 + SECOND, 1, NULL));
    /* What it did not use comes back to the day in which it began. */
    clock_set_for_test(NOVEMBER_30 + SECOND);
    end_call(f->ledger, call, "ok", 0.5, "{}");
    call_free(call);
    g_assert_cmpfloat(spent(f, "", PERIOD_DAY, NOVEMBER_30), ==, 0.5);
    g_assert_cmpfloat(spent(f, "", PERIOD_MONTH, NOVEMBER_30), ==, 0.5);
    g_assert_cmpfloat(spent(f, "", PERIOD_DAY, NOVEMBER_30 + SECOND), ==, 0);
    /* Three days of a month that may spend 2.5. */
    for (guint day = 1; day <= 3; day++) {
        gint64 at = NOVEMBER_30 + SECOND + (gint64)day * 24 * 3600 * SECOND;
        clock_set_for_test(at);
        gboolean third = day == 3;
        g_assert_true(fits(f, budget, NULL, at, third ? 0.5 : 1, NULL));
        if (third)
            g_assert_false(fits(f, budget, NULL, at, 0.51, "month"));
        Call *each = begin_call(f->ledger, f->job, "r2", third ? 0.5 : 1);
        end_call(f->ledger, each, "ok", third ? 0.5 : 1, "{}");
        call_free(each);
    }
    g_autofree char *name = ledger_period_name(PERIOD_DAY, NOVEMBER_30);
    g_assert_cmpstr(name, ==, "2026-11-30");
}

/* ---- scopes ---- */

static void test_pack_and_tenant(Fixture *f, gconstpointer data)
{
    f->pack.budget_day = 0.5;
    char hold[] = "template";
    g_autoptr(Budget) budget = budget_new(f->config, f->packs);
    g_assert_false(fits(f, budget, "acme", NOVEMBER_30, 0.51, "of pack invoice"));
    g_assert_true(fits(f, budget, "acme", NOVEMBER_30, 0.3, NULL));
    g_assert_false(fits(f, budget, "acme", NOVEMBER_30, 0.31, "of tenant acme"));
    g_assert_true(fits(f, budget, "other", NOVEMBER_30, 0.31, NULL));
    clock_set_for_test(NOVEMBER_30);
    f->job->tenant = g_strdup("acme");
    Call *call = begin_call(f->ledger, f->job, "r", 0.25);
    g_assert_cmpfloat(spent(f, "pack:invoice", PERIOD_DAY, NOVEMBER_30), ==, 0.25);
    g_assert_cmpfloat(spent(f, "tenant:acme", PERIOD_MONTH, NOVEMBER_30), ==, 0.25);
    g_assert_cmpfloat(spent(f, "tenant:other", PERIOD_MONTH, NOVEMBER_30), ==, 0);
    g_assert_false(fits(f, budget, "acme", NOVEMBER_30, 0.06, "tenant"));
    call_free(call);
    g_assert_cmpint(budget_at_limit(budget, &f->pack), ==, BUDGET_HOLD);
    f->pack.budget_at_limit = hold;
    g_assert_cmpint(budget_at_limit(budget, &f->pack), ==, BUDGET_TEMPLATE);
    g_assert_cmpfloat(budget_of_tenant(f->config, "acme", "tenant.rpm"), ==, 30);
    g_assert_cmpfloat(budget_of_tenant(f->config, "stranger", "tenant.rpm"), ==, 6);
}

/* ---- what is not known ---- */

/* A call that died with its run counts what it might have cost, until somebody says what it did. */
static void test_resolve(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    clock_set_for_test(NOVEMBER_30);
    Call *died = begin_call(f->ledger, f->job, "r", 0.5);
    g_assert_true(ledger_call_reserve(f->ledger, died, 0.5, &error)); /* it was sent once more */
    g_assert_cmpfloat(spent(f, "", PERIOD_DAY, NOVEMBER_30), ==, 1);
    clock_set_for_test(NOVEMBER_30 + 5 * SECOND);
    g_assert_true(ledger_call_resolve(f->ledger, died->id, 0.125, &error));
    g_assert_cmpfloat(spent(f, "", PERIOD_DAY, NOVEMBER_30), ==, 0.125);
    g_assert_false(ledger_call_resolve(f->ledger, died->id, 0.125, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND);
    call_free(died);
}

static void test_warning(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Budget) budget = budget_new(f->config, f->packs);
    clock_set_for_test(NOVEMBER_30);
    static const struct {
        double cost;
        gboolean said;
    } steps[] = {{0.79, FALSE}, {0.01, TRUE}, {0.1, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        Call *call = begin_call(f->ledger, f->job, "r", steps[i].cost);
        end_call(f->ledger, call, "ok", steps[i].cost, "{}");
        call_free(call);
        g_autofree char *warning =
            budget_warning(budget, f->ledger, &f->pack, NULL, NOVEMBER_30, &error);
        g_assert_no_error(error);
        g_assert_true((warning != NULL) == steps[i].said);
    }
}

/* ---- prices ---- */

static void test_prices(void)
{
    Prices prices = {.in = 2, .cached = 0.5, .cache_write = 2.5, .out = 10, .batch = 0.5};
    Call *call = call_new("ask", "default", "m");
    g_assert_cmpfloat(prices_cost(&prices, call, FALSE), ==, 0); /* nothing is known */
    call->tokens_in = 1000000;
    call->tokens_cached = 600000;
    call->tokens_cache_write = 100000;
    call->tokens_out = 100000;
    call->tokens_reasoning = 90000; /* are among them */
    g_assert_cmpfloat_with_epsilon(prices_cost(&prices, call, FALSE), 0.6 + 0.3 + 0.25 + 1, 1e-12);
    g_assert_cmpfloat_with_epsilon(prices_cost(&prices, call, TRUE), 2.15 / 2, 1e-12);
    g_assert_cmpfloat_with_epsilon(prices_bound(&prices, 1000000, 100000), 3.5, 1e-12);
    call->tokens_cached = 5000000; /* a server that cannot count */
    g_assert_cmpfloat_with_epsilon(prices_cost(&prices, call, FALSE), 0.5 + 1, 1e-12);
    call_free(call);
}

static void test_money_for_people(void)
{
    static const struct {
        double amount;
        const char *text;
    } cases[] = {
        {0, "0.00"},          {1234.567, "1234.57"}, {0.1, "0.10"},
        {0.0123456, "0.012"}, {0.000345, "0.00034"}, {2e-12, "0.000000000"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = prices_format(cases[i].amount);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
    g_assert_cmpfloat(prices_exact(0.1 + 0.2), ==, 0.3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, text, function)                                                                  \
    g_test_add("/budget/" name, Fixture, text, set_up, function, tear_down)
    ADD("periods", "[budget]\nday=1\nmonth=2.5\n", test_periods);
    ADD("pack-and-tenant",
        "[run]\ntenant=acme\n[tenant acme]\nday=0.3\nrpm=30\n[tenant]\nday=0.1\nrpm=6\n",
        test_pack_and_tenant);
    ADD("resolve", "", test_resolve);
    ADD("warning", "[budget]\nday=1\n", test_warning);
    g_test_add_func("/prices/cost", test_prices);
    g_test_add_func("/prices/for-people", test_money_for_people);
    return g_test_run();
}
