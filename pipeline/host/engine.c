/* The loop, and the life of an engine. */
#include "engine-private.h"

#include "pipeline/core/clock.h"
#include <glib-unix.h>
#include <signal.h>

/* After the first signal, what is under way may end (a paid answer on its way in); no longer. */
#define DRAIN_US (4 * G_USEC_PER_SEC)
/* How long events are gathered for one commit: it costs about as much for one as for many. */
#define TURN_US 10000
/* With so many jobs under way there is more to come for a commit within so long; waiting for it
 * costs none of them what they would notice. */
#define MANY_JOBS 64u
#define GATHER_US 4000

/* ---- the loop ---- */

static void settle_finished(Engine *engine)
{
    Job *job;
    while (!engine->fault && (job = g_queue_pop_head(&engine->runnable)))
        engine_walk(engine, job);
    const GError *fault = workers_fault(engine->workers);
    if (fault)
        engine_fault(engine, g_error_copy(fault));
}

/* Documents beyond those that readers and model work on: they wait for a commit or for the disk. */
#define ON_THE_WAY_OUT 16u

/* Enough to keep the readers, the model and the disk busy; each holds its document in memory. */
static guint room(const Engine *engine)
{
    guint most = 2 * workers_count(engine->workers) + ON_THE_WAY_OUT;
    if (engine->has_model)
        most += engine_model_slots(engine);
    return most > engine->documents ? most - engine->documents : 0;
}

static void start_what_fits(Engine *engine)
{
    for (guint n = room(engine); n > 0 && !engine->drained && !engine->stop_at_us && !engine->fault;
         n--) {
        GError *error = NULL;
        Job *job = engine->options.source(engine, &engine->drained, engine->options.data, &error);
        if (error)
            engine_fault(engine, error);
        engine->more = job != NULL;
        if (!job)
            return;
        engine_admit(engine, job, 0);
    }
}

static void commit(Engine *engine)
{
    GError *error = NULL;
    if (!ledger_commit(engine->options.ledger, &error))
        engine_fault(engine, error);
}

static void act_on_commit(Engine *engine)
{
    g_autoptr(GArray) actions = engine->actions;
    engine->actions = g_array_new(FALSE, FALSE, sizeof(AfterCommit));
    for (guint i = 0; i < actions->len && !engine->fault; i++) {
        const AfterCommit *next = &g_array_index(actions, AfterCommit, i);
        if (g_hash_table_contains(engine->jobs, next->job))
            next->action(next->job, next->data);
    }
}

static gboolean is_over(const Engine *engine)
{
    if (engine->fault)
        return TRUE;
    if (engine->stop_at_us)
        return g_hash_table_size(engine->jobs) == 0 || engine->signals > 1 ||
               clock_monotonic_us() >= engine->stop_at_us;
    return engine->drained && g_hash_table_size(engine->jobs) == 0;
}

/* Takes what is there; under load there is always more, and what came first waits for its commit. */
static void wait_for_more(Engine *engine)
{
    /* Documents that were done at once (known ones) made room, and nothing else tells that they did. */
    gboolean next = engine->more && !engine->drained && !engine->stop_at_us && room(engine) > 0;
    gboolean idle = g_queue_is_empty(&engine->runnable) && engine->actions->len == 0 && !next;
    g_main_context_iteration(engine->context, idle);
    if (idle && g_hash_table_size(engine->jobs) >= MANY_JOBS)
        g_usleep(GATHER_US);
    gint64 end = clock_monotonic_us() + TURN_US;
    while (g_main_context_iteration(engine->context, FALSE) && clock_monotonic_us() < end)
        ;
}

static gboolean on_signal(gpointer data)
{
    Engine *engine = data;
    engine->signals++;
    if (!engine->stop_at_us)
        engine->stop_at_us = clock_monotonic_us() + DRAIN_US;
    return G_SOURCE_CONTINUE;
}

/* Wakes the loop, so that it sees the time. */
static gboolean on_tick(gpointer data)
{
    Engine *engine = data;
    if (engine->drain_at_us && !engine->stop_at_us && clock_monotonic_us() >= engine->drain_at_us)
        engine->stop_at_us = engine->options.stop_us;
    return G_SOURCE_CONTINUE;
}

/* What is under way when the time is nearly over may still end. */
static void plan_the_end(Engine *engine)
{
    gint64 left_us = engine->options.stop_us - clock_monotonic_us();
    if (engine->options.stop_us)
        engine->drain_at_us = engine->options.stop_us - MIN(DRAIN_US, MAX(left_us, 0) / 2);
}

