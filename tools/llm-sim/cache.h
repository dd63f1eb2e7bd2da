/* The prompt cache of the simulated provider: prefixes of at least 1,024 tokens, for five minutes
 * after their last use, readable once the answer that wrote them has begun. */
#pragma once

#include "tools/llm-sim/question.h"

typedef struct Cache Cache;
Cache *cache_new(void);
void cache_free(Cache *cache);

/* Tokens of the question's prompt that are in the cache, and that are written to it by asking.
 * `ready_us` is when the answer begins, on the monotonic clock. */
void cache_use(Cache *cache, const Question *question, gint64 ready_us, gint64 *read,
               gint64 *written);
