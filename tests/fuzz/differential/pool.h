/* What a schema and its seeds offer to a mutator: the values around which verdicts turn. */
#pragma once

#include "pipeline/core/json.h"

typedef struct {
    GArray *numbers;    /* of double: bounds, divisors, numbers of the seeds */
    GArray *divisors;   /* of double: multipleOf */
    GArray *lengths;    /* of guint: limits of lengths and counts, at most POOL_MAX_LENGTH */
    GPtrArray *strings; /* lent: strings of the seeds and of enum, const, default, examples */
    GPtrArray *names;   /* lent: property names that the schema or a seed mentions */
    GPtrArray *values;  /* of const cJSON*, lent: subtrees of the seeds, constants of the schema */
} Pool;

#define POOL_MAX_LENGTH 300u

/* Lends from the schema and from the array of seeds, which must outlive it. Free with pool_free. */
Pool *pool_new(const cJSON *schema, const cJSON *seeds);
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)
