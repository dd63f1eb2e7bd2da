#include "tools/commands/pass.h"

#include <string.h>

#include "pipeline/core/clock.h"
#include "pipeline/core/error.h"
#include "pipeline/host/event.h"
#include "pipeline/host/publish.h"
#include "pipeline/host/readings.h"
#include "stages/ask/batch.h"
#include "stages/deliver/deliver.h"
#include "stages/plan.h"
#include "tools/commands/requeue.h"

#define MOST_COMPLAINTS 20u               /* lines about single documents in one pass */
#define PROGRESS_US (G_USEC_PER_SEC / 10) /* between two updates of the progress line */
#define LOOK_AGAIN_US                                                                              \
    G_USEC_PER_SEC     /* between two looks for new files while others are under way */
#define LOOKS_SHARE 20 /* at most so small a part of the time goes into looking */

/* ---- talk ---- */

static void clear_progress(Pass *pass)
{
    if (pass->progress_shown)
        fputs("\r\033[K", stderr);
    pass->progress_shown = FALSE;
}

guint64 pass_decided(const Pass *pass)
{
    guint64 sum = 0;
    for (guint i = 0; i < VERDICT_LAST; i++)
        sum += pass->verdicts[i];
    return sum;
}

static void show_progress(Pass *pass, Engine *engine)
{
    gint64 now = clock_monotonic_us();
    if (!pass->console->progress || now - pass->progress_us < PROGRESS_US)
        return;
    pass->progress_us = now;
    double seconds = (double)(now - pass->started_us) / G_USEC_PER_SEC;
    guint64 done = pass_decided(pass);
    fprintf(stderr,
            "\r\033[K%" G_GUINT64_FORMAT " done, %u in flight, %" G_GUINT64_FORMAT
            " for review, %" G_GUINT64_FORMAT " failed, %.1f/s",
            done, engine_in_flight(engine), pass->verdicts[VERDICT_REVIEW],
            pass->verdicts[VERDICT_FAILED], seconds > 0 ? (double)done / seconds : 0);
    fflush(stderr);
    pass->progress_shown = TRUE;
}

static void refuse_entry(const char *path, const char *sentence, gpointer data)
{
    Pass *pass = data;
    if (!g_hash_table_add(pass->refusals, g_strdup(path)))
        return;
    pass->refused++;
    clear_progress(pass);
    log_info("%s: %s", path, sentence);
}

/* What went wrong with one document; a batch with a thousand bad rows does not say so a thousand
 * times. */
