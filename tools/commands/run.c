/* docket run: one pass over the inbox until it is drained. */
#include <unistd.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/publish.h"
#include "pipeline/host/readings.h"
#include "stages/ask/batch.h"
#include "stages/deliver/deliver.h"
#include "stages/intake/inbox.h"
#include "stages/plan.h"
#include "tools/commands/command.h"
#include "tools/commands/requeue.h"
#include "tools/commands/run-estimate.h"

#define MOST_COMPLAINTS 20u               /* lines about single documents in one run */
#define PROGRESS_US (G_USEC_PER_SEC / 10) /* between two updates of the progress line */

typedef struct {
    const Console *console;
    Config *config;
    Ledger *ledger;
    GPtrArray *packs;
    Inbox *inbox;
    const char *pack; /* --pack, or NULL */
    char *outbox;
    gint64 requeued;             /* of what was put back, the last that was taken up */
    gint64 wait_until_us;        /* monotonic: nothing to take before then */
    gint64 last_before;          /* the newest document in the ledger when the run began */
    gint64 began_us, started_us; /* epoch, monotonic */
    guint64 verdicts[VERDICT_LAST];
    guint64 held_for_model, held_for_budget, held_for_batch;
    guint complaints, refused;
    gint64 progress_us;
    gboolean progress_shown;
} Run;

/* ---- talk ---- */

static void clear_progress(Run *run)
{
    if (run->progress_shown)
        fputs("\r\033[K", stderr);
    run->progress_shown = FALSE;
}

static guint64 decided(const Run *run)
{
    guint64 sum = 0;
    for (guint i = 0; i < VERDICT_LAST; i++)
        sum += run->verdicts[i];
    return sum;
}

static void show_progress(Run *run, Engine *engine)
{
    gint64 now = clock_monotonic_us();
    if (!run->console->progress || now - run->progress_us < PROGRESS_US)
        return;
    run->progress_us = now;
    double seconds = (double)(now - run->started_us) / G_USEC_PER_SEC;
    guint64 done = decided(run);
    fprintf(stderr,
            "\r\033[K%" G_GUINT64_FORMAT " done, %u in flight, %" G_GUINT64_FORMAT
            " for review, %" G_GUINT64_FORMAT " failed, %.1f/s",
            done, engine_in_flight(engine), run->verdicts[VERDICT_REVIEW],
            run->verdicts[VERDICT_FAILED], seconds > 0 ? (double)done / seconds : 0);
    fflush(stderr);
    run->progress_shown = TRUE;
}

static void refuse_entry(const char *path, const char *sentence, gpointer data)
{
    Run *run = data;
    run->refused++;
    clear_progress(run);
    log_info("%s: %s", path, sentence);
}

/* What went wrong with one document; a batch with a thousand bad rows does not say so a thousand
 * times. */
static void complain(Run *run, const Job *job)
{
    const char *reason = job->reasons->len ? job->reasons->pdata[0] : "no reason given";
    clear_progress(run);
    if (run->complaints++ >= MOST_COMPLAINTS) {
        log_debug("%s: %s: %s", job->name, verdict_name(job->verdict), reason);
        return;
    }
    log_info("%s: %s: %s", job->name, verdict_name(job->verdict), reason);
}

/* ---- the engine's two questions ---- */

static gboolean wake(gpointer data)
{
    return G_SOURCE_REMOVE;
}

/* Wakes the loop when a file may have settled. */
static void wait_for_file(Run *run, Engine *engine, gint64 wait_us)
{
    run->wait_until_us = clock_monotonic_us() + wait_us;
    g_autoptr(GSource) timer = g_timeout_source_new((guint)(wait_us / 1000 + 1));
    g_source_set_callback(timer, wake, NULL, NULL);
    g_source_attach(timer, engine_context(engine));
}

static Job *next_document(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Run *run = data;
    show_progress(run, engine);
    if (clock_monotonic_us() < run->wait_until_us)
        return NULL;
    gint64 wait_us = 0;
    g_autoptr(GError) bad = NULL;
    Job *again = requeue_next_job(engine, run->ledger, run->outbox, &run->requeued, &bad);
    if (again || bad) {
        if (bad)
            g_propagate_error(error, g_steal_pointer(&bad));
        return again;
    }
    g_autoptr(InboxFile) file = inbox_next(run->inbox, &wait_us, &bad);
    if (bad) {
        g_propagate_error(error, g_steal_pointer(&bad));
        return NULL;
    }
    if (!file) {
        if (wait_us > 0)
            wait_for_file(run, engine, wait_us);
        else
            *drained = TRUE;
        return NULL;
    }
    Job *job = job_new(engine, JOB_DOCUMENT, file->name);
    job->path = g_strdup(file->path);
    if (run->pack)
        job->wanted_pack = g_strdup(run->pack);
    else if (file->folder && packs_find(run->packs, file->folder))
        job->wanted_pack = g_strdup(file->folder);
    return job;
}

