/* JSON Schema rewritten to what a provider takes. Every provider holds the model to a part of JSON
 * Schema, refuses another part and passes over the rest; which is which is data (subset-rules.c).
 * What cannot be said is left to our own validator, which checks everything anyway. */
#pragma once

#include "pipeline/core/json.h"

/* What becomes of a keyword at a provider. */
typedef enum {
    FATE_NONE,     /* no rule for values: titles, definitions, unknown words */
    FATE_ENFORCED, /* sent, and the answer keeps to it */
    FATE_PARTLY,   /* some values are enforced and sent, others are passed over and left out */
    FATE_IGNORED,  /* the provider passes over it without a word; left out */
    FATE_REFUSED,  /* the provider would refuse the whole request; left out */
    FATE_UNKNOWN,  /* not known to be taken; left out */
} Fate;

typedef struct {
    const char *name;
    guint levels;       /* of nesting */
    guint optional;     /* properties that may be optional; all others become "or null" */
    guint unions;       /* "one of these types" in one schema; beyond, what may be null becomes
                           optional; 0: no limit */
    gboolean maps;      /* objects with any keys and a schema for their values */
    gboolean recursion; /* schemas that refer to themselves */
    gboolean exact;     /* a schema that can only be said in part is refused: not sent at all */
    const char *const *formats;         /* that it enforces; NULL: none */
    gboolean (*pattern)(const char *p); /* whether it enforces this one; NULL: never */
} Subset;

extern const Subset subsets[]; /* ends with a NULL name; the first is safe everywhere */
const Subset *subset_by_name(const char *name); /* NULL if there is none */

/* What becomes of this keyword of this node. */
Fate subset_fate(const Subset *subset, const cJSON *node, const char *keyword);

/* The schema as a provider takes it. */
typedef struct {
    char *name;      /* [a-zA-Z0-9_-], at most 64 */
    cJSON *schema;   /* rewritten */
    gboolean strict; /* the shape of the answer can be enforced: all objects closed, nothing open */
    gboolean usable; /* the provider takes it; FALSE: ask in words alone */
} DialectSchema;
void dialect_schema_free(DialectSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DialectSchema, dialect_schema_free)

/* What became of one rule of the pack's schema. */
typedef struct {
    char *pointer;     /* of the node in the pack's schema */
    char *keyword;     /* or words for a rule that has none */
    gboolean enforced; /* by the provider; FALSE: by our validator alone */
    gboolean refused;  /* the provider would refuse it */
    char *how;         /* in what words it was sent instead, or why not; may be NULL */
} SubsetNote;
void subset_note_free(SubsetNote *note);

/* Rewrites. `notes` (of SubsetNote, may be NULL) is told of every rule. DOCKET_ERROR_PACK for a
 * schema that is not an object. Caller frees. */
DialectSchema *subset_schema(const Subset *subset, const char *name, const cJSON *schema,
                             GPtrArray *notes, GError **error);

/* Undoes in an answer what subset_schema() had to change, by the pack's schema: nulls of optional
 * properties that may not be null go (there null only said "left out"); where optional properties
 * stood for some that may be null, those that are missing become null. NULL when there is nothing to
 * undo, or when the answer is not plain JSON (then it is not the provider's strict mode speaking).
 * Caller frees. */
char *subset_restore(const Subset *subset, const cJSON *schema, const char *answer);
