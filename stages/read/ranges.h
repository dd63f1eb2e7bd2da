/* One document's page ranges on their way through the readers. The first range also tells how many
 * pages there are; a range that ends early goes on behind its last page; one whose reader hangs,
 * dies or lies is read again without the page that did it, and that page is left out. */
#pragma once

#include "pipeline/host/engine.h"

/* All is read, or nothing can be. `reading` (taken) is NULL when `error` (taken) is set; `lost` is
 * how many of its pages are left out (TECHNIQUE_NONE, with a note and a reason "partial" of the
 * job). */
typedef void (*RangesDone)(Job *job, Reading *reading, guint lost, GError *error);

/* Begins with the next commit: the attempt "read" must have been entered. `passwords` (lent for as
 * long as the job lives, may be NULL) are given to readers once the document asks for one. Ends with
 * one call of `done`. */
void ranges_read(Job *job, char **passwords, RangesDone done);