static void complain(Pass *pass, const Job *job)
{
    const char *reason = job->reasons->len ? job->reasons->pdata[0] : "no reason given";
    clear_progress(pass);
    if (pass->complaints++ >= MOST_COMPLAINTS) {
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

/* Nothing is taken before then; the loop wakes up by itself. */
static void wait_until(Pass *pass, Engine *engine, gint64 wait_us)
{
    pass->wait_until_us = clock_monotonic_us() + wait_us;
    g_autoptr(GSource) timer = g_timeout_source_new((guint)(wait_us / 1000 + 1));
    g_source_set_callback(timer, wake, NULL, NULL);
    g_source_attach(timer, engine_context(engine));
}

/* What was put back, then what lies in the inbox. *wait_us as inbox_next has it. */
static Job *next_job(Pass *pass, Engine *engine, gint64 *wait_us, GError **error)
{
    GError *bad = NULL;
    Job *again = requeue_next_job(engine, pass->ledger, pass->outbox, &pass->requeued, &bad);
    g_autoptr(InboxFile) file = g_steal_pointer(&pass->ahead);
    if (!again && !bad && !file)
        file = inbox_next(pass->inbox, wait_us, &bad);
    if (again && file)
        pass->ahead = g_steal_pointer(&file);
    if (bad)
        g_propagate_error(error, bad);
    if (again || bad || !file)
        return again;
    Job *job = job_new(engine, JOB_DOCUMENT, file->name);
    job->path = g_strdup(file->path);
    if (pass->pack)
        job->wanted_pack = g_strdup(pass->pack);
    else if (file->folder && packs_find(pass->packs, file->folder))
        job->wanted_pack = g_strdup(file->folder);
    return job;
}

/* As long as documents are under way, files that arrive meanwhile are found. */
static Job *next_document(Engine *engine, gboolean *drained, gpointer data, GError **error)
{
    Pass *pass = data;
    gint64 began_us = clock_monotonic_us(), wait_us = 0;
    GError *bad = NULL;
    show_progress(pass, engine);
    gboolean idle = pass->looks_again && engine_in_flight(engine) == 0;
    if (began_us < pass->wait_until_us && !idle)
        return NULL;
    pass->looks_again = FALSE;
    Job *job = next_job(pass, engine, &wait_us, &bad);
    gint64 looked_us = clock_monotonic_us() - began_us;
    if (bad)
        g_propagate_error(error, bad);
    else if (!job && wait_us == 0 && (pass->looks_again = engine_in_flight(engine) > 0))
        wait_until(pass, engine, MAX(LOOK_AGAIN_US, LOOKS_SHARE * looked_us));
    else if (!job && wait_us > 0)
        wait_until(pass, engine, wait_us);
    else if (!job)
        *drained = TRUE;
    return job;
}

/* A file that is kept in the inbox comes up again in every run: decided long ago, it is no news. */
static gboolean is_old_news(const Pass *pass, const Job *job)
{
    if (job->id == 0 || job->id > pass->last_before || job->again)
        return FALSE;
    g_autoptr(LedgerDocument) document = ledger_document(pass->ledger, job->id, NULL);
    return document && document->decided_us && document->decided_us < pass->began_us;
}

static void document_done(Engine *engine, Job *job, gpointer data)
{
    Pass *pass = data;
    /* A batch counts by its rows, a container by what it holds. */
    gboolean holds = job->kind == JOB_BATCH || job->kind == JOB_CONTAINER;
    if ((holds && job->verdict != VERDICT_FAILED) || is_old_news(pass, job))
        return;
    pass->verdicts[job->verdict]++;
    if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_NO_MODEL)
        pass->held_for_model++;
    if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_NO_BUDGET)
        pass->held_for_budget++;
    if (job->verdict == VERDICT_HELD && job->error_code == DOCKET_ERROR_IN_BATCH) {
        pass->held_for_batch++;
    } else if (job->verdict == VERDICT_FAILED || job->verdict == VERDICT_HELD) {
        complain(pass, job);
    } else if (pass->console->verbose) {
        clear_progress(pass);
        log_debug("%s: %s", job->name, verdict_name(job->verdict));
    }
    show_progress(pass, engine);
}

/* ---- begin and end ---- */

static gboolean look(Pass *pass, GError **error)
{
    InboxOptions options = {.root = config_string(pass->config, "paths.inbox"),
                            .settle_s = config_double(pass->config, "run.settle"),
                            .notice = refuse_entry,
                            .data = pass};
    g_clear_pointer(&pass->ahead, inbox_file_free);
    g_clear_pointer(&pass->inbox, inbox_free);
    pass->inbox = inbox_new(&options, error);
    return pass->inbox != NULL;
}

gboolean pass_prepare(Pass *pass, GError **error)
{
    const char *inbox = config_string(pass->config, "paths.inbox");
    const char *state = config_string(pass->config, "paths.state");
    pass->outbox = g_canonicalize_filename(config_string(pass->config, "paths.outbox"), NULL);
    if (!inbox_check_apart(inbox, pass->outbox, "the outbox", error) ||
        !inbox_check_apart(inbox, state, "the state folder", error))
        return FALSE;
    pass->packs = console_packs(pass->config, error);
    if (!pass->packs || (pass->pack && !console_find_pack(pass->packs, pass->pack, error)))
        return FALSE;
    pass->refusals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    /* Before the ledger: what cannot begin leaves no state folder behind. */
    if (!look(pass, error))
        return FALSE;
    g_autofree char *folder = g_canonicalize_filename(state, NULL);
    pass->ledger = ledger_open(folder, TRUE, error);
    return pass->ledger != NULL;
}

static gboolean begin(Pass *pass, GError **error)
{
    gboolean is_first = pass->started_us == 0;
    memset(pass->verdicts, 0, sizeof pass->verdicts);
    pass->held_for_model = pass->held_for_budget = pass->held_for_batch = 0;
    pass->complaints = 0;
    if (!is_first)
        pass->refused = 0;
    pass->requeued = pass->wait_until_us = 0;
    pass->began_us = clock_now_us();
    pass->started_us = clock_monotonic_us();
    pass->stop_us = pass->max_time_us ? pass->started_us + pass->max_time_us : 0;
    pass->stopped = FALSE;
    pass->last_before = ledger_last_document(pass->ledger);
    return is_first || look(pass, error);
}