/* A file that is kept in the inbox comes up again in every run: decided long ago, it is no news. */
static gboolean is_old_news(const Run *run, const Job *job)
{
    if (job->id == 0 || job->id > run->last_before || job->again)
        return FALSE;
    g_autoptr(LedgerDocument) document = ledger_document(run->ledger, job->id, NULL);
    return document && document->decided_us && document->decided_us < run->began_us;
}

static void document_done(Engine *engine, Job *job, gpointer data)
{
    Run *run = data;
    /* A batch counts by its rows, a container by what it holds. */
    gboolean holds = job->kind == JOB_BATCH || job->kind == JOB_CONTAINER;
    if ((holds && job->verdict != VERDICT_FAILED) || is_old_news(run, job))
        return;
    run->verdicts[job->verdict]++;
    if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_NO_MODEL)
        run->held_for_model++;
    if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_NO_BUDGET)
        run->held_for_budget++;
    if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_IN_BATCH) {
        run->held_for_batch++;
    } else if (job->verdict == VERDICT_FAILED || job->verdict == VERDICT_HELD) {
        complain(run, job);
    } else if (run->console->verbose) {
        clear_progress(run);
        log_debug("%s: %s", job->name, verdict_name(job->verdict));
    }
    show_progress(run, engine);
}

/* ---- begin and end ---- */

static gboolean prepare(Run *run, GError **error)
{
    const char *inbox = config_string(run->config, "paths.inbox");
    const char *state = config_string(run->config, "paths.state");
    if (!inbox_check_apart(inbox, run->outbox, "the outbox", error) ||
        !inbox_check_apart(inbox, state, "the state folder", error))
        return FALSE;
    run->packs = console_packs(run->config, error);
    if (!run->packs || (run->pack && !console_find_pack(run->packs, run->pack, error)))
        return FALSE;
    InboxOptions options = {.root = inbox,
                            .settle_s = config_double(run->config, "run.settle"),
                            .notice = refuse_entry,
                            .data = run};
    run->inbox = inbox_new(&options, error);
    if (!run->inbox)
        return FALSE;
    g_autofree char *folder = g_canonicalize_filename(state, NULL);
    run->ledger = ledger_open(folder, TRUE, error);
    if (!run->ledger)
        return FALSE;
    run->last_before = ledger_last_document(run->ledger);
    return TRUE;
}

static gboolean walk(Run *run, GError **error)
{
    EngineOptions options = {.plan = plan,
                             .config = run->config,
                             .packs = run->packs,
                             .ledger = run->ledger,
                             .outbox = run->outbox,
                             .source = next_document,
                             .done = document_done,
                             .data = run};
    if (!publish_folder(run->outbox, error) || !deliver_recover(run->ledger, run->outbox, error) ||
        !readings_clean(config_string(run->config, "paths.state"), error))
        return FALSE;
    g_autoptr(Engine) engine = engine_new(&options, error);
    if (!engine)
        return FALSE;
    if (!engine_has_model(engine) && (run->console->terminal || run->last_before == 0))
        log_info("no model is configured: the packs' templates make the records "
                 "(model.base_url connects one)");
    gboolean good = console_engine(engine, error);
    clear_progress(run);
    return good;
}

/* Collects or submits. What concerns a server only is no end of the run: what it keeps back is held
 * until the next. */
static gboolean do_batches(Run *run,
                           gboolean (*step)(const Config *, Ledger *, BatchSummary *, GError **),
                           GError **error)
{
    BatchSummary summary = {0};
    GError *bad = NULL;
    if (step(run->config, run->ledger, &summary, &bad))
        return TRUE;
    if (!g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL)) {
        g_propagate_error(error, bad);
        return FALSE;
    }
    log_info("batches: %s", bad->message);
    run->held_for_model++;
    g_error_free(bad);
    return TRUE;
}

/* The answers of earlier runs first, then the documents, then what they ask. Also in a run that puts
 * nothing into batches: what others have put there is looked after. */
static gboolean walk_with_batches(Run *run, GError **error)
{
    return do_batches(run, batch_collect, error) && walk(run, error) &&
           do_batches(run, batch_submit, error);
}

static int exit_code(const Run *run)
{
    if (run->verdicts[VERDICT_FAILED])
        return EXIT_FAILED;
    if (run->held_for_budget)
        return EXIT_NO_BUDGET;
    return run->held_for_model ? EXIT_NO_MODEL : EXIT_OK;
}

