/* Threads that carry files to the outbox, so that the loop never waits for a disk's flush; several
 * flushes under way at once cost the disk hardly more than one. They see file names and bytes, never
 * the ledger or a job. */
#pragma once

#include "pipeline/host/engine.h"
#include "pipeline/host/outbox.h"

/* The start and stop of a stage's row. stop waits for what is under way. */
gpointer couriers_start(Engine *engine, GError **error);
void couriers_stop(gpointer couriers);

/* Does the work (taken), marks it done in the ledger, and resumes the job: STAGE_NEXT, or
 * STAGE_ERROR with what went wrong. Work that needs the ledger is done at once. */
void couriers_send(gpointer couriers, Job *job, OutboxWork *work);
