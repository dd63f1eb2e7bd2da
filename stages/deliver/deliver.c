/* Deliver: the verdict with all that it owes becomes durable in one transaction; then the files are
 * published and the original moves; then the job is done. */
#include "deliver.h"

#include "couriers.h"
#include "meta.h"
#include "pipeline/core/clock.h"
#include "pipeline/core/json.h"
#include "pipeline/core/limits.h"
#include "pipeline/core/wire.h"
#include "pipeline/host/engine.h"
#include "pipeline/host/event.h"
#include "pipeline/host/ledger-examples.h"
#include "pipeline/host/outbox.h"
#include "stages/stages.h"

#include <string.h>

#define MOST_EXAMPLE_BYTES 8000u /* of a document's text: five of them are still a small prompt */

/* Law 5, where nothing can get past it: whatever went wrong before, what does not validate is not
 * published, and what claims to have a record has one. */
static void uphold_schema(Job *job)
{
    if (job->kind == JOB_BATCH || job->kind == JOB_CONTAINER ||
        (job->verdict != VERDICT_ACCEPTED && job->verdict != VERDICT_FALLBACK))
        return;
    if (!job->record) {
        job->verdict = VERDICT_FAILED;
        job->error_code = DOCKET_ERROR_INTERNAL;
        job_reason(job, "internal", "a verdict without a record came to delivery");
    } else if (!job->schema_valid) {
        job->verdict = VERDICT_REVIEW;
        job_reason(job, "internal", "a record that does not validate came to delivery");
    }
}

/* A batch is what its rows are: held while one of them is (also one that failed half way, so that
 * those rows are taken up again), else done. So is a container with what it holds; a mail that has a
 * record of its own keeps its verdict unless it has to wait for them. */
static void sum_up(Job *job, GPtrArray *packs, guint64 *n)
{
    guint64 sum = 0;
    for (guint i = 0; i < packs->len; i++) {
        const LedgerBatchPack *pack = packs->pdata[i];
        for (guint v = 0; v < VERDICT_LAST; v++) {
            n[v] += pack->verdicts[v];
            sum += pack->verdicts[v];
        }
    }
    if (n[VERDICT_HELD])
        job->verdict = VERDICT_HELD;
    else if (job->error_code < 0 && job->kind != JOB_DOCUMENT)
        job->verdict = VERDICT_ACCEPTED;
    if (sum == 0 && job->kind != JOB_BATCH)
        return;
    job_reason(job, job->kind == JOB_BATCH ? "batch" : "holds",
               "%" G_GUINT64_FORMAT " %s: %" G_GUINT64_FORMAT " accepted, %" G_GUINT64_FORMAT
               " fallback, %" G_GUINT64_FORMAT " review, %" G_GUINT64_FORMAT
               " failed, %" G_GUINT64_FORMAT " held",
               sum, job->kind == JOB_BATCH ? "rows" : "documents", n[VERDICT_ACCEPTED],
               n[VERDICT_FALLBACK], n[VERDICT_REVIEW], n[VERDICT_FAILED], n[VERDICT_HELD]);
}

typedef struct {
    const char *outbox, *pack;
    gint64 now_us;
} NameCheck;

static gboolean is_taken(const char *name, gpointer data)
{
    const NameCheck *check = data;
    return outbox_is_taken(check->outbox, check->pack, name, check->now_us);
}

static char *choose_name(Job *job, gint64 now_us, GError **error)
{
    NameCheck check = {engine_outbox(job->engine), job->pack ? job->pack->name : NULL, now_us};
    g_autofree char *wanted = job->parent ? outbox_child_name(job->name) : outbox_name(job->name);
    return ledger_output_name_where(engine_ledger(job->engine), job, wanted, is_taken, &check,
                                    error);
}

/* The bytes of what failed inside another document, so that it is quarantined by itself. NULL
 * without *error being set: it has none. */
static GBytes *quarantined(const Job *job, GError **error)
{
    if (!job->parent || job->document < 0 || job->size == 0 || job->verdict != VERDICT_FAILED)
        return NULL;
    return wire_memfd_map(job->document, DOCKET_MAX_DOCUMENT_BYTES, error);
}

/* What the verdict owes; NULL without *error being set: nothing. `n`: the verdicts of what stands
 * in it. */
