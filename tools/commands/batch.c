/* docket batch: what goes to models in batches, beside the runs that do so by themselves. */
#include "stages/ask/batch.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/core/log.h"
#include "pipeline/host/model-choice.h"
#include "pipeline/host/prices.h"
#include "tools/commands/command.h"

#include <string.h>

static cJSON *batch_json(const LedgerBatch *batch)
{
    cJSON *object = cJSON_CreateObject();
    g_autofree char *created = clock_format(batch->created_us);
    cJSON_AddStringToObject(object, "key", batch->key);
    cJSON_AddStringToObject(object, "endpoint", batch->endpoint);
    cJSON_AddItemToObject(object, "remote",
                          batch->remote ? cJSON_CreateString(batch->remote) : cJSON_CreateNull());
    cJSON_AddStringToObject(object, "state", ledger_batch_state_name(batch->state));
    cJSON_AddNumberToObject(object, "calls", batch->calls);
    cJSON_AddNumberToObject(object, "answered", batch->answered);
    cJSON_AddNumberToObject(object, "open", batch->open);
    cJSON_AddStringToObject(object, "created", created);
    cJSON_AddNumberToObject(object, "cost", prices_exact(batch->cost));
    cJSON_AddItemToObject(object, "note",
                          batch->note ? cJSON_CreateString(batch->note) : cJSON_CreateNull());
    return object;
}

static void print_batch(const Console *console, const LedgerBatch *batch)
{
    double hours =
        (double)((batch->ended_us ? batch->ended_us : clock_now_us()) - batch->created_us) /
        G_USEC_PER_SEC / 3600;
    g_autofree char *cost = prices_format(batch->cost);
    console_line(console, "%s  %-10s %-10s %6u calls, %6u answered, %5.1f h, cost %s%s%s%s%s",
                 batch->key, batch->endpoint, ledger_batch_state_name(batch->state), batch->calls,
                 batch->answered, hours, cost, batch->remote ? "  " : "",
                 batch->remote ? batch->remote : "", batch->note ? "  " : "",
                 batch->note ? batch->note : "");
}

static gboolean status(const Command *command, const Console *console, const Config *config,
                       GError **error)
{
    g_autoptr(Ledger) ledger = console_ledger(config, FALSE, error);
    g_autoptr(GPtrArray) batches = ledger ? ledger_batches(ledger, FALSE, error) : NULL;
    g_auto(GStrv) names = model_choice_endpoints(config);
    guint waiting = 0;
    for (guint i = 0; batches && names[i]; i++) {
        guint here = 0;
        if (!ledger_batch_waiting(ledger, names[i], &here, error))
            return FALSE;
        waiting += here;
    }
    if (!batches)
        return FALSE;
    g_autoptr(cJSON) object = console_object(command);
    cJSON *list = cJSON_AddArrayToObject(object, "batches");
    for (guint i = 0; i < batches->len; i++) {
        cJSON_AddItemToArray(list, batch_json(batches->pdata[i]));
        if (!console->json)
            print_batch(console, batches->pdata[i]);
    }
    cJSON_AddNumberToObject(object, "waiting", waiting);
    if (console->json)
        console_value(console, object, FALSE);
    else
        console_line(console, "%u calls wait to be submitted", waiting);
    return TRUE;
}

static gboolean work(const Command *command, const Console *console, const Config *config,
                     gboolean submit, GError **error)
{
    g_autofree char *folder = g_canonicalize_filename(config_string(config, "paths.state"), NULL);
    g_autoptr(Ledger) ledger = ledger_open(folder, TRUE, error);
    BatchSummary summary = {0};
    if (!ledger)
        return FALSE;
    gboolean good = submit ? batch_submit(config, ledger, &summary, error)
                           : batch_collect(config, ledger, &summary, error);
    if (console->json) {
        g_autoptr(cJSON) object = console_object(command);
        cJSON_AddNumberToObject(object, "submitted", summary.submitted);
        cJSON_AddNumberToObject(object, "calls", summary.calls);
        cJSON_AddNumberToObject(object, "ended", summary.ended);
        cJSON_AddNumberToObject(object, "answered", summary.answered);
        cJSON_AddNumberToObject(object, "under_way", summary.under_way);
        console_value(console, object, FALSE);
    } else if (submit) {
        log_info("%u batches with %u calls submitted", summary.submitted, summary.calls);
    } else {
        log_info("%u batches ended, %u answers kept for the next run; %u under way", summary.ended,
                 summary.answered, summary.under_way);
    }
    return good;
}

int command_batch(const Command *command, Console *console, int argc, char **argv)
{
    const GOptionEntry entries[] = {{NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries, WITH_STATE, argc, argv, &code))
        return code;
    const char *action = console->n_arguments == 1 ? console->arguments[0] : "";
    gboolean submit = g_str_equal(action, "submit");
    if (!submit && !g_str_equal(action, "collect") && !g_str_equal(action, "status"))
        return console_usage(console, "say what to do: docket batch submit, status or collect");
    GError *error = NULL;
    g_autoptr(Config) config = console_config(console, &error);
    if (!config)
        return console_fail(console, error);
    gboolean good = g_str_equal(action, "status") ? status(command, console, config, &error)
                                                  : work(command, console, config, submit, &error);
    return good ? EXIT_OK : console_fail(console, error);
}