static GSource *attach(Engine *engine, GSource *source, GSourceFunc callback)
{
    g_source_set_callback(source, callback, engine, NULL);
    g_source_attach(source, engine->context);
    return source;
}

gboolean engine_run(Engine *engine, GError **error)
{
    GSource *sources[] = {
        attach(engine, g_unix_signal_source_new(SIGINT), on_signal),
        attach(engine, g_unix_signal_source_new(SIGTERM), on_signal),
        attach(engine, g_timeout_source_new(500), on_tick),
    };
    plan_the_end(engine);
    /* Ours from here on: sources that are attached between two turns need not wake anybody. */
    g_main_context_acquire(engine->context);
    while (!is_over(engine)) {
        settle_finished(engine);
        start_what_fits(engine);
        settle_finished(engine);
        commit(engine);
        act_on_commit(engine);
        if (!is_over(engine))
            wait_for_more(engine);
    }
    g_main_context_release(engine->context);
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_source_destroy(sources[i]);
        g_source_unref(sources[i]);
    }
    if (!engine->fault)
        commit(engine);
    if (engine->fault) {
        g_propagate_error(error, g_steal_pointer(&engine->fault));
        return FALSE;
    }
    if (engine->signals) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERRUPTED,
                    "interrupted; everything so far is kept, run again to resume");
        return FALSE;
    }
    return TRUE;
}

/* ---- life ---- */

void engine_fault(Engine *engine, GError *error)
{
    if (engine->fault)
        g_error_free(error);
    else
        engine->fault = error;
}

/* What makes the same document give another record: stage versions, OCR, model. Not the pack: it
 * has a version of its own. */
static char *hash_settings(const EngineOptions *options)
{
    g_autofree char *settings = config_fingerprint(options->config);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; options->plan[i]; i++) {
        g_autofree char *version =
            g_strdup_printf("%s=%u\n", options->plan[i]->name, options->plan[i]->version);
        g_checksum_update(sum, (const guchar *)version, -1);
    }
    g_checksum_update(sum, (const guchar *)settings, -1);
    return g_strdup(g_checksum_get_string(sum));
}

static gboolean prepare_packs(Engine *engine, GError **error)
{
    for (guint p = 0; p < engine->options.packs->len; p++) {
        Pack *pack = engine->options.packs->pdata[p];
        for (guint i = 0; engine->options.plan[i]; i++) {
            const Stage *stage = engine->options.plan[i];
            if (stage->prepare && !stage->prepare(pack, error)) {
                g_prefix_error(error, "pack %s: ", pack->name);
                return FALSE;
            }
        }
    }
    return TRUE;
}

static gboolean start_stages(Engine *engine, GError **error)
{
    for (guint i = 0; engine->options.plan[i]; i++) {
        const Stage *stage = engine->options.plan[i];
        if (!stage->start || ((stage->roles & STAGE_FOR_MODEL) && !engine->has_model))
            continue;
        gpointer state = stage->start(engine, error);
        if (!state)
            return FALSE;
        g_hash_table_insert(engine->stage_state, (gpointer)stage->name, state);
    }
    return TRUE;
}

static Workers *start_workers(const EngineOptions *options, GMainContext *context, GError **error)
{
    Config *config = options->config;
    WorkersOptions workers = {
        .program = config_string(config, "readers.program"),
        .count = (guint)config_int(config, "readers.count"),
        .deadline_s = (guint)config_int(config, "readers.deadline"),
        .page_deadline_s = (guint)config_int(config, "readers.page_deadline"),
        .memory_bytes = (guint64)config_int(config, "readers.memory") << 20,
        .languages = config_string(config, "readers.languages"),
        .tessdata = config_string(config, "readers.tessdata"),
        .best_effort = strcmp(config_string(config, "readers.sandbox"), "required") != 0,
    };
    return workers_new(&workers, context, error);
}

/* What all endpoints take at once: documents are read ahead for each. */
static guint count_slots(const Config *config)
{
    g_auto(GStrv) names = model_choice_endpoints(config);
    guint slots = 0;
    for (guint i = 0; names[i]; i++)
        slots += (guint)g_ascii_strtoull(config_named(config, names[i], "model.max_in_flight"),
                                         NULL, 10);
    return slots;
}

