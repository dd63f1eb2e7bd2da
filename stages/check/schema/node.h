/* The compiled form, private to the schema library: one node a schema, made by compile.c, read
 * by lower*.c (which makes the program of the verdict) and by explain*.c (which names what is
 * wrong). What the drafts write differently is the same here. Nodes and what hangs on them belong to the Schema. */
#pragma once

#include "stages/check/schema/decimal.h"
#include "stages/check/schema/formats/formats.h"
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

typedef struct SchemaNode SchemaNode;

/* A schema resource: a document or an embedded schema with an $id. */
typedef struct {
    char *uri; /* absolute, without fragment */
    const cJSON *root;
    GHashTable *anchors;         /* name -> SchemaNode*, of $anchor and $dynamicAnchor */
    GHashTable *dynamic_anchors; /* name -> SchemaNode*, of $dynamicAnchor only */
    guint vocabularies;          /* VocabularyBit */
} SchemaResource;

typedef enum {
    VOCABULARY_VALIDATION = 1 << 0,
    VOCABULARY_APPLICATOR = 1 << 1,
    VOCABULARY_UNEVALUATED = 1 << 2,
    VOCABULARY_FORMAT_ASSERTION = 1 << 3,
} VocabularyBit;

typedef struct {
    char *name;          /* property name or, in patternProperties, the pattern's text */
    SchemaNode *node;    /* NULL in dependentRequired */
    GPtrArray *names;    /* dependentRequired: of char* */
    Pattern *pattern;    /* patternProperties */
    const char *keyword; /* that it was written under: "dependentSchemas", "dependencies", … */
} SchemaMember;

typedef enum {
    BOUND_MINIMUM = 1 << 0,
    BOUND_MAXIMUM = 1 << 1,
    BOUND_EXCLUSIVE_MINIMUM = 1 << 2,
    BOUND_EXCLUSIVE_MAXIMUM = 1 << 3,
    BOUND_MULTIPLE_OF = 1 << 4,
} BoundBit;

/* What contentEncoding and contentMediaType demand of a string, asserted on request only. */
typedef enum { CONTENT_BASE64 = 1 << 0, CONTENT_JSON = 1 << 1 } ContentBit;

/* A count such as minItems; decimals (2.0) and huge values are legal, so doubles. */
typedef struct {
    double min, max; /* 0 and infinity when absent */
} SchemaCount;

struct SchemaNode {
    const cJSON *source;
    SchemaResource *resource;
    char *pointer;  /* from the resource's root */
    gboolean ready; /* compiled, not only indexed */
    gboolean never; /* the schema `false` */

    /* any type */
    guint types; /* TypeBit; 0 = no rule */
    const cJSON *constant, *enumeration;
    SchemaNode *ref, *dynamic_ref;
    char *dynamic_name; /* dynamic_ref is bookended by this $dynamicAnchor; else NULL. In 2019-09
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
    Pattern *pattern;
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
    GPtrArray *required;                                                    /* of char* */
    GPtrArray *dependent_required, *dependent_schemas, *pattern_properties; /* of SchemaMember */
    GHashTable *properties; /* name -> SchemaNode*, keys lent from the source */
    SchemaNode *additional, *property_names, *unevaluated_properties;
};

struct Schema {
    cJSON *document;
    SchemaRegistry *registry;
    gboolean assert_format;
    GHashTable *nodes;     /* const cJSON* -> SchemaNode* (owned): every indexed schema */
    GHashTable *resources; /* uri -> SchemaResource* */
    GPtrArray *owned;      /* of SchemaResource */
    SchemaNode *root;
    struct Program *program; /* made from the nodes when all of them are compiled */
};

SchemaNode *schema_node_new(const cJSON *source, SchemaResource *resource, const char *pointer);
void schema_node_free(SchemaNode *node);
void schema_member_free(SchemaMember *member);

/* ---- index.c: which schema is where ---- */
/* Indexes a document: its resources, anchors and subschemas, found by keyword and never by "any
 * object". `uri` is absolute without fragment. Returns the root's node. */
SchemaNode *schema_index_document(Schema *schema, const cJSON *document, const char *uri,
                                  GError **error);
/* The node that `reference` means when it stands in `from`; indexes documents of the registry on
 * the way. *anchor (may be NULL) is set to the fragment when it is a plain name. */
SchemaNode *schema_index_resolve(Schema *schema, const SchemaNode *from, const char *reference,
                                 char **anchor, GError **error);

/* ---- compile.c ---- */
/* Reads the keywords of the root and of every node that it leads to. */
gboolean schema_compile_nodes(Schema *schema, GError **error);

/* ---- registry.c ---- lent, NULL when there is none */
const cJSON *schema_registry_find(SchemaRegistry *registry, const char *uri);
/* ---- metaschemas.c ---- text of a built-in meta-schema, or NULL */
const char *schema_metaschema(const char *uri);
#define SCHEMA_DIALECT "https://json-schema.org/draft/2020-12/schema"

/* ---- uri.c ---- caller frees */
/* Resolves a reference against an absolute base: RFC 3986 with normalisation; a bare fragment also
 * works against bases without a path to merge (urn:). NULL when it is no URI reference. */
char *schema_uri_resolve(const char *base, const char *reference);
/* Cuts the fragment off in place and returns it percent-decoded ("" when empty), NULL if none. */
char *schema_uri_cut_fragment(char *uri);

/* ---- equal values for uniqueItems ---- */
guint schema_value_hash(const cJSON *value);
