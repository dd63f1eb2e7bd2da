/* What a provider's schema compiler refuses. */
#pragma once

#include "pipeline/core/json.h"

typedef enum {
    STRICT_OPENAI,    /* closed objects, all properties required, a list of keywords, ten levels */
    STRICT_ANTHROPIC, /* closed objects, a shorter list, few optional and united properties */
} StrictRules;

/* NULL when the schema is taken; else what the provider would say. Caller frees. */
char *strict_check(const cJSON *schema, StrictRules rules);
