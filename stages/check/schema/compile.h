/* The readers of keywords: each checks one keyword's value and writes it into the node. */
#pragma once

#include "stages/check/schema/index.h"

struct Compiler {
    Schema *schema;
    GPtrArray *queue;       /* of SchemaNode: to be compiled */
    guint64 pattern_budget; /* what its regular expressions may still cost */
};

/* The node of a subschema, which the index has, put in line for compiling. */
SchemaNode *compile_child(Compiler *compiler, const cJSON *source);
/* The pattern of a text that lives as long as the schema; lent. NULL and DOCKET_ERROR_SCHEMA when
 * it cannot be had. */
Pattern *compile_shared_pattern(Compiler *compiler, const char *text, GError **error);
/* Sets DOCKET_ERROR_SCHEMA; always FALSE. */
gboolean compile_fail(GError **error, const char *sentence);

#define COMPILE_READER(name)                                                                       \
    gboolean compile_##name(Compiler *compiler, SchemaNode *node, const SchemaKeyword *keyword,    \
                            const cJSON *value, GError **error)

/* ---- compile-any.c: references, applicators in place, types and values ---- */
COMPILE_READER(ref);
COMPILE_READER(dynamic_ref);
COMPILE_READER(recursive_ref);
COMPILE_READER(list);
COMPILE_READER(schema);
COMPILE_READER(type);
COMPILE_READER(const);
COMPILE_READER(enum);

/* ---- compile-scalar.c: numbers and strings, and counts of anything ---- */
COMPILE_READER(count);
COMPILE_READER(bound);
COMPILE_READER(old_bound);
COMPILE_READER(old_exclusive);
COMPILE_READER(multiple_of);
COMPILE_READER(pattern);
COMPILE_READER(format);
COMPILE_READER(content_encoding);
COMPILE_READER(content_media_type);

/* ---- compile-shape.c: arrays and objects ---- */
COMPILE_READER(prefix_items);
COMPILE_READER(items);
COMPILE_READER(old_items);
COMPILE_READER(additional_items);
COMPILE_READER(contains);
COMPILE_READER(unique);
COMPILE_READER(properties);
COMPILE_READER(pattern_properties);
COMPILE_READER(required);
COMPILE_READER(dependent_required);
COMPILE_READER(dependent_schemas);
COMPILE_READER(dependencies);
