/* Error bodies. One reader for all providers: gateways and compatible servers mix the shapes. */
#pragma once

#include "pipeline/core/json.h"
#include "stages/ask/reply.h"

/* Reads {"error": {…}}, {"error": "text"}, {"message": …} and {"detail": …} into `reply`, with kind
 * REPLY_ERROR. FALSE when the object reports no error. A quota that is used up for today, which
 * Gemini says in a list of details, becomes code "insufficient_quota"; a prompt that is too long,
 * which some say in the message alone, "context_length_exceeded". */
gboolean reply_error(const cJSON *root, Reply *reply);