static GPtrArray *effects_of(Job *job, const cJSON *meta, GPtrArray *packs, const guint64 *n,
                             GError **error)
{
    if (!engine_outbox(job->engine) || job->kind == JOB_ROW || job->verdict == VERDICT_HELD)
        return NULL;
    gint64 now_us = clock_now_us();
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) content = quarantined(job, &problem);
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    g_autofree char *name = choose_name(job, now_us, error);
    if (!name)
        return NULL;
    g_autofree char *prefix = g_strconcat(engine_outbox(job->engine), "/", NULL);
    gboolean inside = job->path && g_str_has_prefix(job->path, prefix);
    OutboxItem item = {
        .name = name,
        .place = inside ? job->path + strlen(prefix) : NULL,
        .pack = job->pack ? job->pack->name : NULL,
        .path = job->path,
        .sha256 = job->sha256,
        .verdict = job->verdict,
        .error = job->error_code >= 0 ? docket_error_reason(job->error_code) : NULL,
        .attempts = job->attempts,
        .record = job->record ? job->record->root : NULL,
        .meta = meta,
        .content = content,
        .carries = job->kind == JOB_CONTAINER,
        .needed = job->kind != JOB_BATCH && n[VERDICT_REVIEW] + n[VERDICT_FAILED] > 0,
        .originals =
            originals_from_name(config_string(engine_config(job->engine), "run.originals")),
    };
    GPtrArray *effects = job->kind == JOB_BATCH ? outbox_batch_effects(&item, packs, now_us)
                                                : outbox_effects(&item, now_us);
    if (job->again && !outbox_add_stale(engine_ledger(job->engine), job->id, effects, error))
        g_clear_pointer(&effects, g_ptr_array_unref);
    return effects;
}

/* Runs when the ledger has the verdict and what it owes. */
static void perform(Job *job, gpointer data)
{
    GError *error = NULL;
    const char *outbox = engine_outbox(job->engine);
    gboolean owes = outbox && job->kind != JOB_ROW && job->verdict != VERDICT_HELD;
    if (!owes) {
        engine_resume(job, STAGE_NEXT, NULL);
        return;
    }
    OutboxWork *work = outbox_work_new(engine_ledger(job->engine), outbox, job->id, &error);
    if (work)
        couriers_send(engine_stage_state(job->engine, "deliver"), job, work);
    else
        engine_resume(job, STAGE_ERROR, error);
}

/* What a person is about to decide on becomes an example, where the pack wants them and it is no
 * larger than one should be. */
static gboolean keep_example(Ledger *ledger, const Job *job, GError **error)
{
    if (job->verdict != VERDICT_REVIEW || !job->pack || !job->pack->retrieve || !job->reading)
        return TRUE;
    g_autofree char *text = reading_to_markdown(job->reading);
    return strlen(text) > MOST_EXAMPLE_BYTES || ledger_example_keep(ledger, job, text, error);
}

/* Whoever is to be told of it, is so when the verdict is durable. */
static gboolean tell(const Job *job, const char *record, const char *meta, GError **error)
{
    Event event = {.id = job->id,
                   .kind = job->kind,
                   .name = job->name,
                   .sha256 = job->sha256,
                   .media_type = job->media_type,
                   .pack = job->pack ? job->pack->name : NULL,
                   .pack_version = job->pack ? job->pack->version : NULL,
                   .verdict = job->verdict,
                   .record = record,
                   .meta = meta,
                   .decided_us = clock_now_us()};
    return !engine_outbox(job->engine) || job->verdict == VERDICT_HELD ||
           event_owe(engine_config(job->engine), engine_ledger(job->engine), &event, error);
}

static StageStep run(Job *job, GError **error)
{
    Ledger *ledger = engine_ledger(job->engine);
    g_autoptr(GPtrArray) packs = NULL;
    guint64 n[VERDICT_LAST] = {0};
    uphold_schema(job);
    if (job->kind == JOB_BATCH || job->kind == JOB_CONTAINER || job->children) {
        packs = ledger_batch_packs(ledger, job->id, error);
        if (!packs)
            return STAGE_ERROR;
        sum_up(job, packs, n);
    }
    g_autoptr(cJSON) meta = meta_of(job);
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) effects = effects_of(job, meta, packs, n, &problem);
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return STAGE_ERROR;
    }
    g_autofree char *meta_text = json_print(meta, FALSE);
    /* One that waits for what it holds is taken up again, and its record made again. */
    gboolean keeps = job->record && job->verdict != VERDICT_HELD;
    g_autofree char *record_text = keeps ? json_print(job->record->root, FALSE) : NULL;
    if (!ledger_decide(ledger, job, record_text, meta_text, effects, error) ||
        !tell(job, record_text, meta_text, error) || !keep_example(ledger, job, error))
        return STAGE_ERROR;
    engine_after_commit(job, perform, NULL);
    return STAGE_WAIT;
}

const Stage stage_deliver = {
    .name = "deliver",
    .version = 1,
    .roles = STAGE_FOR_DOCUMENT | STAGE_FOR_BATCH | STAGE_FOR_ROW | STAGE_FOR_CONTAINER,
    .start = couriers_start,
    .stop = couriers_stop,
    .run = run,
};

gboolean deliver_recover(Ledger *ledger, const char *outbox, GError **error)
{
    return outbox_recover(ledger, outbox, error);
}
