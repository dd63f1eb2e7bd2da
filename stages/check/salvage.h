/* The record out of a model's answer: JSON alone, or in a fence, behind prose or reasoning, with a
 * trailing comma, or cut off. What had to be repaired is said, because it lowers the trust. */
#pragma once

#include "pipeline/core/json.h"

/* The object in the answer (any bytes). Each repair is appended to `repairs` (of char*, caller's
 * free function) as one sentence; none when the answer was one strict JSON object. NULL and
 * DOCKET_ERROR_MODEL_ANSWER when there is no object in it. Linear in the answer's length but for a
 * bounded number of false starts. The caller owns the result. */
cJSON *salvage_object(const char *answer, GPtrArray *repairs, GError **error);
