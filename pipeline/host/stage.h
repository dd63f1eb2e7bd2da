/* The contract of a stage. Each stage is one `run` behind one row; stages/plan.c is THE ordered
 * list. The row says what the stage needs, and the engine checks it, so that no stage does.
 *
 * run() is called in the supervisor's thread and must not block or work for more than about 5 ms:
 *   STAGE_NEXT      done, go to the next row
 *   STAGE_WAIT      an answer is awaited; the stage calls engine_resume() exactly once later
 *   STAGE_AGAIN     (only through engine_resume) run this row once more
 *   STAGE_REPAIR    back to the row that this row names in repair_to (ask the model again)
 *   STAGE_FALLBACK  the model could not do it: on to the row named in fallback_to, by template
 *   STAGE_DONE      a verdict stands: go straight to the row named "deliver"
 *   STAGE_FINISH    the ledger has a verdict and nothing is owed: the job ends here
 *   STAGE_ERROR     *error is set: the engine makes the document `failed`; `held` for NO_MODEL,
 *                   NO_BUDGET and INTERRUPTED; and ends the whole run, the document staying held,
 *                   where the fault is not the document's (disk full, ledger, missing language
 * data) Order of jobs is not guaranteed. */
#pragma once

#include "job.h"

typedef enum {
    STAGE_NEXT,
    STAGE_WAIT,
    STAGE_AGAIN,
    STAGE_REPAIR,
    STAGE_FALLBACK,
    STAGE_DONE,
    STAGE_FINISH,
    STAGE_ERROR
} StageStep;

typedef enum {
    STAGE_FOR_DOCUMENT = 1 << JOB_DOCUMENT,
    STAGE_FOR_BATCH = 1 << JOB_BATCH,
    STAGE_FOR_ROW = 1 << JOB_ROW,
    STAGE_FOR_CONTAINER = 1 << JOB_CONTAINER,
    STAGE_FOR_MODEL = 1 << 8,    /* only on ROUTE_MODEL */
    STAGE_FOR_TEMPLATE = 1 << 9, /* only on ROUTE_TEMPLATE */
} StageRole;

typedef struct Stage {
    const char *name;
    guint version;           /* raised when the same input would give another output */
    guint roles;             /* StageRole: jobs that pass through; others skip the row */
    const char *repair_to;   /* row for STAGE_REPAIR, NULL if never */
    const char *fallback_to; /* row for STAGE_FALLBACK, NULL if never */
    /* Optional: compiles this stage's part of a pack (pack_attach). DOCKET_ERROR_PACK if broken. */
    gboolean (*prepare)(Pack *pack, GError **error);
    /* Optional: begins and ends what the stage keeps for a whole run (a connection pool, …). */
    gpointer (*start)(struct Engine *engine, GError **error);
    void (*stop)(gpointer state);
    StageStep (*run)(Job *job, GError **error);
} Stage;
