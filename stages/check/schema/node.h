/* The compiled form, private to the schema library: one node a schema, made by compile.c, read
 * by lower*.c (which makes the program of the verdict) and by explain*.c (which names what is
 * wrong). What the drafts write differently is the same here. Nodes and what hangs on them belong to the Schema. */
#pragma once

#include "pipeline/core/arena.h"
#include "stages/check/schema/content.h"
#include "stages/check/schema/decimal.h"
#include "stages/check/schema/formats/formats.h"
#include "stages/check/schema/keyword.h"
#include "stages/check/schema/regex/pattern.h"
#include "stages/check/schema/schema.h"

/* One bit a JSON type; an integer is a number too. */
typedef enum {
    TYPE_NULL = 1 << 0,
    TYPE_BOOLEAN = 1 << 1,
    TYPE_INTEGER = 1 << 2,
    TYPE_NUMBER = 1 << 3,
    TYPE_STRING = 1 << 4,
    TYPE_ARRAY = 1 << 5,
    TYPE_OBJECT = 1 << 6,
} TypeBit;

/* A schema resource: a document or an embedded schema with an identifier of its own. */
typedef struct {
    char *uri; /* absolute, without fragment */
    const cJSON *root;
    gboolean foreign; /* in a document of the registry */
    const SchemaDialect *dialect;
    guint vocabularies;  /* VocabularyBit */
    GHashTable *anchors; /* name -> SchemaNode*, of $anchor, $dynamicAnchor, "$id": "#name" */
    GHashTable *dynamic_anchors; /* name -> SchemaNode*, of $dynamicAnchor only; "" is
                                  * $recursiveAnchor: true */
} SchemaResource;

typedef struct {
    const char *name;    /* property name or, in patternProperties, the pattern's text; lent */
    SchemaNode *node;    /* NULL in dependentRequired */
    GPtrArray *names;    /* dependentRequired: of char*, lent from the source */
    Pattern *pattern;    /* patternProperties; lent */
    const char *keyword; /* that it was written under: "dependentSchemas", "dependencies", … */
} SchemaMember;

typedef enum {
    BOUND_MINIMUM = 1 << 0,
    BOUND_MAXIMUM = 1 << 1,
    BOUND_EXCLUSIVE_MINIMUM = 1 << 2,
    BOUND_EXCLUSIVE_MAXIMUM = 1 << 3,
    BOUND_MULTIPLE_OF = 1 << 4,
} BoundBit;

/* A count such as minItems; decimals (2.0) and huge values are legal, so doubles. */
typedef struct {
    double min, max; /* 0 and infinity when absent */
} SchemaCount;

struct SchemaNode {
    const cJSON *source;
    SchemaResource *resource;
    /* Where it stands: a pointer is made when somebody asks, by schema_node_pointer. */
    const SchemaNode *parent; /* NULL: the root of a document */
    const char *keyword;      /* in the parent; NULL: name is a pointer from the parent on */
    const char *name;         /* behind the keyword; NULL: the index counts, unless it is -1 */
    int index;
    SchemaNode *next; /* in the order of indexing, the root first */
    gboolean ready;   /* compiled, not only indexed */
    gboolean never;   /* the schema `false` */
    enum { WALK_NOT, WALK_UNDER_WAY, WALK_DONE } walked; /* of cycle.c */

    /* any type */
    guint types; /* TypeBit; 0 = no rule */
    const cJSON *constant, *enumeration;
    SchemaNode *ref, *dynamic_ref;
    const char
        *dynamic_name; /* dynamic_ref is bookended by this $dynamicAnchor; else NULL. In 2019-09
                         * $recursiveAnchor: true is a dynamic anchor whose name is empty. */
    const char *dynamic_keyword;         /* "$dynamicRef" or "$recursiveRef" */
    GPtrArray *all_of, *any_of, *one_of; /* of SchemaNode (lent); NULL when absent */
    SchemaNode *negated, *condition, *then_node, *else_node;

    /* numbers */
    guint bounds; /* BoundBit */
    double minimum, maximum, exclusive_minimum, exclusive_maximum;
    DecimalStep multiple_of;

    /* strings */
    SchemaCount length;
    Pattern *pattern;     /* lent by the schema */
    const Format *format; /* NULL when it is not asserted */
    guint content;        /* ContentBit, when contents are asserted */

    /* arrays */
    SchemaCount size;
    gboolean unique;
    GPtrArray *prefix_items; /* of SchemaNode */
    SchemaNode *items, *contains, *unevaluated_items;
    const char *prefix_keyword, *items_keyword; /* as written: before 2020-12 "items" was the list,
                                                 * and "additionalItems" came after it */
    gboolean contains_marks; /* items that match are evaluated (from 2020-12 on) */
    SchemaCount contained;

    /* objects */
    SchemaCount members;
    GPtrArray *required; /* of char*, lent from the source */
    GPtrArray *dependent_required, *dependent_schemas, *pattern_properties; /* of SchemaMember */
    GHashTable *properties; /* name -> SchemaNode*, keys lent from the source */
    SchemaNode *additional, *property_names, *unevaluated_properties;
};

struct Schema {
    const cJSON *document; /* a copy in the arena */
    SchemaRegistry *registry;
    DialectReading dialect; /* asked for, of documents without a $schema; all NULL: none was */
    gboolean assert_format, assert_content, old_dependencies;
    Arena *arena;            /* of nodes, names and dialects */
    SchemaKeywords keywords; /* by name */
    GHashTable *nodes;       /* const cJSON* -> SchemaNode*: every indexed schema */
    GHashTable *resources;   /* uri -> SchemaResource* */
    GHashTable *dialects;    /* uri -> DialectReading*: of one's own, read already */
    GHashTable *patterns;    /* text -> Pattern*: schemas repeat them */
    GHashTable *steps;       /* const cJSON* -> its children by name or index, for pointers */
    GPtrArray *owned;        /* of SchemaResource */
    SchemaNode *root;        /* and the others behind it by `next` */
    SchemaNode *newest;
    struct Program *program; /* made from the nodes when all of them are compiled */
};

void schema_member_free(SchemaMember *member);
/* The JSON pointer from the root of the node's resource; "" for the root. Caller frees. */
char *schema_node_pointer(const SchemaNode *node);
/* The same from the root of the document that the resource may be embedded in. */
char *schema_node_place(const SchemaNode *node);
/* Sets DOCKET_ERROR_SCHEMA with the place of a keyword (NULL: of the schema) before the message;
 * always FALSE. */
gboolean schema_node_fail(GError **error, const SchemaNode *node, const char *keyword,
                          const char *format, ...) G_GNUC_PRINTF(4, 5);

/* names.c: a table whose keys are names. */
GHashTable *schema_names_new(GDestroyNotify free_name, GDestroyNotify free_value);

/* explain-equal.c: equal values have the same hash. */
guint schema_value_hash(const cJSON *value);
