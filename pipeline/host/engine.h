/* The engine walks documents through the plan. One thread, one loop:
 *
 *     settle what finished · start what fits · commit the ledger · run what the commit allows ·
 * wait
 *
 * Everything that must be durable before it acts (reading a document, sending a paid request,
 * publishing a file) is queued with engine_after_commit() and runs when the ledger has it. */
#pragma once

#include "config.h"
#include "forecast.h"
#include "ledger.h"
#include "model-choice.h"
#include "stage.h"
#include "workers.h"

typedef struct Engine Engine;

/* Where jobs come from: asked whenever there is room. Returns a new job (owned by the engine from
 * then on), or NULL: nothing right now. *drained is set when nothing will come any more. An error
 * ends the run. */
typedef Job *(*EngineSource)(Engine *engine, gboolean *drained, gpointer data, GError **error);

/* Told once per job when it has its verdict and everything about it is durable. */
typedef void (*EngineDone)(Engine *engine, Job *job, gpointer data);

/* Told of each piece of a model's answer as it arrives: any bytes. */
typedef void (*EngineText)(const Job *job, const char *text, gsize length, gpointer data);

typedef struct {
    const Stage *const *plan; /* NULL-terminated: stages/plan.c */
    Config *config;           /* lent */
    GPtrArray *packs;         /* of Pack; lent */
    Ledger *ledger;           /* lent */
    const char *outbox;       /* NULL: nothing is published (docket extract) */
    Forecast *forecast;       /* lent; not NULL: no model is asked, what would be is added up */
    gint64 stop_us;           /* monotonic: by then everything has ended; 0: when all is done */
    EngineSource source;
    EngineDone done;
    EngineText text; /* NULL: nobody looks */
    gpointer data;   /* for source, done and text */
} EngineOptions;

Engine *engine_new(const EngineOptions *options, GError **error);
void engine_free(Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

/* Runs until the source is drained and every job is done. FALSE on a fault of the run itself
 * (ledger, disk full) or DOCKET_ERROR_INTERRUPTED after SIGINT/SIGTERM. */
gboolean engine_run(Engine *engine, GError **error);

/* ---- for stages ---- */
Config *engine_config(Engine *engine);
GPtrArray *engine_packs(Engine *engine);
Ledger *engine_ledger(Engine *engine);
Workers *engine_workers(Engine *engine);
GMainContext *engine_context(Engine *engine);
Forecast *engine_forecast(Engine *engine);                      /* NULL: a run */
const char *engine_outbox(Engine *engine);                      /* absolute, or NULL */
gpointer engine_stage_state(Engine *engine, const char *stage); /* what its start() returned */
gboolean engine_has_model(Engine *engine);                      /* one is configured */
/* Requests that all endpoints take at once. */
guint engine_model_slots(const Engine *engine);
/* The endpoint that plays this role for a document whose pack is known; NULL: none. Lent. */
const char *engine_model_for(const Job *job, ModelRole role);
/* Turns to the stronger model for the record: the conversation begins anew, `why` (a sentence)
 * becomes a reason. FALSE: there is none, or it was asked already. The stage then goes to `ask`. */
gboolean engine_escalate(Job *job, const char *why);
/* SHA-256 over the configuration and the stage versions that change results (Job.settings). */
const char *engine_settings(Engine *engine);
gboolean
engine_interrupted(Engine *engine); /* a signal came, or the time is over: begin nothing new */
gboolean engine_stopped(const Engine *engine); /* the time was over before all was done */
/* Jobs under way, rows of batches included. For progress. */
guint engine_in_flight(Engine *engine);

/* A piece of an answer has arrived: whoever runs the engine may show it. */
void engine_text(const Job *job, const char *text, gsize length);

/* Ends a STAGE_WAIT. `error` is taken, and set exactly when step is STAGE_ERROR. May be called from
 * inside run() before it returns STAGE_WAIT. */
void engine_resume(Job *job, StageStep step, GError *error);

/* Runs `action` after the ledger's next commit, if the job still lives then. */
typedef void (*EngineAction)(Job *job, gpointer data);
void engine_after_commit(Job *job, EngineAction action, gpointer data);

/* Batches: adds a row job (taken) that starts behind `read`, or at `deliver` when it has failed
 * already; the parent's stage is told
 * through `row_done` (in the loop, after the row is durable; the row is freed afterwards). */
typedef void (*EngineRowDone)(Job *parent, Job *row, gpointer data);
void engine_add_row(Job *parent, Job *row, EngineRowDone row_done, gpointer data);

/* Adds a document (taken) that `parent` holds: it starts at the first row of the plan with its bytes
 * in Job.document, or at `deliver` when it is entered and has failed already. The parent goes on by
 * itself, but gets its verdict (reaches `deliver`, or the plan's end) only after all its children
 * have theirs. `done` (may be NULL) as for rows. */
void engine_add_child(Job *parent, Job *child, EngineRowDone done, gpointer data);

/* FALSE when a job with the same content, pack and settings is under way: this one was parked and
 * must return STAGE_WAIT; it is resumed with STAGE_AGAIN when the other is done. */
gboolean engine_claim_content(Job *job, const char *key);
