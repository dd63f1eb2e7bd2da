/* Schemas from files for `docket validate`: the schema itself, the documents that it may refer to, its
 * meta-schema. Nothing is fetched. */
#pragma once

#include "stages/check/schema/schema.h"

/* What the command line says about schemas. */
typedef struct {
    SchemaOptions options; /* base_uri is set for each file */
    GStrv registry;        /* of --registry: FILE, FOLDER, URI=FILE or URI=FOLDER; may be NULL */
} SchemaSource;

/* The URI of a dialect by its URI or its short name: 2020-12, draft-07, draft7, 7. Lent; NULL when it
 * is not known. */
const char *schema_load_dialect(const char *name);
/* "draft-04, draft-06, …" for people. Caller frees. */
char *schema_load_dialect_names(void);

/* All documents that are named by --registry: each under its $id, the URI given, and its file's URI. */
SchemaRegistry *schema_load_registry(GStrv names, GError **error);

/* The JSON of a file ("-": standard input), the error names it. The caller owns it. */
cJSON *schema_load_document(const char *path, GError **error);

/* Compiles a document; relative references start from the file that it came from. The error names the
 * file, the place and the rule. */
Schema *schema_load_compile(const cJSON *document, const char *path, const SchemaOptions *options,
                            GError **error);

/* The meta-schema of a document: what its $schema names, or `options->dialect`. */
Schema *schema_load_meta(const cJSON *document, const SchemaOptions *options, GError **error);
