/* From nodes to a program, private to lower*.c. */
#pragma once

#include "stages/check/schema/program.h"

typedef struct {
    const Schema *schema;
    Arena *arena;
    GHashTable *rules;     /* const SchemaNode* -> Rule* */
    GHashTable *resources; /* const SchemaResource* -> its number + 1 */
    GPtrArray *queue;      /* of const SchemaNode: their rules are to be filled */
    gboolean dynamic;      /* a reference depends on the way that led to it */
} Lowering;

/* The rule of a schema, filled sooner or later; NULL when it allows anything. */
const Rule *lower_rule(Lowering *l, const SchemaNode *node);
/* The same where a rule must be there: `not` of one that allows anything allows nothing. */
const Rule *lower_whole(Lowering *l, const SchemaNode *node);
/* The schema that a chain of nothing but $refs leads to. */
const SchemaNode *lower_target(const Lowering *l, const SchemaNode *node);
/* cJSON's type bits of the values that could conform, at most. */
guint8 lower_accepts(const SchemaNode *node);
/* The values of enum and const; NULL when the schema has neither. Of const cJSON*, caller unrefs. */
GPtrArray *lower_values(const SchemaNode *node);
guint32 lower_count(double count);

/* lower-object.c, lower-branches.c */
const RuleObject *lower_object(Lowering *l, const SchemaNode *node, gboolean *tracks);
const RuleBranches *lower_branches(Lowering *l, const GPtrArray *nodes);
