/* Provenance: the meta object of a document with a verdict. */
#pragma once

#include "pipeline/core/json.h"
#include "pipeline/host/job.h"

/* document, pack, prompt, method, model, calls, verdict, reasons, confidence, fields, timings; in
 * review also problems and schema_valid. Caller owns. */
cJSON *meta_of(const Job *job);
