/* Grounding (Law 4): every value of a record is looked for in the reading. */
#pragma once

#include "pipeline/core/record.h"
#include "stages/check/fields.h"
#include "stages/check/ground-index.h"
#include "stages/check/rules.h"

/* Gives every leaf of the record its Field: grounded, evidence (rectangles, best first) and a first
 * confidence by score_field(). Leaves that have evidence or a confidence already (a template's)
 * keep them. `follows` (of RuleFinding, may be NULL): values that the pack's rules derive from
 * other fields; other kinds in it are ignored. No model, no randomness: same input, same result. */
void ground_record(GroundIndex *index, const CheckFields *fields, const GPtrArray *follows,
                   Record *record);
