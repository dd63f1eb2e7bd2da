/* Small changes to an instance that a schema may answer differently. */
#pragma once

#include "tests/fuzz/differential/pool.h"

/* Changes one to five things of `instance`, in place, chosen by `dice`. Numbers may become raw text
 * ("1.0", "-0", "1e400" never): print the result with cJSON_PrintUnformatted and read it again. */
void mutate(cJSON *instance, const Pool *pool, GRand *dice);
