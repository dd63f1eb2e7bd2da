/* What the readers gave for the page ranges of a document, put together to one reading. */
#pragma once

#include "pipeline/host/job.h"

typedef struct {
    Job *job;          /* lent */
    guint first, last; /* pages from 1, inclusive */
    guint deaths;      /* of readers, on this very range */
    guint64 task;      /* number in the pool while it is under way, else 0 */
    Reading *reading;  /* NULL until it came */
    GError *lost;      /* why these pages are left out, or NULL */
} Range;

void range_free(gpointer range);

/* The ranges (GPtrArray of Range; sorted, their readings taken) as one reading. Pages that are left
 * out become pages of TECHNIQUE_NONE, with a note, and a reason "partial" of the job. NULL, with the
 * first range's error, when no page was read. */
Reading *join_ranges(Job *job, GPtrArray *ranges, GError **error);
