/* The supervisor's side of reading: bytes go to reader processes, readings come back and are
 * checked. Nothing here parses a document. Shared by read.c (documents), rows.c
 * (batches) and members.c (containers). */
#pragma once

#include "pipeline/host/engine.h"

/* A task for this job with the configured flags and languages; the job's document is lent. */
WireFrame read_task(const Job *job);

/* TRUE when the error is a reader's death, which is worth one more try alone. */
gboolean read_is_death(const GError *error);

/* What readers.password_file holds; NULL: none is configured. Lent. */
char **read_passwords(const Job *job);

/* Entries of a result's body; both NULL-safe. Caller unrefs. */
GVariant *read_result_items(GVariant *body);

/* Rows of a batch: see stage.h. */
StageStep rows_run(Job *job, GError **error);
