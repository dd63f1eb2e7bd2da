#include "pipeline/host/budget.h"

#include <string.h>

#include "pipeline/host/prices.h"

#define NEAR 0.8 /* share of a limit at which it is said that it is nearly spent */

struct Budget {
    GArray *limits; /* of LedgerLimit */
    BudgetAtLimit at_limit;
};

static void limit_clear(gpointer limit)
{
    g_free(((LedgerLimit *)limit)->scope);
}

/* 0 is no limit. */
static void add_limits(Budget *budget, const char *kind, const char *name, double day, double month)
{
    const double amounts[] = {[PERIOD_DAY] = day, [PERIOD_MONTH] = month};
    for (guint period = PERIOD_DAY; period <= PERIOD_MONTH; period++) {
        if (amounts[period] <= 0)
            continue;
        LedgerLimit limit = {
            .scope = g_strconcat(kind, name, NULL),
            .period = (LedgerPeriod)period,
            .limit = amounts[period],
        };
        g_array_append_val(budget->limits, limit);
    }
}

double budget_of_tenant(const Config *config, const char *tenant, const char *key)
{
    g_auto(GStrv) names = config_names(config, "tenant");
    const char *group = g_strv_contains((const char *const *)names, tenant) ? tenant : NULL;
    return g_ascii_strtod(config_named(config, group, key), NULL);
}

Budget *budget_new(const Config *config, GPtrArray *packs)
{
    Budget *budget = g_new0(Budget, 1);
    budget->limits = g_array_new(FALSE, FALSE, sizeof(LedgerLimit));
    g_array_set_clear_func(budget->limits, limit_clear);
    budget->at_limit = g_str_equal(config_string(config, "budget.at_limit"), "template")
                           ? BUDGET_TEMPLATE
                           : BUDGET_HOLD;
    add_limits(budget, "", "", config_double(config, "budget.day"),
               config_double(config, "budget.month"));
    for (guint i = 0; packs && i < packs->len; i++) {
        const Pack *pack = packs->pdata[i];
        add_limits(budget, "pack:", pack->name, pack->budget_day, pack->budget_month);
    }
    const char *tenant = config_string(config, "run.tenant");
    if (*tenant)
        add_limits(budget, "tenant:", tenant, budget_of_tenant(config, tenant, "tenant.day"),
                   budget_of_tenant(config, tenant, "tenant.month"));
    return budget;
}

void budget_free(Budget *budget)
{
    if (!budget)
        return;
    g_array_unref(budget->limits);
    g_free(budget);
}

BudgetAtLimit budget_at_limit(const Budget *budget, const Pack *pack)
{
    if (pack && pack->budget_at_limit)
        return g_str_equal(pack->budget_at_limit, "template") ? BUDGET_TEMPLATE : BUDGET_HOLD;
    return budget->at_limit;
}

static gboolean is_about(const LedgerLimit *limit, const Pack *pack, const char *tenant)
{
    const char *scope = limit->scope;
    if (g_str_has_prefix(scope, "pack:"))
        return pack && g_str_equal(scope + strlen("pack:"), pack->name);
    if (g_str_has_prefix(scope, "tenant:"))
        return g_strcmp0(scope + strlen("tenant:"), tenant) == 0;
    return TRUE;
}

/* "2.50 a day for the pack invoice". Caller frees. */
static char *describe(const LedgerLimit *limit)
{
    g_autofree char *money = prices_format(limit->limit);
    const char *each = limit->period == PERIOD_DAY ? "day" : "month";
    const char *colon = strchr(limit->scope, ':');
    if (!colon)
        return g_strdup_printf("the budget of %s a %s", money, each);
    return g_strdup_printf("the budget of %s a %s of %.*s %s", money, each,
                           (int)(colon - limit->scope), limit->scope, colon + 1);
}

gboolean budget_fits(const Budget *budget, Ledger *ledger, const Pack *pack, const char *tenant,
                     gint64 at_us, double amount, gboolean *fits, char **refusal, GError **error)
{
    *fits = TRUE;
    for (guint i = 0; i < budget->limits->len; i++) {
        const LedgerLimit *limit = &g_array_index(budget->limits, LedgerLimit, i);
        if (!is_about(limit, pack, tenant))
            continue;
        if (!ledger_fits(ledger, limit, at_us, amount, fits, error))
            return FALSE;
        if (*fits)
            continue;
        g_autofree char *which = describe(limit);
        *refusal = g_strdup_printf("%s leaves no room for this call; it goes on in the next %s, or "
                                   "raise the limit",
                                   which, limit->period == PERIOD_DAY ? "day (UTC)" : "month");
        return TRUE;
    }
    return TRUE;
}

char *budget_warning(const Budget *budget, Ledger *ledger, const Pack *pack, const char *tenant,
                     gint64 at_us, GError **error)
{
    for (guint i = 0; i < budget->limits->len; i++) {
        const LedgerLimit *limit = &g_array_index(budget->limits, LedgerLimit, i);
        gboolean near = FALSE;
        if (!is_about(limit, pack, tenant))
            continue;
        if (!ledger_limit_nears(ledger, limit, at_us, NEAR, &near, error))
            return NULL;
        if (!near)
            continue;
        g_autofree char *which = describe(limit);
        return g_strdup_printf("80 %% of %s are spent or set aside", which);
    }
    return NULL;
}

const GArray *budget_limits(const Budget *budget)
{
    return budget->limits;
}
