/* A question whether values agree with a document, as docket's verification asks it. */
#pragma once

#include "pipeline/core/json.h"
#include "tools/llm-sim/faults.h"

/* The values that are to be verified, by pointer; NULL when the user asks for something else. Caller
 * owns. */
cJSON *checks_asked(const char *users);

/* What a verifier who knows the true record says of them: each wrong one disagrees, with the line of
 * the document that shows the right one. With FAULT_VERIFY_WRONG it disputes right values, with
 * FAULT_VERIFY_AIR it cites what stands nowhere. Caller owns. */
cJSON *checks_answer(const cJSON *asked, const cJSON *record, const char *users, FaultSet faults);
