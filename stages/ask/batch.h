/* Calls through the providers' batch APIs, made for cron: a run enters its questions, what waits is
 * submitted, and a later run collects the answers and finds them kept, like any that was given before.
 * Waits for the network; no engine may be running on this thread. */
#pragma once

#include "pipeline/host/config.h"
#include "pipeline/host/ledger-batches.h"

typedef struct {
    guint submitted, calls; /* batches, and calls in them */
    guint ended, answered;  /* batches, and calls that have an answer now */
    guint under_way;        /* batches that have not ended */
    guint waiting;          /* calls that are in none */
} BatchSummary;

/* Looks after every batch that has not ended: finds out about those whose submission was cut off, and
 * fetches the answers of those that have ended. What is done is committed, batch by batch; the first
 * trouble (DOCKET_ERROR_NO_MODEL: a server's) is told after all were tried. */
gboolean batch_collect(const Config *config, Ledger *ledger, BatchSummary *summary, GError **error);
/* Submits what waits. The same about troubles. */
gboolean batch_submit(const Config *config, Ledger *ledger, BatchSummary *summary, GError **error);