/* Readers are started only for something. *any: there is, or may be when files have settled. */
static gboolean look_ahead(Pass *pass, gboolean *any, GError **error)
{
    gint64 wait_us = 0;
    GError *bad = NULL;
    pass->ahead = inbox_next(pass->inbox, &wait_us, &bad);
    g_autoptr(LedgerDocument) again = bad ? NULL : ledger_next_requeued(pass->ledger, 0, &bad);
    *any = pass->ahead || wait_us > 0 || again;
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static gboolean run_engine(Pass *pass, GError **error)
{
    EngineOptions options = {.plan = plan,
                             .config = pass->config,
                             .packs = pass->packs,
                             .ledger = pass->ledger,
                             .outbox = pass->outbox,
                             .stop_us = pass->stop_us,
                             .source = next_document,
                             .done = document_done,
                             .data = pass};
    g_autoptr(Engine) engine = engine_new(&options, error);
    if (!engine)
        return FALSE;
    if (!engine_has_model(engine) && !pass->quiet_about_models &&
        (pass->console->terminal || pass->last_before == 0))
        log_info("no model is configured: the packs' templates make the records "
                 "(model.base_url connects one)");
    pass->quiet_about_models = TRUE;
    gboolean good = console_engine(engine, error);
    clear_progress(pass);
    pass->stopped = engine_stopped(engine);
    return good;
}

/* What the people behind notify are told at the end of a pass. */
static gboolean give_notices(const Pass *pass, GError **error)
{
    LedgerCounts counts = {0};
    gint64 most = config_int(pass->config, "notify.review_backlog");
    gint64 every_us =
        (gint64)(config_double(pass->config, "notify.every_hours") * G_TIME_SPAN_HOUR);
    g_autofree char *period = g_strdup_printf("%" G_GINT64_FORMAT, pass->began_us / every_us);
    g_autofree char *this_pass = clock_format(pass->began_us);
    guint64 failed = pass->verdicts[VERDICT_FAILED];
    g_autofree char *failures =
        g_strdup_printf("docket: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                        " documents failed; the reasons are in %s/failed",
                        failed, pass_decided(pass), pass->outbox);
    if (failed && !event_notice(pass->config, pass->ledger, "failures", this_pass, failures, error))
        return FALSE;
    if (!pass->verdicts[VERDICT_REVIEW] || !event_wanted(pass->config, "review"))
        return ledger_commit(pass->ledger, error);
    if (!ledger_count(pass->ledger, 0, &counts, error))
        return FALSE;
    guint64 waiting = counts.verdicts[VERDICT_REVIEW];
    g_autofree char *backlog =
        g_strdup_printf("docket: %" G_GUINT64_FORMAT " %s for a person: docket review next",
                        waiting, waiting == 1 ? "document waits" : "documents wait");
    return ((gint64)waiting < most ||
            event_notice(pass->config, pass->ledger, "review", period, backlog, error)) &&
           ledger_commit(pass->ledger, error);
}

/* Whom one could not tell: that is no end of a run, its time comes again. */
static void say_deliveries(const Pass *pass, SenderSummary summary)
{
    if (summary.dead)
        log_info("%u %s given up: docket webhook list --state dead; the last: %s", summary.dead,
                 summary.dead == 1 ? "delivery is" : "deliveries are",
                 summary.trouble ? summary.trouble : "no reason given");
    else if (summary.put_off && pass->console->verbose)
        log_debug("%u deliveries are tried again later; the last: %s", summary.put_off,
                  summary.trouble ? summary.trouble : "no reason given");
    g_free(summary.trouble);
}

void pass_end_deliveries(Pass *pass, gboolean at_once)
{
    if (pass->sender)
        say_deliveries(pass, sender_stop(g_steal_pointer(&pass->sender), at_once));
}

static gboolean ensure_sender(Pass *pass, GError **error)
{
    GError *bad = NULL;
    if (!pass->sender)
        pass->sender = sender_start(pass->config, &bad);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static gboolean walk(Pass *pass, GError **error)
{
    gboolean any = FALSE;
    if (!publish_folder(pass->outbox, error) ||
        !deliver_recover(pass->ledger, pass->outbox, error) ||
        !readings_clean(config_string(pass->config, "paths.state"), error) ||
        !look_ahead(pass, &any, error) || !ensure_sender(pass, error) ||
        (any && !run_engine(pass, error)) || !give_notices(pass, error))
        return FALSE;
    if (pass->sender)
        say_deliveries(pass, sender_take(pass->sender));
    return TRUE;
}

/* Collects or submits. What concerns a server only is no end of the run: what it keeps back is held
 * until the next. */
static gboolean do_batches(Pass *pass,
                           gboolean (*step)(const Config *, Ledger *, BatchSummary *, GError **),
                           GError **error)
{
    BatchSummary summary = {0};
    GError *bad = NULL;
    if (step(pass->config, pass->ledger, &summary, &bad))
        return TRUE;
    if (!g_error_matches(bad, DOCKET_ERROR, DOCKET_ERROR_NO_MODEL)) {
        g_propagate_error(error, bad);
        return FALSE;
    }
    log_info("batches: %s", bad->message);
    pass->held_for_model++;
    g_error_free(bad);
    return TRUE;
}

/* The answers of earlier runs first, then the documents, then what they ask. Also in a run that puts
 * nothing into batches: what others have put there is looked after. */
gboolean pass_walk(Pass *pass, GError **error)
{
    return begin(pass, error) && do_batches(pass, batch_collect, error) && walk(pass, error) &&
           do_batches(pass, batch_submit, error);
}

int pass_exit_code(const Pass *pass)
{
    if (pass->verdicts[VERDICT_FAILED])
        return EXIT_FAILED;
    if (pass->held_for_budget)
        return EXIT_NO_BUDGET;
    return pass->held_for_model ? EXIT_NO_MODEL : EXIT_OK;
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

void pass_print(const Command *command, const Pass *pass, int code)
{
    double seconds = (double)(clock_monotonic_us() - pass->started_us) / G_USEC_PER_SEC;
    guint left = pass->inbox ? inbox_left(pass->inbox) : 0;
    if (pass->console->json) {
        g_autoptr(cJSON) object = console_object(command);
        cJSON_AddItemToObject(object, "counts", console_counts(pass->verdicts));
        cJSON_AddNumberToObject(object, "still_written", left);
        cJSON_AddNumberToObject(object, "refused", pass->refused);
        cJSON_AddBoolToObject(object, "stopped", pass->stopped);
        cJSON_AddNumberToObject(object, "seconds", seconds);
        cJSON_AddStringToObject(object, "outbox", pass->outbox);
        cJSON_AddNumberToObject(object, "exit_code", code);
        console_value(pass->console, object, FALSE);
        return;
    }
    gboolean trouble =
        pass->verdicts[VERDICT_FAILED] || pass->verdicts[VERDICT_HELD] > pass->held_for_batch;
    if (!pass->console->terminal && !pass->console->verbose && !trouble && !pass->stopped)
        return;
    if (pass->complaints > MOST_COMPLAINTS)
        log_info("and %u more like these (docket show NAME tells about each)",
                 pass->complaints - MOST_COMPLAINTS);
    if (left)
        log_info("%u files are still being written; the next run takes them", left);
    if (pass->stopped)
        log_info("the time is over (--max-time): the next run goes on from here");
    if (!pass_decided(pass)) {
        log_info("nothing new in %s", config_string(pass->config, "paths.inbox"));
        return;
    }
    g_autofree char *line = console_accounting(pass->verdicts);
    g_autofree char *folders = same_folders(pass->console);
    log_info("%s (%.1f s)", line, seconds);
    if (pass->verdicts[VERDICT_ACCEPTED] + pass->verdicts[VERDICT_FALLBACK])
        log_info("records are in %s/records", pass->outbox);
    if (pass->verdicts[VERDICT_REVIEW])
        log_info("%" G_GUINT64_FORMAT " wait for you: docket review next%s",
                 pass->verdicts[VERDICT_REVIEW], folders);
    if (pass->held_for_batch)
        log_info("%" G_GUINT64_FORMAT " wait for a batch: docket batch status%s",
                 pass->held_for_batch, folders);
    if (pass->verdicts[VERDICT_FAILED])
        log_info("failures with their reasons are in %s/failed", pass->outbox);
}

void pass_clear(Pass *pass)
{
    pass_end_deliveries(pass, TRUE);
    g_clear_pointer(&pass->ahead, inbox_file_free);
    g_clear_pointer(&pass->inbox, inbox_free);
    g_clear_pointer(&pass->refusals, g_hash_table_unref);
    g_clear_pointer(&pass->packs, g_ptr_array_unref);
    g_clear_pointer(&pass->ledger, ledger_close);
    g_clear_pointer(&pass->config, config_free);
    g_free(pass->outbox);
}
