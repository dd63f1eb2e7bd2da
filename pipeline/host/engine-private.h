/* Shared by engine.c (the loop) and engine-walk.c (a job's way through the rows). */
#pragma once

#include "engine.h"

typedef struct {
    Job *job;
    EngineAction action;
    gpointer data;
} AfterCommit;

typedef struct {
    EngineRowDone done;
    gpointer data;
} RowEnd;

struct Engine {
    EngineOptions options;
    char *settings, *outbox;
    const char *tenant; /* lent by the configuration; NULL: none */
    GMainContext *context;
    Workers *workers;
    ModelChoice *choice;
    GHashTable *stage_state; /* stage name -> what start() returned */
    GHashTable *jobs;        /* set of Job*: alive */
    guint documents;         /* of them, those that are no rows */
    GQueue runnable;         /* of Job*: resumed or new */
    GArray *actions;         /* of AfterCommit */
    GHashTable *content;     /* key -> GPtrArray of parked Job* */
    guint slots;             /* requests that all models take at once */
    gboolean has_model, drained;
    gint64 drain_at_us; /* monotonic: nothing is begun from then on; 0: no such time */
    gint64 stop_at_us;  /* monotonic: then it is over; 0 unless interrupted or draining */
    guint signals;
    gboolean more; /* the source had a job when it was last asked */
    GError *fault; /* ends the run */
};

/* Index of the row with this name; the plan must have it. */
guint engine_row(const Engine *engine, const char *name);

/* Takes a resumed or new job as far as it goes; completes it at the end of the plan. */
void engine_walk(Engine *engine, Job *job);

/* Makes a new job known: its settings, its route, its first row. */
void engine_admit(Engine *engine, Job *job, guint row);

/* Ends the run with `error` (taken) unless something ended it already. */
void engine_fault(Engine *engine, GError *error);
