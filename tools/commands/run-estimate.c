#include "tools/commands/run-estimate.h"

#include <math.h>

#include "pipeline/core/error.h"
#include "pipeline/host/prices.h"
#include "stages/intake/inbox.h"
#include "stages/plan.h"

typedef struct {
    const Console *console;
    Config *config;
    GPtrArray *packs;
    Inbox *inbox;
    Ledger *ledger; /* of the runs, to look only; NULL: none yet */
    Ledger *memory; /* of this one */
    Forecast *forecast;
    const char *pack;
    guint64 documents, failed;
} Estimate;

static void estimate_clear(Estimate *estimate)
{
    g_clear_pointer(&estimate->forecast, forecast_free);
    g_clear_pointer(&estimate->inbox, inbox_free);
    g_clear_pointer(&estimate->packs, g_ptr_array_unref);
    g_clear_pointer(&estimate->ledger, ledger_close);
    g_clear_pointer(&estimate->memory, ledger_close);
    g_clear_pointer(&estimate->config, config_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Estimate, estimate_clear)

/* ---- the engine's two questions ---- */

static Job *next_document(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Estimate *estimate = data;
    gint64 wait_us = 0;
    g_autoptr(InboxFile) file = inbox_next(estimate->inbox, &wait_us, error);
    if (!file) {
        *drained = TRUE;
        return NULL;
    }
    Job *job = job_new(engine, JOB_DOCUMENT, file->name);
    job->path = g_strdup(file->path);
    if (estimate->pack)
        job->wanted_pack = g_strdup(estimate->pack);
    else if (file->folder && packs_find(estimate->packs, file->folder))
        job->wanted_pack = g_strdup(file->folder);
    return job;
}

static void document_done(Engine *engine, Job *job, gpointer data)
{
    Estimate *estimate = data;
    gboolean holds = job->kind == JOB_BATCH || job->kind == JOB_CONTAINER;
    if (holds && job->verdict != VERDICT_FAILED)
        return;
    estimate->documents++;
    estimate->failed += job->verdict == VERDICT_FAILED;
}

static void refuse_entry(const char *path, const char *sentence, gpointer data)
{
    (void)data;
    log_debug("%s: %s", path, sentence);
}

/* ---- begin ---- */

/* The ledger of earlier runs; that there is none yet is no fault. */
static gboolean look_at_ledger(Estimate *estimate, GError **error)
{
    g_autoptr(GError) bad = NULL;
    estimate->ledger = console_ledger(estimate->config, FALSE, &bad);
    if (!bad || g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NOT_FOUND))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&bad));
    return FALSE;
}

static gboolean prepare(Estimate *estimate, GError **error)
{
    estimate->config = console_config(estimate->console, error);
    if (!estimate->config || !config_set(estimate->config, "run.originals", "keep", error))
        return FALSE;
    if (!config_has_model(estimate->config)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG,
                    "no model is configured: templates make the records, which costs nothing");
        return FALSE;
    }
    estimate->packs = console_packs(estimate->config, error);
    if (!estimate->packs ||
        (estimate->pack && !console_find_pack(estimate->packs, estimate->pack, error)))
        return FALSE;
    InboxOptions options = {.root = config_string(estimate->config, "paths.inbox"),
                            .notice = refuse_entry};
    estimate->inbox = inbox_new(&options, error);
    estimate->memory = estimate->inbox ? ledger_open(NULL, TRUE, error) : NULL;
    if (!estimate->memory || !look_at_ledger(estimate, error))
        return FALSE;
    estimate->forecast = forecast_new(estimate->ledger);
    return TRUE;
}

static gboolean walk(Estimate *estimate, GError **error)
{
    EngineOptions options = {.plan = plan,
                             .config = estimate->config,
                             .packs = estimate->packs,
                             .ledger = estimate->memory,
                             .forecast = estimate->forecast,
                             .source = next_document,
                             .done = document_done,
                             .data = estimate};
    g_autoptr(Engine) engine = engine_new(&options, error);
    return engine && console_engine(engine, error);
}

/* ---- what comes out ---- */

/* Tokens to two significant digits: more would promise too much. */
static double rough(double tokens)
{
    double unit = tokens >= 10 ? pow(10, floor(log10(tokens)) - 1) : 1;
    return round(tokens / unit) * unit;
}

static void add_interval(cJSON *object, const char *name, double low, double high)
{
    cJSON *interval = cJSON_AddArrayToObject(object, name);
    cJSON_AddItemToArray(interval, cJSON_CreateNumber(low));
    cJSON_AddItemToArray(interval, cJSON_CreateNumber(high));
}

static cJSON *pack_json(const ForecastPack *pack)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "pack", pack->pack);
    cJSON_AddNumberToObject(object, "calls", (double)pack->calls);
    cJSON_AddNumberToObject(object, "answered_already", (double)pack->known);
    cJSON_AddNumberToObject(object, "measured_calls", (double)pack->measured);
    add_interval(object, "tokens_in", rough(pack->in_low), rough(pack->in_high));
    add_interval(object, "tokens_out", rough(pack->out_low), rough(pack->out_high));
    add_interval(object, "cost", prices_exact(pack->cost_low), prices_exact(pack->cost_high));
    return object;
}

static void print_pack(const Console *console, const ForecastPack *pack)
{
    g_autofree char *low = prices_format(pack->cost_low);
    g_autofree char *high = prices_format(pack->cost_high);
    console_line(console,
                 "%s: %" G_GUINT64_FORMAT " calls, %.0f to %.0f tokens in, %.0f to %.0f out, "
                 "cost %s to %s%s",
                 pack->pack, pack->calls, rough(pack->in_low), rough(pack->in_high),
                 rough(pack->out_low), rough(pack->out_high), low, high,
                 pack->measured || !pack->calls ? "" : " (a guess: no call was measured yet)");
    if (pack->known)
        console_line(console, "%s: %" G_GUINT64_FORMAT " are answered already", pack->pack,
                     pack->known);
}

static void print(const Command *command, const Estimate *estimate)
{
    const GPtrArray *packs = forecast_packs(estimate->forecast);
    double low = 0, high = 0;
    g_autoptr(cJSON) object = console_object(command);
    cJSON *list = cJSON_AddArrayToObject(object, "packs");
    for (guint i = 0; i < packs->len; i++) {
        const ForecastPack *pack = packs->pdata[i];
        low += pack->cost_low;
        high += pack->cost_high;
        cJSON_AddItemToArray(list, pack_json(pack));
        if (!estimate->console->json)
            print_pack(estimate->console, pack);
    }
    cJSON_AddNumberToObject(object, "documents", (double)estimate->documents);
    cJSON_AddNumberToObject(object, "unreadable", (double)estimate->failed);
    add_interval(object, "cost", prices_exact(low), prices_exact(high));
    if (estimate->console->json) {
        console_value(estimate->console, object, FALSE);
        return;
    }
    g_autofree char *least = prices_format(low);
    g_autofree char *most = prices_format(high);
    console_line(estimate->console,
                 "%" G_GUINT64_FORMAT " documents, %" G_GUINT64_FORMAT
                 " of them not readable: cost %s to %s",
                 estimate->documents, estimate->failed, least, most);
}

int run_estimate(const Command *command, const Console *console, const char *pack)
{
    GError *error = NULL;
    g_auto(Estimate) estimate = {.console = console, .pack = pack};
    if (!prepare(&estimate, &error) || !walk(&estimate, &error))
        return console_fail(console, error);
    print(command, &estimate);
    return EXIT_OK;
}
