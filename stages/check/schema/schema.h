/* JSON Schema, draft-04 to 2020-12: compiled once, evaluated often. A compiled schema is read-only
 * and may be used by several threads at a time. Nothing is ever fetched: a reference leads into the
 * document, into the meta-schemas (built in), or into the documents of a registry.
 *
 * A schema that cannot be decided (a missing reference, a vocabulary we do not know, a regular
 * expression that cannot be had) is an error at compile time; a limit that is reached at evaluation
 * is SCHEMA_UNDECIDED, never SCHEMA_VALID. */
#pragma once

#include "pipeline/core/error.h"
#include "pipeline/core/json.h"

typedef struct Schema Schema;
typedef struct SchemaRegistry SchemaRegistry;

/* ---- registry: documents that a $ref may lead to ----
 * Reference counted, and shared as it is: any number of schemas may be compiled with one registry,
 * by several threads at a time, while others add to it. A document never changes nor goes once it is
 * there, and compiled schemas hold a reference, since they point into it. */
SchemaRegistry *schema_registry_new(void);
SchemaRegistry *schema_registry_ref(SchemaRegistry *registry);
void schema_registry_unref(SchemaRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SchemaRegistry, schema_registry_unref)
/* `uri` is absolute and new here; `document` is taken. It is found by the name that it gives itself,
 * too. */
gboolean schema_registry_add(SchemaRegistry *registry, const char *uri, cJSON *document,
                             GError **error);
/* The URIs of the drafts that this library knows, oldest first, NULL at the end. Lent. */
const char *const *schema_dialects(void);

/* ---- compiling ---- */
typedef struct {
    gboolean assert_format;    /* formats are rules; otherwise only notes, as the drafts have it */
    gboolean assert_content;   /* contentEncoding (base64) and contentMediaType (JSON) are rules */
    gboolean old_dependencies; /* "dependencies" is a rule in drafts since 2019-09 too */
    const char *dialect;       /* of documents without a $schema, by its URI; NULL: 2020-12 */
    const char *base_uri;      /* where the document came from; NULL: a URI of our own */
    SchemaRegistry *registry;  /* NULL: only the meta-schemas; a reference is kept */
} SchemaOptions;

/* `options` may be NULL. The document is copied. NULL and DOCKET_ERROR_SCHEMA whose message begins
 * with the JSON pointer of the keyword at fault. Free with schema_free. */
Schema *schema_compile(const cJSON *document, const SchemaOptions *options, GError **error);
void schema_free(Schema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schema, schema_free)

/* ---- evaluating ---- */
typedef enum {
    SCHEMA_VALID,
    SCHEMA_INVALID,
    SCHEMA_UNDECIDED /* a limit was reached (depth, work, regular expression): treat as not valid */
} SchemaVerdict;

/* One broken rule. */
typedef struct {
    char *instance; /* JSON pointer of the value */
    char *keyword;  /* JSON pointer of the keyword, through the $refs that led there */
    char *absolute; /* URI of the keyword: resource#pointer */
    char *rule;     /* the keyword's name ("required"); "false" for a schema that allows nothing */
    char *sentence; /* the place, the rule, the value found, the values allowed */
} SchemaFinding;
void schema_finding_free(SchemaFinding *finding);

/* The verdict alone; stops at the first broken rule. */
SchemaVerdict schema_check(const Schema *schema, const cJSON *instance);

/* The verdict and every broken rule (at most SCHEMA_MAX_FINDINGS), appended to `findings`, a
 * GPtrArray of SchemaFinding. UNDECIDED appends one finding that names the limit. */
#define SCHEMA_MAX_FINDINGS 100u
SchemaVerdict schema_evaluate(const Schema *schema, const cJSON *instance, GPtrArray *findings);

/* ---- standard output (2020-12 core, section 12; 2019-09 core, section 10) ---- */
typedef enum { SCHEMA_OUTPUT_FLAG, SCHEMA_OUTPUT_BASIC, SCHEMA_OUTPUT_DETAILED } SchemaOutput;

/* -1 when the word is none of flag, basic, detailed. */
int schema_output_from_name(const char *name);
/* The output unit of an instance, to be freed by the caller: its verdict and, in a list (basic) or
 * a tree (detailed), the errors or, when it is valid, the annotations. Errors have every branch of
 * anyOf and oneOf. When there are more errors or annotations than the limits allow, the unit has the
 * member "incomplete": true; an instance that cannot be decided is not valid, and the error says
 * which limit was reached. */
#define SCHEMA_MAX_ANNOTATIONS 100000u
cJSON *schema_output(SchemaOutput kind, const Schema *schema, const cJSON *instance);
/* The unit of what could not even be evaluated, such as a text that is no JSON. Freed by the caller. */
cJSON *schema_output_refusal(SchemaOutput kind, const char *sentence);
