/* Is a pack whole: everything that can be said about it without a document. */
#pragma once

#include "pipeline/host/pack.h"

typedef struct {
    GPtrArray *errors; /* char*: it cannot be used, or contradicts itself */
    GPtrArray *notes;  /* char*: it works, but could be better */
    guint examples, cases;
} PackCheck;

PackCheck *pack_check_new(void);
void pack_check_free(PackCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackCheck, pack_check_free)

/* Schema, its descriptions, the template's fields, examples and cases against schema and rules. The
 * pack must have been prepared. */
void pack_check(PackCheck *check, Pack *pack);
