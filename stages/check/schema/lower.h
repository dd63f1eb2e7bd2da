/* From nodes to a program, private to lower*.c. */
#pragma once

#include "stages/check/schema/program.h"

typedef struct Folding Folding;

typedef struct {
    const Schema *schema;
    Arena *arena;
    GHashTable *rules;     /* const SchemaNode* -> Rule* */
    GHashTable *accepts;   /* const SchemaNode* -> what lower_accepts says + 1 */
    GHashTable *resources; /* const SchemaResource* -> its number + 1 */
    GArray *order;         /* Program.order */
    GPtrArray *queue;      /* of const SchemaNode: their rules are to be filled */
    GHashTable *dynamics;  /* name of a dynamic anchor -> its table, as in RuleStep */
    GHashTable *defined;   /* name of a dynamic anchor -> in how many resources */
    guint looks;           /* that may still be taken for the sake of speed */
    Folding *folding;
    gboolean dynamic; /* a reference depends on the way that led to it */
} Lowering;

/* The rule of a schema, filled sooner or later; that of no schema (NULL) allows anything. */
const Rule *lower_rule(Lowering *l, const SchemaNode *node);
guint32 lower_count(double count);

/* lower-fold.c */
Folding *folding_new(const Schema *schema);
void folding_free(Folding *folding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Folding, folding_free)
/* The schema and what applies beside it in one, as far as that goes; lives as long as the program's
 * arena and the folding. */
const SchemaNode *lower_folded(Lowering *l, const SchemaNode *node);

/* lower-types.c */
/* Takes a look at so many schemas, names or values; FALSE when a schema made to be looked into for
 * ever has used them up. The answer must then be the one that is always right. */
gboolean lower_look(Lowering *l, gsize things);
/* Whether it holds any rule or reference. */
gboolean lower_says_anything(const SchemaNode *node);
/* Names of dynamic anchors (lent) and how many resources define each. Caller unrefs. */
GHashTable *lower_defined(const Schema *schema);
/* A dynamic reference whose name is defined once is a plain one. */
gboolean lower_is_dynamic(const Lowering *l, const SchemaNode *node);
/* The schema that a chain of nothing but references leads to. */
const SchemaNode *lower_target(const Lowering *l, const SchemaNode *node);
/* cJSON's type bits of the values that could conform, at most. */
guint8 lower_accepts(Lowering *l, const SchemaNode *node);
/* The values of enum and const; NULL when the schema has neither. Of const cJSON*, caller unrefs. */
GPtrArray *lower_values(const SchemaNode *node);

/* The rules of several schemas. */
RuleList lower_list(Lowering *l, const GPtrArray *nodes);
/* A name to look for in objects. */
KeyExpected lower_expect(Lowering *l, const char *name);

/* lower-object.c, lower-branches.c */
const RuleObject *lower_object(Lowering *l, const SchemaNode *node, gboolean *tracks);
const RuleBranches *lower_branches(Lowering *l, const GPtrArray *nodes);
/* lower-evaluated.c: TRUE when the properties that count as evaluated in an instance that conforms
 * are known beforehand: those that the schema's own patternProperties take, and the names that are
 * added to `known` (a set; they are lent). */
gboolean lower_evaluated(Lowering *l, const SchemaNode *node, GHashTable *known);

/* lower-switch.c: among the branches of an allOf those that are conditions on the text of one
 * property and nothing else. NULL when they are too few to be worth it; `switched` (of const
 * SchemaNode) is set to them. */
const RuleTag *lower_switch(Lowering *l, const GPtrArray *branches, GPtrArray *switched);
