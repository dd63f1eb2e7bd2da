/* The evaluator's inside: one frame a schema at a place, shared by explain*.c and report.c. */
#pragma once

#include "stages/check/schema/node.h"

/* A step of an instance's or a keyword's pointer; lives on the stack. */
typedef struct ExplainPath {
    const struct ExplainPath *up;
    const char *name; /* NULL: the index counts */
    int index;
} ExplainPath;

/* The resources entered so far, for $dynamicRef. */
typedef struct ExplainScope {
    const struct ExplainScope *up;
    const SchemaResource *resource;
} ExplainScope;

/* Which children of one instance have been evaluated, by their order. */
typedef struct {
    guint64 *bits;
    guint count;
} ExplainMarks;

typedef struct {
    GPtrArray *findings; /* NULL: only the verdict is wanted */
    guint depth;
    guint64 work;
    const char *limit; /* the limit that was reached; the verdict is then undecided */
} Explain;

typedef struct {
    Explain *explain;
    const SchemaNode *node;
    const cJSON *item;
    const ExplainPath *place; /* of the instance */
    const ExplainPath *trail; /* of the schema, through references */
    const ExplainScope *scope;
    ExplainMarks *marks; /* NULL when nobody asks */
} Frame;

/* TRUE when the item conforms. In marks (may be NULL) what was evaluated, if it conforms. */
gboolean explain_schema(const Frame *parent, const SchemaNode *node, const cJSON *item,
                        const ExplainPath *place, const ExplainPath *trail, ExplainMarks *marks);
/* A subschema at the same place: keyword, and below it a name or (name NULL) an index, -1 = none.
 */
gboolean explain_in_place(const Frame *frame, const SchemaNode *node, const char *keyword,
                          const char *name, int index, ExplainMarks *marks);
/* The same without findings, for keywords whose failing branches are no errors. */
gboolean explain_quietly(const Frame *frame, const SchemaNode *node, const cJSON *item,
                         const ExplainPath *place, ExplainMarks *marks);

void explain_mark(ExplainMarks *marks, guint child);
gboolean explain_is_marked(const ExplainMarks *marks, guint child);
void explain_reach_limit(Explain *explain, const char *limit);
/* Counts work; FALSE when the limit is reached. */
gboolean explain_spend(Explain *explain, guint64 work);

/* explain-scalar.c, explain-array.c, explain-object.c: the keywords for a type. `deep` is FALSE when an
 * in-place applicator failed already: unevaluated* would then only repeat it. */
gboolean explain_any(const Frame *frame);
gboolean explain_number(const Frame *frame);
gboolean explain_string(const Frame *frame);
gboolean explain_array(const Frame *frame, gboolean deep);
gboolean explain_object(const Frame *frame, gboolean deep);

/* The verdict by the slow way: every keyword of every schema with its place. With `findings` (a
 * GPtrArray of SchemaFinding) every broken rule is appended, without only the verdict is wanted.
 * *limit is the one that was reached, or NULL; the result means nothing then. */
gboolean explain_run(const Schema *schema, const cJSON *instance, GPtrArray *findings,
                     const char **limit);

/* report.c: records a broken rule (when findings are wanted) and returns FALSE. The format says
 * what is wrong, as the end of a sentence that begins with the place. */
gboolean report(const Frame *frame, const char *keyword, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void report_limit(GPtrArray *findings, const char *limit);
/* A value, shortened for a sentence. Caller frees. */
char *report_value(const cJSON *value);
guint report_types_of(const cJSON *value); /* TypeBit */
char *report_types(guint types);
