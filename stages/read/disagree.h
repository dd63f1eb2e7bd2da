/* What a document's own data says against its pages. Supervisor; arithmetic on the reading. */
#pragma once

#include "pipeline/host/job.h"

/* An invoice that carries itself as XML must say there what its pages say: a number, date or total
 * that no page shows becomes the reason `data_disagrees`, for a person to look at. Asked when all
 * page ranges have come: a reader sees only its own. */
void data_disagreements(Job *job);
