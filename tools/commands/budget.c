/* docket budget: limits and what is spent of them; a person's word on calls of which the ledger does
 * not know what they cost. */
#include "pipeline/host/budget.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/host/ledger-calls.h"
#include "pipeline/host/prices.h"
#include "tools/commands/command.h"

typedef struct {
    const Console *console;
    Config *config;
    Ledger *ledger;
    GPtrArray *packs;
    Budget *budget;
    gint64 now_us;
} Look;

static void look_clear(Look *look)
{
    g_clear_pointer(&look->budget, budget_free);
    g_clear_pointer(&look->packs, g_ptr_array_unref);
    g_clear_pointer(&look->ledger, ledger_close);
    g_clear_pointer(&look->config, config_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

/* ---- what is spent ---- */

/* "everything", "pack invoice", "tenant acme". Caller frees. */
static char *describe(const char *scope)
{
    g_autoptr(GString) text = g_string_new(*scope ? scope : "everything");
    g_string_replace(text, ":", " ", 1);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void print_line(const Look *look, const LedgerLimit *limit, double spent)
{
    g_autofree char *what = describe(limit->scope);
    g_autofree char *period = ledger_period_name(limit->period, look->now_us);
    g_autofree char *used = prices_format(spent);
    g_autofree char *all = prices_format(limit->limit);
    if (limit->limit > 0)
        console_line(look->console, "%-10s %s: %s of %s (%.0f %%)", period, what, used, all,
                     100 * spent / limit->limit);
    else
        console_line(look->console, "%-10s %s: %s, no limit", period, what, used);
}

static cJSON *line_json(const Look *look, const LedgerLimit *limit, double spent)
{
    g_autofree char *period = ledger_period_name(limit->period, look->now_us);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "scope", limit->scope);
    cJSON_AddStringToObject(object, "period", period);
    cJSON_AddNumberToObject(object, "spent", spent);
    cJSON_AddItemToObject(object, "limit",
                          limit->limit > 0 ? cJSON_CreateNumber(limit->limit) : cJSON_CreateNull());
    return object;
}

static gboolean show_limit(const Look *look, const LedgerLimit *limit, cJSON *list, GError **error)
{
    double spent = 0;
    if (!ledger_spent(look->ledger, limit->scope, limit->period, look->now_us, &spent, error))
        return FALSE;
    if (look->console->json)
        cJSON_AddItemToArray(list, line_json(look, limit, spent));
    else
        print_line(look, limit, spent);
    return TRUE;
}

static gboolean has_limit(const GArray *limits, LedgerPeriod period)
{
    for (guint i = 0; i < limits->len; i++) {
        const LedgerLimit *limit = &g_array_index(limits, LedgerLimit, i);
        if (limit->period == period && !*limit->scope)
            return TRUE;
    }
    return FALSE;
}

/* Everything that is spent, limited or not; then the limits of packs and tenants. */
static gboolean show_limits(const Look *look, cJSON *list, GError **error)
{
    const GArray *limits = budget_limits(look->budget);
    char all[] = "";
    for (guint period = PERIOD_DAY; period <= PERIOD_MONTH; period++) {
        LedgerLimit none = {all, (LedgerPeriod)period, 0};
        if (!has_limit(limits, none.period) && !show_limit(look, &none, list, error))
            return FALSE;
    }
    for (guint i = 0; i < limits->len; i++)
        if (!show_limit(look, &g_array_index(limits, LedgerLimit, i), list, error))
            return FALSE;
    return TRUE;
}

/* ---- what is not known ---- */

typedef struct {
    const Look *look;
    cJSON *list;
    guint n;
} OpenCalls;

static gboolean show_open(const LedgerCall *call, gpointer data)
{
    OpenCalls *open = data;
    g_autofree char *began = clock_format(call->call.began_us);
    g_autofree char *money = prices_format(call->call.reserved);
    open->n++;
    if (open->look->console->json) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddNumberToObject(object, "call", (double)call->call.id);
        cJSON_AddStringToObject(object, "began", began);
        cJSON_AddNumberToObject(object, "document", (double)call->document);
        cJSON_AddStringToObject(object, "endpoint", call->call.endpoint);
        cJSON_AddStringToObject(object, "outcome",
                                call->call.outcome ? call->call.outcome : "none");
        cJSON_AddNumberToObject(object, "set_aside", call->call.reserved);
        cJSON_AddItemToArray(open->list, object);
    } else {
        console_line(open->look->console,
                     "call %" G_GINT64_FORMAT " of %s, document %" G_GINT64_FORMAT
                     ": %s; %s are set aside for what it may have cost",
                     call->call.id, began, call->document,
                     call->call.outcome ? call->call.outcome : "no answer", money);
    }
    return TRUE;
}

static gboolean show(const Command *command, const Look *look, GError **error)
{
    g_autoptr(cJSON) object = console_object(command);
    OpenCalls open = {.look = look};
    LedgerCallFilter filter = {.open = TRUE};
    if (!show_limits(look, cJSON_AddArrayToObject(object, "limits"), error))
        return FALSE;
    open.list = cJSON_AddArrayToObject(object, "open_calls");
    if (!ledger_each_call(look->ledger, &filter, show_open, &open, error))
        return FALSE;
    if (look->console->json)
        console_value(look->console, object, FALSE);
    else if (open.n)
        console_line(look->console, "(docket budget resolve CALL --cost X says what it cost, once "
                                    "the provider's bill tells)");
    return TRUE;
}

/* ---- a person's word ---- */

static gboolean resolve(const Look *look, double cost, GError **error)
{
    for (guint i = 1; i < look->console->n_arguments; i++) {
        char *end = NULL;
        const char *text = look->console->arguments[i];
        gint64 id = g_ascii_strtoll(text, &end, 10);
        if (end == text || *end || id <= 0) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "\"%s\" is not the number of a call (docket budget lists them)", text);
            return FALSE;
        }
        if (!ledger_call_resolve(look->ledger, id, cost, error))
            return FALSE;
    }
    return ledger_commit(look->ledger, error);
}

static gboolean look_up(Look *look, gboolean write, GError **error)
{
    look->config = console_config(look->console, error);
    look->packs = look->config ? console_packs(look->config, error) : NULL;
    look->ledger = look->packs ? console_ledger(look->config, write, error) : NULL;
    if (!look->ledger)
        return FALSE;
    look->budget = budget_new(look->config, look->packs);
    return TRUE;
}

int command_budget(const Command *command, Console *console, int argc, char **argv)
{
    double cost = -1;
    const GOptionEntry entries[] = {
        {"cost", 0, 0, G_OPTION_ARG_DOUBLE, &cost, "What each of the calls cost", "X"}, {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_STATE | WITH_PACKS, argc, argv, &code))
        return code;
    gboolean resolves = console->n_arguments && g_str_equal(console->arguments[0], "resolve");
    if (console->n_arguments && !resolves)
        return console_usage(console, "budget takes no arguments but resolve CALL…");
    if (resolves && (console->n_arguments < 2 || !(cost >= 0 && cost <= 1e6)))
        return console_usage(console, "say which calls, and what each of them cost: docket budget "
                                      "resolve CALL… --cost X");
    GError *error = NULL;
    g_auto(Look) look = {.console = console, .now_us = clock_now_us()};
    gboolean good = look_up(&look, resolves, &error) &&
                    (!resolves || resolve(&look, cost, &error)) && show(command, &look, &error);
    return good ? EXIT_OK : console_fail(console, error);
}
