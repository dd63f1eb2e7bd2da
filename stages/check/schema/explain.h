/* The explaining evaluator's inside, shared by explain*.c and report*.c. It walks the nodes plainly,
 * knows the place of everything, and is what the program's verdict is held against. */
#pragma once

#include "stages/check/schema/node.h"
#include "stages/check/schema/phrase.h"

/* A step of an instance's or a keyword's pointer, on the stack. */
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

/* One run. With neither findings nor units it only finds the verdict. Findings and errors are only
 * written where the outcome is known to be a failure, annotations where it is known to be none, so
 * that nothing ever has to be taken back: branches are first tried quietly. */
typedef struct {
    const Schema *schema;
    GPtrArray *findings;  /* of SchemaFinding: reasons are wanted; NULL: none */
    cJSON *units;         /* output units are wanted: errors, or annotations; NULL: none */
    gboolean annotating;  /* the units are annotations */
    gboolean nested;      /* the units make a tree, one level a schema */
    guint written;        /* units so far */
    gsize room;           /* bytes of pointers and values that may still be written */
    gboolean cut;         /* there was more to write than the limits allow */
    guint depth, guesses; /* schemas, and branches being looked into, inside each other */
    guint64 work;
    const char *limit; /* the limit that was reached; the verdict is then undecided */
} Explain;

typedef struct Frame {
    Explain *explain;
    const struct Frame *up; /* the schema around */
    const SchemaNode *node;
    const cJSON *item;
    const ExplainPath *place; /* of the instance */
    const ExplainPath *trail; /* of the schema, through references */
    const ExplainScope *scope;
    ExplainMarks *marks; /* NULL when nobody asks */
    gboolean of_name;    /* the item is a property's name, the place is the property's */
} Frame;

/* ---- explain.c ---- */
/* TRUE when the item conforms. In marks (may be NULL) what was evaluated, if it conforms. */
gboolean explain_schema(const Frame *parent, const SchemaNode *node, const cJSON *item,
                        const ExplainPath *place, const ExplainPath *trail, ExplainMarks *marks);
/* A subschema at the same place: keyword, below it a name or (name NULL) an index, -1: none. */
gboolean explain_in_place(const Frame *frame, const SchemaNode *node, const char *keyword,
                          const char *name, int index, ExplainMarks *marks);
/* The same at any place, and only for the verdict. */
gboolean explain_quietly(const Frame *frame, const SchemaNode *node, const cJSON *item,
                         const ExplainPath *place, ExplainMarks *marks);
/* Reasons are wanted here. */
gboolean explain_tells(const Frame *frame);
/* After a failure: reasons are wanted, and there is room for more of them. */
gboolean explain_goes_on(const Frame *frame);
gboolean explain_annotates(const Frame *frame);
void explain_mark(ExplainMarks *marks, guint child);
gboolean explain_is_marked(const ExplainMarks *marks, guint child);
/* Counts work, or so many walks through the item's children; FALSE when the limit is reached. */
gboolean explain_spend(Explain *explain, guint64 work);
gboolean explain_spend_walks(const Frame *frame, guint64 times);
/* The states of large automata are work. UNDECIDED: the limit is reached. */
PatternResult explain_search(Explain *explain, const Pattern *pattern, const char *text);
/* ---- the keywords: explain-branch.c, explain-scalar.c, explain-array.c, explain-object.c, explain-equal.c
 * `deep` is FALSE when an in-place applicator failed already: unevaluated* would only repeat it. */
gboolean explain_any_of(const Frame *frame);
gboolean explain_one_of(const Frame *frame);
gboolean explain_any(const Frame *frame);
gboolean explain_number(const Frame *frame);
gboolean explain_string(const Frame *frame);
gboolean explain_array(const Frame *frame, gboolean deep);
gboolean explain_object(const Frame *frame, gboolean deep);
gboolean explain_unknown(const Frame *frame); /* a property that additionalProperties forbids */
gboolean explain_equal(Explain *explain, const cJSON *a, const cJSON *b);
gboolean explain_unique(const Frame *frame);
/* explain-note.c: the annotations of a schema's own keywords, after it proved true. */
void explain_note(const Frame *frame);

/* ---- report.c ----
 * Records a broken rule when reasons are wanted, and returns FALSE. The format says what is wrong,
 * as the end of a sentence that begins with the place. report_schema is for the schema itself,
 * which allows nothing: the rule is what people know it by. */
gboolean report(const Frame *frame, const char *keyword, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
gboolean report_schema(const Frame *frame, const char *rule, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The same for a value that is none of a list. */
gboolean report_allowed(const Frame *frame, const char *keyword, const cJSON *list);
/* Records an annotation, a copy of the value. */
void report_note(const Frame *frame, const char *keyword, const cJSON *value);
/* A unit of a schema or (not NULL) a keyword of it, without what it says. */
cJSON *report_unit(const Frame *frame, const char *keyword);
/* report-tree.c: ends a schema's units; they become one unit in `outer`, as the tree has it. */
void report_close(const Frame *frame, cJSON *outer);
void report_limit(GPtrArray *findings, const char *limit);
void report_no_reason(GPtrArray *findings, const char *limit); /* invalid all the same */
char *report_limit_sentence(const char *limit);                /* caller frees */

/* ---- the ways in: explain.c ---- the result means nothing when *limit is set */
/* The verdict by the slow way. With `findings` (a GPtrArray of SchemaFinding) every broken rule is
 * appended, without only the verdict is wanted. *limit is the one that was reached, or NULL. */
gboolean explain_run(const Schema *schema, const cJSON *instance, GPtrArray *findings,
                     const char **limit);
/* The output units below the root, appended to the JSON array `units`: errors of an instance that
 * is known to be invalid, or annotations of a valid one. FALSE when they are not all. */
gboolean explain_units(const Schema *schema, const cJSON *instance, gboolean valid, gboolean nested,
                       cJSON *units);
