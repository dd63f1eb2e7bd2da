/* The evaluator's inside: one frame a schema at a place, shared by eval*.c and report.c. */
#pragma once

#include "stages/check/schema/node.h"

/* A step of an instance's or a keyword's pointer; lives on the stack. */
typedef struct EvalPath {
    const struct EvalPath *up;
    const char *name; /* NULL: the index counts */
    int index;
} EvalPath;

/* The resources entered so far, for $dynamicRef. */
typedef struct EvalScope {
    const struct EvalScope *up;
    const SchemaResource *resource;
} EvalScope;

/* Which children of one instance have been evaluated, by their order. */
typedef struct {
    guint64 *bits;
    guint count;
} EvalMarks;

typedef struct {
    GPtrArray *findings; /* NULL: only the verdict is wanted */
    guint depth;
    guint64 work;
    const char *limit; /* the limit that was reached; the verdict is then undecided */
} Eval;

typedef struct {
    Eval *eval;
    const SchemaNode *node;
    const cJSON *item;
    const EvalPath *place; /* of the instance */
    const EvalPath *trail; /* of the schema, through references */
    const EvalScope *scope;
    EvalMarks *marks; /* NULL when nobody asks */
} Frame;

/* TRUE when the item conforms. In marks (may be NULL) what was evaluated, if it conforms. */
gboolean eval_schema(const Frame *parent, const SchemaNode *node, const cJSON *item,
                     const EvalPath *place, const EvalPath *trail, EvalMarks *marks);
/* A subschema at the same place: keyword, and below it a name or (name NULL) an index, -1 = none.
 */
gboolean eval_in_place(const Frame *frame, const SchemaNode *node, const char *keyword,
                       const char *name, int index, EvalMarks *marks);
/* The same without findings, for keywords whose failing branches are no errors. */
gboolean eval_quietly(const Frame *frame, const SchemaNode *node, const cJSON *item,
                      const EvalPath *place, EvalMarks *marks);

void eval_mark(EvalMarks *marks, guint child);
gboolean eval_is_marked(const EvalMarks *marks, guint child);
void eval_reach_limit(Eval *eval, const char *limit);
/* Counts work; FALSE when the limit is reached. */
gboolean eval_spend(Eval *eval, guint64 work);

/* eval-scalar.c, eval-array.c, eval-object.c: the keywords for a type. `deep` is FALSE when an
 * in-place applicator failed already: unevaluated* would then only repeat it. */
gboolean eval_any(const Frame *frame);
gboolean eval_number(const Frame *frame);
gboolean eval_string(const Frame *frame);
gboolean eval_array(const Frame *frame, gboolean deep);
gboolean eval_object(const Frame *frame, gboolean deep);

/* report.c: records a broken rule (when findings are wanted) and returns FALSE. The format says
 * what is wrong, as the end of a sentence that begins with the place. */
gboolean report(const Frame *frame, const char *keyword, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void report_limit(GPtrArray *findings, const char *limit);
/* A value, shortened for a sentence. Caller frees. */
char *report_value(const cJSON *value);
guint report_types_of(const cJSON *value); /* TypeBit */
char *report_types(guint types);