/* The folders that were given as options, as the next command needs them too. Caller frees. */
static char *same_folders(const Console *console)
{
    g_autoptr(GString) text = g_string_new(NULL);
    static const char *const names[] = {"inbox", "outbox", "state", "packs"};
    for (guint i = 1; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *quoted = console->paths[i] ? g_shell_quote(console->paths[i]) : NULL;
        if (quoted)
            g_string_append_printf(text, " --%s %s", names[i], quoted);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void print_summary(const Command *command, const Run *run, int code)
{
    double seconds = (double)(clock_monotonic_us() - run->started_us) / G_USEC_PER_SEC;
    guint left = inbox_left(run->inbox);
    if (run->console->json) {
        g_autoptr(cJSON) object = console_object(command);
        cJSON_AddItemToObject(object, "counts", console_counts(run->verdicts));
        cJSON_AddNumberToObject(object, "still_written", left);
        cJSON_AddNumberToObject(object, "refused", run->refused);
        cJSON_AddNumberToObject(object, "seconds", seconds);
        cJSON_AddStringToObject(object, "outbox", run->outbox);
        cJSON_AddNumberToObject(object, "exit_code", code);
        console_value(run->console, object, FALSE);
        return;
    }
    gboolean trouble =
        run->verdicts[VERDICT_FAILED] || run->verdicts[VERDICT_HELD] > run->held_for_batch;
    if (!run->console->terminal && !run->console->verbose && !trouble)
        return;
    if (run->complaints > MOST_COMPLAINTS)
        log_info("and %u more like these (docket show NAME tells about each)",
                 run->complaints - MOST_COMPLAINTS);
    if (left)
        log_info("%u files are still being written; the next run takes them", left);
    if (!decided(run)) {
        log_info("nothing new in %s", config_string(run->config, "paths.inbox"));
        return;
    }
    g_autofree char *line = console_accounting(run->verdicts);
    g_autofree char *folders = same_folders(run->console);
    log_info("%s (%.1f s)", line, seconds);
    if (run->verdicts[VERDICT_ACCEPTED] + run->verdicts[VERDICT_FALLBACK])
        log_info("records are in %s/records", run->outbox);
    if (run->verdicts[VERDICT_REVIEW])
        log_info("%" G_GUINT64_FORMAT " wait for you: docket review next%s",
                 run->verdicts[VERDICT_REVIEW], folders);
    if (run->held_for_batch)
        log_info("%" G_GUINT64_FORMAT " wait for a batch: docket batch status%s",
                 run->held_for_batch, folders);
    if (run->verdicts[VERDICT_FAILED])
        log_info("failures with their reasons are in %s/failed", run->outbox);
}

static void run_clear(Run *run)
{
    g_clear_pointer(&run->inbox, inbox_free);
    g_clear_pointer(&run->packs, g_ptr_array_unref);
    g_clear_pointer(&run->ledger, ledger_close);
    g_clear_pointer(&run->config, config_free);
    g_free(run->outbox);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

int command_run(const Command *command, Console *console, int argc, char **argv)
{
    g_autofree char *pack = NULL;
    gboolean estimate = FALSE, batch = FALSE;
    const GOptionEntry entries[] = {
        {"pack", 'p', 0, G_OPTION_ARG_FILENAME, &pack, "Every document is of this kind", "NAME"},
        {"batch", 0, 0, G_OPTION_ARG_NONE, &batch,
         "Ask models through the provider's batch API: answers come in a later run", NULL},
        {"estimate", 0, 0, G_OPTION_ARG_NONE, &estimate,
         "Print what a run would ask models and cost, without asking or moving anything", NULL},
        {NULL}};
    int code = EXIT_OK;
    if (!console_options(console, command, entries,
                         WITH_INBOX | WITH_OUTBOX | WITH_STATE | WITH_PACKS, argc, argv, &code))
        return code;
    if (console->n_arguments)
        return console_usage(console, "run takes no file names; documents lie in the inbox, or use "
                                      "docket extract FILE");
    if (estimate)
        return run_estimate(command, console, pack);
    GError *error = NULL;
    g_auto(Run) run = {.console = console,
                       .pack = pack,
                       .began_us = clock_now_us(),
                       .started_us = clock_monotonic_us()};
    run.config = console_config(console, &error);
    if (!run.config)
        return console_fail(console, error);
    if (batch && !config_set(run.config, "run.batch", "yes", &error))
        return console_fail(console, error);
    run.outbox = g_canonicalize_filename(config_string(run.config, "paths.outbox"), NULL);
    if (!prepare(&run, &error))
        return console_fail(console, error);
    gboolean good = walk_with_batches(&run, &error);
    code = good ? exit_code(&run) : console_fail(console, error);
    print_summary(command, &run, code);
    return code;
}
