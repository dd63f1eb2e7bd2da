/* Readings that were dear to make (OCR) are kept in <state>/readings, so that an interrupted run,
 * a duplicate or another pack version does not pay for them again. A cache: any file in it may be
 * deleted at any time. The key is the content, how it was read, and the version of the reader. */
#pragma once

#include "job.h"

/* The kept reading of the job's document, or NULL. A damaged file counts as none. Caller frees. */
Reading *readings_load(const char *state, const Job *job, const char *how);

/* Keeps job->reading. Failure is no fault: the reading is made again when needed. */
void readings_keep(const char *state, const Job *job, const char *how);

/* Removes what a killed run left half written. Call at the start of a run. */
gboolean readings_clean(const char *state, GError **error);
