/* From a document to nodes, step by step: indexed, references resolved, keywords compiled, cycles
 * refused. Private to the schema library. */
#pragma once

#include "stages/check/schema/node.h"

/* ---- copy.c ---- */
/* As deep as the value; lives as long as the arena. */
cJSON *schema_copy(Arena *arena, const cJSON *value);

/* ---- index.c: which schema is where ---- */
/* Makes the tables and the schema's copy of its document. */
void schema_index_open(Schema *schema, const cJSON *document);
void schema_index_close(Schema *schema);
/* The dialect of documents without a $schema, by its URI. */
gboolean schema_index_set_dialect(Schema *schema, const char *uri, GError **error);
/* Indexes the schema's own document, which came from `uri` (NULL: from nowhere). */
SchemaNode *schema_index_root(Schema *schema, const char *uri, GError **error);
/* Indexes a document: its resources, anchors and subschemas, found by keyword and never by "any
 * object". `uri` is absolute without fragment; `like` lends its dialect when the document names
 * none (NULL: the schema's own). Returns the root's node. */
SchemaNode *schema_index_document(Schema *schema, const cJSON *document, const char *uri,
                                  const SchemaResource *like, GError **error);
/* A place that no keyword leads to, found by a pointer: `pointer` from `parent` on. */
SchemaNode *schema_index_place(Schema *schema, const cJSON *source, const SchemaNode *parent,
                               const char *pointer, GError **error);

/* ---- resolve.c ---- */
/* The node that `reference` means when it stands in `from`; indexes documents of the registry on
 * the way. *anchor (may be NULL) is set to the fragment when it is a plain name. The error has no
 * place. */
SchemaNode *schema_resolve(Schema *schema, const SchemaNode *from, const char *reference,
                           char **anchor, GError **error);

/* ---- compile.c ---- */
/* Reads the keywords of the root and of every node that it leads to. */
gboolean schema_compile_nodes(Schema *schema, GError **error);
/* ---- cycle.c ---- FALSE when a schema leads back to itself without a step into the instance */
gboolean schema_check_cycles(Schema *schema, GError **error);

/* ---- registry.c ---- lent for as long as the registry lives, NULL when there is none */
const cJSON *schema_registry_find(SchemaRegistry *registry, const char *uri);

/* ---- uri.c ---- caller frees */
/* In bytes, without the fragment: a base is copied for every reference to it. */
#define SCHEMA_MAX_URI 4096u
/* Resolves a reference against an absolute base and normalises it (RFC 3986 sections 5.2 and 6.2.2;
 * characters that no URI has become %XX). A base without a path to merge (urn:) keeps its own when
 * the reference is a bare fragment. An empty fragment is cut off. NULL when the result could be longer
 * than SCHEMA_MAX_URI. */
char *schema_uri_resolve(const char *base, const char *reference);
/* Cuts the fragment off in place and returns it percent-decoded ("" when there is none); NULL when
 * it decodes to something that is no text. */
char *schema_uri_cut_fragment(char *uri);