Engine *engine_new(const EngineOptions *options, GError **error)
{
    g_autoptr(Engine) engine = g_new0(Engine, 1);
    engine->options = *options;
    engine->outbox = g_strdup(options->outbox);
    engine->settings = hash_settings(options);
    const char *tenant = config_string(options->config, "run.tenant");
    engine->tenant = *tenant ? tenant : NULL;
    engine->has_model = config_has_model(options->config);
    engine->slots = count_slots(options->config);
    engine->context = g_main_context_new();
    engine->stage_state = g_hash_table_new(g_str_hash, g_str_equal);
    engine->jobs = g_hash_table_new_full(NULL, NULL, (GDestroyNotify)job_free, NULL);
    engine->actions = g_array_new(FALSE, FALSE, sizeof(AfterCommit));
    engine->content =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    g_queue_init(&engine->runnable);
    engine->choice = model_choice_new(options->config, options->packs, error);
    if (!engine->choice)
        return NULL;
    engine->workers = start_workers(options, engine->context, error);
    if (!engine->workers || !prepare_packs(engine, error) || !start_stages(engine, error))
        return NULL;
    return g_steal_pointer(&engine);
}

/* Rows and children first: they lend their parent, at every depth. */
static gboolean has_parent(gpointer job, gpointer value, gpointer data)
{
    return ((const Job *)job)->parent != NULL;
}

void engine_free(Engine *engine)
{
    if (!engine)
        return;
    workers_free(engine->workers);
    g_hash_table_foreach_remove(engine->jobs, has_parent, NULL);
    g_hash_table_unref(engine->jobs);
    /* After the jobs: what a stage keeps on a job may lean on what it keeps for the run. */
    for (guint i = 0; engine->options.plan[i]; i++) {
        const Stage *stage = engine->options.plan[i];
        gpointer state = g_hash_table_lookup(engine->stage_state, stage->name);
        if (state && stage->stop)
            stage->stop(state);
    }
    model_choice_free(engine->choice);
    g_hash_table_unref(engine->stage_state);
    g_hash_table_unref(engine->content);
    g_array_unref(engine->actions);
    g_queue_clear(&engine->runnable);
    g_main_context_unref(engine->context);
    g_clear_error(&engine->fault);
    g_free(engine->settings);
    g_free(engine->outbox);
    g_free(engine);
}

/* ---- for stages ---- */

Config *engine_config(Engine *engine)
{
    return engine->options.config;
}

GPtrArray *engine_packs(Engine *engine)
{
    return engine->options.packs;
}

Ledger *engine_ledger(Engine *engine)
{
    return engine->options.ledger;
}

Workers *engine_workers(Engine *engine)
{
    return engine->workers;
}

GMainContext *engine_context(Engine *engine)
{
    return engine->context;
}

Forecast *engine_forecast(Engine *engine)
{
    return engine->options.forecast;
}

const char *engine_outbox(Engine *engine)
{
    return engine->outbox;
}

gpointer engine_stage_state(Engine *engine, const char *stage)
{
    return g_hash_table_lookup(engine->stage_state, stage);
}

gboolean engine_has_model(Engine *engine)
{
    return engine->has_model;
}

guint engine_model_slots(const Engine *engine)
{
    return engine->slots;
}

gboolean engine_escalate(Job *job, const char *why)
{
    const char *strong = job->engine ? engine_model_for(job, MODEL_STRONG) : NULL;
    if (job->role != MODEL_FIRST || !strong ||
        g_str_equal(strong, engine_model_for(job, MODEL_FIRST)))
        return FALSE;
    guint opening = 0; /* up to the document; what the first model said is nothing to go by */
    while (opening < job->messages->len &&
           ((const Message *)job->messages->pdata[opening])->role != ROLE_USER)
        opening++;
    if (opening + 1 < job->messages->len)
        g_ptr_array_set_size(job->messages, (gint)opening + 1);
    job->role = MODEL_STRONG;
    job->repairs = 0;
    g_clear_pointer(&job->answer, g_free);
    g_clear_pointer(&job->answer_fault, g_free);
    job_reason(job, "escalated", "%s; the model \"%s\" is asked", why, strong);
    return TRUE;
}

const char *engine_model_for(const Job *job, ModelRole role)
{
    return model_choice_for(job->engine->choice, role, job->pack, job->sha256);
}

const char *engine_settings(Engine *engine)
{
    return engine->settings;
}

gboolean engine_interrupted(Engine *engine)
{
    return engine->stop_at_us != 0;
}

gboolean engine_stopped(const Engine *engine)
{
    return engine->stop_at_us && !engine->signals &&
           (!engine->drained || g_hash_table_size(engine->jobs) > 0);
}

void engine_text(const Job *job, const char *text, gsize length)
{
    const EngineOptions *options = &job->engine->options;
    if (options->text)
        options->text(job, text, length, options->data);
}

guint engine_in_flight(Engine *engine)
{
    return g_hash_table_size(engine->jobs);
}

void engine_after_commit(Job *job, EngineAction action, gpointer data)
{
    AfterCommit next = {job, action, data};
    g_array_append_val(job->engine->actions, next);
}
